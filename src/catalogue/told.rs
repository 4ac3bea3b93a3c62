//! What a service tells, in words: ages, area, times, prices over time, money it takes, papers that were checked.

use chrono::NaiveDate;

use crate::budgets::FundingRoute;
use crate::budgets::picture::picture;
use crate::budgets::views::MoneyPicture;
use crate::clock::long_date;
use crate::web::page::Row;

use super::card;
use super::detail::{AreaKind, Details, Rate};
use super::opening::{in_words, listed};
use super::prices::PriceOverTime;
use super::service::{CostOption, Service, Unit, WholeService};
use super::views::{CheckShown, PriceOption};

/// The age groups that people and statistics speak of (seeds/001, 002), with their first and last year.
pub(super) const AGE_GROUPS: [(&str, i32, i32); 5] =
    [("0-7", 0, 7), ("8-12", 8, 12), ("13-17", 13, 17), ("18-64", 18, 64), ("65+", 65, 200)];

/// The age groups that a service is for, at least in part.
pub(super) fn age_groups(service: &Service) -> Vec<&'static str> {
    let (from, to) = (service.minimum_age.unwrap_or(0), service.maximum_age.unwrap_or(200));
    AGE_GROUPS.iter().filter(|(_, first, last)| from <= *last && *first <= to).map(|(name, ..)| *name).collect()
}

/// "Adults (18 to 64) and people of 65 and over", and the years where they are narrower.
pub(super) fn ages(service: &Service) -> Option<String> {
    let groups = age_groups(service);
    let years = match (service.minimum_age, service.maximum_age) {
        (None | Some(0), None) => return None,
        (Some(from), None) => format!("{from} and over"),
        (None | Some(0), Some(to)) => format!("up to {to}"),
        (Some(from), Some(to)) => format!("{from} to {to}"),
    };
    let has = |group: &str| groups.contains(&group);
    let mut words = Vec::new();
    match (has("0-7"), has("8-12"), has("13-17")) {
        (true, true, true) => words.push("children and young people (0 to 17)"),
        (young, middle, teenage) => {
            words.extend(young.then_some("young children (0 to 7)"));
            words.extend(middle.then_some("children (8 to 12)"));
            words.extend(teenage.then_some("young people (13 to 17)"));
        }
    }
    words.extend(has("18-64").then_some("adults (18 to 64)"));
    words.extend(has("65+").then_some("older people (65 and over)"));
    Some(format!("Ages {years}: {}", listed(&words)))
}

/// Where it comes to: a circle, whole postcode districts, whole councils.
pub(super) fn area(
    whole: &WholeService,
    details: &Details,
    council: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let of = |kind: AreaKind| details.areas.iter().filter(move |(each, _)| *each == kind).map(|(_, code)| code.clone());
    let mut words: Vec<String> = whole.radius_metres.map(|_| card::card(whole, None, None).place).into_iter().collect();
    let districts: Vec<String> = of(AreaKind::District).collect();
    if !districts.is_empty() {
        words.push(format!("All of {}", listed(&districts)));
    }
    let councils: Vec<String> = of(AreaKind::Authority).filter_map(|code| council(&code)).collect();
    if !councils.is_empty() {
        words.push(format!("Everybody who lives in {}", listed(&councils)));
    }
    (!words.is_empty()).then(|| words.join(". "))
}

/// Opening times: from rules where there are any, else the lines as they were written.
pub(super) fn opening(service: &Service, details: &Details, today: NaiveDate) -> Vec<Row> {
    let told = in_words(&details.schedules, today);
    if told.is_empty() {
        let line = |line: &str| match line.split_once(": ") {
            Some((day, hours)) => Row { label: day.into(), value: hours.into() },
            None => Row { label: "When".into(), value: line.into() },
        };
        return service.opening_hours.lines().filter(|text| !text.trim().is_empty()).map(line).collect();
    }
    told.into_iter().map(|times| Row { label: times.days, value: times.hours }).collect()
}

/// Which money it takes, in a sentence.
pub(super) fn funding(details: &Details) -> String {
    let missing: Vec<&str> =
        FundingRoute::ALL.iter().filter(|route| !details.takes(**route)).map(|route| route.as_str()).collect();
    match missing.as_slice() {
        [] => "Every kind of personal budget, and your own money".into(),
        few if few.len() <= 2 => format!("Every kind of personal budget and your own money, but not {}", listed(few)),
        _ => {
            let words: Vec<&str> = details.funding.iter().map(|route| route.as_str()).collect();
            let words = listed(&words);
            let mut letters = words.chars();
            let first: String = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
            format!("{first}{}", letters.as_str())
        }
    }
}

/// What was checked and still holds: only that is shown.
pub(super) fn checks(details: &Details, today: NaiveDate) -> Vec<CheckShown> {
    crate::verification::badges(&details.verifications, today)
}

/// Prices as the page shows them, with what is coming and what was.
pub(super) fn prices(over_time: &[PriceOverTime]) -> Vec<PriceOption> {
    over_time.iter().filter_map(price).collect()
}

fn price(price: &PriceOverTime) -> Option<PriceOption> {
    let shown = price.shown()?;
    let begins = if price.now.is_some() { "since" } else { "from" };
    let coming = price.coming.iter().filter(|_| price.now.is_some());
    Some(PriceOption {
        label: shown.label.clone(),
        amount: shown.amount_pence.to_string(),
        unit: shown.unit.to_string(),
        when: when(shown.rate).into(),
        includes: shown.includes.clone(),
        since: Some(format!("{begins} {}", long_date(shown.valid_from))),
        coming: coming.map(|next| format!("from {}: {}", long_date(next.valid_from), next.amount_pence)).collect(),
        past: price.past.iter().map(past).collect(),
    })
}

fn past(old: &CostOption) -> String {
    let until = old.valid_to.map(|last| format!("until {}", long_date(last))).unwrap_or_default();
    format!("{until}: {}", old.amount_pence)
}

/// When a rate applies.
pub(super) fn when(rate: Rate) -> &'static str {
    match rate {
        Rate::AnyTime => "",
        Rate::Weekday => "Monday to Friday, by day",
        Rate::Evening => "Monday to Friday, in the evening",
        Rate::Weekend => "Saturday and Sunday",
        Rate::BankHoliday => "Bank holidays of England and Wales",
    }
}

/// How the first price is made up, where its provider says so.
pub(super) fn made_of(over_time: &[PriceOverTime]) -> Option<MoneyPicture> {
    let option =
        over_time.iter().filter_map(|price| price.now.as_ref()).find(|option| option.direct_pence.is_some())?;
    let (direct, management, overhead) = (option.direct_pence?, option.management_pence?, option.overhead_pence?);
    let label = match option.unit {
        Unit::OneOff => option.label.clone(),
        unit => format!("{}: {}", unit.each(), option.label.to_lowercase()),
    };
    Some(picture(
        &label,
        &[
            ("direct", "Direct cost", "wages, travel and what the support itself needs", direct),
            ("management", "Management", "planning, training and supervision", management),
            ("overhead", "Overhead", "premises, insurance, office and reserve", overhead),
        ],
    ))
}
