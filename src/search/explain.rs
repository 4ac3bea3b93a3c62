//! Why results stand in their order, in sentences for people.

use crate::places::miles_text;

use super::query::{Search, Sort};
use super::ranking::Ranking;

/// Says why the results of `search` stand in their order. The weights named are the ones that were used.
#[must_use]
pub fn explain_order(search: &Search) -> Vec<String> {
    let ranking = Ranking::shared();
    let mut sentences = Vec::new();
    let has_words = !search.words.trim().is_empty();
    match search.sort {
        Sort::Distance if search.near.is_some() => sentences.push("The nearest services come first.".to_owned()),
        Sort::Rating => sentences.push(format!(
            "The best rated services come first. While a service has few ratings, it is drawn towards {:.1} stars, so that \
             one happy customer does not outrank a hundred.",
            ranking.rating.prior_mean
        )),
        Sort::Price => {
            sentences.push("What costs least comes first, and what is free before that. Units differ: an hour is not a week.".to_owned());
        }
        Sort::Freshness => sentences.push("What was checked last comes first.".to_owned()),
        Sort::Relevance | Sort::Distance if !has_words => sentences.push(match search.near {
            Some(_) => "You typed no words, so the nearest services come first.".to_owned(),
            None => "You typed no words, so well rated services with places free come first.".to_owned(),
        }),
        Sort::Relevance | Sort::Distance => sentences.extend(by_fit(search, ranking)),
    }
    let stale =
        if search.sort == Sort::Relevance { "move down, and after a year they" } else { "stay, but after a year they" };
    sentences.push(format!(
        "Services whose details nobody has checked for half a year {stale} are left out. Councils may set other times for the \
         entries that they look after."
    ));
    sentences.push("Nobody can pay for a higher place, and free services stand beside paid ones.".to_owned());
    sentences
}

fn by_fit(search: &Search, ranking: &Ranking) -> Vec<String> {
    let mut sentences = vec![
        "What fits your words best comes first: words in a service's name and category count more than words in its \
         description, and rare words count more than common ones."
            .to_owned(),
        "Services that have all of your words come before services that have some of them. Everyday words are understood: \
         other names for the same thing count a little less."
            .to_owned(),
    ];
    if search.near.is_some() {
        sentences.push(format!(
            "Nearer counts more: every {} halves what distance adds. A service that comes to your area counts as near.",
            miles_text(f64::from(ranking.distance.half_life_metres))
        ));
    }
    sentences.push("Good ratings and free places help a little, never enough to beat a better fit by far.".to_owned());
    sentences
}
