//! All SQL of reviews.

use std::collections::BTreeMap;

use diesel::prelude::*;

use crate::catalogue::Rating;
use crate::db::schema::{people, reviews, service_ratings};
use crate::db::{Conn, both};
use crate::ids::{PersonId, ServiceId};

use super::care::ReviewState;
use super::review::Review;

/// Rows of one INSERT.
const BATCH: usize = 400;

/// What a person said of a service.
pub fn review_by(conn: &mut Conn, service: ServiceId, person: PersonId) -> QueryResult<Option<Review>> {
    reviews::table
        .filter(reviews::service_id.eq(service).and(reviews::person_id.eq(person)))
        .select(Review::as_select())
        .first(conn)
        .optional()
}

/// The newest reviews of a service, with the writers' names.
pub fn reviews_of(conn: &mut Conn, service: ServiceId, page: i64, per_page: i64) -> QueryResult<Vec<(Review, String)>> {
    reviews::table
        .inner_join(people::table)
        .filter(reviews::service_id.eq(service).and(reviews::state.eq(ReviewState::Published)))
        .order((reviews::written_at.desc(), reviews::id.desc()))
        .select((Review::as_select(), people::display_name))
        .limit(per_page)
        .offset((page - 1) * per_page)
        .load(conn)
}

/// Writes a review, new or in place of `earlier`, and moves the counts of the stars by exactly the difference; only what
/// people can read counts.
pub fn save(
    tx: &mut Conn,
    review: &Review,
    state: ReviewState,
    earlier: Option<(&Review, ReviewState)>,
) -> QueryResult<()> {
    match earlier {
        None => {
            diesel::insert_into(reviews::table).values((review, reviews::state.eq(state))).execute(tx)?;
        }
        Some(_) => {
            diesel::update(reviews::table.find(review.id)).set((review, reviews::state.eq(state))).execute(tx)?;
        }
    }
    let counted = earlier.filter(|(_, state)| *state == ReviewState::Published);
    if let Some((earlier, _)) = counted {
        count_one(tx, earlier, -1)?;
    }
    if state == ReviewState::Published { count_one(tx, review, 1) } else { Ok(()) }
}

/// Counts one review into the stars of its service, or out of them.
pub(super) fn count_one(tx: &mut Conn, review: &Review, by: i32) -> QueryResult<()> {
    let mut counts = [0; 5];
    if let Some(slot) = usize::try_from(review.stars - 1).ok().and_then(|place| counts.get_mut(place)) {
        *slot = by;
    }
    count(tx, review.service_id, counts)
}

/// Writes new reviews of people who had none of these services yet.
pub fn insert_all(tx: &mut Conn, new: &[Review]) -> QueryResult<()> {
    let mut sums: BTreeMap<ServiceId, [i32; 5]> = BTreeMap::new();
    for rows in new.chunks(BATCH) {
        crate::both!(tx, c => diesel::insert_into(reviews::table).values(rows).execute(c))?;
    }
    for review in new {
        let counts = sums.entry(review.service_id).or_default();
        if let Some(slot) = usize::try_from(review.stars - 1).ok().and_then(|place| counts.get_mut(place)) {
            *slot += 1;
        }
    }
    sums.into_iter().try_for_each(|(service, by)| count(tx, service, by))
}

/// Adds to how often a service was given each number of stars.
pub fn count(tx: &mut Conn, service: ServiceId, by: [i32; 5]) -> QueryResult<()> {
    use service_ratings::{fives, fours, ones, service_id, threes, twos};
    let none = (service_id.eq(service), ones.eq(0), twos.eq(0), threes.eq(0), fours.eq(0), fives.eq(0));
    both(diesel::insert_into(service_ratings::table).values(none).on_conflict_do_nothing()).execute(tx)?;
    let [a, b, c, d, e] = by;
    diesel::update(service_ratings::table.find(service))
        .set((ones.eq(ones + a), twos.eq(twos + b), threes.eq(threes + c), fours.eq(fours + d), fives.eq(fives + e)))
        .execute(tx)
        .map(drop)
}

/// Services whose counts of stars are not those of their reviews: for `waymark verify`.
pub fn wrong_counts(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let told: Vec<(ServiceId, i32, i64)> = reviews::table
        .filter(reviews::state.eq(ReviewState::Published))
        .group_by((reviews::service_id, reviews::stars))
        .select((reviews::service_id, reviews::stars, diesel::dsl::count_star()))
        .load(conn)?;
    let mut recount: BTreeMap<ServiceId, Rating> = BTreeMap::new();
    for (service, stars, count) in told {
        let rating = recount.entry(service).or_default();
        if let Some(slot) = usize::try_from(stars - 1).ok().and_then(|place| rating.counts.get_mut(place)) {
            *slot = i32::try_from(count).unwrap_or(i32::MAX);
        }
    }
    let kept: Vec<(ServiceId, i32, i32, i32, i32, i32)> = service_ratings::table.load(conn)?;
    for (service, a, b, c, d, e) in kept {
        let counts = [a, b, c, d, e];
        if counts != [0; 5] && recount.get(&service) == Some(&Rating { counts }) {
            recount.remove(&service);
        } else if counts != [0; 5] {
            recount.entry(service).or_default();
        }
    }
    Ok(recount.keys().map(|service| format!("the stars of service {service} are not those of its reviews")).collect())
}

type AspectSums = (Option<i64>, i64);

/// The mean of one aspect is its sum by its count; both are whole numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aspects {
    /// Sum and count of reliability, kindness, communication, value, outcome.
    pub sums: [(i64, i64); 5],
}

/// How a service was rated for each aspect.
pub fn aspects_of(conn: &mut Conn, service: ServiceId) -> QueryResult<Aspects> {
    use diesel::dsl::{count, sum};
    let row: (AspectSums, AspectSums, AspectSums, AspectSums, AspectSums) = reviews::table
        .filter(reviews::service_id.eq(service).and(reviews::state.eq(ReviewState::Published)))
        .select((
            (sum(reviews::reliability), count(reviews::reliability)),
            (sum(reviews::kindness), count(reviews::kindness)),
            (sum(reviews::communication), count(reviews::communication)),
            (sum(reviews::value), count(reviews::value)),
            (sum(reviews::outcome), count(reviews::outcome)),
        ))
        .first(conn)?;
    let of = |(sum, count): AspectSums| (sum.unwrap_or(0), count);
    Ok(Aspects { sums: [of(row.0), of(row.1), of(row.2), of(row.3), of(row.4)] })
}
