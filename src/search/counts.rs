//! How many results each filter would leave.
//!
//! A filter's own choice is left out of its own counts, so that choosing "equipment" still shows how many personal
//! assistants there are. Accessibility is the exception: its features are all required, so each count says how many
//! results have that feature *too*.

use std::collections::BTreeMap;

use crate::budgets::FundingRoute;

use super::filters::{Lies, failed, lies_within};
use super::query::Ages;
use super::rows::{Row, Vocabulary, flag};
use super::sets::{Sets, Words};

/// The distances that results are counted within, in miles.
pub(super) const MILES: [u32; 5] = [1, 3, 5, 10, 25];

/// One mile.
pub(super) const MILE_METRES: f32 = 1_609.344;

/// Days of the week, as addresses write them.
pub(super) const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// Parts of the day: until noon, until five, after.
pub(super) const PARTS: [&str; 3] = ["morning", "afternoon", "evening"];

/// How many results there are of each value of each filter. Values with no results are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// By kind.
    pub kinds: BTreeMap<String, usize>,
    /// By the id of the category; a category above others counts all below it.
    pub categories: BTreeMap<String, usize>,
    /// By type of provider.
    pub provider_types: BTreeMap<String, usize>,
    /// By need.
    pub needs: BTreeMap<String, usize>,
    /// By feature of accessibility.
    pub accessibility: BTreeMap<String, usize>,
    /// By language besides English.
    pub languages: BTreeMap<String, usize>,
    /// By way of holding a budget that is taken.
    pub funding: BTreeMap<String, usize>,
    /// By band of ages: "65+".
    pub ages: BTreeMap<String, usize>,
    /// By day of the week.
    pub days: BTreeMap<String, usize>,
    /// By part of the day.
    pub parts: BTreeMap<String, usize>,
    /// Within so many miles of the place, where one was given.
    pub within_miles: BTreeMap<u32, usize>,
    /// Free of charge.
    pub free: usize,
    /// With a price.
    pub priced: usize,
    /// Rated four stars or more.
    pub four_stars: usize,
    /// Rated three stars or more.
    pub three_stars: usize,
    /// Registered with a regulator.
    pub registered: usize,
    /// With places free.
    pub has_places: usize,
    /// Coming to the place, where one was given.
    pub serves_home: usize,
}

/// Counts while a search runs: by the numbers of the vocabulary. The default one counts nothing.
pub(super) struct Tally {
    kinds: Vec<u32>,
    categories: Vec<u32>,
    provider_types: Vec<u32>,
    needs: Vec<u32>,
    accessibility: Vec<u32>,
    languages: Vec<u32>,
    /// By the bits of a row, whole: taken apart when added up.
    funding: [u32; 256],
    bands: [u32; 32],
    flags: [u32; flag::ALL],
    /// By their flags, services that fail only the filter by price, by rating, by registration, by places.
    price: [u32; flag::ALL],
    rating: [u32; flag::ALL],
    registered: u32,
    has_places: u32,
    /// By masks of days and parts.
    open: Vec<u32>,
    within: [u32; MILES.len() + 1],
    serves_home: u32,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            kinds: Vec::new(),
            categories: Vec::new(),
            provider_types: Vec::new(),
            needs: Vec::new(),
            accessibility: Vec::new(),
            languages: Vec::new(),
            funding: [0; 256],
            bands: [0; 32],
            flags: [0; flag::ALL],
            price: [0; flag::ALL],
            rating: [0; flag::ALL],
            registered: 0,
            has_places: 0,
            open: Vec::new(),
            within: [0; MILES.len() + 1],
            serves_home: 0,
        }
    }
}

impl Tally {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        Self {
            kinds: vec![0; vocabulary.kinds.all().len()],
            categories: vec![0; vocabulary.categories.all().len()],
            provider_types: vec![0; vocabulary.provider_types.all().len()],
            needs: vec![0; vocabulary.needs.len()],
            accessibility: vec![0; vocabulary.accessibility.len()],
            languages: vec![0; vocabulary.languages.len()],
            open: vec![0; vocabulary.opens.all().len()],
            ..Self::default()
        }
    }

    /// Counts a service that fails no filter, or only one: then only that one's values.
    #[inline]
    pub(super) fn add(&mut self, row: &Row, lies: Option<Lies>, fails: u16) {
        if fails != 0 {
            return self.add_failing_one(row, lies, fails);
        }
        one_more(&mut self.kinds, usize::from(row.kind));
        one_more(&mut self.categories, usize::from(row.category));
        one_more(&mut self.provider_types, usize::from(row.provider_type));
        one_more(&mut self.needs, usize::from(row.needs));
        one_more(&mut self.languages, usize::from(row.languages));
        one_more(&mut self.funding, usize::from(row.funding));
        one_more(&mut self.bands, usize::from(row.bands));
        one_more(&mut self.flags, usize::from(row.flags));
        one_more(&mut self.open, row.open as usize);
        one_more(&mut self.accessibility, row.accessibility as usize);
        if let Some(lies) = lies {
            one_more(&mut self.within, step(lies));
            self.serves_home += u32::from(lies.serves_home());
        }
    }

    fn add_failing_one(&mut self, row: &Row, lies: Option<Lies>, fails: u16) {
        match fails {
            failed::KIND => one_more(&mut self.kinds, usize::from(row.kind)),
            failed::CATEGORY => one_more(&mut self.categories, usize::from(row.category)),
            failed::PROVIDER_TYPE => one_more(&mut self.provider_types, usize::from(row.provider_type)),
            failed::NEED => one_more(&mut self.needs, usize::from(row.needs)),
            failed::LANGUAGE => one_more(&mut self.languages, usize::from(row.languages)),
            failed::FUNDING => one_more(&mut self.funding, usize::from(row.funding)),
            failed::AGE => one_more(&mut self.bands, usize::from(row.bands)),
            failed::PRICE => one_more(&mut self.price, usize::from(row.flags)),
            failed::RATING => one_more(&mut self.rating, usize::from(row.flags)),
            failed::REGISTERED => self.registered += u32::from(row.is(flag::REGISTERED)),
            failed::PLACES => self.has_places += u32::from(row.is(flag::PLACES)),
            failed::OPEN => one_more(&mut self.open, row.open as usize),
            failed::WITHIN => one_more(&mut self.within, lies.map_or(MILES.len(), step)),
            failed::HOME => self.serves_home += u32::from(lies.is_some_and(Lies::serves_home)),
            _ => {}
        }
    }

    fn join(&mut self, other: &Self) {
        let pairs: [(&mut [u32], &[u32]); 14] = [
            (&mut self.kinds, &other.kinds),
            (&mut self.categories, &other.categories),
            (&mut self.provider_types, &other.provider_types),
            (&mut self.needs, &other.needs),
            (&mut self.accessibility, &other.accessibility),
            (&mut self.languages, &other.languages),
            (&mut self.funding, &other.funding),
            (&mut self.bands, &other.bands),
            (&mut self.price, &other.price),
            (&mut self.rating, &other.rating),
            (&mut self.flags, &other.flags),
            (&mut self.open, &other.open),
            (&mut self.within, &other.within),
            (std::slice::from_mut(&mut self.serves_home), std::slice::from_ref(&other.serves_home)),
        ];
        for (mine, theirs) in pairs {
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
        }
        self.registered += other.registered;
        self.has_places += other.has_places;
    }

    /// Adds up tallies, and puts words to the numbers.
    pub(super) fn sum<'a>(tallies: impl IntoIterator<Item = &'a Self>, vocabulary: &Vocabulary) -> Counts {
        let mut all = Self::new(vocabulary);
        tallies.into_iter().for_each(|tally| all.join(tally));
        let of_sets = |sets: &Sets, counted: &[u32]| named(sets.words.all(), &sets.spread(counted));
        let of_words = |words: &Words, counted: &[u32]| named(words.all(), counted);
        let mut categories = of_words(&vocabulary.categories, &all.categories);
        let own = categories.clone();
        for (category, parent) in vocabulary.categories.all().iter().zip(&vocabulary.parents) {
            let parent = parent.and_then(|parent| vocabulary.categories.all().get(parent));
            if let (Some(parent), Some(count)) = (parent, own.get(category)) {
                *categories.entry(parent.clone()).or_default() += count;
            }
        }
        let bands = Ages::BANDS.map(Ages::word);
        let routes: Vec<String> = FundingRoute::ALL.iter().map(ToString::to_string).collect();
        let with = |own: &[u32], flag| with_flag(&all.flags, flag) + with_flag(own, flag);
        let opens = vocabulary.opens.all();
        let on = |bits: u32| {
            let counted = opens.iter().zip(&all.open).filter(|(mask, _)| **mask & bits != 0);
            counted.map(|(_, count)| *count).sum::<u32>()
        };
        let mut sum = 0;
        let within = MILES.into_iter().zip(all.within).map(|(miles, count)| {
            sum += count as usize;
            (miles, sum)
        });
        Counts {
            kinds: of_words(&vocabulary.kinds, &all.kinds),
            categories,
            provider_types: of_words(&vocabulary.provider_types, &all.provider_types),
            needs: of_sets(&vocabulary.needs, &all.needs),
            accessibility: of_sets(&vocabulary.accessibility, &all.accessibility),
            languages: of_sets(&vocabulary.languages, &all.languages),
            funding: named(&routes, &by_bit(&all.funding, routes.len())),
            ages: named(&bands, &by_bit(&all.bands, bands.len())),
            days: named(&DAYS, &(0..7).map(|day| on(0b111 << (3 * day))).collect::<Vec<_>>()),
            parts: named(&PARTS, &(0..3).map(|part| on(EVERY_DAY << part)).collect::<Vec<_>>()),
            within_miles: within.filter(|(_, count)| *count > 0).collect(),
            free: with(&all.price, flag::FREE),
            priced: all.flags.iter().chain(&all.price).map(|count| *count as usize).sum::<usize>()
                - with(&all.price, flag::FREE),
            four_stars: with(&all.rating, flag::FOUR_STARS),
            three_stars: with(&all.rating, flag::THREE_STARS),
            registered: with_flag(&all.flags, flag::REGISTERED) + all.registered as usize,
            has_places: with_flag(&all.flags, flag::PLACES) + all.has_places as usize,
            serves_home: all.serves_home as usize,
        }
    }
}

/// The first of [`MILES`] that a service lies within.
#[inline]
fn step(lies: Lies) -> usize {
    MILES.iter().position(|miles| lies_within(lies, *miles as f32 * MILE_METRES)).unwrap_or(MILES.len())
}

/// The first bit of each day.
pub(super) const EVERY_DAY: u32 = 0o1_111_111;

fn named(words: &[impl ToString], counts: &[u32]) -> BTreeMap<String, usize> {
    let all = words.iter().map(ToString::to_string).zip(counts.iter().map(|count| *count as usize));
    all.filter(|(_, count)| *count > 0).collect()
}

/// How often each bit is set in masks that were counted.
fn by_bit(counted: &[u32], bits: usize) -> Vec<u32> {
    let of = |bit: usize| counted.iter().enumerate().filter(|(mask, _)| mask >> bit & 1 == 1).map(|(_, n)| n).sum();
    (0..bits).map(of).collect()
}

fn with_flag(counted: &[u32], flag: u8) -> usize {
    counted.iter().enumerate().filter(|(flags, _)| flags & usize::from(flag) != 0).map(|(_, n)| *n as usize).sum()
}

#[inline]
fn one_more(counts: &mut [u32], number: usize) {
    if let Some(count) = counts.get_mut(number) {
        *count += 1;
    }
}
