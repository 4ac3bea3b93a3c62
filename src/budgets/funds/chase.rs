//! The verb of the day: returns that a quarter's end makes due are put down, and late ones are asked for by letter.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use crate::catalogue::upkeep;
use crate::clock::{UtcTime, day, long_date};
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::{AuthorityId, FundReturnId, OrganizationId};
use crate::log::daily;
use crate::money::Money;
use crate::places::settings::{self, Setting};
use crate::post::{self, Told};
use crate::web::page::Link;

use super::fund_return::{FundReturn, ReturnState, quarter_of};
use super::store::{self, Held};

/// The name of this daily job.
pub const JOB: &str = "fund returns";

/// Late returns of one step.
const AT_ONCE: i64 = 200;

/// Why returns could not be asked for.
#[derive(Debug, thiserror::Error)]
pub enum ChaseError {
    /// The database.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
    /// A letter could not be written.
    #[error("a letter could not be written")]
    Letter(#[source] AppError),
}

/// Puts down what is due, and asks for the next late returns, one letter for each provider; whether there are more.
pub fn chase_some(tx: &mut Conn, public_url: &str, now: UtcTime) -> Result<bool, ChaseError> {
    let today = day(now);
    let Some(after) = daily::turn(tx, JOB, today)? else { return Ok(false) };
    if after.is_empty() {
        put_down(tx, today)?;
    }
    let late = store::late(tx, today, &after, AT_ONCE)?;
    let mut of_each: BTreeMap<OrganizationId, Vec<&FundReturn>> = BTreeMap::new();
    for each in &late {
        let every = settings::setting(tx, each.authority_id, Setting::ChaseReturnsEveryDays)?;
        let asked = each.chased_on.is_some_and(|on| (today - on).num_days() < every);
        if !asked {
            store::note_chased(tx, each.id, today)?;
            of_each.entry(each.organization_id).or_default().push(each);
        }
    }
    for (provider, returns) in of_each {
        let told = told(&returns, public_url);
        for address in upkeep::addresses_of(tx, provider)? {
            let letter = told.letter("returns late", &address).map_err(ChaseError::Letter)?;
            post::queue(tx, &letter, now)?;
        }
    }
    let full = i64::try_from(late.len()).is_ok_and(|count| count == AT_ONCE);
    let next = late.last().filter(|_| full).map(|each| each.id.to_string());
    daily::note_turn(tx, JOB, today, next.as_deref(), now)?;
    Ok(next.is_some())
}

fn told(returns: &[&FundReturn], public_url: &str) -> Told {
    let heading = match returns {
        [_] => "A return about an individual service fund is late".to_owned(),
        more => format!("{} returns about individual service funds are late", more.len()),
    };
    let item = |each: &&FundReturn| {
        let last = each.covers_until.pred_opt().unwrap_or(each.covers_until);
        (
            format!("{} to {}", long_date(each.covers_from), long_date(last)),
            format!("was due on {}", long_date(each.due_on)),
        )
    };
    Told {
        heading,
        paragraphs: vec![
            "You hold money for somebody, and account for it person by person. Please file what is missing; what we know is \
             filled in already. We ask again until it is there."
                .into(),
        ],
        items: returns.iter().take(20).map(item).collect(),
        action: Some(Link { label: "File the returns".into(), href: format!("{public_url}/provider/funds") }),
        ..Told::default()
    }
}

/// What an authority asks of those who hold funds.
#[derive(Clone, Copy)]
struct Rule {
    months: i64,
    due_days: i64,
}

/// Puts down the returns about the last stretch that is over, for every fund that was held in it.
fn put_down(tx: &mut Conn, today: NaiveDate) -> Result<(), ChaseError> {
    let mut rules: BTreeMap<AuthorityId, Rule> = BTreeMap::new();
    // The longest stretch is a year.
    for fund in store::funds_between(tx, (today - Days::new(731), today))? {
        let rule = if let Some(rule) = rules.get(&fund.authority) {
            *rule
        } else {
            let rule = Rule {
                months: settings::setting(tx, fund.authority, Setting::FundReturnMonths)?,
                due_days: settings::setting(tx, fund.authority, Setting::FundReturnDueDays)?,
            };
            rules.insert(fund.authority, rule);
            rule
        };
        let Some((from, until)) = quarter_of(today, rule.months) else { continue };
        if let Some(due) = due(&fund, (from, until), rule.due_days) {
            store::insert_due(tx, &due)?;
        }
    }
    Ok(())
}

/// The return that a fund makes due for a stretch, if it was held in it.
fn due(fund: &Held, (from, until): (NaiveDate, NaiveDate), due_days: i64) -> Option<FundReturn> {
    let (covers_from, covers_until) = (from.max(fund.since), until.min(fund.ends_on));
    (covers_from < covers_until).then_some(())?;
    Some(FundReturn {
        id: FundReturnId::new(),
        authority_id: fund.authority,
        organization_id: fund.organization,
        budget_id: fund.budget,
        covers_from,
        covers_until,
        due_on: until + chrono::TimeDelta::days(due_days),
        state: ReturnState::Due,
        opening_pence: Money::ZERO,
        received_pence: Money::ZERO,
        spent_pence: Money::ZERO,
        balance_pence: Money::ZERO,
        ledger_pence: Money::ZERO,
        quarter_hours: 0,
        note: String::new(),
        filed_by: None,
        filed_at: None,
        answer: String::new(),
        decided_by: None,
        decided_at: None,
        chased_on: None,
    })
}
