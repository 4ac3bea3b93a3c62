//! The noun: one review.

use diesel::prelude::*;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::clock::UtcTime;
use crate::db::schema::reviews;
use crate::ids::{PersonId, PurchaseId, ReviewId, ServiceId};

/// The stars of one review: overall, and for what matters; each 1 to 5.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
pub struct Stars {
    /// Overall.
    pub stars: i32,
    /// Did they come, and on time?
    pub reliability: Option<i32>,
    /// Were they kind?
    pub kindness: Option<i32>,
    /// Did they tell you what you needed to know?
    pub communication: Option<i32>,
    /// Was it worth the money?
    pub value: Option<i32>,
    /// Did it help with what matters to you?
    pub outcome: Option<i32>,
}

/// One review as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = reviews, treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct Review {
    /// Which.
    pub id: ReviewId,
    /// Of which service.
    pub service_id: ServiceId,
    /// By whom.
    pub person_id: PersonId,
    /// The purchase that verifies it.
    pub purchase_id: PurchaseId,
    /// Overall.
    pub stars: i32,
    /// Did they come, and on time?
    pub reliability: Option<i32>,
    /// Were they kind?
    pub kindness: Option<i32>,
    /// Did they tell you what you needed to know?
    pub communication: Option<i32>,
    /// Was it worth the money?
    pub value: Option<i32>,
    /// Did it help with what matters to you?
    pub outcome: Option<i32>,
    /// In their own words; may be empty.
    pub words: String,
    /// Whether the name is kept from everybody.
    pub anonymous: bool,
    /// When it was written or last changed.
    pub written_at: UtcTime,
}
