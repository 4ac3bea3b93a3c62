//! The weights of the order, read from `search-index/ranking.toml`, which says what each number means.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::places::miles_text;

use super::fields::TEXT_FIELDS;
use super::freshness::Limits;

/// Everything that decides who stands before whom.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Ranking {
    pub(super) fields: Fields,
    #[serde(rename = "match")]
    pub(super) matching: Matching,
    pub(super) distance: Distance,
    pub(super) rating: Rating,
    pub(super) availability: Availability,
    pub(super) freshness: Freshness,
    /// What a kind of service multiplies by; 1 for those not named.
    pub(super) kind: BTreeMap<String, f32>,
}

/// How much a word counts by where it stands.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Fields {
    pub(super) name: f32,
    pub(super) category: f32,
    pub(super) needs: f32,
    pub(super) provider: f32,
    pub(super) place: f32,
    pub(super) description: f32,
}

/// How words are put together.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Matching {
    pub(super) all_words: f32,
    pub(super) exact_name: f32,
    pub(super) spelling_one: f32,
    pub(super) spelling_two: f32,
    pub(super) spelling_minimum: usize,
    /// What another word for the same thing counts, against the word itself.
    pub(super) synonym: f32,
    /// How quickly saying a word again stops counting (BM25's k1).
    pub(super) saturation: f32,
    /// How much a long description is held against a word in it (BM25's b).
    pub(super) length_of_description: f32,
    /// The same for all other fields.
    pub(super) length_elsewhere: f32,
    /// The power of the share of the question that was met.
    pub(super) coverage_power: f32,
    /// Words that are less than this share as rare as the rarest may be missing.
    pub(super) minor_share: f32,
    /// What a partial match of the same category as the best whole one multiplies by.
    pub(super) same_category: f32,
    /// With fewer results than this that meet every word, those that nearly do are shown after them.
    pub(super) enough: usize,
    /// The share of the question that is "nearly".
    pub(super) near_miss_share: f32,
}

/// How being near moves a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Distance {
    pub(super) half_life_metres: f32,
    pub(super) floor: f32,
    pub(super) outside_area: f32,
    pub(super) unknown_place: f32,
}

/// How ratings move a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Rating {
    pub(super) prior_mean: f32,
    pub(super) prior_weight: f32,
    pub(super) per_star: f32,
}

/// How places free move a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Availability {
    pub(super) has_places: f32,
    pub(super) full: f32,
}

/// How details that nobody checked for long move a service.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Freshness {
    pub(super) stale_floor: f32,
}

impl Default for Fields {
    fn default() -> Self {
        Self { name: 4.0, category: 3.0, needs: 1.2, provider: 1.4, place: 0.8, description: 1.0 }
    }
}

impl Default for Matching {
    fn default() -> Self {
        Self {
            all_words: 1.5,
            exact_name: 3.0,
            spelling_one: 0.7,
            spelling_two: 0.45,
            spelling_minimum: 4,
            synonym: 0.8,
            saturation: 1.2,
            length_of_description: 0.6,
            length_elsewhere: 0.3,
            coverage_power: 2.0,
            minor_share: 0.35,
            same_category: 1.8,
            enough: 10,
            near_miss_share: 0.4,
        }
    }
}

impl Default for Distance {
    fn default() -> Self {
        Self { half_life_metres: 3_200.0, floor: 0.1, outside_area: 0.25, unknown_place: 0.5 }
    }
}

impl Default for Rating {
    fn default() -> Self {
        Self { prior_mean: 3.9, prior_weight: 8.0, per_star: 0.08 }
    }
}

impl Default for Availability {
    fn default() -> Self {
        Self { has_places: 1.06, full: 0.9 }
    }
}

impl Default for Freshness {
    fn default() -> Self {
        Self { stale_floor: 0.5 }
    }
}

impl Ranking {
    /// The weights that are embedded in the program.
    pub(super) fn shared() -> &'static Self {
        static SHARED: OnceLock<Ranking> = OnceLock::new();
        SHARED.get_or_init(|| {
            toml::from_str(include_str!("../../search-index/ranking.toml")).unwrap_or_else(|cause| {
                tracing::error!(error = %cause, "search-index/ranking.toml cannot be read; the order uses its defaults");
                Self::default()
            })
        })
    }

    /// What counts and how much, strongest first, with the reason: for the page that tells everybody.
    pub(super) fn told(&self) -> Vec<(&'static str, f32, &'static str)> {
        let mut rows = vec![
            ("Words in the name of the service", self.fields.name, "It says what it is."),
            (
                "Words in the name of its category",
                self.fields.category,
                "Everyday words lead here: hoover to cleaning.",
            ),
            ("Words in the name of the provider", self.fields.provider, "Some people look for a name they know."),
            ("Words for needs it is meant for", self.fields.needs, "So that it suits you."),
            ("Words in its description", self.fields.description, "Everything else that it says."),
            ("The name of the place", self.fields.place, "A postcode counts as a distance, not as a word."),
            ("Finding all of your words", self.matching.all_words, "Better than finding one of them often."),
        ];
        rows.sort_by(|a, b| b.1.total_cmp(&a.1));
        rows
    }

    /// What the sum of the words is multiplied by: for the page that tells everybody.
    pub(super) fn factors_told(&self) -> Vec<(&'static str, String)> {
        let (m, d, r, a) = (&self.matching, &self.distance, &self.rating, &self.availability);
        let limits = Limits::default();
        let mut all = vec![
            ("It is called exactly what you typed", format!("× {}", m.exact_name)),
            ("It has all of your words, and you typed several", format!("× {}", m.all_words)),
            ("It has another word for the same thing", format!("× {} for that word", m.synonym)),
            ("One letter of a word had to be put right", format!("× {} for that word", m.spelling_one)),
            ("Two letters had to be put right", format!("× {} for that word", m.spelling_two)),
            (
                "It has only some of your words, but is of the same category as the best that has all",
                format!("× {}", m.same_category),
            ),
            (
                "How far it is, if you say where",
                format!(
                    "half of it fades with every {}; never below × {}",
                    miles_text(f64::from(d.half_life_metres)),
                    d.floor
                ),
            ),
            ("It comes to your home, by its circle or its list of areas", "as if it were next door".into()),
            ("It comes to homes, but not to yours", format!("× {}", d.outside_area)),
            ("Its rating", format!("{:+.0}% for each star above {}, less below", r.per_star * 100.0, r.prior_mean)),
            ("It has places free, or none", format!("× {}, or × {}", a.has_places, a.full)),
            (
                "Nobody has checked its details for long",
                format!(
                    "falls from {} days on, to × {} after {}; then it is left out, unless its council says otherwise",
                    limits.sink_after, self.freshness.stale_floor, limits.leave_after
                ),
            ),
        ];
        if let Some(factor) = self.kind.get("information page") {
            all.push(("It is a page to read, not somebody who can come", format!("× {factor}")));
        }
        all
    }

    /// The weights of the fields, in the order of the index.
    pub(super) fn field_weights(&self) -> [f32; TEXT_FIELDS] {
        let f = &self.fields;
        [f.name, f.category, f.needs, f.provider, f.place, f.description]
    }

    /// The mean of the stars, drawn towards what is expected while ratings are few.
    pub(super) fn score_of(&self, stars: f32, ratings: f32) -> f32 {
        let r = &self.rating;
        (r.prior_mean * r.prior_weight + stars) / (r.prior_weight + ratings).max(f32::MIN_POSITIVE)
    }

    /// What a service multiplies by wherever it is asked from: its rating, its places, its kind.
    pub(super) fn quality(&self, score: f32, has_places: bool, kind: &str) -> f32 {
        let rating = 1.0 + self.rating.per_star * (score - self.rating.prior_mean);
        let places = if has_places { self.availability.has_places } else { self.availability.full };
        rating * places * self.kind.get(kind).copied().unwrap_or(1.0)
    }

    /// What being `metres` away multiplies by.
    pub(super) fn distance_factor(&self, metres: f32) -> f32 {
        let d = &self.distance;
        d.floor + (1.0 - d.floor) * (-metres / d.half_life_metres).exp2()
    }

    /// What details that were last checked `days` ago multiply by: falling from where they sink to where they leave.
    pub(super) fn freshness_factor(&self, days: f32, limits: Limits) -> f32 {
        let (sink, leave) = (limits.sink_after as f32, limits.leave_after as f32);
        let stale = ((days - sink) / (leave - sink).max(1.0)).clamp(0.0, 1.0);
        1.0 - stale * (1.0 - self.freshness.stale_floor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_can_be_read() {
        let file: Result<Ranking, _> = toml::from_str(include_str!("../../search-index/ranking.toml"));
        assert!(file.is_ok(), "{file:?}");
    }

    #[test]
    fn ratings_nudge_and_few_nudge_little() {
        let ranking = Ranking::default();
        let factor = |stars, ratings| ranking.quality(ranking.score_of(stars, ratings), true, "equipment");
        assert!(factor(5.0, 1.0) < factor(500.0, 100.0));
        assert!(factor(100.0, 100.0) < factor(0.0, 0.0));
        assert!(factor(500.0, 100.0) / factor(100.0, 100.0) < 1.5);
    }

    #[test]
    fn nearer_counts_more_and_old_details_count_less() {
        let ranking = Ranking::default();
        assert!((ranking.distance_factor(0.0) - 1.0).abs() < 0.001);
        assert!(ranking.distance_factor(1_000.0) > ranking.distance_factor(5_000.0));
        assert!(ranking.distance_factor(1e9) >= ranking.distance.floor);
        let factor = |days| ranking.freshness_factor(days, Limits::default());
        assert!((factor(100.0) - 1.0).abs() < 0.001 && (factor(365.0) - 0.5).abs() < 0.001);
        assert!((0.7..0.8).contains(&factor(272.0)));
    }
}
