//! What the page of a service tells everybody, as it was read: kept on the shelf, the same for every visitor.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use diesel::QueryResult;

use crate::db::Conn;
use crate::error::AppError;
use crate::freshness;
use crate::ids::{AuthorityId, ReviewId, ServiceId};
use crate::places;
use crate::reviews::care::{self, ReplyRow};
use crate::reviews::store::Aspects;
use crate::reviews::{self, Review};
use crate::search::{Filters, Index, Search, Sort, of_service};

use super::detail::{AreaKind, Details};
use super::service::{CostOption, WholeService};
use super::views::Upkeep;
use super::{open_referral, store};

/// Reviews on one page.
pub(super) const REVIEWS: i64 = 5;

/// Others to look at.
const SIMILAR: u32 = 3;

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
    /// Where it is, drawn.
    pub(super) map: Option<Box<str>>,
    /// Others of its category, nearest first.
    pub(super) similar: Vec<ServiceId>,
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
        today: NaiveDate,
    ) -> Result<Self, AppError> {
        let id = whole.service.id;
        let rated = whole.rating.ratings() > 0;
        let details = store::details(conn, id, whole.service.organization_id)?;
        let by_council = details.areas.iter().any(|(kind, _)| *kind == AreaKind::Authority);
        Ok(Self {
            details,
            prices: store::prices(conn, id)?,
            councils: if by_council { places::store::authority_names(conn)? } else { HashMap::new() },
            said: if rated { Said::read(conn, id, 1)? } else { Said::default() },
            aspects: if rated { reviews::store::aspects_of(conn, id)? } else { Aspects::default() },
            upkeep: freshness::pages::upkeep(conn, &whole.service, today)?,
            from: open_referral::store::source_of(conn, id)?,
            map: map(&whole),
            similar: similar(index, &whole)?,
            whole,
        })
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

fn similar(index: &Index, whole: &WholeService) -> Result<Vec<ServiceId>, AppError> {
    let search = Search {
        near: whole.locations.first().map(|at| (at.latitude, at.longitude)),
        filters: Filters { categories: vec![whole.service.category_id.clone()], ..Filters::default() },
        sort: Sort::Distance,
        page: 1,
        per_page: SIMILAR + 1,
        ..Search::default()
    };
    let found = index.find(&search).map_err(AppError::unexpected)?;
    let others = found.hits.iter().map(|hit| hit.id).filter(|id| *id != whole.service.id);
    Ok(others.take(SIMILAR as usize).collect())
}
