//! How many results each filter would leave.
//!
//! A filter's own choice is left out of its own counts, so that choosing "equipment" still shows how many personal
//! assistants there are. Accessibility is the exception: its features are all required, so each count says how many
//! results have that feature *too*.

use std::collections::BTreeMap;

use super::filters::{failed, is_rated};
use super::rows::{Row, Vocabulary, Words};

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
}

/// Counts while a search runs: by the numbers of the vocabulary.
#[derive(Clone)]
pub(super) struct Tally {
    kinds: Vec<u32>,
    categories: Vec<u32>,
    provider_types: Vec<u32>,
    needs: [u32; 64],
    accessibility: [u32; 64],
    free: u32,
    priced: u32,
    four_stars: u32,
    three_stars: u32,
    registered: u32,
    has_places: u32,
}

impl Tally {
    pub(super) fn new(vocabulary: &Vocabulary) -> Self {
        Self {
            kinds: vec![0; vocabulary.kinds.all().len()],
            categories: vec![0; vocabulary.categories.all().len()],
            provider_types: vec![0; vocabulary.provider_types.all().len()],
            needs: [0; 64],
            accessibility: [0; 64],
            free: 0,
            priced: 0,
            four_stars: 0,
            three_stars: 0,
            registered: 0,
            has_places: 0,
        }
    }

    /// Counts a service that fails no filter, or only one: then only that one's values.
    #[inline]
    pub(super) fn add(&mut self, row: &Row, fails: u16) {
        let counts_for = |filter: u16| fails & !filter == 0;
        if counts_for(failed::KIND) {
            one_more(&mut self.kinds, usize::from(row.kind));
        }
        if counts_for(failed::CATEGORY) {
            one_more(&mut self.categories, usize::from(row.category));
        }
        if counts_for(failed::PROVIDER_TYPE) {
            one_more(&mut self.provider_types, usize::from(row.provider_type));
        }
        if counts_for(failed::NEED) {
            each_bit(row.needs, &mut self.needs);
        }
        if counts_for(failed::PRICE) {
            self.free += u32::from(row.pence == 0);
            self.priced += u32::from(row.pence != 0);
        }
        if counts_for(failed::RATING) {
            self.four_stars += u32::from(is_rated(row, 40));
            self.three_stars += u32::from(is_rated(row, 30));
        }
        if counts_for(failed::REGISTERED) {
            self.registered += u32::from(row.registered);
        }
        if counts_for(failed::PLACES) {
            self.has_places += u32::from(row.has_places);
        }
        if fails == 0 {
            each_bit(row.accessibility, &mut self.accessibility);
        }
    }

    /// Adds up tallies, and puts words to the numbers.
    pub(super) fn sum(tallies: &[Self], vocabulary: &Vocabulary) -> Counts {
        let total = |of: fn(&Self) -> u32| tallies.iter().map(|tally| of(tally) as usize).sum();
        let named = |of: fn(&Self) -> &[u32], words: &Words| -> BTreeMap<String, usize> {
            let count = |at: usize| tallies.iter().filter_map(|t| of(t).get(at)).map(|n| *n as usize).sum::<usize>();
            words.all().iter().enumerate().map(|(at, word)| (word.clone(), count(at))).filter(|(_, n)| *n > 0).collect()
        };
        let mut categories = named(|t| &t.categories, &vocabulary.categories);
        let own = categories.clone();
        for (category, parent) in vocabulary.categories.all().iter().zip(&vocabulary.parents) {
            let parent = parent.and_then(|parent| vocabulary.categories.all().get(parent));
            if let (Some(parent), Some(count)) = (parent, own.get(category)) {
                *categories.entry(parent.clone()).or_default() += count;
            }
        }
        Counts {
            kinds: named(|t| &t.kinds, &vocabulary.kinds),
            categories,
            provider_types: named(|t| &t.provider_types, &vocabulary.provider_types),
            needs: named(|t| &t.needs, &vocabulary.needs),
            accessibility: named(|t| &t.accessibility, &vocabulary.accessibility),
            free: total(|t| t.free),
            priced: total(|t| t.priced),
            four_stars: total(|t| t.four_stars),
            three_stars: total(|t| t.three_stars),
            registered: total(|t| t.registered),
            has_places: total(|t| t.has_places),
        }
    }
}

#[inline]
fn one_more(counts: &mut [u32], number: usize) {
    if let Some(count) = counts.get_mut(number) {
        *count += 1;
    }
}

#[inline]
fn each_bit(mut bits: u64, counts: &mut [u32; 64]) {
    while bits != 0 {
        one_more(counts, bits.trailing_zeros() as usize);
        bits &= bits - 1;
    }
}
