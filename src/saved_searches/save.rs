//! The verbs: save a search, change it, say that its news was seen, forget it, stop its letters.

use crate::app::App;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::SignedIn;
use crate::ids::{SavedSearchId, ServiceId};
use crate::search::Asked;

use super::saved_search::{Alerts, LONGEST_NAME, MOST, MOST_MATCHES, SavedSearch};
use super::store;

/// Why a search was not saved or changed.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// There is no such search, or it is somebody else's.
    #[error("we cannot find that")]
    NotThere,
    /// One has only so many.
    #[error("you have saved {MOST} searches already. Remove one first")]
    TooMany,
    /// Everything would be news.
    #[error(
        "this search finds more than {MOST_MATCHES} services, so letters would tell you too much. Add a place or a filter, and save that search"
    )]
    TooBroad,
    /// It has no name, or too long a one.
    #[error("give it a name of 1 to {LONGEST_NAME} letters")]
    Name,
    /// What was sent is no search.
    #[error("that is not a search of this site")]
    NoSearch,
    /// The search names a place that is not known.
    #[error("{0}")]
    UnknownPlace(String),
    /// The search index failed.
    #[error("the search failed")]
    Search(#[from] crate::search::SearchError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<SaveError> for AppError {
    fn from(error: SaveError) -> Self {
        let field = |name: &str, error: &SaveError| Self::invalid(vec![FieldError::new(name, sentence(error))]);
        match error {
            SaveError::NotThere => Self::NotFound,
            SaveError::TooMany => Self::refused("too-many-saved-searches", error),
            SaveError::TooBroad => Self::refused("search-too-broad", error),
            SaveError::Name => field("name", &error),
            SaveError::NoSearch | SaveError::UnknownPlace(_) => field("address", &error),
            SaveError::Search(cause) => Self::unexpected(cause),
            SaveError::Database(cause) => cause.into(),
        }
    }
}

fn sentence(error: &SaveError) -> String {
    let mut sentence = error.to_string();
    if let Some(first) = sentence.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if sentence.ends_with('.') { sentence } else { format!("{sentence}.") }
}

/// A search to be saved, understood and looked up.
#[derive(Clone, Debug)]
pub struct ToSave {
    name: String,
    address: String,
    alerts: Alerts,
    /// What it finds now; none where that is too much.
    known: Option<Vec<ServiceId>>,
    stop_token: String,
}

impl ToSave {
    /// Reads the address of a search of this site and looks up what it finds now. `stop_token` is new and random.
    pub fn read(app: &App, name: &str, address: &str, alerts: Alerts, stop_token: String) -> Result<Self, SaveError> {
        let asked = Asked::of_address(address).ok_or(SaveError::NoSearch)?;
        let known = matches(app, &asked)?;
        if known.is_none() && alerts != Alerts::None {
            return Err(SaveError::TooBroad);
        }
        let name = if name.trim().is_empty() { asked.in_words() } else { named(name)? };
        Ok(Self { name, address: asked.address(1), alerts, known, stop_token })
    }
}

fn named(name: &str) -> Result<String, SaveError> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    if (1..=LONGEST_NAME).contains(&name.chars().count()) { Ok(name) } else { Err(SaveError::Name) }
}

/// Every service that meets the whole of a search; none where there are too many.
pub(super) fn matches(app: &App, asked: &Asked) -> Result<Option<Vec<ServiceId>>, SaveError> {
    let understood = asked.understood(app, PER_PAGE).map_err(|_too_long| SaveError::NoSearch)?;
    if let Some(problem) = understood.note_on("near") {
        return Err(SaveError::UnknownPlace(problem.to_owned()));
    }
    let mut search = understood.search;
    let mut found = Vec::new();
    loop {
        search.page = u32::try_from(found.len()).unwrap_or(0) / PER_PAGE + 1;
        let page = app.index.find(&search)?;
        if page.exact > MOST_MATCHES {
            return Ok(None);
        }
        let before = found.len();
        found.extend(page.hits.iter().map(|hit| hit.id).take(page.exact - before.min(page.exact)));
        if found.len() >= page.exact || found.len() == before || page.hits.len() < PER_PAGE as usize {
            return Ok(Some(found));
        }
    }
}

/// Rows that the index gives at once.
const PER_PAGE: u32 = 200;

/// Saves a search; saving the same one again changes nothing.
#[tracing::instrument(skip_all)]
pub fn save(tx: &mut Conn, who: &SignedIn, new: &ToSave, now: UtcTime) -> Result<SavedSearch, SaveError> {
    let search = SavedSearch {
        id: SavedSearchId::new(),
        person_id: who.person(),
        name: new.name.clone(),
        address: new.address.clone(),
        alerts: new.alerts,
        stop_token: new.stop_token.clone(),
        created_at: now,
        seen_at: now,
        last_letter_at: None,
        watched: new.known.is_some(),
    };
    if !store::insert(tx, &search)? {
        let earlier = store::searches_of(tx, who)?.into_iter().find(|each| each.address == new.address);
        return earlier.ok_or(SaveError::NotThere);
    }
    if store::count_of(tx, who)? > MOST {
        return Err(SaveError::TooMany);
    }
    store::note_matches(tx, search.id, new.known.as_deref().unwrap_or_default(), false, now)?;
    Ok(search)
}

/// Changes the name of a search and how often its letters come. `finds` looks up what a search finds, for one that was
/// too broad before.
pub fn change(
    tx: &mut Conn,
    who: &SignedIn,
    id: SavedSearchId,
    name: &str,
    alerts: Alerts,
    app: &App,
    now: UtcTime,
) -> Result<(), SaveError> {
    let name = named(name)?;
    let search = store::lock_own(tx, who, id)?.ok_or(SaveError::NotThere)?;
    if alerts != Alerts::None && !search.watched {
        let asked = Asked::of_address(&search.address).ok_or(SaveError::NoSearch)?;
        let known = matches(app, &asked)?.ok_or(SaveError::TooBroad)?;
        store::note_matches(tx, id, &known, false, now)?;
        store::set_watched(tx, id)?;
    }
    Ok(store::set(tx, id, &name, alerts)?)
}

/// Notes that the person has seen what is new.
pub fn see(tx: &mut Conn, who: &SignedIn, id: SavedSearchId, now: UtcTime) -> Result<(), SaveError> {
    store::lock_own(tx, who, id)?.ok_or(SaveError::NotThere)?;
    Ok(store::set_seen(tx, id, now)?)
}

/// Forgets a search.
pub fn forget(tx: &mut Conn, who: &SignedIn, id: SavedSearchId) -> Result<(), SaveError> {
    store::lock_own(tx, who, id)?.ok_or(SaveError::NotThere)?;
    Ok(store::delete(tx, id)?)
}

/// Stops the letters of the search that this link is for.
pub fn stop(tx: &mut Conn, token: &str) -> Result<(), SaveError> {
    if store::stop_letters(tx, token)? { Ok(()) } else { Err(SaveError::NotThere) }
}
