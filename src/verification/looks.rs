//! Looks of moderators at papers of people, for whoever sent them and reads who looked.

use crate::app::App;
use crate::audit::{self, Deed, Entry, What, Why};
use crate::catalogue::{Paper, Verification};
use crate::error::AppError;
use crate::identity::Moderator;
use crate::ids::VerificationId;

use super::store;

/// Whether a paper says something about a person, rather than about an organisation.
const fn is_of_a_person(paper: Paper) -> bool {
    matches!(paper, Paper::Identity | Paper::RightToWork | Paper::CriminalRecord | Paper::References)
}

/// Writes down that a moderator looks at these papers, before they are shown.
pub(crate) async fn look_at(
    app: &App,
    moderator: &Moderator,
    seen: impl IntoIterator<Item = &Verification>,
) -> Result<(), AppError> {
    let ids: Vec<VerificationId> =
        seen.into_iter().filter(|paper| is_of_a_person(paper.paper)).map(|paper| paper.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let senders = app.db.read(move |conn| store::senders_of(conn, &ids)).await.map_err(AppError::from)?;
    let (looked, now) = ((Deed::LookedAt, Why::ToCheckPapers), app.clock.now());
    let looks = senders
        .into_iter()
        .map(|(paper, sender)| Entry::new(moderator, looked, sender, (What::Paper, paper.as_str()), now));
    Ok(audit::looks(&app.db, looks.collect()).await?)
}
