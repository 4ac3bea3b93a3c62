//! The verb: on the day that a price begins or ends, the log is told that its service changed, so that whatever follows
//! the log (the search index, saved searches) knows the price of the day.

use chrono::{Datelike, NaiveDate};
use diesel::QueryResult;

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::log::{self, EventKind, NewEvent, Position};

use super::store;

/// The name under which the day is kept that was told last.
pub const PRICES: &str = "prices";

/// Tells the log of every service whose price changes between the day that was told last and today; whether there was a
/// new day. One node does it: the row of the day is held until the transaction ends.
pub fn tell_price_days(tx: &mut Conn, today: NaiveDate, now: UtcTime) -> QueryResult<bool> {
    let number = i64::from(today.num_days_from_ce());
    let told = log::position(tx, PRICES)?.seq;
    if told >= number {
        return Ok(false);
    }
    // At the very first there is nothing to catch up with.
    let last = i32::try_from(told).ok().and_then(NaiveDate::from_num_days_from_ce_opt).unwrap_or(today);
    if told > 0 {
        let changed = store::prices_that_change(tx, last, today)?;
        let event = |id| NewEvent::plain(None, EventKind::ServiceChanged, id, now);
        log::append(tx, &changed.iter().map(event).collect::<Vec<_>>())?;
    }
    log::move_position(tx, PRICES, Position { tx: 0, seq: number }, now)?;
    Ok(true)
}
