//! Counts demand again from the purchases and deliveries themselves, without the log: for `waymark verify`.

use std::collections::HashMap;

use diesel::QueryResult;

use crate::clock::{month_name, month_number, month_start};
use crate::db::Conn;
use crate::ids::{AuthorityId, OrganizationId, PersonId};

use super::follow::Words;
use super::store::{self, Bought, Confirmed};
use super::{Cell, Counted, Counts, Grain, Place, Slice, Step};

/// Rows read at a time.
const PAGE: i64 = 20_000;

/// Names each cell that differs from a recount, and in what; it never says how much.
///
/// Right only when the follower has read the whole log, and while nobody writes.
pub fn differences(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let mut found = Vec::new();
    for authority in store::authority_ids(conn)? {
        let mut counts = recount(conn, authority)?;
        for grain in Grain::EVERY {
            if grain != Grain::FINEST {
                counts.roll_up(grain); // the finest come last, so they are still whole here
            }
            compare(conn, authority, grain, &mut counts, &mut found)?;
        }
    }
    Ok(found)
}

/// The finest cells of one authority, counted from what was bought and delivered.
pub(super) fn recount(conn: &mut Conn, authority: AuthorityId) -> QueryResult<Counts> {
    let mut counts = Counts::new();
    let mut members = Members::default();
    let mut words = Words::default();
    let mut last = String::new();
    loop {
        let page = store::purchases_after(conn, authority, &last, PAGE)?;
        let Some(end) = page.last() else { break };
        last.clone_from(&end.id);
        members.learn(conn, page.iter().map(|line| (line.person, line.organization)))?;
        for line in page {
            count_purchase(&mut counts, &mut words, &members, authority, &line);
        }
    }
    last.clear();
    loop {
        let page = store::confirmed_after(conn, authority, &last, PAGE)?;
        let Some(end) = page.last() else { return Ok(counts) };
        last.clone_from(&end.id);
        members.learn(conn, page.iter().map(|line| (line.person, line.organization)))?;
        for line in page {
            count_delivery(&mut counts, &mut words, &members, authority, &line);
        }
    }
}

fn count_purchase(counts: &mut Counts, words: &mut Words, members: &Members, authority: AuthorityId, line: &Bought) {
    let mut requested = |step| Counted {
        authority,
        step,
        month: month_number(line.requested_at.date()),
        ward_code: words.word(&line.ward_code),
        place: words.place(&line.category_id, &line.funding_route),
        person: members.ordinal(line.person.as_str()),
        provider: members.ordinal(line.organization.as_str()),
        quantity: i64::from(line.quantity),
        pence: 0,
    };
    let steps: &[Step] = if line.state == "declined" { &[Step::Requested, Step::Declined] } else { &[Step::Requested] };
    for step in steps {
        counts.count(requested(*step));
    }
}

fn count_delivery(counts: &mut Counts, words: &mut Words, members: &Members, authority: AuthorityId, line: &Confirmed) {
    counts.count(Counted {
        authority,
        step: Step::Delivered,
        month: month_number(line.delivered_on),
        ward_code: words.word(&line.ward_code),
        place: words.place(&line.category_id, &line.funding_route),
        person: members.ordinal(line.person.as_str()),
        provider: members.ordinal(line.organization.as_str()),
        quantity: i64::from(line.quantity),
        pence: line.amount_pence,
    });
}

/// The numbers of the members met so far.
#[derive(Default)]
struct Members(HashMap<String, u32>);

impl Members {
    /// Looks up those who are met for the first time; who has no number gets one from the far end, which no cell has.
    fn learn(&mut self, conn: &mut Conn, met: impl Iterator<Item = (PersonId, OrganizationId)>) -> QueryResult<()> {
        let mut new: Vec<String> = met
            .flat_map(|(person, organization)| [person.to_string(), organization.to_string()])
            .filter(|id| !self.0.contains_key(id))
            .collect();
        new.sort_unstable();
        new.dedup();
        let known = store::ordinals(conn, &new)?;
        for id in new {
            let unknown = u32::MAX - u32::try_from(self.0.len()).unwrap_or(0);
            let ordinal = known.get(&id).copied().unwrap_or(unknown);
            self.0.insert(id, ordinal);
        }
        Ok(())
    }

    fn ordinal(&self, id: &str) -> u32 {
        self.0.get(id).copied().unwrap_or(u32::MAX)
    }
}

/// Compares the stored cells of one grain with the recounted ones, which it takes away.
fn compare(
    conn: &mut Conn,
    authority: AuthorityId,
    grain: Grain,
    recounted: &mut Counts,
    found: &mut Vec<String>,
) -> QueryResult<()> {
    let mut slices = store::slices(conn, authority, grain)?;
    slices.extend(recounted.slices.keys().filter(|slice| slice.grain == grain).cloned());
    slices.sort_unstable();
    slices.dedup();
    for slice in slices {
        let mut right = recounted.slices.remove(&slice).unwrap_or_default();
        let mut wrong: Vec<(Place, String)> = Vec::new();
        for (place, cell) in store::cells(conn, &slice)? {
            match right.remove(&place) {
                None => wrong.push((place, "is there, but nothing was bought".into())),
                Some(counted) => wrong.extend(differing(&cell, &counted).map(|what| (place, what))),
            }
        }
        wrong.extend(right.into_keys().map(|place| (place, "is missing".into())));
        found.extend(wrong.into_iter().map(|(place, what)| format!("{} {what}", named(&slice, &place))));
    }
    Ok(())
}

/// In what a cell differs from the recounted one.
fn differing(cell: &Cell, recounted: &Cell) -> Option<String> {
    let parts = [
        ("lines", cell.lines != recounted.lines),
        ("units", cell.units != recounted.units),
        ("pence", cell.pence != recounted.pence),
        ("people", cell.people != recounted.people),
        ("providers", cell.providers != recounted.providers),
    ];
    let wrong: Vec<&str> = parts.iter().filter(|(_, differs)| *differs).map(|(part, _)| *part).collect();
    (!wrong.is_empty()).then(|| format!("differs in {}", wrong.join(", ")))
}

/// Names a cell; `*` stands for all.
fn named(slice: &Slice, place: &Place) -> String {
    let Slice { authority, step, month, ward_code, .. } = slice;
    let Place { category_id, funding_route } = place;
    let month = month_name(month_start(*month));
    format!(
        "demand cell of authority {authority}: {step}, {month}, ward {ward_code}, category {category_id}, \
         funding route {funding_route}"
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use diesel::connection::SimpleConnection;

    use crate::log::EventKind;
    use crate::purchasing::PurchaseFact;

    use super::super::support::{Council, last_month};
    use super::*;

    /// A purchase in the base tables, and the events that tell of it.
    fn buy(council: &mut Council, n: i64, state: &str) {
        let fact =
            PurchaseFact { quantity: n, amount_pence: 100 * n, ..council.fact(&format!("person {n}"), "provider") };
        let PurchaseFact { authority, person, organization, .. } = &fact;
        council
            .conn
            .batch_execute(&format!(
                "PRAGMA foreign_keys = OFF;
                 INSERT INTO purchases VALUES ('p{n}', '{authority}', 'b', '{person}', '{organization}', 's', 'c', 'hour', 100,
                     {n}, {n} * 100, 'direct payment', 'W1', 'home-care', '{state}', '', '2026-10-01', 'k{n}', '2026-10-03 10:00:00');"
            ))
            .unwrap();
        council.happened(EventKind::PurchaseRequested, &fact);
        if state == "declined" {
            council.happened(EventKind::PurchaseDeclined, &fact);
        }
        if state == "delivered" {
            council
                .conn
                .batch_execute(&format!(
                    "INSERT INTO deliveries VALUES ('d{n}', '{authority}', 'p{n}', {n}, {n} * 100, '2026-09-30', 'confirmed', '',
                         NULL, NULL, '2026-10-04 10:00:00', '2026-10-05 10:00:00', NULL, 'k');"
                ))
                .unwrap();
            council.happened(EventKind::DeliveryConfirmed, &PurchaseFact { month: last_month() - 1, ..fact });
        }
    }

    #[test]
    fn cells_counted_from_events_equal_a_recount() {
        let mut council = Council::open();
        for (n, state) in (1..).zip(["requested", "declined", "cancelled", "delivered", "delivered", "agreed"]) {
            buy(&mut council, n, state);
        }
        council.follow();
        assert_eq!(differences(&mut council.conn).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_cell_that_is_wrong_is_named_without_its_figures() {
        let mut council = Council::open();
        for n in 1..4 {
            buy(&mut council, n, "requested");
        }
        council.follow();
        buy(&mut council, 4, "delivered"); // not followed
        council.conn.batch_execute("DELETE FROM demand_cells WHERE grain = 2").unwrap();
        let found = differences(&mut council.conn).unwrap();
        let said = |part: &str| found.iter().any(|line| line.contains(part));
        assert!(said("requested, October 2026, ward W1, category *, funding route * differs in lines, units, people"));
        assert!(said("requested, October 2026, ward *, category home-care, funding route * is missing"));
        assert!(said("delivered, September 2026, ward *, category *, funding route * is missing"));
    }
}
