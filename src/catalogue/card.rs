//! A service as a card: the same wherever it is shown.

use std::collections::HashSet;
use std::hash::BuildHasher;

use crate::clock::long_date;
use crate::ids::ServiceId;
use crate::purchasing::views::StateTag;
use crate::reviews::views::Rating as RatingShown;

use super::rating::Rating;
use super::service::{CostOption, Kind, Location, Origin, WholeService};
use super::views::{KeepButton, ServiceCard};

/// Metres of a mile.
const MILE: f64 = 1609.344;

/// A state or a part of a budget as a small label.
#[must_use]
pub fn tag(word: &str) -> StateTag {
    StateTag { label: word.to_owned(), class: word.replace(' ', "-") }
}

/// The card of one service.
#[must_use]
pub fn card(whole: &WholeService, distance: Option<String>, pin: Option<u32>) -> ServiceCard {
    let service = &whole.service;
    ServiceCard {
        href: format!("/services/{}", service.id),
        name: service.name.clone(),
        kind: service.kind.to_string(),
        kind_slug: service.kind.slug(),
        provider: whole.provider.clone(),
        provider_type: whole.provider_type.to_string(),
        summary: first_sentences(&service.description, 180),
        distance,
        place: place(whole),
        price: whole.cheapest().map(|cheapest| price(cheapest, whole.options.len() > 1)),
        free: is_free(whole),
        means_for_budget: None,
        rating: rating(whole.rating),
        registered: service.regulated.then(|| service.registration_source.clone()).flatten(),
        places: places(service.places_free, service.waiting_days),
        invented: service.origin == Origin::Invented,
        last_checked: long_date(service.assured_on),
        pin,
        keep: None,
    }
}

/// The button that keeps a service; the page goes on where it was.
#[must_use]
pub fn keep_button<S: BuildHasher>(id: ServiceId, kept: &HashSet<ServiceId, S>, path: &str) -> KeepButton {
    let path = path.split('#').next().unwrap_or_default();
    KeepButton { id: id.to_string(), kept: kept.contains(&id), next: format!("{path}#keep-{id}") }
}

/// Whether there is nothing to pay, rather than a price that we do not know.
#[must_use]
pub fn is_free(whole: &WholeService) -> bool {
    match whole.cheapest() {
        Some(_) => false,
        None => {
            !whole.options.is_empty()
                || matches!(whole.service.kind, Kind::Universal | Kind::Community | Kind::Information)
        }
    }
}

/// "£18.50 an hour", "from £12 a session".
#[must_use]
pub fn price(option: &CostOption, from: bool) -> String {
    let from = if from { "from " } else { "" };
    format!("{from}{} {}", option.amount_pence, option.unit.each())
}

/// The score with the number of people behind it; none before anybody rated.
#[must_use]
pub fn rating(rating: Rating) -> Option<RatingShown> {
    let ratings = rating.ratings();
    (ratings > 0).then(|| RatingShown {
        score: format!("{}.{}", rating.tenths() / 10, rating.tenths() % 10),
        half_stars: (rating.tenths() + 2) / 5,
        count: if ratings == 1 { "1 rating".into() } else { format!("{ratings} ratings") },
    })
}

/// Where it is, or how far it comes out.
fn place(whole: &WholeService) -> String {
    match (whole.radius_metres, whole.locations.first()) {
        (Some(radius), at) => {
            let miles = (f64::from(radius) / MILE).round().max(1.0);
            let miles = if miles > 1.0 { format!("{miles} miles") } else { "a mile".to_owned() };
            let around = at.map(|at| format!(" of {}", outward(&at.postal_code))).unwrap_or_default();
            format!("Comes to homes within {miles}{around}")
        }
        (None, Some(at)) => address(at).join(", "),
        (None, None) => "By telephone or online".into(),
    }
}

/// An address, line by line.
#[must_use]
pub fn address(at: &Location) -> Vec<String> {
    let mut lines: Vec<String> =
        at.address.iter().flat_map(|address| address.split(',')).map(|line| line.trim().to_owned()).collect();
    lines.retain(|line| !line.is_empty());
    lines.push(at.postal_code.clone());
    lines
}

fn outward(postcode: &str) -> &str {
    postcode.split(' ').next().unwrap_or(postcode)
}

/// "3 places free", "Waiting time about 2 weeks".
#[must_use]
pub fn places(free: Option<i32>, waiting_days: Option<i32>) -> Option<String> {
    match (free, waiting_days) {
        (Some(1), _) => Some("1 place free".into()),
        (Some(free), _) if free > 1 => Some(format!("{free} places free")),
        (_, Some(days)) if days > 0 => Some(format!("Waiting time about {}", days_in_words(days))),
        (Some(_), _) => Some("No places free now".into()),
        _ => None,
    }
}

/// "3 days", "2 weeks".
#[must_use]
pub fn days_in_words(days: i32) -> String {
    match days {
        1 => "1 day".into(),
        0..14 => format!("{days} days"),
        _ => format!("{} weeks", (days + 3) / 7),
    }
}

/// The first sentences of a text, up to about so many letters.
#[must_use]
pub fn first_sentences(text: &str, most: usize) -> String {
    let text = text.trim();
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most).collect();
    match cut.rfind(". ") {
        Some(end) if end > most / 3 => cut.get(..=end).unwrap_or(&cut).to_owned(),
        _ => format!("{}…", cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_ends_where_a_sentence_ends() {
        let text = "We come to you. We bring lunch and stay for a chat about the old days and the new ones too.";
        assert_eq!(first_sentences(text, 40), "We come to you.");
        assert_eq!(first_sentences("ÄÖÜ ÄÖÜ ÄÖÜ", 5), "ÄÖÜ…");
    }
}
