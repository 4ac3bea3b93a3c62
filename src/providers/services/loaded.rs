//! What every page about one service of a provider reads first.

use crate::app::App;
use crate::catalogue;
use crate::db::Conn;
use crate::identity::ProviderManager;
use crate::ids::ServiceId;
use crate::places::settings::{self, Setting};

use super::super::store as providers;
use super::draft::{self, WriteError};
use super::entry::Entry;
use super::part::Known;
use super::store::{self, Provider};
use super::version::{Version, VersionState};

/// Everything that pages about one service need.
pub(super) struct Loaded {
    pub(super) provider: Provider,
    pub(super) about: String,
    pub(super) version: Option<Version>,
    pub(super) entry: Entry,
    pub(super) kept: Option<catalogue::store::NewService>,
    pub(super) authorities: Vec<(String, String)>,
    pub(super) approves: bool,
}

/// Reads a service of the manager's provider with what is being written on it.
pub(super) fn load(
    conn: &mut Conn,
    manager: &ProviderManager,
    id: ServiceId,
    today: chrono::NaiveDate,
) -> Result<Loaded, WriteError> {
    let (version, entry) = draft::current(conn, manager.member(), id, today)?;
    let provider = store::provider(conn, manager.organization())?;
    let about = providers::organisation(conn, manager.member())?.description;
    let approves = match provider.authority_id {
        Some(authority) => settings::setting(conn, authority, Setting::ApproveServices)? == 1,
        None => false,
    };
    let kept = catalogue::rewrite::kept(conn, id, today)?;
    Ok(Loaded { provider, about, version, entry, kept, authorities: store::authority_names(conn)?, approves })
}

impl Loaded {
    pub(super) fn known<'a>(&'a self, app: &'a App) -> Known<'a> {
        Known {
            taxonomy: &app.taxonomy,
            authorities: &self.authorities,
            provider_type: self.provider.provider_type,
            today: app.clock.now().date(),
        }
    }

    pub(super) fn state(&self) -> Option<VersionState> {
        self.version.as_ref().map(|version| version.state)
    }

    pub(super) fn publish_label(&self) -> &'static str {
        match (self.approves, self.kept.is_some()) {
            (true, _) => "Send for approval",
            (false, true) => "Publish the changes",
            (false, false) => "Publish",
        }
    }
}
