//! The filters beside the results: which are offered, with how many results each, and which are on.

use std::collections::BTreeMap;

use crate::app::App;
use crate::budgets::FundingRoute;
use crate::catalogue::{Kind, ProviderType};
use crate::web::page::{Choice, Link};

use super::Counts;
use super::asked::{Asked, Understood};
use super::counts::{DAYS, MILES, PARTS};
use super::pages::{counted, number};
use super::query::Ages;
use super::views::{FilterField, FilterGroup, Filters, Pick};

/// The most languages that are offered.
const MOST_LANGUAGES: usize = 20;

/// The categories of so many results' categories are offered at once, below those above them.
const UNFOLDED: usize = 3;

/// The panel for one search and its counts.
pub(super) fn filters(app: &App, asked: &Asked, understood: &Understood, counts: &Counts) -> Filters {
    let placed = understood.place.is_some();
    let mut groups = vec![
        group("Kind", true, vec![kinds(asked, counts)]),
        group("Category", true, vec![categories(app, asked, counts)]),
    ];
    if placed {
        groups.push(group("Distance", true, distance(asked, counts)));
    }
    groups.push(FilterGroup {
        has_price: true,
        open: !asked.max_price.is_empty(),
        ..group("Price", false, vec![flag("free", "Free", &asked.free, counts.free)])
    });
    groups.push(group("Who it is for", false, who(app, asked, counts)));
    groups.push(FilterGroup {
        hint: Some("Only places that have all that you tick.".into()),
        ..group(
            "Access",
            false,
            vec![terms(app, "accessibility", "Access", &asked.accessibility, &counts.accessibility)],
        )
    });
    groups.push(group("When it is on", false, when(asked, counts)));
    groups.push(group("Ratings and checks", false, trust(asked, counts)));
    groups.push(group("Who runs it", false, vec![provider_types(asked, counts)]));
    groups.push(group("How it can be paid for", false, vec![funding(asked, counts)]));
    groups.push(group("Languages", false, vec![languages(asked, counts)]));
    // "Any" alone is no choice.
    let offers = |field: &FilterField| field.picks.iter().any(|pick| pick.choice.count.is_some());
    groups.retain(|group| group.has_price || group.fields.iter().any(offers));
    let on = asked.filters_on().len();
    Filters {
        groups,
        max_price: asked.max_price.clone(),
        max_price_problem: understood.note_on("max_price").map(str::to_owned),
        on: if on == 0 { String::new() } else { format!("{} on", counted(on, "filter")) },
        view: asked.view.clone(),
    }
}

/// The filters that are on, each with the address without it.
pub(super) fn chosen(app: &App, asked: &Asked) -> Vec<Link> {
    let link = |(name, value): (&'static str, &str)| Link {
        label: label(app, name, value),
        href: asked.without(name, value).address(1),
    };
    asked.filters_on().into_iter().map(link).collect()
}

/// What a filter is called where it stands alone.
pub(super) fn label(app: &App, name: &str, value: &str) -> String {
    match name {
        "category" | "need" | "accessibility" => app.taxonomy.name(value).to_owned(),
        "age" => format!("for {}", age_words(value)),
        "max_price" => format!("up to £{}", value.trim_start_matches('£')),
        "free" => "free".into(),
        "min_rating" => format!("{value} stars and up"),
        "funding" => format!("takes {}", funding_words(value)),
        "registered" => "registered".into(),
        "has_places" => "has places free".into(),
        "within" if value == "1" => "within a mile".into(),
        "within" => format!("within {value} miles"),
        "serves_home" => "comes to you".into(),
        "day" => format!("on {}", capital(value)),
        "time" => format!("in the {value}"),
        _ => value.to_owned(),
    }
}

fn group(title: &str, open: bool, mut fields: Vec<FilterField>) -> FilterGroup {
    let on: usize = fields
        .iter()
        .flat_map(|field| &field.picks)
        .filter(|pick| pick.choice.chosen && !pick.choice.value.is_empty())
        .count();
    if let [only] = fields.as_mut_slice() {
        only.quiet = true;
    }
    FilterGroup {
        title: title.into(),
        open: open || on > 0,
        on: if on == 0 { String::new() } else { format!("{on} on") },
        has_price: false,
        hint: None,
        fields,
    }
}

/// A pick, if it leaves anything or is on.
fn pick(value: &str, label: String, count: usize, chosen: bool) -> Option<Pick> {
    (chosen || count > 0).then(|| Pick {
        choice: Choice { value: value.into(), label, count: Some(number(count)), chosen },
        slug: None,
        under: false,
    })
}

fn checkboxes(
    (name, legend): (&'static str, &str),
    values: impl IntoIterator<Item = (String, String)>,
    chosen: &[String],
    counts: &BTreeMap<String, usize>,
) -> FilterField {
    let picks = values.into_iter().filter_map(|(value, label)| {
        let count = counts.get(&value).copied().unwrap_or(0);
        pick(&value, label, count, chosen.contains(&value))
    });
    FilterField { legend: legend.into(), quiet: false, name, radio: false, picks: picks.collect() }
}

fn flag(name: &'static str, label: &str, asked: &str, count: usize) -> FilterField {
    let picks = pick("1", label.into(), count, asked == "1").into_iter().collect();
    FilterField { legend: label.into(), quiet: true, name, radio: false, picks }
}

fn kinds(asked: &Asked, counts: &Counts) -> FilterField {
    let all = Kind::ALL.iter().map(|kind| (kind.to_string(), kind.to_string()));
    let mut field = checkboxes(("kind", "Kind"), all, &asked.kind, &counts.kinds);
    for pick in &mut field.picks {
        pick.slug = Some(pick.choice.value.replace(' ', "-"));
    }
    field
}

/// Categories in two levels: those below one are shown when it is chosen, or where most results are.
fn categories(app: &App, asked: &Asked, counts: &Counts) -> FilterField {
    let all = app.taxonomy.all("category");
    let count = |id: &str| counts.categories.get(id).copied().unwrap_or(0);
    let is_chosen = |id: &String| asked.category.contains(id);
    let mut above: Vec<_> = all.iter().filter(|term| term.parent_id.is_none()).collect();
    above.sort_by(|a, b| count(&b.id).cmp(&count(&a.id)).then_with(|| a.name.cmp(&b.name)));
    let mut commonest: Vec<_> = all.iter().filter(|term| term.parent_id.is_some() && count(&term.id) > 0).collect();
    commonest.sort_by_key(|term| std::cmp::Reverse(count(&term.id)));
    commonest.truncate(if asked.q.trim().is_empty() { 0 } else { UNFOLDED });
    let mut picks = Vec::new();
    for term in above {
        let below: Vec<_> = all.iter().filter(|below| below.parent_id.as_ref() == Some(&term.id)).collect();
        let narrowed = below.iter().any(|below| is_chosen(&below.id));
        picks.extend(pick(&term.id, term.name.clone(), count(&term.id), is_chosen(&term.id) && !narrowed));
        let unfolded = narrowed || is_chosen(&term.id);
        let shown = below.iter().filter(|below| unfolded || commonest.iter().any(|common| common.id == below.id));
        let shown = shown.filter_map(|term| pick(&term.id, term.name.clone(), count(&term.id), is_chosen(&term.id)));
        picks.extend(shown.map(|pick| Pick { under: true, ..pick }));
    }
    FilterField { legend: "Category".into(), quiet: false, name: "category", radio: false, picks }
}

fn distance(asked: &Asked, counts: &Counts) -> Vec<FilterField> {
    let mut steps = vec![Pick {
        choice: Choice {
            value: String::new(),
            label: "Any distance".into(),
            count: None,
            chosen: asked.within.is_empty(),
        },
        ..Pick::default()
    }];
    steps.extend(MILES.into_iter().filter_map(|miles| {
        let words = if miles == 1 { "Within a mile".into() } else { format!("Within {miles} miles") };
        let value = miles.to_string();
        pick(&value, words, counts.within_miles.get(&miles).copied().unwrap_or(0), asked.within == value)
    }));
    vec![
        flag("serves_home", "Comes to my home, or needs no place", &asked.serves_home, counts.serves_home),
        FilterField { legend: "How far".into(), quiet: true, name: "within", radio: true, picks: steps },
    ]
}

fn who(app: &App, asked: &Asked, counts: &Counts) -> Vec<FilterField> {
    let mut ages = vec![Pick {
        choice: Choice { value: String::new(), label: "Any age".into(), count: None, chosen: asked.age.is_empty() },
        ..Pick::default()
    }];
    ages.extend(Ages::BANDS.map(Ages::word).into_iter().filter_map(|band| {
        let count = counts.ages.get(&band).copied().unwrap_or(0);
        pick(&band, capital(&age_words(&band)), count, asked.age == band)
    }));
    let is_an_age = !asked.age.is_empty() && ages.iter().all(|pick| pick.choice.value != asked.age);
    if is_an_age && Ages::read(&asked.age).is_some() {
        ages.extend(pick(&asked.age, capital(&age_words(&asked.age)), 0, true).map(|mut pick| {
            pick.choice.count = None;
            pick
        }));
    }
    vec![
        FilterField { legend: "Age".into(), quiet: false, name: "age", radio: true, picks: ages },
        terms(app, "need", "Needs", &asked.need, &counts.needs),
    ]
}

fn terms(
    app: &App,
    taxonomy: &'static str,
    legend: &str,
    chosen: &[String],
    counts: &BTreeMap<String, usize>,
) -> FilterField {
    let all = app.taxonomy.all(taxonomy).into_iter().map(|term| (term.id.clone(), capital(&term.name)));
    checkboxes((taxonomy, legend), all, chosen, counts)
}

fn when(asked: &Asked, counts: &Counts) -> Vec<FilterField> {
    let named = |word: &&str| ((*word).to_owned(), capital(word));
    vec![
        checkboxes(("day", "Day"), DAYS.iter().map(named), &asked.day, &counts.days),
        checkboxes(("time", "Time of day"), PARTS.iter().map(named), &asked.time, &counts.parts),
    ]
}

fn trust(asked: &Asked, counts: &Counts) -> Vec<FilterField> {
    let any = Pick {
        choice: Choice {
            value: String::new(),
            label: "Any rating".into(),
            count: None,
            chosen: asked.min_rating.is_empty(),
        },
        ..Pick::default()
    };
    let stars = |value: &str, count| pick(value, format!("{value} stars and up"), count, asked.min_rating == value);
    let picks = [Some(any), stars("3", counts.three_stars), stars("4", counts.four_stars)].into_iter().flatten();
    vec![
        FilterField { legend: "Rating".into(), quiet: false, name: "min_rating", radio: true, picks: picks.collect() },
        flag("registered", "Registered with a regulator", &asked.registered, counts.registered),
        flag("has_places", "Has places free", &asked.has_places, counts.has_places),
    ]
}

fn provider_types(asked: &Asked, counts: &Counts) -> FilterField {
    let all = ProviderType::ALL.iter().map(|kind| (kind.to_string(), capital(kind.as_str())));
    checkboxes(("provider_type", "Who runs it"), all, &asked.provider_type, &counts.provider_types)
}

fn funding(asked: &Asked, counts: &Counts) -> FilterField {
    let all = FundingRoute::ALL.iter().map(|route| (route.to_string(), capital(&funding_words(route.as_str()))));
    checkboxes(("funding", "How it can be paid for"), all, &asked.funding, &counts.funding)
}

fn languages(asked: &Asked, counts: &Counts) -> FilterField {
    let mut all: Vec<(&String, usize)> = counts.languages.iter().map(|(language, count)| (language, *count)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    let mut names: Vec<String> = all.into_iter().take(MOST_LANGUAGES).map(|(language, _)| language.clone()).collect();
    names.extend(asked.language.iter().filter(|chosen| !counts.languages.contains_key(*chosen)).cloned());
    names.sort();
    checkboxes(
        ("language", "Languages"),
        names.into_iter().map(|name| (name.clone(), name)),
        &asked.language,
        &counts.languages,
    )
}

fn funding_words(route: &str) -> String {
    match route {
        "council-managed" => "a budget that the council manages".into(),
        "individual service fund" => "an individual service fund".into(),
        "own money" => "my own money".into(),
        "direct payment" => "a direct payment".into(),
        other => format!("a {other}"),
    }
}

/// "ages 0 to 7", "65 and over", "age 70".
fn age_words(word: &str) -> String {
    match (word.split_once('-'), word.strip_suffix('+')) {
        (Some((from, to)), _) => format!("ages {from} to {to}"),
        (None, Some(from)) => format!("{from} and over"),
        (None, None) => format!("age {word}"),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
