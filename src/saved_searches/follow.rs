//! The follower: reads the log, notices what newly matches a saved search, and queues letters when they are due.
//!
//! One node at a time does it: the follower's row in the database is held while its position moves, and a node that finds
//! it moved meanwhile drops what it worked out. What matches is noted in the same transaction as the position; a letter is
//! queued in the same transaction as the note that its services were told.

use chrono::TimeDelta;
use diesel::QueryResult;

use crate::app::App;
use crate::catalogue::{self, WholeService};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::ids::{SavedSearchId, ServiceId};
use crate::log::{self, Position};
use crate::post;
use crate::search::{Asked, follow::KINDS};

use super::letter;
use super::save::matches;
use super::saved_search::SavedSearch;
use super::store;

/// The name under which the log keeps our position.
pub const FOLLOWER: &str = "saved searches";

/// Events read in one step.
const BATCH: i64 = 2_000;

/// Searches looked at between two reads of the database.
const SEARCHES: i64 = 200;

/// So many events without anything of ours, and the position is written all the same.
const FAR_AHEAD: i64 = 20_000;

/// Letters are looked for no more often than this while nothing happens.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(1);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What newly matches: for each search its services.
type News = Vec<(SavedSearchId, Vec<ServiceId>)>;

/// Watches the log for everybody who saved a search.
pub struct Watch {
    app: App,
    read: Position,
    looked_at: Option<UtcTime>,
}

impl Watch {
    /// A watch over this installation.
    #[must_use]
    pub fn new(app: App) -> Self {
        Self { app, read: Position::default(), looked_at: None }
    }

    /// Notices news and queues letters; whether there was anything.
    pub fn step(&mut self) -> Result<bool, Failure> {
        let noticed = self.notice()?;
        let now = self.app.clock.now();
        if !noticed && self.looked_at.is_some_and(|at| at <= now && now - at < LOOK_AGAIN) {
            return Ok(false);
        }
        self.looked_at = Some(now);
        Ok(self.write_letters(now)? || noticed)
    }

    /// Reads the next events; where they tell of services, notes what newly matches.
    fn notice(&mut self) -> Result<bool, Failure> {
        let at = self.app.db.read_now(|conn| log::position_of(conn, FOLLOWER))?;
        let from = self.read.max(at);
        let events = self.app.db.read_now(|conn| log::read_after(conn, from, BATCH))?;
        let Some(last) = events.last().map(|event| event.position) else { return Ok(false) };
        let ours = events.iter().filter(|event| KINDS.contains(&event.kind)).map(|event| event.position).max();
        match ours {
            None if last.seq - at.seq < FAR_AHEAD => {
                self.read = last; // costs nothing to read again after a restart
                return Ok(true);
            }
            // The index of this node has not read so far: a little later it will have.
            Some(newest) if self.app.index.position().is_none_or(|indexed| indexed < newest) => return Ok(false),
            _ => {}
        }
        let news = if ours.is_some() { self.news()? } else { Vec::new() };
        let now = self.app.clock.now();
        self.app.db.write_now(move |tx: &mut Conn| note(tx, at, last, &news, now))?;
        self.read = last;
        Ok(true)
    }

    /// What every watched search finds and does not know yet.
    fn news(&self) -> Result<News, Failure> {
        let mut news = Vec::new();
        let mut after = None;
        loop {
            let searches = self.app.db.read_now(|conn| store::searches_after(conn, after, SEARCHES))?;
            let Some((last, _)) = searches.last() else { return Ok(news) };
            after = Some(*last);
            for (id, address) in searches {
                let Some(asked) = Asked::of_address(&address) else { continue };
                // A search that has grown too broad, or whose place is not known any more, has no news.
                let Ok(Some(found)) = matches(&self.app, &asked) else { continue };
                let known = self.app.db.read_now(|conn| store::known(conn, id, &found))?;
                let new: Vec<ServiceId> = found.into_iter().filter(|service| !known.contains(service)).collect();
                if !new.is_empty() {
                    news.push((id, new));
                }
            }
        }
    }

    /// Queues a letter for each search whose period is over and that has something to tell.
    fn write_letters(&self, now: UtcTime) -> Result<bool, Failure> {
        let due = self.app.db.read_now(|conn| {
            let searches = store::with_news(conn)?.into_iter().filter(|search| search.letter_is_due(now));
            let mut due = Vec::new();
            for search in searches {
                // What is not offered at the moment is not told; an empty write would wake every follower.
                if !to_tell(conn, &search, now)?.is_empty() {
                    due.push(search.id);
                }
            }
            Ok::<_, diesel::result::Error>(due)
        })?;
        for id in &due {
            let (id, public_url) = (*id, self.app.post.public_url.clone());
            self.app.db.write_now(move |tx: &mut Conn| write_letter(tx, id, &public_url, now))?;
        }
        Ok(!due.is_empty())
    }
}

/// Notes news and moves the position, unless another node did meanwhile.
fn note(tx: &mut Conn, from: Position, to: Position, news: &News, now: UtcTime) -> QueryResult<()> {
    if log::position(tx, FOLLOWER)? != from {
        return Ok(());
    }
    for (search, services) in news {
        if store::exists(tx, *search)? {
            store::note_matches(tx, *search, services, true, now)?;
        }
    }
    log::move_position(tx, FOLLOWER, to, now)
}

fn to_tell(conn: &mut Conn, search: &SavedSearch, now: UtcTime) -> QueryResult<Vec<WholeService>> {
    let untold = store::untold(conn, search.id)?;
    catalogue::store::whole_services(conn, &untold, now.date())
}

/// Queues one letter and notes what it tells, so that it is never told again.
fn write_letter(tx: &mut Conn, id: SavedSearchId, public_url: &str, now: UtcTime) -> QueryResult<()> {
    let Some((search, email)) = store::lock_for_letter(tx, id)? else { return Ok(()) };
    if !search.letter_is_due(now) {
        return Ok(()); // another node was here first
    }
    let services = to_tell(tx, &search, now)?;
    let told: Vec<ServiceId> = services.iter().map(|whole| whole.service.id).collect();
    if told.is_empty() {
        return Ok(());
    }
    if let Some(address) = email {
        match letter::new_matches(&address, &search, &services, public_url) {
            Ok(letter) => drop(post::queue(tx, &letter, now)?),
            Err(_logged) => return Err(diesel::result::Error::RollbackTransaction),
        }
    }
    store::note_told(tx, id, &told, now)
}
