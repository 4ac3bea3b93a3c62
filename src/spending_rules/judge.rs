//! What the rules of a budget's authority say of a purchase, with what was bought before where a limit asks for it.

use chrono::{Datelike, Days, NaiveDate};

use crate::catalogue::{self, Offer};
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::identity::BudgetHolder;
use crate::money::Money;
use crate::purchasing;

use super::rule::{LimitPer, Purchasing, Rules, SpendingRule, Verdict};
use super::store;

/// What the rules say, once limits and exceptions are looked at.
#[derive(Clone, Debug)]
pub enum Judged {
    /// Go on.
    Fine,
    /// Ask the question of this rule first.
    Ask(Box<SpendingRule>),
    /// This rule says no.
    Refused(Box<SpendingRule>),
}

/// Judges a purchase that begins on a day. Without rules it asks the database nothing.
pub fn judge(
    tx: &mut Conn,
    rules: &Rules,
    holder: &BudgetHolder,
    (offer, total): (&Offer, Money),
    starts_on: NaiveDate,
    now: UtcTime,
) -> diesel::QueryResult<Judged> {
    if rules.all().is_empty() {
        return Ok(Judged::Fine);
    }
    let mut kind = None;
    if rules.asks_for_kind() {
        kind = catalogue::store::service_names(tx, &[offer.service])?.remove(&offer.service).map(|(_, kind)| kind);
    }
    let wanted = Purchasing { category: &offer.category_id, kind, total };
    let verdict = rules.verdict(wanted, day(now), |rule, per| {
        let covers = rule.category.as_ref().map(|_| &rule.covers);
        let within = (per == LimitPer::Week).then(|| week_of(starts_on));
        purchasing::store::bought_so_far(tx, holder.budget(), (covers, rule.kind), within)
    })?;
    match verdict {
        Verdict::Fine => Ok(Judged::Fine),
        Verdict::Ask(rule) => Ok(Judged::Ask(Box::new(rule.clone()))),
        Verdict::Refused(rule) => {
            let rule = Box::new(rule.clone());
            let granted = store::is_granted(tx, holder.budget(), offer.service, rule.id)?;
            Ok(if granted { Judged::Fine } else { Judged::Refused(rule) })
        }
    }
}

/// Monday to Sunday around a day.
fn week_of(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let monday = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
    (monday, monday + Days::new(6))
}
