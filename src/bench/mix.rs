//! What people ask for, mixed from a fixed seed: thousands of different searches, so that nothing that remembers an
//! answer gains by it.

use rand::RngExt;
use url::form_urlencoded::Serializer;

use crate::app::App;
use crate::catalogue::Kind;
use crate::ids::{Random, seeded};
use crate::places::split_query;
use crate::search::{self, Search};
use crate::start::Failure;

use super::catalogue::Words;

/// One search.
pub(super) struct Asked {
    words: String,
    near: String,
    filters: Vec<(&'static str, String)>,
}

impl Asked {
    /// Its address under `path`.
    pub(super) fn path(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        for (name, value) in [("q", &self.words), ("near", &self.near)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        for (name, value) in &self.filters {
            query.append_pair(name, value);
        }
        format!("{path}?{}", query.finish())
    }

    /// What it asks of the index.
    pub(super) fn search(&self, app: &App, per_page: u32) -> Result<Search, Failure> {
        let path = self.path("");
        let asked: search::Asked = serde_html_form::from_str(path.trim_start_matches('?'))?;
        Ok(asked.understood(app, per_page)?.search)
    }
}

/// Plain words and a place, as most people search: the name of something, or a word that somebody uses for it.
pub(super) fn plain(words: &Words, count: usize) -> Vec<Asked> {
    let mut random = seeded(21);
    let one = |_| Asked {
        words: some_words(words, &mut random),
        near: words.some_place(&mut random).to_owned(),
        filters: Vec::new(),
    };
    (0..count).map(one).collect()
}

/// Everything: one in five mistyped, three in five near a place, two in five with filters, some in another order or on a
/// later page, some without any words.
pub(super) fn everything(words: &Words, count: usize) -> Vec<Asked> {
    let mut random = seeded(22);
    (0..count).map(|_| one_of_everything(words, &mut random)).collect()
}

fn one_of_everything(words: &Words, random: &mut Random) -> Asked {
    let mut asked = Asked { words: String::new(), near: String::new(), filters: Vec::new() };
    if random.random_ratio(19, 20) {
        asked.words = some_words(words, random);
    }
    if random.random_ratio(1, 5) {
        asked.words = mistyped(&asked.words, random);
    }
    if random.random_ratio(3, 5) {
        words.some_place(random).clone_into(&mut asked.near);
    }
    if random.random_ratio(2, 5) {
        let (category, kind) = words.some_category(random);
        asked.filters.push(match random.random_range(0..5) {
            0 => ("category", category.to_owned()),
            1 => ("kind", kind.to_string()),
            2 => ("kind", Kind::Support.to_string()),
            3 => ("max_price", random.random_range(10..80).to_string()),
            _ => ("min_rating", random.random_range(2..5).to_string()),
        });
    }
    match random.random_range(0..12) {
        0 if !asked.near.is_empty() => asked.filters.push(("sort", "distance".into())),
        1 => asked.filters.push(("sort", "rating".into())),
        2 => asked.filters.push(("sort", "price".into())),
        3 => asked.filters.push(("page", "2".into())),
        _ => {}
    }
    asked
}

/// Words without a place: whoever asks for a service "near they" is told that nobody knows that place.
fn some_words(words: &Words, random: &mut Random) -> String {
    loop {
        let some = match random.random_range(0..4) {
            0 => words.some_name(random).to_lowercase(),
            1 => format!("{} {}", words.some_word(random), words.some_word(random)).to_lowercase(),
            2 => words.some_category(random).0.replace('-', " "),
            _ => words.some_word(random).to_lowercase(),
        };
        if split_query(&some).1.is_none() {
            return some;
        }
    }
}

/// One letter of one longer word is left out, doubled, or swapped with its neighbour.
pub(super) fn mistyped(text: &str, random: &mut Random) -> String {
    let mut words: Vec<Vec<char>> = text.split(' ').map(|word| word.chars().collect()).collect();
    let long: Vec<usize> = (0..words.len())
        .filter(|at| words[*at].len() >= 5 && words[*at].iter().all(|letter| letter.is_alphabetic()))
        .collect();
    if long.is_empty() {
        return text.to_owned();
    }
    if let Some(word) = words.get_mut(long[random.random_range(0..long.len())]) {
        let at = random.random_range(1..word.len() - 1);
        match random.random_range(0..3) {
            0 => drop(word.remove(at)),
            1 => word.insert(at, word[at]),
            _ => word.swap(at, at + 1),
        }
    }
    words.into_iter().map(String::from_iter).collect::<Vec<_>>().join(" ")
}
