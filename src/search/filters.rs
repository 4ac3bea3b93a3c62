//! Filters, made ready for one snapshot: each service is asked once, and answers with the filters it fails.
#![expect(clippy::cast_possible_truncation, reason = "degrees and metres: single precision is within a few metres")]

use super::freshness::{Freshness, Limits};
use super::query::{Ages, Filters, Search};
use super::rows::{Row, Vocabulary, flag, route_bit};
use super::sets::Words;

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
    pub(in crate::search) const AGE: u16 = 1 << 8;
    pub(in crate::search) const FUNDING: u16 = 1 << 9;
    pub(in crate::search) const LANGUAGE: u16 = 1 << 10;
    pub(in crate::search) const OPEN: u16 = 1 << 11;
    pub(in crate::search) const WITHIN: u16 = 1 << 12;
    pub(in crate::search) const HOME: u16 = 1 << 13;
    /// Accessibility narrows every count, its own too.
    pub(in crate::search) const ALWAYS: u16 = 1 << 15;
}

/// The filters of one search.
pub(super) struct Ready {
    /// A bit of [`failed`] for each filter that is chosen.
    active: u16,
    kinds: Option<Vec<bool>>,
    categories: Option<Vec<bool>>,
    provider_types: Option<Vec<bool>>,
    /// For each set of needs, of features, of languages: whether it will do.
    needs: Option<Vec<bool>>,
    accessibility: Option<Vec<bool>>,
    languages: Option<Vec<bool>>,
    max_pence: Option<u32>,
    min_rating: u32,
    registered: bool,
    has_places: bool,
    ages: Option<Ages>,
    funding: u8,
    /// For each mask of days and parts, whether it will do.
    open: Option<Vec<bool>>,
    within: Option<f32>,
    serves_home: bool,
    from: Option<Origin>,
    /// For each set of areas, whether the home lies in one of them.
    covers: Vec<bool>,
    limits: Vec<Limits>,
    today: i32,
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
    /// It comes out to people, but not there.
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

    /// Whether it comes to people there, or needs no place at all.
    pub(super) fn serves_home(self) -> bool {
        matches!(self, Self::ComesOut(_) | Self::Unknown)
    }
}

impl Ready {
    /// Makes the filters of `search` ready. A value that no service has lets nothing through.
    pub(super) fn of(search: &Search, vocabulary: &Vocabulary, freshness: &Freshness, latest: i32) -> Self {
        let f: &Filters = &search.filters;
        let near = search.near.filter(|(latitude, longitude)| latitude.is_finite() && longitude.is_finite());
        let any = |words: &[String]| !words.is_empty();
        let home = [&search.home.district, &search.home.authority].into_iter().flatten().map(String::as_str);
        let mut ready = Self {
            active: 0,
            kinds: chosen(&f.kinds, &vocabulary.kinds),
            categories: chosen_categories(&f.categories, vocabulary),
            provider_types: chosen(&f.provider_types, &vocabulary.provider_types),
            needs: any(&f.needs).then(|| vocabulary.needs.with_any(f.needs.iter().map(String::as_str))),
            accessibility: any(&f.accessibility).then(|| vocabulary.accessibility.with_all(&f.accessibility)),
            languages: any(&f.languages).then(|| vocabulary.languages.with_any(f.languages.iter().map(String::as_str))),
            max_pence: if f.free_only {
                Some(0)
            } else {
                f.max_price_pence.map(|pence| u32::try_from(pence.max(0)).unwrap_or(u32::MAX))
            },
            min_rating: f.min_rating.unwrap_or_default(),
            registered: f.registered_only,
            has_places: f.has_places,
            ages: f.ages,
            funding: if any(&f.funding) {
                f.funding.iter().filter_map(|route| route_bit(route)).fold(0, |all, bit| all | bit)
            } else {
                u8::MAX
            },
            open: (f.open != 0).then(|| vocabulary.opens.all().iter().map(|mask| mask & f.open != 0).collect()),
            within: f.within_metres.map(|metres| metres as f32),
            serves_home: f.serves_home && near.is_some(),
            from: near.map(|(latitude, longitude)| Origin {
                latitude: latitude as f32,
                longitude: longitude as f32,
                narrowing: latitude.to_radians().cos() as f32,
            }),
            covers: vocabulary.areas.with_any(home),
            limits: freshness.for_each(vocabulary.authorities.all()),
            today: search.today.unwrap_or(latest),
        };
        ready.active = ready.chosen();
        ready
    }

    /// The filters that somebody chose: only these are asked of each service.
    fn chosen(&self) -> u16 {
        let chosen = [
            (self.kinds.is_some(), failed::KIND),
            (self.categories.is_some(), failed::CATEGORY),
            (self.provider_types.is_some(), failed::PROVIDER_TYPE),
            (self.needs.is_some(), failed::NEED),
            (self.accessibility.is_some(), failed::ALWAYS),
            (self.languages.is_some(), failed::LANGUAGE),
            (self.max_pence.is_some(), failed::PRICE),
            (self.min_rating > 0, failed::RATING),
            (self.registered, failed::REGISTERED),
            (self.has_places, failed::PLACES),
            (self.ages.is_some(), failed::AGE),
            (self.funding != u8::MAX, failed::FUNDING),
            (self.open.is_some(), failed::OPEN),
            (self.within.is_some(), failed::WITHIN),
            (self.serves_home, failed::HOME),
        ];
        chosen.iter().filter(|(is_chosen, _)| *is_chosen).fold(0, |all, (_, bit)| all | bit)
    }

    /// How a service lies to where it is wanted; none if nobody said where.
    #[inline]
    pub(super) fn lies(&self, row: &Row) -> Option<Lies> {
        let from = self.from.as_ref()?;
        let covers = row.areas != 0 && allows(Some(&self.covers), row.areas as usize);
        if row.latitude.is_nan() {
            return Some(match (covers, row.areas) {
                (true, _) => Lies::ComesOut(f32::MAX),
                (false, 0) => Lies::Unknown,
                (false, _) => Lies::OutsideArea(f32::MAX),
            });
        }
        let metres_per_degree = 111_195.0_f32;
        let north = (row.latitude - from.latitude) * metres_per_degree;
        let east = (row.longitude - from.longitude) * metres_per_degree * from.narrowing;
        let metres = (north * north + east * east).sqrt();
        Some(if covers || (row.radius > 0.0 && metres <= row.radius) {
            Lies::ComesOut(metres)
        } else if row.radius <= 0.0 && row.areas == 0 {
            Lies::Away(metres)
        } else {
            Lies::OutsideArea(metres)
        })
    }

    /// How many days ago a service was last checked, and what its authority makes of that; none if it has left.
    #[inline]
    pub(super) fn unchecked_for(&self, row: &Row) -> Option<(i32, Limits)> {
        let limits = self.limits.get(usize::from(row.authority)).copied().unwrap_or_default();
        let days = self.today.saturating_sub(row.assured);
        (days <= limits.leave_after).then_some((days, limits))
    }

    /// The filters that a service fails.
    #[inline]
    pub(super) fn failed(&self, row: &Row, lies: Option<Lies>) -> u16 {
        let (mut fails, mut left) = (0, self.active);
        while left != 0 {
            let filter = left & left.wrapping_neg();
            left ^= filter;
            fails |= if self.meets(filter, row, lies) { 0 } else { filter };
        }
        fails
    }

    fn meets(&self, filter: u16, row: &Row, lies: Option<Lies>) -> bool {
        match filter {
            failed::KIND => allows(self.kinds.as_deref(), usize::from(row.kind)),
            failed::CATEGORY => allows(self.categories.as_deref(), usize::from(row.category)),
            failed::PROVIDER_TYPE => allows(self.provider_types.as_deref(), usize::from(row.provider_type)),
            failed::NEED => allows(self.needs.as_deref(), usize::from(row.needs)),
            failed::ALWAYS => allows(self.accessibility.as_deref(), row.accessibility as usize),
            failed::LANGUAGE => allows(self.languages.as_deref(), usize::from(row.languages)),
            failed::PRICE => self.max_pence.is_none_or(|most| row.pence <= most),
            failed::RATING => u32::from(row.tenths) >= self.min_rating,
            failed::REGISTERED => row.is(flag::REGISTERED),
            failed::PLACES => row.is(flag::PLACES),
            failed::AGE => self.ages.is_none_or(|ages| row.minimum_age <= ages.to && row.maximum_age >= ages.from),
            failed::FUNDING => row.funding & self.funding != 0,
            failed::OPEN => allows(self.open.as_deref(), row.open as usize),
            failed::WITHIN => self.is_within(lies),
            failed::HOME => lies.is_some_and(Lies::serves_home),
            _ => true,
        }
    }

    /// What has no place is everywhere; what comes out to people is wherever it comes to.
    fn is_within(&self, lies: Option<Lies>) -> bool {
        match (self.within, lies) {
            (None, _) | (_, None) => true,
            (Some(within), Some(lies)) => lies_within(lies, within),
        }
    }
}

/// Whether a service counts as within so many metres.
pub(super) fn lies_within(lies: Lies, within: f32) -> bool {
    match lies {
        Lies::Unknown | Lies::ComesOut(_) => true,
        Lies::Away(metres) => metres <= within,
        Lies::OutsideArea(_) => false,
    }
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
