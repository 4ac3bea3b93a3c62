//! What a service means for a budget, as pages show it.

use chrono::NaiveDate;

use crate::catalogue::{CostOption, Rate, Unit};
use crate::clock::long_date;
use crate::error::FieldError;
use crate::money::Money;
use crate::web::page::{Choice, Row};

use super::meaning::{Meaning, Plan, Purse};
use super::picture::picture;
use super::views::MoneyPicture;

/// What a service means for a budget, with the form that changes the week.
#[derive(Clone, Debug, Default)]
pub struct MeaningShown {
    /// "£84 a week, lasts 31 weeks, £1,020 left at your review".
    pub short: String,
    /// "Personal budget 2026 to 2027, direct payment".
    pub budget: String,
    /// Where the money goes, as a picture.
    pub picture: Option<MoneyPicture>,
    /// The sum, line by line.
    pub rows: Vec<Row>,
    /// What is worth knowing beside it, in sentences.
    pub remarks: Vec<String>,
    /// Where the form goes.
    pub action: String,
    /// Budgets to choose from, where there are several.
    pub budgets: Vec<Choice>,
    /// Prices to choose from, where there are several at any time.
    pub options: Vec<Choice>,
    /// Numbers to change: field, label, value, problem.
    pub numbers: Vec<NumberField>,
}

/// One number of the form.
#[derive(Clone, Debug, Default)]
pub struct NumberField {
    /// Its name.
    pub field: String,
    /// "Hours on weekdays".
    pub label: String,
    /// What stands in it.
    pub value: String,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// Everything that the page shows of a meaning.
#[must_use]
pub fn shown(
    (plan, told): (&Plan<'_>, &Meaning),
    purse: &Purse,
    others: &[&Purse],
    accepted: bool,
    action: String,
    wrong: &[FieldError],
) -> MeaningShown {
    MeaningShown {
        short: told.in_short(purse),
        budget: format!("{}, {}", purse.name, purse.route),
        picture: bar(told, purse),
        rows: rows(plan, told, purse),
        remarks: remarks(told, purse, accepted),
        action,
        budgets: match others.len() {
            0 | 1 => Vec::new(),
            _ => others.iter().map(|each| choice(each, purse)).collect(),
        },
        options: options(plan),
        numbers: numbers(plan, wrong),
    }
}

fn choice(each: &Purse, chosen: &Purse) -> Choice {
    Choice {
        value: each.budget.to_string(),
        label: format!("{} ({} available)", each.name, each.available),
        count: None,
        chosen: each.budget == chosen.budget,
    }
}

fn bar(told: &Meaning, purse: &Purse) -> Option<MoneyPicture> {
    if purse.available == Money::ZERO {
        return None;
    }
    let this = purse.available.less(told.left_at_end).unwrap_or_default();
    let (about, left) = match told.runs_out_on {
        Some(_) => ("until it runs out", "left then"),
        None if told.a_week == Money::ZERO => ("paid once", "left for other things"),
        None => ("until the budget ends", "left for other things"),
    };
    Some(picture(
        "available today",
        &[("this", "This service", about, this), ("available", "Left", left, told.left_at_end)],
    ))
}

fn rows(plan: &Plan<'_>, told: &Meaning, purse: &Purse) -> Vec<Row> {
    let row = |label: &str, value: String| Row { label: label.into(), value };
    let mut rows = Vec::new();
    if told.a_week > Money::ZERO {
        rows.push(row("An ordinary week", told.a_week.to_string()));
    }
    for fee in &plan.fees {
        rows.push(row(&format!("{}, once", fee.label), fee.amount_pence.to_string()));
    }
    if plan.once {
        rows.push(row("Paid once", told.once.to_string()));
    }
    if told.bank_holidays > 0 {
        let days = if told.bank_holidays == 1 {
            "1 bank holiday".into()
        } else {
            format!("{} bank holidays", told.bank_holidays)
        };
        rows.push(row(&format!("{days} within the time, beyond ordinary days"), told.holidays_cost.to_string()));
    }
    for (from, week) in &told.changes {
        rows.push(row(&format!("A week from {}, when the price changes", long_date(*from)), week.to_string()));
    }
    if told.a_week > Money::ZERO {
        rows.push(row("The money lasts", lasts(told, purse)));
    }
    if let Some(left) = told.left_at_review {
        rows.push(row(&format!("Left at your review on {}", long_date(purse.review_on)), left.to_string()));
    }
    rows.push(row(&format!("Left when the budget ends on {}", last_day(purse.ends_on)), told.left_at_end.to_string()));
    rows
}

fn lasts(told: &Meaning, purse: &Purse) -> String {
    let weeks = if told.weeks == 1 { "1 week".into() } else { format!("{} weeks", told.weeks) };
    match told.runs_out_on.and_then(|day| day.pred_opt()) {
        Some(last) if last >= purse.from => format!("{weeks}, until {}", long_date(last)),
        Some(_) => "not a day".into(),
        None => format!("{weeks}, until the budget ends"),
    }
}

fn last_day(ends_on: NaiveDate) -> String {
    long_date(ends_on.pred_opt().unwrap_or(ends_on))
}

fn remarks(told: &Meaning, purse: &Purse, accepted: bool) -> Vec<String> {
    let mut remarks = Vec::new();
    if !accepted {
        remarks.push(format!(
            "They do not say that they take money held as {}. Ask before you plan with it.",
            purse.route
        ));
    }
    if told.runs_out_on.is_some() && told.a_week > Money::ZERO {
        let short = told.until_end.less(purse.available).unwrap_or_default();
        remarks.push(format!(
            "For the whole time until {} it would need {short} more. Fewer hours, or a change to your plan, may help.",
            last_day(purse.ends_on)
        ));
    }
    remarks
}

fn options(plan: &Plan<'_>) -> Vec<Choice> {
    if plan.instead.len() < 2 {
        return Vec::new();
    }
    let chosen = |option: &CostOption| plan.wanted.iter().any(|wanted| wanted.option.id == option.id);
    let choice = |option: &CostOption| Choice {
        value: option.id.to_string(),
        label: format!("{}, {} {}", option.label, option.amount_pence, option.unit.each()),
        count: None,
        chosen: chosen(option),
    };
    plan.instead.iter().map(choice).collect()
}

fn numbers(plan: &Plan<'_>, wrong: &[FieldError]) -> Vec<NumberField> {
    let problem = |field: &str| wrong.iter().find(|each| each.field == field).map(|each| each.message.clone());
    let several = plan.wanted.len() > 1;
    let mut fields: Vec<NumberField> = plan
        .wanted
        .iter()
        .map(|wanted| {
            let (field, when) = match wanted.option.rate {
                Rate::Weekday => ("weekday", "on weekdays, by day"),
                Rate::Evening => ("evening", "on weekday evenings"),
                Rate::Weekend => ("weekend", "at the weekend"),
                Rate::AnyTime | Rate::BankHoliday => ("units", if several { "at any time" } else { "" }),
            };
            let label = format!("{} {when}", counted(wanted.option.unit, plan.once));
            let value = wanted.units.to_string();
            NumberField { field: field.into(), label: label.trim().to_owned(), value, problem: problem(field) }
        })
        .collect();
    if let Some(miles) = plan.miles {
        let problem = problem("miles");
        fields.push(NumberField {
            field: "miles".into(),
            label: "Miles a week".into(),
            value: miles.to_string(),
            problem,
        });
    }
    fields
}

fn counted(unit: Unit, once: bool) -> &'static str {
    match (unit, once) {
        (_, true) => "How many",
        (Unit::Hour, _) => "Hours a week",
        (Unit::Visit, _) => "Visits a week",
        (Unit::Session, _) => "Sessions a week",
        (Unit::Night, _) => "Nights a week",
        (Unit::OneOff, _) => "Times a week",
        (Unit::Week | Unit::Item | Unit::Mile, _) => "How many",
    }
}
