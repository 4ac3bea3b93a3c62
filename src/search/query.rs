//! What somebody asks for: words, a place, filters, an order, a page.

/// One search.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search {
    /// What was typed. Anything is allowed; what is too long is cut off.
    pub words: String,
    /// Where it is wanted: latitude and longitude.
    pub near: Option<(f64, f64)>,
    /// What that place belongs to, for services that come to whole areas.
    pub home: Home,
    /// Today, in days since 1970: what nobody has checked for too long has left. None takes the day of the latest check.
    pub today: Option<i32>,
    /// What results must be.
    pub filters: Filters,
    /// What comes first.
    pub sort: Sort,
    /// The page of results, from 1.
    pub page: u32,
    /// How many results a page has.
    pub per_page: u32,
}

/// What a home belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Home {
    /// Its postcode district: "M33".
    pub district: Option<String>,
    /// The id of its council.
    pub authority: Option<String>,
}

/// One age, or a band of ages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ages {
    /// The youngest.
    pub from: u8,
    /// The oldest.
    pub to: u8,
}

impl Ages {
    /// The bands that results are counted in.
    pub const BANDS: [Self; 5] = [
        Self { from: 0, to: 7 },
        Self { from: 8, to: 12 },
        Self { from: 13, to: 17 },
        Self { from: 18, to: 64 },
        Self { from: 65, to: 120 },
    ];

    /// The word of the band in addresses: "13-17", "65+".
    #[must_use]
    pub fn word(self) -> String {
        if self.to >= 120 { format!("{}+", self.from) } else { format!("{}-{}", self.from, self.to) }
    }

    /// Reads an age ("70") or the word of a band ("65+").
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let band = Self::BANDS.into_iter().find(|band| band.word() == text);
        let age = text.parse::<u8>().ok().filter(|age| *age <= 120).map(|age| Self { from: age, to: age });
        band.or(age)
    }
}

/// What results must be. Values within one filter are alternatives, except accessibility: a person who needs step-free
/// access *and* a hearing loop needs both.
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a filter of its own, and on or off")]
pub struct Filters {
    /// Any of these kinds.
    pub kinds: Vec<String>,
    /// Any of these categories, by id, or categories below them.
    pub categories: Vec<String>,
    /// Any of these types of provider.
    pub provider_types: Vec<String>,
    /// For any of these needs.
    pub needs: Vec<String>,
    /// With all of these features.
    pub accessibility: Vec<String>,
    /// At most this price; free is always within it.
    pub max_price_pence: Option<i64>,
    /// At least this mean of stars, in tenths: 40 is four stars.
    pub min_rating: Option<u32>,
    /// Only what is free.
    pub free_only: bool,
    /// Only what is registered with a regulator.
    pub registered_only: bool,
    /// Only what has places free.
    pub has_places: bool,
    /// Only what is within so far of [`Search::near`], or comes out to it.
    pub within_metres: Option<u32>,
    /// Only what comes to [`Search::near`], by its circle or by the areas it names; or is not tied to a place.
    pub serves_home: bool,
    /// For people of this age.
    pub ages: Option<Ages>,
    /// Taking any of these ways of holding a budget.
    pub funding: Vec<String>,
    /// Where any of these languages is spoken.
    pub languages: Vec<String>,
    /// On at any of these parts of the week; 0 for whenever. A bit is `3 × day + part`, Monday's morning first.
    pub open: u32,
}

/// What comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// What fits best; with no words, what is nearest.
    #[default]
    Relevance,
    /// What is nearest.
    Distance,
    /// What people rated best, drawn to the middle while ratings are few.
    Rating,
    /// What costs least.
    Price,
    /// What was checked last.
    Freshness,
}

/// The most results of one page.
const MOST_PER_PAGE: u32 = 200;

/// Nobody turns further than this many results.
const FURTHEST: usize = 10_000;

impl Search {
    /// From which result to which the page goes.
    pub(super) fn window(&self) -> std::ops::Range<usize> {
        let size = self.per_page.clamp(1, MOST_PER_PAGE) as usize;
        let start = (self.page.max(1) as usize - 1).saturating_mul(size);
        if start >= FURTHEST { FURTHEST..FURTHEST } else { start..start + size }
    }
}
