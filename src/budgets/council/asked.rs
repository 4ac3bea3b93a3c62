//! What a finance officer types into the forms of a budget, read into what the verbs take; the same names as on the page.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::QueryResult;
use serde::Deserialize;

use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::FinanceOfficer;
use crate::ids::{OrganizationId, PersonId};
use crate::money::Money;
use crate::providers::typed;

use super::super::change::Change;
use super::super::ledger::Source;
use super::super::shares::{NotAWhole, Shares, percent, read_percent};
use super::super::terms::{Bridging, Holder, PeriodLength, RatePer, Terms};
use super::super::{Agreed, FundingRoute, MoneyError};
use super::store;

/// The ways that a budget of a council can be held.
pub(super) const ROUTES: [FundingRoute; 6] = [
    FundingRoute::DirectPayment,
    FundingRoute::ThirdParty,
    FundingRoute::Trust,
    FundingRoute::Broker,
    FundingRoute::ServiceFund,
    FundingRoute::CouncilManaged,
];

/// A form as it was sent: names and values.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Typed(pub BTreeMap<String, String>);

impl Typed {
    /// What stands in a field, without blanks around it.
    pub(super) fn of(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    pub(super) fn put(&mut self, name: &str, value: impl ToString) {
        self.0.insert(name.to_owned(), value.to_string());
    }

    fn date(&self, name: &str, wrong: &mut Vec<FieldError>) -> Option<NaiveDate> {
        let read = self.of(name).parse().ok();
        if read.is_none() {
            wrong.push(FieldError::new(name, "Enter a date, like 2027-04-06."));
        }
        read
    }

    fn date_if_any(&self, name: &str, wrong: &mut Vec<FieldError>) -> Option<NaiveDate> {
        if self.of(name).is_empty() { None } else { self.date(name, wrong) }
    }

    /// An amount; nothing typed is nothing.
    pub(super) fn money(&self, name: &str, wrong: &mut Vec<FieldError>) -> Money {
        let text = self.of(name);
        if text.is_empty() {
            return Money::ZERO;
        }
        match typed::pounds(text) {
            Ok(pence) => Money::pence(pence),
            Err(why) => {
                wrong.push(FieldError::new(name, why));
                Money::ZERO
            }
        }
    }
}

/// The name of a source or way in forms: "social-care".
pub(super) fn slug(word: &str) -> String {
    word.replace(' ', "-")
}

/// Every part of a form that says what holds.
struct Held {
    rate: Money,
    per: RatePer,
    contribution: Money,
    bridging: Option<Bridging>,
    sources: Option<Result<Shares<Source>, NotAWhole>>,
    holders: Option<Result<Shares<Holder>, NotAWhole>>,
    reason: String,
}

fn held(typed: &Typed, provider: Option<OrganizationId>, wrong: &mut Vec<FieldError>) -> Held {
    let rate = typed.money("rate", wrong);
    let per = typed.of("per").parse().unwrap_or(RatePer::Week);
    let contribution = typed.money("contribution", wrong);
    let weekly = typed.money("bridging", wrong);
    let until = typed.date_if_any("bridging_until", wrong);
    let bridging = match (weekly, until) {
        (Money::ZERO, None) => None,
        (weekly, Some(until)) if weekly > Money::ZERO => Some(Bridging { weekly, until }),
        _ => {
            wrong.push(FieldError::new("bridging", "Enter both: how much a week, and the first day without it."));
            None
        }
    };
    let mut share = |name: &str| -> i32 {
        let text = typed.of(name);
        if text.is_empty() {
            return 0;
        }
        read_percent(text).unwrap_or_else(|| {
            wrong.push(FieldError::new(name, "Enter a percentage, like 58 or 33.33."));
            0
        })
    };
    let sources: Vec<(Source, i32)> = Source::POOLED
        .iter()
        .map(|source| (*source, share(&slug(source.as_str()))))
        .filter(|(_, share)| *share > 0)
        .collect();
    let holders: Vec<(Holder, i32)> = ROUTES
        .iter()
        .map(|route| {
            let name = slug(route.as_str());
            let organization = provider.filter(|_| *route == FundingRoute::ServiceFund);
            let said = if *route == FundingRoute::ServiceFund { "" } else { typed.of(&format!("{name}-name")) };
            (Holder { route: *route, name: said.to_owned(), organization }, share(&name))
        })
        .filter(|(_, share)| *share > 0)
        .collect();
    Held {
        rate,
        per,
        contribution,
        bridging,
        sources: (!sources.is_empty()).then(|| Shares::new(sources)),
        holders: (!holders.is_empty()).then(|| Shares::new(holders)),
        reason: typed.of("reason").to_owned(),
    }
}

/// The provider that was named, where one was.
pub(super) fn provider(conn: &mut Conn, typed: &Typed) -> QueryResult<Result<Option<OrganizationId>, FieldError>> {
    let named = typed.of("provider");
    if named.is_empty() || typed.of(&slug(FundingRoute::ServiceFund.as_str())).is_empty() {
        return Ok(Ok(None));
    }
    let found = store::provider_named(conn, named)?;
    let unknown = || FieldError::new("provider", "We know no provider of this name. Write it as its page does.");
    Ok(found.map(Some).ok_or_else(unknown))
}

fn shares<T>(
    asked: Option<Result<Shares<T>, NotAWhole>>,
    why: fn(NotAWhole) -> MoneyError,
) -> Result<Option<Shares<T>>, AppError> {
    Ok(asked.transpose().map_err(why)?)
}

/// A change, as it was typed.
pub(super) fn change(typed: &Typed, provider: Option<OrganizationId>) -> Result<Change, AppError> {
    let mut wrong = Vec::new();
    let from = typed.date("from", &mut wrong);
    let held = held(typed, provider, &mut wrong);
    let (Some(from), true) = (from, wrong.is_empty()) else { return Err(AppError::invalid(wrong)) };
    if held.reason.is_empty() {
        return Err(MoneyError::Why.into());
    }
    Ok(Change {
        from,
        rate: Some((held.rate, held.per)),
        sources: shares(held.sources, MoneyError::Sources)?,
        holders: shares(held.holders, MoneyError::Holders)?,
        contribution: Some(held.contribution),
        bridging: held.bridging,
        reason: held.reason,
    })
}

/// A budget to be given, as it was typed.
pub(super) fn agreed(typed: &Typed, person: PersonId, provider: Option<OrganizationId>) -> Result<Agreed, AppError> {
    let mut wrong = Vec::new();
    let starts_on = typed.date("starts_on", &mut wrong);
    let ends_on = typed.date_if_any("ends_on", &mut wrong);
    let review_on = typed.date_if_any("review_on", &mut wrong);
    let held = held(typed, provider, &mut wrong);
    let name = typed.of("name");
    if name.is_empty() || name.chars().count() > 100 {
        wrong.push(FieldError::new("name", "Give the budget a name of up to 100 letters."));
    }
    if held.sources.is_none() {
        wrong.push(FieldError::new("sources", "Say where the money comes from: the shares have to add up to 100 %."));
    }
    if held.holders.is_none() {
        wrong.push(FieldError::new("holders", "Say who holds the money: the shares have to add up to 100 %."));
    }
    let (Some(starts_on), true) = (starts_on, wrong.is_empty()) else { return Err(AppError::invalid(wrong)) };
    let plain = Agreed::weekly(person, held.rate, starts_on);
    Ok(Agreed {
        name: name.to_owned(),
        ends_on,
        review_on: review_on.unwrap_or(plain.review_on),
        period_length: typed.of("period").parse().unwrap_or(PeriodLength::Year),
        per: held.per,
        sources: shares(held.sources, MoneyError::Sources)?.unwrap_or(plain.sources),
        holders: shares(held.holders, MoneyError::Holders)?.unwrap_or(plain.holders),
        contribution: held.contribution,
        bridging: held.bridging,
        reason: held.reason,
        person,
        starts_on,
        rate: held.rate,
    })
}

/// The form that would say what holds.
pub(super) fn typed_of(conn: &mut Conn, terms: &Terms) -> QueryResult<Typed> {
    let mut form = Typed::default();
    form.put("rate", typed::as_pounds(terms.rate.as_pence()));
    form.put("per", terms.per);
    if terms.contribution > Money::ZERO {
        form.put("contribution", typed::as_pounds(terms.contribution.as_pence()));
    }
    for (source, share) in terms.sources.parts() {
        form.put(&slug(source.as_str()), percent(i64::from(*share)));
    }
    for (holder, share) in terms.holders.parts() {
        let name = slug(holder.route.as_str());
        form.put(&name, percent(i64::from(*share)));
        form.put(&format!("{name}-name"), &holder.name);
        if let Some(provider) = holder.organization {
            form.put("provider", store::provider_name(conn, provider)?);
        }
    }
    Ok(form)
}

/// Who an officer means by an e-mail address.
pub(super) fn person(
    conn: &mut Conn,
    officer: &FinanceOfficer,
    typed: &Typed,
) -> QueryResult<Result<(PersonId, String), FieldError>> {
    let found = store::citizen_at(conn, officer, &typed.of("person").to_lowercase())?;
    let unknown = "We know nobody of your authority with this e-mail address.";
    Ok(found.ok_or_else(|| FieldError::new("person", unknown)))
}
