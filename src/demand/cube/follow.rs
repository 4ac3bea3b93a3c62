//! The follower's step: events of the log into cells.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use diesel::QueryResult;
use diesel::result::Error as DieselError;

use crate::clock::UtcTime;
use crate::db::{Conn, Db};
use crate::log::{self, Event, EventKind, Position};
use crate::purchasing::PurchaseFact;

use super::store;
use super::{Cells, Counted, Counts, Grain, Place, Slice, Step};

/// The name under which the log keeps our position.
/// The name of the follower that keeps the cells.
pub const FOLLOWER: &str = "demand";

/// How many events a rebuild counts in one transaction: few enough that others can write in between.
const REBUILD_BATCH: i64 = 20_000;

/// Counts the next events of the log; tells whether there were any.
///
/// The position moves in the same transaction, and its row is held, so that nothing is counted twice by two nodes.
pub fn follow(tx: &mut Conn, at_most: i64, now: UtcTime) -> QueryResult<bool> {
    Ok(follow_some(tx, at_most, now)? > 0)
}

/// Empties the cells and counts the whole log again; `progress` is told how many events were counted so far.
///
/// Members and the noise's secret stay: a figure that was released once is released the same again.
pub fn rebuild(db: &Db, now: UtcTime, mut progress: impl FnMut(usize)) -> QueryResult<()> {
    db.write_now(move |tx| {
        log::position(tx, FOLLOWER)?; // held until the cells are empty
        store::empty(tx)?;
        log::move_position(tx, FOLLOWER, Position::default(), now)
    })?;
    let mut counted = 0;
    loop {
        let events = db.write_now(move |tx| follow_some(tx, REBUILD_BATCH, now))?;
        if events == 0 {
            return Ok(());
        }
        counted += events;
        progress(counted);
    }
}

fn follow_some(tx: &mut Conn, at_most: i64, now: UtcTime) -> QueryResult<usize> {
    let position = log::position(tx, FOLLOWER)?;
    let events = log::read_after(tx, position, at_most)?;
    let Some(last) = events.last() else { return Ok(0) };
    let facts = events.iter().filter_map(|event| fact_of(event).transpose()).collect::<QueryResult<Vec<_>>>()?;
    count(tx, &facts)?;
    log::move_position(tx, FOLLOWER, last.position, now)?;
    Ok(events.len())
}

/// What an event tells about demand, if anything. One that cannot be read stops the follower: it would be missing.
fn fact_of(event: &Event) -> QueryResult<Option<(Step, PurchaseFact)>> {
    let step = match event.kind {
        EventKind::PurchaseRequested => Step::Requested,
        EventKind::PurchaseDeclined => Step::Declined,
        EventKind::DeliveryConfirmed => Step::Delivered,
        _ => return Ok(None),
    };
    let fact = serde_json::from_str(&event.detail).map_err(|cause| DieselError::DeserializationError(cause.into()))?;
    Ok(Some((step, fact)))
}

/// Counts facts into the stored cells of every grain.
pub(super) fn count(tx: &mut Conn, facts: &[(Step, PurchaseFact)]) -> QueryResult<()> {
    if facts.is_empty() {
        return Ok(());
    }
    store::make_noise_secret(tx)?;
    let ids: HashSet<String> =
        facts.iter().flat_map(|(_, fact)| [fact.person.to_string(), fact.organization.to_string()]).collect();
    let ordinals = store::ordinals_given(tx, ids)?;
    let mut words = Words::default();
    let mut counts = Counts::new();
    for (step, fact) in facts {
        let ordinal = |id: &str| ordinals.get(id).copied().ok_or(DieselError::NotFound);
        counts.count(Counted {
            authority: fact.authority,
            step: *step,
            month: fact.month,
            ward_code: words.word(&fact.ward_code),
            place: words.place(&fact.category_id, &fact.funding_route),
            person: ordinal(fact.person.as_str())?,
            provider: ordinal(fact.organization.as_str())?,
            quantity: fact.quantity,
            pence: fact.amount_pence,
        });
    }
    for grain in Grain::EVERY {
        if grain != Grain::FINEST {
            counts.roll_up(grain);
        }
    }
    let slices: BTreeMap<Slice, Cells> = counts.slices.into_iter().collect();
    let months: BTreeSet<_> = slices.keys().map(|slice| (slice.authority, slice.month)).collect();
    for (authority, month) in months {
        store::note_change(tx, authority, month)?;
    }
    for (slice, counted) in slices {
        let mut cells = store::cells(tx, &slice)?;
        for (place, cell) in counted {
            cells.entry(place).or_default().add(&cell);
        }
        store::put(tx, &slice, &cells)?;
    }
    Ok(())
}

/// Each word once in memory: there are few, and very many places made of them.
#[derive(Default)]
pub(super) struct Words(HashSet<Arc<str>>);

impl Words {
    pub(super) fn place(&mut self, category_id: &str, funding_route: &str) -> Place {
        Place { category_id: self.word(category_id), funding_route: self.word(funding_route) }
    }

    pub(super) fn word(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let word: Arc<str> = text.into();
        self.0.insert(Arc::clone(&word));
        word
    }
}

/// From id to the number that stands for it.
pub(super) type Ordinals = HashMap<String, u32>;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use crate::db::DatabaseUrl;
    use crate::demand::{Dimension, Figure, Measure, Query, Rules, release};

    use super::super::support::{Council, last_month, now};
    use super::*;

    fn people_in_all(council: &mut Council) -> Figure {
        let query = Query::of(Measure::People, Dimension::Ward, 1, last_month());
        release(&mut council.conn, council.authority, &query, &Rules::default(), now()).unwrap().total
    }

    /// Every stored cell, in order.
    fn everything(council: &mut Council) -> Vec<(Slice, Place, super::super::Cell)> {
        let mut all = Vec::new();
        for grain in Grain::EVERY {
            for slice in store::slices(&mut council.conn, council.authority, grain).unwrap() {
                let cells = store::cells(&mut council.conn, &slice).unwrap();
                all.extend(cells.into_iter().map(|(place, cell)| (slice.clone(), place, cell)));
            }
        }
        all
    }

    fn some_months(council: &mut Council) {
        for n in 0..40_i64 {
            let mut fact = council.fact(&format!("person {}", n % 11), &format!("provider {}", n % 4));
            fact.month -= i32::try_from(n % 3).unwrap();
            fact.ward_code = format!("W{}", n % 3 + 1);
            council.happened(EventKind::PurchaseRequested, &fact);
            council.happened(EventKind::PurchaseAgreed, &fact);
            let kind = if n % 5 == 0 { EventKind::PurchaseDeclined } else { EventKind::DeliveryConfirmed };
            council.happened(kind, &fact);
        }
    }

    #[test]
    fn every_grain_counts_each_purchase_once() {
        let mut council = Council::open();
        some_months(&mut council);
        council.follow();
        assert!(!follow(&mut council.conn, 100, now()).unwrap(), "nothing is left to count");
        for grain in Grain::EVERY {
            let cells = everything(&mut council);
            let of = |step: Step| cells.iter().filter(move |cell| cell.0.grain == grain && cell.0.step == step);
            assert_eq!(of(Step::Requested).map(|cell| cell.2.lines).sum::<i64>(), 40);
            assert_eq!(of(Step::Declined).map(|cell| cell.2.lines).sum::<i64>(), 8);
            assert_eq!(of(Step::Delivered).map(|cell| cell.2.pence).sum::<i64>(), 3200);
        }
    }

    #[test]
    fn a_rebuild_gives_the_same_cells_and_the_same_figures() {
        let mut council = Council::open();
        some_months(&mut council);
        council.follow();
        let (cells, figure) = (everything(&mut council), people_in_all(&mut council));
        assert!(figure.released().is_some());
        let db = Db::open(&DatabaseUrl::Sqlite(council.path()), 1).unwrap();
        let mut told = Vec::new();
        rebuild(&db, now(), |counted| told.push(counted)).unwrap();
        assert_eq!(told, [120]);
        assert!(everything(&mut council) == cells, "the cells are not the same");
        assert_eq!(people_in_all(&mut council), figure);
    }

    #[test]
    fn a_fact_that_cannot_be_read_stops_the_follower_and_moves_nothing() {
        let mut council = Council::open();
        let event = crate::log::NewEvent::plain(None, EventKind::PurchaseRequested, &"x", now());
        log::append(&mut council.conn, &[event]).unwrap();
        assert!(follow(&mut council.conn, 100, now()).is_err());
        assert_eq!(log::position(&mut council.conn, FOLLOWER).unwrap(), Position::default());
    }
}
