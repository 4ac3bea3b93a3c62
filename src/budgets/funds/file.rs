//! The verbs: a provider files a return; a finance officer takes it, or sends it back with what is to be put right.

use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::{UtcTime, long_date};
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{FinanceOfficer, ProviderMember};
use crate::ids::FundReturnId;
use crate::money::Money;
use crate::post::{self, Told};
use crate::web::page::Link;

use super::super::MoneyError;
use super::fund_return::{FundReturn, ReturnState};
use super::store;

/// What a provider says of a fund.
#[derive(Clone, Debug)]
pub struct Filed {
    /// What it held on the first day.
    pub opening: Money,
    /// What came from the council.
    pub received: Money,
    /// What was spent for the person.
    pub spent: Money,
    /// What it holds at the end.
    pub balance: Money,
    /// Hours that the person used, in quarters of an hour.
    pub quarter_hours: i32,
    /// What it says about it.
    pub note: String,
}

/// Files a return. It has to add up by itself; where it differs from the ledger it has to say why.
#[tracing::instrument(skip_all, fields(fund_return.id = %id))]
pub fn file(
    tx: &mut Conn,
    member: &ProviderMember,
    id: FundReturnId,
    filed: &Filed,
    now: UtcTime,
) -> Result<FundReturn, AppError> {
    let before = store::return_of(tx, member, id)?;
    if before.state == ReturnState::Accepted {
        return Err(AppError::refused("accepted-already", "the council has taken this return already"));
    }
    let fund = store::fund_of(tx, member, before.budget_id)?;
    let mut wrong = Vec::new();
    let most = Money::pounds(10_000_000);
    for (field, amount) in [("received", filed.received), ("spent", filed.spent)] {
        if amount < Money::ZERO || amount > most {
            wrong.push(FieldError::new(field, "Enter an amount of nothing or more."));
        }
    }
    let adds_up = filed
        .opening
        .as_pence()
        .checked_add(filed.received.as_pence())
        .and_then(|sum| sum.checked_sub(filed.spent.as_pence()));
    if adds_up != Some(filed.balance.as_pence()) {
        let sum = Money::pence(adds_up.unwrap_or_default());
        let why = format!("This does not add up: what you held, and what came, less what was spent, is {sum}.");
        wrong.push(FieldError::new("balance", why));
    }
    if !(0..=40_000).contains(&filed.quarter_hours) {
        wrong.push(FieldError::new("hours", "Enter the hours that were used, like 36.25."));
    }
    let note = filed.note.trim();
    if note.chars().count() > 1_000 {
        wrong.push(FieldError::new("note", "Shorten this to 1,000 letters or fewer."));
    }
    let told = store::standing(tx, &fund, (before.covers_from, before.covers_until))?;
    let difference = filed.balance.as_pence() - told.balance().as_pence();
    if difference != 0 && note.is_empty() {
        let by = Money::pence(difference.abs());
        let why = format!("We know of {} and you of {}: {by} differ. Say why.", told.balance(), filed.balance);
        wrong.push(FieldError::new("note", why));
    }
    if !wrong.is_empty() {
        return Err(AppError::invalid(wrong));
    }
    let after = FundReturn {
        state: ReturnState::Filed,
        opening_pence: filed.opening,
        received_pence: filed.received,
        spent_pence: filed.spent,
        balance_pence: filed.balance,
        ledger_pence: told.balance(),
        quarter_hours: filed.quarter_hours,
        note: note.to_owned(),
        filed_by: Some(member.who().person()),
        filed_at: Some(now),
        ..before.clone()
    };
    if !store::update(tx, &after, before.state)? {
        return Err(AppError::refused("not-now", "somebody else has just filed this return. Open it again"));
    }
    let of = (What::Budget, fund.budget.as_str());
    audit::record(tx, &[Entry::new(member, (Deed::Changed, Why::ToAccountForIt), fund.person, of, now)])?;
    Ok(after)
}

/// Takes a return that was filed, or sends it back with what is to be put right; the provider gets a letter then.
#[tracing::instrument(skip_all, fields(fund_return.id = %id))]
pub fn decide(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    id: FundReturnId,
    (takes, words): (bool, &str),
    public_url: &str,
    now: UtcTime,
) -> Result<FundReturn, AppError> {
    let before = store::return_to(tx, officer, id)?;
    if before.state != ReturnState::Filed {
        return Err(AppError::refused("not-now", "this return does not wait for you"));
    }
    let words = words.trim();
    if words.chars().count() > 500 || (!takes && words.is_empty()) {
        return Err(MoneyError::Why.into());
    }
    let after = FundReturn {
        state: if takes { ReturnState::Accepted } else { ReturnState::SentBack },
        answer: words.to_owned(),
        decided_by: Some(officer.who().person()),
        decided_at: Some(now),
        ..before.clone()
    };
    if !store::update(tx, &after, before.state)? {
        return Err(AppError::refused("not-now", "this return does not wait for you"));
    }
    if !takes {
        let last = before.covers_until.pred_opt().unwrap_or(before.covers_until);
        let told = Told {
            heading: "A return about an individual service fund was sent back".into(),
            paragraphs: vec![
                format!("It covers {} to {}.", long_date(before.covers_from), long_date(last)),
                format!("The council says: {words}"),
            ],
            action: Some(Link {
                label: "Open the return".into(),
                href: format!("{public_url}/provider/funds/returns/{id}"),
            }),
            ..Told::default()
        };
        for address in crate::catalogue::upkeep::addresses_of(tx, before.organization_id)? {
            post::queue(tx, &told.letter("return sent back", &address)?, now)?;
        }
    }
    let (_, person) = super::super::store::whose(tx, before.budget_id)?.ok_or(AppError::NotFound)?;
    let of = (What::Budget, before.budget_id.as_str());
    audit::record(tx, &[Entry::new(officer, (Deed::Changed, Why::ToLookAfterBudgets), person, of, now)])?;
    Ok(after)
}
