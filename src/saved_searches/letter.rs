//! The letter that tells of new matches.

use askama::Template;

use crate::catalogue::{WholeService, card};
use crate::error::AppError;
use crate::post::Letter;

use super::saved_search::{Alerts, SavedSearch};

/// So many services are told with name and price; the others as a number.
const SHOWN: usize = 20;

/// One service in the letter.
struct Match {
    name: String,
    provider: String,
    price: String,
    place: String,
    href: String,
}

#[derive(Template)]
#[template(path = "letters/new-matches.txt")]
struct Words<'a> {
    count: &'a str,
    name: &'a str,
    matches: &'a [Match],
    more: Option<String>,
    every: &'a str,
    all_href: &'a str,
    stop_href: &'a str,
}

#[derive(Template)]
#[template(path = "letters/new-matches.html")]
struct Html<'a> {
    count: &'a str,
    name: &'a str,
    matches: &'a [Match],
    more: Option<String>,
    every: &'a str,
    all_href: &'a str,
    stop_href: &'a str,
}

/// "3 new services match your search".
pub(super) fn new_matches(
    address: &str,
    search: &SavedSearch,
    services: &[WholeService],
    public_url: &str,
) -> Result<Letter, AppError> {
    let found = |whole: &WholeService| {
        let card = card::card(whole, None, None);
        Match {
            name: card.name,
            provider: card.provider,
            price: if card.free { "Free".into() } else { card.price.unwrap_or_else(|| "Ask for the price".into()) },
            place: card.place,
            href: format!("{public_url}{}", card.href),
        }
    };
    let matches: Vec<Match> = services.iter().take(SHOWN).map(found).collect();
    let count = match services.len() {
        1 => "1 new service matches".to_owned(),
        many => format!("{many} new services match"),
    };
    let more = (services.len() > SHOWN).then(|| format!("And {} more.", services.len() - SHOWN));
    let every = if search.alerts == Alerts::Weekly { "once a week at most" } else { "once a day at most" };
    let all_href = format!("{public_url}{}", search.address);
    let stop_href = format!("{public_url}/stop-letters/{}", search.stop_token);
    let (name, matches) = (search.name.as_str(), matches.as_slice());
    let (all, stop) = (all_href.as_str(), stop_href.as_str());
    let subject = format!("{count} “{name}”");
    let words = Words { count: &count, name, matches, more: more.clone(), every, all_href: all, stop_href: stop };
    let html = Html { count: &count, name, matches, more, every, all_href: all, stop_href: stop };
    Letter::of("new matches", address, subject, &words, &html)
}
