//! Side by side: what several services tell, line by line, so that each line says the same thing of each. Pure.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::catalogue::{self, Details, Rate, Unit, WholeService, card, in_words};
use crate::clock::{UtcTime, long_date};
use crate::money::Money;
use crate::places::{distance_metres, miles_text};

/// At most so many stand side by side.
pub(super) const MOST: usize = 4;

/// A service with what a comparison needs besides.
pub(super) struct Compared {
    pub(super) whole: WholeService,
    pub(super) details: Details,
    /// What it means for the visitor's budget, in short.
    pub(super) means: Option<String>,
}

/// One line: what it is about, and what each service says; nothing said is told as such.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// "Price an hour, weekends".
    pub label: String,
    /// One cell for each service, in their order.
    pub cells: Vec<Cell>,
}

/// What one service says in one line.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// Which service, for narrow screens where the head is out of sight.
    pub of: String,
    /// The words; several where there is a list.
    pub words: Vec<String>,
    /// Whether it is the lowest price of its line.
    pub lowest: bool,
}

/// Compares services line by line; lines that none of them says anything in are left out.
pub(super) fn lines(all: &[Compared], near: Option<(f64, f64)>, now: UtcTime) -> Vec<Line> {
    let today = now.date();
    let mut lines = vec![
        said(all, "What it is", |each| vec![each.whole.service.kind.to_string()]),
        said(all, "Who runs it", |each| vec![each.whole.provider.clone(), each.whole.provider_type.to_string()]),
    ];
    lines.extend(prices(all));
    let mut line = |label: &str, say: &dyn Fn(&Compared) -> Vec<String>| lines.push(said(all, label, say));
    line("For my budget", &|each| each.means.iter().cloned().collect());
    line("How far", &|each| distance(each, near).into_iter().collect());
    line("Where", &|each| vec![card::card(&each.whole, None, None).place]);
    line("People say", &|each| match card::rating(each.whole.rating) {
        Some(rating) => vec![format!("{} out of 5 ({})", rating.score, rating.count)],
        None => vec!["No ratings yet".into()],
    });
    line("Regulator says", &|each| regulator(each));
    line("Places and waiting", &|each| waiting(each));
    line("When", &|each| times(each, today));
    line("Next", &|each| {
        let next = catalogue::next(&each.details.schedules, now);
        next.map(|next| catalogue::next_in_words(&next, now).trim_start_matches("Next: ").to_owned())
            .into_iter()
            .collect()
    });
    line("Languages", &|each| {
        let spoken = &each.whole.service.languages;
        if spoken.is_empty() { Vec::new() } else { vec![format!("English, {spoken}")] }
    });
    line("Checked papers", &|each| {
        let holding = each.details.verifications.iter().filter(|check| check.holds_on(today));
        holding.map(|check| check.paper.to_string()).collect()
    });
    line("Phone", &|each| each.whole.service.phone.iter().cloned().collect());
    line("Details last checked", &|each| vec![long_date(each.whole.service.assured_on)]);
    lines.retain(|line| line.cells.iter().any(|cell| !cell.words.is_empty()));
    lines
}

/// One line of what each service says.
fn said(all: &[Compared], label: &str, say: impl Fn(&Compared) -> Vec<String>) -> Line {
    let cell = |each: &Compared| Cell { of: each.whole.service.name.clone(), words: say(each), lowest: false };
    Line { label: label.into(), cells: all.iter().map(cell).collect() }
}

/// The line about getting in and getting on, whose words are terms.
pub(super) fn access(all: &[Compared], name: impl Fn(&str) -> Option<String>) -> Line {
    let cell = |each: &Compared| Cell {
        of: each.whole.service.name.clone(),
        words: each.whole.attributes.iter().filter_map(|id| name(id)).collect(),
        lowest: false,
    };
    Line { label: "Getting in and getting on".into(), cells: all.iter().map(cell).collect() }
}

/// A line for each unit and time of the week that any of them has a price for: the lowest price of each service.
fn prices(all: &[Compared]) -> Vec<Line> {
    let mut found: BTreeMap<(Unit, Rate), Vec<Option<Money>>> = BTreeMap::new();
    for (number, each) in all.iter().enumerate() {
        for option in each.whole.options.iter().filter(|option| option.amount_pence > Money::ZERO) {
            let cells = found.entry((option.unit, option.rate)).or_insert_with(|| vec![None; all.len()]);
            if let Some(cell) = cells.get_mut(number) {
                *cell = Some(cell.map_or(option.amount_pence, |lower| lower.min(option.amount_pence)));
            }
        }
    }
    fold_in_any_time(&mut found);
    let line = |((unit, rate), prices): ((Unit, Rate), Vec<Option<Money>>)| {
        let several = prices.iter().flatten().count() > 1;
        let lowest = prices.iter().flatten().min().copied();
        let when = match rate {
            Rate::AnyTime => "",
            Rate::Weekday => ", weekdays",
            Rate::Evening => ", evenings",
            Rate::Weekend => ", weekends",
            Rate::BankHoliday => ", bank holidays",
        };
        let cells = all.iter().zip(prices).map(|(each, price)| Cell {
            of: each.whole.service.name.clone(),
            words: price.map(|price| price.to_string()).into_iter().collect(),
            lowest: several && price.is_some() && price == lowest,
        });
        Line { label: format!("Price {}{when}", unit.each()), cells: cells.collect() }
    };
    let mut lines: Vec<Line> = found.into_iter().map(line).collect();
    if all.iter().any(|each| card::is_free(&each.whole)) {
        let cell = |each: &Compared| Cell {
            of: each.whole.service.name.clone(),
            words: if card::is_free(&each.whole) { vec!["Free".into()] } else { Vec::new() },
            lowest: false,
        };
        lines.insert(0, Line { label: "Free of charge".into(), cells: all.iter().map(cell).collect() });
    }
    lines
}

/// A price at any time stands beside the others' prices of each time of the week, so that each line compares.
fn fold_in_any_time(found: &mut BTreeMap<(Unit, Rate), Vec<Option<Money>>>) {
    let units: Vec<Unit> = found.keys().filter(|(_, rate)| *rate == Rate::AnyTime).map(|(unit, _)| *unit).collect();
    for unit in units {
        if !found.keys().any(|(each, rate)| *each == unit && *rate != Rate::AnyTime) {
            continue;
        }
        let Some(any_time) = found.remove(&(unit, Rate::AnyTime)) else { continue };
        for ((each, _), prices) in found.iter_mut() {
            if *each == unit {
                prices.iter_mut().zip(&any_time).for_each(|(price, any)| *price = price.or(*any));
            }
        }
    }
}

/// How far a service is from a place, in words.
pub(super) fn distance(each: &Compared, near: Option<(f64, f64)>) -> Option<String> {
    metres(each, near).map(|metres| format!("{} away", miles_text(metres)))
}

/// How far a service is from a place.
pub(super) fn metres(each: &Compared, near: Option<(f64, f64)>) -> Option<f64> {
    let at = each.whole.locations.first()?;
    Some(distance_metres(near?, (at.latitude, at.longitude)))
}

fn regulator(each: &Compared) -> Vec<String> {
    let service = &each.whole.service;
    if !service.regulated {
        return Vec::new();
    }
    let rating = service.regulator_rating.clone().unwrap_or_else(|| "Registered, no rating told".into());
    let when = service.regulator_inspected_on.map(|on| format!("inspected {}", long_date(on)));
    let inherited = service.rating_inherited.then(|| "given to an earlier owner".to_owned());
    [Some(rating), when, inherited].into_iter().flatten().collect()
}

fn waiting(each: &Compared) -> Vec<String> {
    let service = &each.whole.service;
    let places = service.places_free.and_then(|free| card::places(Some(free), None));
    let wait = service.waiting_days.filter(|days| *days > 0);
    places.into_iter().chain(wait.map(|days| format!("Wait about {}", card::days_in_words(days)))).collect()
}

fn times(each: &Compared, today: NaiveDate) -> Vec<String> {
    let told = in_words(&each.details.schedules, today);
    if told.is_empty() {
        return each.whole.service.opening_hours.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect();
    }
    told.into_iter().map(|line| format!("{}: {}", line.days, line.hours)).collect()
}
