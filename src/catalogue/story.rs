//! What the page of a service tells everybody, as it was read: kept on the shelf, the same for every visitor.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{Days, NaiveDateTime, NaiveTime};
use diesel::QueryResult;

use crate::clock::{UtcTime, day, wall_clock};
use crate::db::Conn;
use crate::error::AppError;
use crate::freshness;
use crate::ids::{AuthorityId, ReviewId, ServiceId};
use crate::places;
use crate::reviews::care::{self, ReplyRow};
use crate::reviews::store::Aspects;
use crate::reviews::{self, Review};
use crate::search::{Index, of_service};

use super::detail::{AreaKind, Details};
use super::service::{CostOption, WholeService};
use super::views::Upkeep;
use super::{open_referral, opening, store};

/// Reviews on one page.
pub(super) const REVIEWS: i64 = 5;

/// Others to look at.
const SIMILAR: usize = 3;

/// What a service tells everybody.
#[derive(Debug)]
pub struct Story {
    pub(super) whole: Arc<WholeService>,
    pub(super) details: Details,
    /// Every price, past and to come too.
    pub(super) prices: Vec<CostOption>,
    /// The councils whose area it may come to; empty where it comes to none as a whole.
    pub(super) councils: HashMap<AuthorityId, String>,
    /// The newest reviews.
    pub(super) said: Said,
    pub(super) aspects: Aspects,
    pub(super) upkeep: Upkeep,
    pub(super) from: Option<Taken>,
    /// When it is on next.
    pub(super) next: Coming,
    /// Where it is, drawn.
    pub(super) map: Option<Box<str>>,
    /// Others of its category, nearest first.
    pub(super) similar: Vec<ServiceId>,
}

/// When a service is on next, and until when on the clock on the wall that stays so.
#[derive(Debug, Default)]
pub(super) struct Coming {
    told: Option<String>,
    until: NaiveDateTime,
}

/// A page of reviews with their writers' names, and what the provider answered.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) reviews: Vec<(Review, String)>,
    pub(super) replies: HashMap<ReviewId, ReplyRow>,
}

/// The feed that a service was taken from: name, address, licence, attribution.
pub(super) type Taken = (String, Option<String>, String, String);

/// A story, and the others to look at as they are now.
pub struct Opened {
    pub(super) story: Arc<Story>,
    pub(super) similar: Vec<Arc<WholeService>>,
}

impl Story {
    /// Reads what a service tells.
    pub(super) fn read(
        conn: &mut Conn,
        index: &Index,
        whole: Arc<WholeService>,
        now: UtcTime,
    ) -> Result<Self, AppError> {
        let today = day(now);
        let id = whole.service.id;
        let near = whole.locations.first().map(|at| (at.latitude, at.longitude));
        let rated = whole.rating.ratings() > 0;
        let details = store::details(conn, id, whole.service.organization_id)?;
        let by_council = details.areas.iter().any(|(kind, _)| *kind == AreaKind::Authority);
        Ok(Self {
            next: Coming::of(&details, now),
            details,
            prices: store::prices(conn, id)?,
            councils: if by_council { places::store::authority_names(conn)? } else { HashMap::new() },
            said: if rated { Said::read(conn, id, 1)? } else { Said::default() },
            aspects: if rated { reviews::store::aspects_of(conn, id)? } else { Aspects::default() },
            upkeep: freshness::pages::upkeep(conn, &whole.service, today)?,
            from: open_referral::store::source_of(conn, id)?,
            map: map(&whole),
            similar: index.others_of(&whole.service.category_id, near, id, SIMILAR),
            whole,
        })
    }
}

impl Coming {
    fn of(details: &Details, now: UtcTime) -> Self {
        let next = opening::next(&details.schedules, now);
        let changes = next.and_then(|next| if next.on_now { next.ends } else { Some(next.starts) });
        let midnight = (wall_clock(now).date() + Days::new(1)).and_time(NaiveTime::MIN);
        Self {
            told: next.map(|next| opening::next_in_words(&next, now)),
            until: changes.map_or(midnight, |changes| changes.min(midnight)),
        }
    }

    /// In words: as they were found, while they hold.
    pub(super) fn at(&self, details: &Details, now: UtcTime) -> Option<String> {
        if wall_clock(now) < self.until { self.told.clone() } else { Self::of(details, now).told }
    }
}

impl Said {
    /// Reads one page of reviews, newest first.
    pub(super) fn read(conn: &mut Conn, id: ServiceId, page: u32) -> QueryResult<Self> {
        let reviews = reviews::store::reviews_of(conn, id, i64::from(page), REVIEWS)?;
        let replies = care::replies(conn, &reviews.iter().map(|(review, _)| review.id).collect::<Vec<_>>())?;
        Ok(Self { reviews, replies })
    }
}

/// Where it is, and how far it comes out; nothing for a service that is nowhere.
pub(super) fn map(whole: &WholeService) -> Option<Box<str>> {
    let at = whole.locations.first()?;
    Some(of_service((at.latitude, at.longitude), whole.radius_metres.map(f64::from), &at.postal_code).into())
}
