//! Filters, made ready for one snapshot: each service is asked once, and answers with the filters it fails.
#![expect(clippy::cast_possible_truncation, reason = "degrees and metres: single precision is within a few metres")]

use super::query::{Filters, Search};
use super::rows::{Row, Vocabulary, Words};

/// One bit for each filter that a service can fail.
pub(super) mod failed {
    pub(in crate::search) const KIND: u16 = 1;
    pub(in crate::search) const CATEGORY: u16 = 1 << 1;
    pub(in crate::search) const PROVIDER_TYPE: u16 = 1 << 2;
    pub(in crate::search) const NEED: u16 = 1 << 3;
    pub(in crate::search) const PRICE: u16 = 1 << 4;
    pub(in crate::search) const RATING: u16 = 1 << 5;
    pub(in crate::search) const REGISTERED: u16 = 1 << 6;
    pub(in crate::search) const PLACES: u16 = 1 << 7;
    /// Accessibility and distance narrow every count, their own too.
    pub(in crate::search) const ALWAYS: u16 = 1 << 15;
}

/// The filters of one search.
pub(super) struct Ready {
    kinds: Option<Vec<bool>>,
    categories: Option<Vec<bool>>,
    provider_types: Option<Vec<bool>>,
    needs: u64,
    any_need: bool,
    /// All of these; none if one of them is in no service at all.
    accessibility: Option<u64>,
    max_pence: Option<u32>,
    min_rating: u32,
    registered: bool,
    has_places: bool,
    within: Option<f32>,
    from: Option<Origin>,
}

/// Where it is wanted.
struct Origin {
    latitude: f32,
    longitude: f32,
    /// How much shorter a degree of longitude is there than one of latitude.
    narrowing: f32,
}

/// How a service lies to where it is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lies {
    /// So many metres away.
    Away(f32),
    /// It comes out to there, from so many metres away.
    ComesOut(f32),
    /// It comes out to people, but not so far.
    OutsideArea(f32),
    /// Nobody said where it is.
    Unknown,
}

impl Lies {
    /// How far the place is.
    pub(super) fn metres(self) -> Option<f32> {
        match self {
            Self::Away(metres) | Self::ComesOut(metres) | Self::OutsideArea(metres) => Some(metres),
            Self::Unknown => None,
        }
    }
}

impl Ready {
    /// Makes the filters of `search` ready. A value that no service has lets nothing through.
    pub(super) fn of(search: &Search, vocabulary: &Vocabulary) -> Self {
        let f: &Filters = &search.filters;
        let near = search.near.filter(|(latitude, longitude)| latitude.is_finite() && longitude.is_finite());
        Self {
            kinds: chosen(&f.kinds, &vocabulary.kinds),
            categories: chosen_categories(&f.categories, vocabulary),
            provider_types: chosen(&f.provider_types, &vocabulary.provider_types),
            needs: f.needs.iter().filter_map(|need| bit(need, &vocabulary.needs)).fold(0, |all, one| all | one),
            any_need: f.needs.is_empty(),
            accessibility: f
                .accessibility
                .iter()
                .try_fold(0, |all, one| Some(all | bit(one, &vocabulary.accessibility)?)),
            max_pence: if f.free_only {
                Some(0)
            } else {
                f.max_price_pence.map(|pence| u32::try_from(pence.max(0)).unwrap_or(u32::MAX))
            },
            min_rating: f.min_rating.unwrap_or_default(),
            registered: f.registered_only,
            has_places: f.has_places,
            within: f.within_metres.map(|metres| metres as f32),
            from: near.map(|(latitude, longitude)| Origin {
                latitude: latitude as f32,
                longitude: longitude as f32,
                narrowing: latitude.to_radians().cos() as f32,
            }),
        }
    }

    /// How a service lies to where it is wanted; none if nobody said where.
    #[inline]
    pub(super) fn lies(&self, row: &Row) -> Option<Lies> {
        let from = self.from.as_ref()?;
        if row.latitude.is_nan() {
            return Some(Lies::Unknown);
        }
        let metres_per_degree = 111_195.0_f32;
        let north = (row.latitude - from.latitude) * metres_per_degree;
        let east = (row.longitude - from.longitude) * metres_per_degree * from.narrowing;
        let metres = (north * north + east * east).sqrt();
        Some(if row.radius <= 0.0 {
            Lies::Away(metres)
        } else if metres <= row.radius {
            Lies::ComesOut(metres)
        } else {
            Lies::OutsideArea(metres)
        })
    }

    /// The filters that a service fails.
    #[inline]
    pub(super) fn failed(&self, row: &Row, lies: Option<Lies>) -> u16 {
        let mut bits = 0;
        let mut require = |holds: bool, bit: u16| bits |= if holds { 0 } else { bit };
        require(allows(self.kinds.as_deref(), usize::from(row.kind)), failed::KIND);
        require(allows(self.categories.as_deref(), usize::from(row.category)), failed::CATEGORY);
        require(allows(self.provider_types.as_deref(), usize::from(row.provider_type)), failed::PROVIDER_TYPE);
        require(self.any_need || row.needs & self.needs != 0, failed::NEED);
        require(self.accessibility.is_some_and(|all| row.accessibility & all == all), failed::ALWAYS);
        require(self.max_pence.is_none_or(|most| row.pence <= most), failed::PRICE);
        require(self.min_rating == 0 || is_rated(row, self.min_rating), failed::RATING);
        require(!self.registered || row.registered, failed::REGISTERED);
        require(!self.has_places || row.has_places, failed::PLACES);
        require(self.is_within(lies), failed::ALWAYS);
        bits
    }

    /// What has no place is everywhere; what comes out to people is wherever it comes to.
    fn is_within(&self, lies: Option<Lies>) -> bool {
        match (self.within, lies) {
            (None, _) | (_, None | Some(Lies::Unknown | Lies::ComesOut(_))) => true,
            (Some(within), Some(Lies::Away(metres))) => metres <= within,
            (Some(_), Some(Lies::OutsideArea(_))) => false,
        }
    }
}

/// Whether the mean of the stars is at least `tenths`; what nobody rated is not.
pub(super) fn is_rated(row: &Row, tenths: u32) -> bool {
    row.ratings > 0 && u64::from(row.stars) * 10 >= u64::from(tenths) * u64::from(row.ratings)
}

fn allows(chosen: Option<&[bool]>, number: usize) -> bool {
    chosen.is_none_or(|chosen| chosen.get(number).copied().unwrap_or(false))
}

fn chosen(names: &[String], words: &Words) -> Option<Vec<bool>> {
    (!names.is_empty()).then(|| words.all().iter().map(|word| names.contains(word)).collect())
}

/// A category, and every one below it.
fn chosen_categories(ids: &[String], vocabulary: &Vocabulary) -> Option<Vec<bool>> {
    let mut chosen = chosen(ids, &vocabulary.categories)?;
    for (number, parent) in vocabulary.parents.iter().enumerate() {
        if parent.and_then(|parent| vocabulary.categories.all().get(parent)).is_some_and(|parent| ids.contains(parent))
            && let Some(place) = chosen.get_mut(number)
        {
            *place = true;
        }
    }
    Some(chosen)
}

fn bit(word: &str, words: &Words) -> Option<u64> {
    words.find(word).filter(|number| *number < 64).map(|number| 1 << number)
}
