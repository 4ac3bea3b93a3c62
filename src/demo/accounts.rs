//! Where the town's providers are paid, and what its people say that their direct payments went on.

use chrono::{Days, TimeDelta};

use crate::app::App;
use crate::budgets::{self, FundingRoute};
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::{self, BudgetReader, SignedIn};
use crate::ids::{PersonId, SubmissionKey};
use crate::money::Money;
use crate::monitoring;
use crate::payments::{self, BankAccount, Payee};
use crate::places::reference::authority_id;
use crate::start::Failure;
use crate::vault::Vault;

use super::people::TRAFFORD;

fn person(key: &str) -> PersonId {
    PersonId::named(&format!("demo person:{key}"))
}

/// Every provider with an invoice to Trafford but the last two by name has given an invented account, and so has the council.
pub(super) fn write(app: &App) -> Result<(), Failure> {
    let (vault, now) = (app.vault.clone(), app.clock.now());
    app.db.write_now(move |tx: &mut Conn| {
        let council = authority_id(TRAFFORD);
        let long_ago = now - TimeDelta::days(200);
        let own = BankAccount::checked("Trafford Council", "200000", "55779911", "")?;
        payments::give_account(tx, &vault, &Payee::Authority(council), &own, person("janet"), long_ago)?;
        let mut providers = payments::store::without_account(tx, council)?;
        providers.truncate(providers.len().saturating_sub(2));
        for (place, (provider, name, ..)) in providers.iter().enumerate() {
            let number = format!("{:08}", 10_204_507 + place * 7_331);
            let name: String = name.chars().take(70).collect();
            let account = BankAccount::checked(&name, "200000", &number, "")?;
            // One of them is new: whoever approves looks twice.
            let since = if place == 3 { now - TimeDelta::days(4) } else { long_ago };
            let by = person(if place == 3 { "bisi" } else { "janet" });
            payments::give_account(tx, &vault, &Payee::Organization(*provider), &account, by, since)?;
        }
        holders(tx, &vault, now)?;
        said(tx, now)
    })?;
    let done = app.db.write_now(move |tx: &mut Conn| monitoring::flag_some(tx, now))?;
    while done && app.db.write_now(move |tx: &mut Conn| monitoring::flag_some(tx, now))? {}
    Ok(())
}

/// Nearly everybody who holds a budget of Trafford's has said where it is paid.
fn holders(tx: &mut Conn, vault: &Vault, now: UtcTime) -> Result<(), AppError> {
    let (mut after, mut place) = (None, 0_usize);
    loop {
        let (due, next) = payments::holders_due(tx, authority_id(TRAFFORD), (None, day(now)), after)?;
        for each in due.iter().filter(|each| each.account.is_none() && each.due.holder.organization.is_none()) {
            place += 1;
            if place % 40 == 7 {
                continue; // somebody is always late
            }
            let mut name = each.due.holder.name.clone();
            if name.is_empty() {
                name = identity::store::name(tx, each.due.person)?.unwrap_or_default();
            }
            let name: String = name.chars().take(70).collect();
            let account = BankAccount::checked(&name, "200000", &format!("{:08}", 31_004_211 + place * 5_417), "")?;
            let payee = Payee::of_holder(each.due.budget, &each.due.holder);
            payments::give_account(tx, vault, &payee, &account, each.due.person, now - TimeDelta::days(200))?;
        }
        after = next;
        if after.is_none() {
            return Ok(());
        }
    }
}

fn said(tx: &mut Conn, now: UtcTime) -> Result<(), AppError> {
    let today = day(now);
    for (key, spent, left, words) in [
        ("amira", 640, 1_735, "Bisi twice a week, swimming with her on Fridays, and a grabber for the kitchen."),
        ("george", 910, 60, "Company in the afternoons. The taxi to the memory clinic."),
    ] {
        let Some(who) = SignedIn::known(tx, person(key))? else { continue };
        let held = budgets::store::budgets_of(tx, &who)?
            .into_iter()
            .filter(|budget| budget.person_id == who.person() && budget.funding_route == FundingRoute::DirectPayment);
        let Some(budget) = held.into_iter().find(|budget| budget.starts_on <= today && today < budget.ends_on) else {
            continue;
        };
        let Some(reader) = BudgetReader::find(tx, &who, budget.id)? else { continue };
        let to_on = (today - Days::new(20)).max(budget.starts_on);
        let said = monitoring::Said {
            from_on: (to_on - Days::new(90)).max(budget.starts_on),
            to_on,
            spent: Money::pounds(spent),
            left: Money::pounds(left),
            words: words.into(),
            key: SubmissionKey::named(&format!("demo:{key}")),
        };
        monitoring::declare(tx, &reader, &said, now - TimeDelta::days(18))?;
    }
    Ok(())
}
