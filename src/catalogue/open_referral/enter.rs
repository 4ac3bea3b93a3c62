//! What an authority administrator does with feeds: enter one, change it, ask for a reading, say that it is right.

use url::Url;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::AuthorityAdministrator;
use crate::ids::{FeedId, FeedRunId};

use super::feed::{Feed, FeedState, Run, Wanted};
use super::store;

/// What is told of a feed.
#[derive(Clone, Debug, Default)]
pub struct FeedRequest {
    /// What it is called.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// Under which licence.
    pub licence: String,
    /// The words that the licence asks for.
    pub attribution: String,
    /// How often it is read; 0 for only when asked.
    pub every_hours: i32,
    /// Whether registrations that it says were checked count as checked.
    pub accepts_checks: bool,
    /// Whether it is read at its times.
    pub paused: bool,
}

impl FeedRequest {
    /// Trimmed, or with everything that cannot stay as it is.
    pub fn checked(self) -> Result<Self, AppError> {
        let mut wrong = Vec::new();
        let trimmed = Self {
            name: self.name.trim().to_owned(),
            url: self.url.trim().to_owned(),
            licence: self.licence.trim().to_owned(),
            attribution: self.attribution.trim().to_owned(),
            ..self
        };
        if trimmed.name.is_empty() || trimmed.name.chars().count() > 120 {
            wrong.push(FieldError::new("name", "Give the feed a name of up to 120 letters"));
        }
        let web = Url::parse(&trimmed.url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some());
        if web.is_none() || trimmed.url.len() > 500 {
            wrong.push(FieldError::new("url", "Enter the feed's web address, beginning with https://"));
        }
        if trimmed.licence.is_empty() || trimmed.licence.chars().count() > 200 {
            wrong.push(FieldError::new(
                "licence",
                "Say under which licence the feed is published. Without one we may not show it",
            ));
        }
        if trimmed.attribution.chars().count() > 500 {
            wrong.push(FieldError::new("attribution", "Keep the attribution under 500 letters"));
        }
        if !(0..=8_760).contains(&trimmed.every_hours) {
            wrong.push(FieldError::new("every_hours", "Choose how often the feed is read"));
        }
        if wrong.is_empty() { Ok(trimmed) } else { Err(AppError::invalid(wrong)) }
    }

    fn into_feed(self, before: Feed, now: UtcTime) -> Feed {
        let state = if self.paused { FeedState::Paused } else { FeedState::Active };
        let soon = (self.every_hours > 0).then_some(now);
        let keeps_time = before.every_hours == self.every_hours && before.next_run_at.is_some();
        Feed {
            next_run_at: if keeps_time { before.next_run_at } else { soon },
            name: self.name,
            url: Some(self.url),
            licence: self.licence,
            attribution: self.attribution,
            every_hours: self.every_hours,
            accepts_checks: self.accepts_checks,
            state,
            ..before
        }
    }
}

fn name_is_free(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    name: &str,
    but: Option<FeedId>,
) -> Result<(), AppError> {
    match store::feed_by_name(tx, administrator.authority(), name)? {
        Some(other) if Some(other.id) != but => {
            Err(AppError::invalid(vec![FieldError::new("name", "There is a feed of this name already")]))
        }
        _ => Ok(()),
    }
}

/// Enters a new feed; it is read at once if it is read at times.
pub fn enter(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    id: FeedId,
    request: &FeedRequest,
    now: UtcTime,
) -> Result<Feed, AppError> {
    name_is_free(tx, administrator, &request.name, None)?;
    let blank = Feed {
        id,
        authority_id: administrator.authority(),
        name: String::new(),
        url: None,
        licence: String::new(),
        attribution: String::new(),
        every_hours: 0,
        accepts_checks: false,
        state: FeedState::Active,
        wanted: Wanted::Nothing,
        next_run_at: None,
        lease_holder: None,
        lease_until: None,
        created_at: now,
    };
    let feed = request.clone().into_feed(blank, now);
    store::insert_feed(tx, &feed)?;
    Ok(feed)
}

/// Changes what is told of a feed.
pub fn change(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    id: FeedId,
    request: &FeedRequest,
    now: UtcTime,
) -> Result<Feed, AppError> {
    let before = store::feed_of(tx, administrator.authority(), id)?.ok_or(AppError::NotFound)?;
    name_is_free(tx, administrator, &request.name, Some(id))?;
    let feed = request.clone().into_feed(before, now);
    store::update_feed(tx, &feed)?;
    Ok(feed)
}

/// Asks for a reading as soon as there is time.
pub fn ask_for(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    id: FeedId,
    wanted: Wanted,
    now: UtcTime,
) -> Result<Feed, AppError> {
    let mut feed = store::feed_of(tx, administrator.authority(), id)?.ok_or(AppError::NotFound)?;
    if feed.url.is_none() {
        return Err(AppError::refused("feed-without-address", "this feed comes as a file: give it an address first"));
    }
    (feed.wanted, feed.next_run_at) = (wanted, Some(now));
    store::update_feed(tx, &feed)?;
    Ok(feed)
}

/// Says that what a reading found is right, and asks for it to be taken in.
pub fn approve(
    tx: &mut Conn,
    administrator: &AuthorityAdministrator,
    id: FeedId,
    run: FeedRunId,
    now: UtcTime,
) -> Result<Run, AppError> {
    let feed = store::feed_of(tx, administrator.authority(), id)?.ok_or(AppError::NotFound)?;
    let found = store::run_of(tx, feed.id, run)?.ok_or(AppError::NotFound)?;
    let is_last = store::runs_of(tx, feed.id, 1)?.first().is_some_and(|last| last.id == run);
    if !is_last || !(found.is_held() || found.waits_to_be_taken_in()) {
        return Err(AppError::refused("nothing-to-take-in", "there is nothing to take in from this reading any more"));
    }
    if found.is_held() {
        store::release_run(tx, run)?;
    }
    ask_for(tx, administrator, id, Wanted::Import, now)?;
    Ok(Run { problem: None, ..found })
}
