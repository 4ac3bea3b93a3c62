//! How good the answers are, measured with `search-index/judgements.tsv` on the catalogue of the demo town.
//!
//! Run it with `--nocapture` to see the figures, and every search that misses something.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;

use super::super::follow::rebuild;
use super::super::query::Home;
use super::*;
use crate::catalogue::{self, taxonomy::Taxonomy};
use crate::clock::Clock;
use crate::db::{self, DatabaseUrl, Db};
use crate::demo::build_catalogue;
use crate::places::Gazetteer;

/// Results that people look at.
const LOOKED_AT: usize = 10;

/// What was reached; less is a fall.
const TYPED: (f64, f64) = (0.86, 0.97);
const MISTYPED: (f64, f64) = (0.87, 0.94);
const ONE_MISTAKE: (f64, f64) = (0.87, 0.98);

struct Judged {
    words: String,
    near: String,
    expected: String,
    mistyped: bool,
}

fn judgements() -> Vec<Judged> {
    let mut all = Vec::new();
    let mut mistyped = false;
    for line in include_str!("../../../search-index/judgements.tsv").lines() {
        if line.starts_with('#') {
            mistyped |= line.contains("--- mistyped");
            continue;
        }
        let cells: Vec<&str> = line.split('\t').collect();
        let [words, near, expected] = cells.as_slice() else { panic!("three cells: {line:?}") };
        let [words, near, expected] = [words, near, expected].map(|cell| (*cell).to_owned());
        all.push(Judged { words, near, expected, mistyped });
    }
    all
}

/// What judgements refer to.
struct Known {
    id: ServiceId,
    name: String,
    category: String,
    /// Where it is, and how far it comes out to people.
    circle: Option<((f64, f64), f64)>,
}

/// A town's catalogue, and what judgements refer to.
struct Catalogue {
    _dir: TempDir,
    index: Index,
    services: Vec<Known>,
}

impl Catalogue {
    fn open() -> Self {
        let dir = TempDir::new().unwrap();
        let url: DatabaseUrl = format!("sqlite:{}", dir.path().join("town.sqlite").display()).parse().unwrap();
        db::migrate(&mut url.connect().unwrap()).unwrap();
        let db = Db::open(&url, 1).unwrap();
        let today = NaiveDate::from_ymd_opt(2026, 5, 20).unwrap();
        let clock = Clock::standing_at(today.and_hms_opt(10, 0, 0).unwrap());
        build_catalogue(&db, &clock).unwrap();
        let taxonomy = Taxonomy::of(db.read_now(catalogue::store::terms).unwrap());
        let index = Index::open_or_create(&dir.path().join("index")).unwrap();
        rebuild(&index, &db, &taxonomy, today, |_| {}).unwrap();
        let ids: Vec<ServiceId> = index.all_ids().into_iter().map(|(id, _)| id).collect();
        let whole = ids.chunks(500).flat_map(|ids| {
            let ids = ids.to_vec();
            db.read_now(|conn| catalogue::store::whole_services(conn, &ids, today)).unwrap()
        });
        let known = |whole: catalogue::WholeService| Known {
            circle: whole
                .locations
                .first()
                .zip(whole.radius_metres)
                .map(|(at, radius)| ((at.latitude, at.longitude), f64::from(radius))),
            id: whole.service.id,
            name: whole.service.name,
            category: whole.service.category_id,
        };
        let services = whole.map(known).collect();
        Self { _dir: dir, index, services }
    }

    /// The expected services, and how much each counts. Nobody expects who comes out to homes, but not to theirs.
    fn expected(&self, judged: &Judged) -> BTreeMap<ServiceId, u32> {
        let near = Gazetteer::shared().find(&judged.near).ok().map(|place| (place.latitude, place.longitude));
        let comes = |known: &&Known| match (near, known.circle) {
            (Some(near), Some((at, radius))) => crate::places::distance_metres(near, at) <= radius,
            _ => true,
        };
        let mut all: BTreeMap<ServiceId, u32> = BTreeMap::new();
        for part in judged.expected.split('|') {
            let (what, value) = part.split_once(':').unwrap();
            for Known { id, name, category, .. } in self.services.iter().filter(comes) {
                let counts = match what {
                    "name" => u32::from(name == value) * 2,
                    "like" => u32::from(name.contains(value)) * 2,
                    "category" => u32::from(category == value),
                    other => panic!("{other:?} is no way to expect"),
                };
                if counts > 0 {
                    let known = all.entry(*id).or_default();
                    *known = counts.max(*known);
                }
            }
            let exists = self.services.iter().any(|known| known.name.contains(value) || known.category == value);
            assert!(exists, "{part} is nothing in the catalogue");
        }
        all
    }

    fn find(&self, words: &str, judged: &Judged) -> Found {
        let (words, near) = match crate::places::split_query(words) {
            (words, Some(near)) => (words, near),
            (words, None) => (words, judged.near.clone()),
        };
        let place = Gazetteer::shared().find(&near).ok();
        let home = place.as_ref().map_or_else(Home::default, |place| Home {
            district: place.district.clone(),
            authority: place.authority.map(|id| id.to_string()),
        });
        let near = place.map(|place| (place.latitude, place.longitude));
        self.index.find(&Search { near, home, ..search(&words) }).unwrap()
    }

    /// The names of the first ten, each with what it counts.
    fn answers(&self, words: &str, judged: &Judged) -> Vec<String> {
        let expected = self.expected(judged);
        let found = self.find(words, judged);
        let name = |id| self.services.iter().find(|known| known.id == id).map_or("?", |known| known.name.as_str());
        let hits = found.hits.iter().take(LOOKED_AT);
        hits.map(|hit| format!("{}: {}", expected.get(&hit.id).copied().unwrap_or_default(), name(hit.id))).collect()
    }

    /// nDCG@10 of one search; recall@10 of what was asked for by name, or of the category if nothing was; and recall@10 of
    /// everything that will do.
    fn measure(&self, words: &str, judged: &Judged) -> [f64; 3] {
        let found = self.find(words, judged);
        let expected = self.expected(judged);
        assert!(!expected.is_empty(), "nothing is left to expect of {:?} near {:?}", judged.words, judged.near);
        let gain = |count: u32, at: usize| f64::from(2_u32.pow(count) - 1) / (at as f64 + 2.0).log2();
        let hits: Vec<ServiceId> = found.hits.iter().map(|hit| hit.id).take(LOOKED_AT).collect();
        let got: f64 = hits.iter().enumerate().filter_map(|(at, id)| Some(gain(*expected.get(id)?, at))).sum();
        let mut ideal: Vec<u32> = expected.values().copied().collect();
        ideal.sort_unstable_by(|a, b| b.cmp(a));
        let best: f64 = ideal.iter().take(LOOKED_AT).enumerate().map(|(at, count)| gain(*count, at)).sum();
        let recall = |least: u32| {
            let wanted = expected.values().filter(|count| **count >= least).count();
            let right = hits.iter().filter(|id| expected.get(id).is_some_and(|count| *count >= least)).count();
            right as f64 / wanted.min(LOOKED_AT) as f64
        };
        let most = expected.values().copied().max().unwrap_or_default();
        [got / best, recall(most), recall(1)]
    }
}

/// One mistake in the longest word, the kind of it by a fixed rule.
fn with_one_mistake(words: &str, number: usize) -> Option<String> {
    let longest = words.split(' ').max_by_key(|word| word.chars().count())?;
    let letters: Vec<char> = longest.chars().collect();
    if letters.len() < 5 || !letters.iter().all(char::is_ascii_lowercase) {
        return None;
    }
    let at = 1 + number * 7 % (letters.len() - 2);
    let mut wrong = letters.clone();
    match number % 4 {
        0 => drop(wrong.remove(at)),
        1 => wrong.insert(at, letters[at]),
        2 => wrong.swap(at, at + 1),
        _ => wrong[at] = if letters[at] == 'e' { 'a' } else { 'e' },
    }
    let wrong: String = wrong.into_iter().collect();
    (wrong != longest).then(|| words.replacen(longest, &wrong, 1))
}

#[derive(Default)]
struct Mean {
    sums: [f64; 3],
    count: f64,
}

impl Mean {
    fn add(&mut self, measured: [f64; 3]) {
        for (sum, value) in self.sums.iter_mut().zip(measured) {
            *sum += value;
        }
        self.count += 1.0;
    }

    fn told(&self, what: &str, (least_ndcg, least_recall): (f64, f64)) -> bool {
        let [ndcg, recall, all] = self.sums.map(|sum| sum / self.count);
        println!(
            "{what}: {} searches, nDCG@10 {ndcg:.3}, recall@10 {recall:.3} of what was asked for, {all:.3} of all that will do",
            self.count
        );
        ndcg >= least_ndcg && recall >= least_recall
    }
}

#[test]
fn the_judged_searches_are_answered_as_well_as_before() {
    let catalogue = Arc::new(Catalogue::open());
    let judgements = judgements();
    let different: BTreeSet<(&str, &str)> = judgements.iter().map(|j| (j.words.as_str(), j.near.as_str())).collect();
    assert!(different.len() >= 150, "{} judged searches", different.len());
    let (mut typed, mut mistyped, mut one_mistake) = (Mean::default(), Mean::default(), Mean::default());
    let mut nothing_left = 0;
    for (number, judged) in judgements.iter().enumerate() {
        if catalogue.expected(judged).is_empty() {
            println!("nobody comes to {:?} for {:?} any more: not measured", judged.near, judged.words);
            nothing_left += 1;
            continue;
        }
        let measured = catalogue.measure(&judged.words, judged);
        if judged.mistyped { &mut mistyped } else { &mut typed }.add(measured);
        let tell = |words: &str, [ndcg, recall, _]: [f64; 3]| {
            if ndcg < 0.7 || recall < 1.0 {
                println!("{ndcg:.2} {recall:.2}  {words} | {} | {}", judged.near, judged.expected);
                println!("           {}", catalogue.answers(words, judged).join("; "));
            }
        };
        tell(&judged.words, measured);
        if let Some(wrong) = with_one_mistake(&judged.words, number).filter(|_| !judged.mistyped) {
            let measured = catalogue.measure(&wrong, judged);
            one_mistake.add(measured);
            tell(&wrong, measured);
        }
    }
    assert!(nothing_left <= 5, "{nothing_left} judged searches have nothing left to expect: judge them anew");
    let kept = [
        typed.told("typed well", TYPED),
        mistyped.told("mistyped", MISTYPED),
        one_mistake.told("typed well, with one mistake made", ONE_MISTAKE),
    ];
    assert_eq!(kept, [true; 3], "the answers are worse than before");
}
