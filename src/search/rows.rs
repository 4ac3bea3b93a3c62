//! What filters and orders, in memory: one small row for each service.
//!
//! A segment of the index never changes once it is written, so its rows are read once and shared by every snapshot that
//! has the segment. Kinds, categories and the like are small numbers into one [`Vocabulary`], which only grows.
#![expect(
    clippy::cast_possible_truncation,
    reason = "degrees in single precision, and halves of a number that are mixed on purpose"
)]

use std::sync::Arc;

use tantivy::SegmentReader;
use tantivy::columnar::{Column, StrColumn};

use crate::budgets::FundingRoute;

use super::fields::column;
use super::query::Ages;
use super::ranking::Ranking;
use super::sets::{Masks, Sets, Words};

/// Yes-or-no answers of a row, a bit each.
pub(super) mod flag {
    pub(in crate::search) const FREE: u8 = 1;
    pub(in crate::search) const FOUR_STARS: u8 = 1 << 1;
    pub(in crate::search) const THREE_STARS: u8 = 1 << 2;
    pub(in crate::search) const REGISTERED: u8 = 1 << 3;
    pub(in crate::search) const PLACES: u8 = 1 << 4;
    pub(in crate::search) const ALL: usize = 32;
}

/// One service, as filters and order see it: one line of the processor's cache.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Where it is, in degrees; not a number if it has no place.
    pub(super) latitude: f32,
    pub(super) longitude: f32,
    /// How far it comes out; 0 if people come to it.
    pub(super) radius: f32,
    /// Its lowest price; 0 if it is free.
    pub(super) pence: u32,
    /// The rating as it orders.
    pub(super) score: f32,
    /// When it was last checked, in days since 1970.
    pub(super) assured: i32,
    /// What its rating, places and kind multiply the relevance by.
    pub(super) quality: f32,
    /// Decides between equals, the same in every index.
    pub(super) tie: u32,
    /// Sets of words, by their numbers in the vocabulary.
    pub(super) areas: u32,
    pub(super) accessibility: u32,
    /// When it is on: the number of its mask, a bit for each part of each day of the week.
    pub(super) open: u32,
    pub(super) needs: u16,
    pub(super) languages: u16,
    pub(super) category: u16,
    pub(super) authority: u16,
    pub(super) kind: u8,
    pub(super) provider_type: u8,
    /// The mean of its stars in tenths, rounded down; 0 if nobody rated it.
    pub(super) tenths: u8,
    pub(super) minimum_age: u8,
    pub(super) maximum_age: u8,
    /// Which bands of [`Ages::BANDS`] it is for, a bit each.
    pub(super) bands: u8,
    /// Which money it takes, a bit for each of [`FundingRoute::ALL`].
    pub(super) funding: u8,
    pub(super) flags: u8,
}

impl Row {
    /// Whether a flag is set.
    pub(super) fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// The words of every facet. At most 255 kinds and types are known, and 65,535 categories, authorities and sets.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary {
    pub(super) kinds: Words,
    pub(super) provider_types: Words,
    pub(super) needs: Sets,
    pub(super) accessibility: Sets,
    pub(super) languages: Sets,
    pub(super) areas: Sets,
    pub(super) opens: Masks,
    pub(super) authorities: Words,
    pub(super) categories: Words,
    /// For each category, the one above it.
    pub(super) parents: Vec<Option<usize>>,
}

/// Reads the rows of a segment.
pub(super) fn read(reader: &SegmentReader, vocabulary: &mut Vocabulary) -> tantivy::Result<Arc<Vec<Row>>> {
    let columns = Columns::open(reader)?;
    let kinds = numbered(&columns.kind, &mut vocabulary.kinds)?;
    let types = numbered(&columns.provider_type, &mut vocabulary.provider_types)?;
    let authorities = numbered(&columns.authority, &mut vocabulary.authorities)?;
    let categories = numbered(&columns.category, &mut vocabulary.categories)?;
    let parents = numbered(&columns.category_parent, &mut vocabulary.categories)?;
    vocabulary.parents.resize(vocabulary.categories.all().len(), None);
    let needs = sets(&columns.needs, &mut vocabulary.needs, reader.max_doc())?;
    let accessibility = sets(&columns.accessibility, &mut vocabulary.accessibility, reader.max_doc())?;
    let languages = sets(&columns.languages, &mut vocabulary.languages, reader.max_doc())?;
    let areas = sets(&columns.areas, &mut vocabulary.areas, reader.max_doc())?;
    let funding = funding(&columns.funding)?;
    let mut rows = Vec::with_capacity(reader.max_doc() as usize);
    let ranking = Ranking::shared();
    for doc in 0..reader.max_doc() {
        let category = first(&columns.category, &categories, doc).unwrap_or_default();
        let parent = first(&columns.category_parent, &parents, doc);
        let is_above = |parent: &usize| *parent != category && !vocabulary.categories.all()[*parent].is_empty();
        if let (Some(above), Some(place)) = (parent.filter(is_above), vocabulary.parents.get_mut(category)) {
            *place = Some(above);
        }
        let set = |sets: &[u32]| sets.get(doc as usize).copied().unwrap_or_default();
        let kind = first(&columns.kind, &kinds, doc);
        let mut row = columns.row(doc);
        row.open = vocabulary.opens.number(columns.opens(doc));
        row.category = short(category);
        row.kind = byte(kind);
        row.provider_type = byte(first(&columns.provider_type, &types, doc));
        row.authority = short(first(&columns.authority, &authorities, doc).unwrap_or_default());
        row.areas = set(&areas);
        row.accessibility = set(&accessibility);
        row.needs = u16::try_from(set(&needs)).unwrap_or_default();
        row.languages = u16::try_from(set(&languages)).unwrap_or_default();
        row.funding = bits(&columns.funding, &funding, doc);
        let (stars, ratings) = columns.stars(doc);
        row.score = ranking.score_of(stars as f32, ratings as f32);
        let kind = kind.and_then(|kind| vocabulary.kinds.all().get(kind)).map_or("", String::as_str);
        row.quality = ranking.quality(row.score, row.is(flag::PLACES), kind);
        rows.push(row);
    }
    Ok(Arc::new(rows))
}

struct Columns {
    id_low: Option<Column<u64>>,
    kind: Option<StrColumn>,
    category: Option<StrColumn>,
    category_parent: Option<StrColumn>,
    provider_type: Option<StrColumn>,
    authority: Option<StrColumn>,
    needs: Option<StrColumn>,
    accessibility: Option<StrColumn>,
    funding: Option<StrColumn>,
    languages: Option<StrColumn>,
    areas: Option<StrColumn>,
    latitude: Option<Column<f64>>,
    longitude: Option<Column<f64>>,
    radius: Option<Column<i64>>,
    pence: Option<Column<i64>>,
    places: Option<Column<u64>>,
    registered: Option<Column<u64>>,
    open: Option<Column<u64>>,
    stars: Option<Column<i64>>,
    ratings: Option<Column<i64>>,
    assured: Option<Column<i64>>,
    minimum_age: Option<Column<i64>>,
    maximum_age: Option<Column<i64>>,
}

impl Columns {
    fn open(reader: &SegmentReader) -> tantivy::Result<Self> {
        let fast = reader.fast_fields();
        Ok(Self {
            id_low: fast.column_opt(column::ID_LOW)?,
            kind: fast.str(column::KIND)?,
            category: fast.str(column::CATEGORY)?,
            category_parent: fast.str(column::CATEGORY_PARENT)?,
            provider_type: fast.str(column::PROVIDER_TYPE)?,
            authority: fast.str(column::AUTHORITY)?,
            needs: fast.str(column::NEEDS)?,
            accessibility: fast.str(column::ACCESSIBILITY)?,
            funding: fast.str(column::FUNDING)?,
            languages: fast.str(column::LANGUAGES)?,
            areas: fast.str(column::AREAS)?,
            latitude: fast.column_opt(column::LATITUDE)?,
            longitude: fast.column_opt(column::LONGITUDE)?,
            radius: fast.column_opt(column::RADIUS)?,
            pence: fast.column_opt(column::PENCE)?,
            places: fast.column_opt(column::PLACES)?,
            registered: fast.column_opt(column::REGISTERED)?,
            open: fast.column_opt(column::OPEN)?,
            stars: fast.column_opt(column::STARS)?,
            ratings: fast.column_opt(column::RATINGS)?,
            assured: fast.column_opt(column::ASSURED)?,
            minimum_age: fast.column_opt(column::MINIMUM_AGE)?,
            maximum_age: fast.column_opt(column::MAXIMUM_AGE)?,
        })
    }

    fn stars(&self, doc: u32) -> (u32, u32) {
        (small(&self.stars, doc), small(&self.ratings, doc))
    }

    fn opens(&self, doc: u32) -> u32 {
        value(&self.open, doc).and_then(|open| u32::try_from(open).ok()).unwrap_or_default()
    }

    /// The row as far as its own columns tell; the caller fills in what is a number of the vocabulary.
    fn row(&self, doc: u32) -> Row {
        let degrees = |column: &Option<Column<f64>>| value(column, doc).map_or(f32::NAN, |degrees| degrees as f32);
        let age = |column: &Option<Column<i64>>, otherwise: u8| {
            value(column, doc).map_or(otherwise, |age| u8::try_from(age.max(0)).unwrap_or(u8::MAX))
        };
        let tie = value(&self.id_low, doc).unwrap_or_default();
        let (stars, ratings) = self.stars(doc);
        let tenths = u8::try_from((u64::from(stars) * 10).checked_div(u64::from(ratings)).unwrap_or(0)).unwrap_or(50);
        let (pence, minimum_age, maximum_age) =
            (small(&self.pence, doc), age(&self.minimum_age, 0), age(&self.maximum_age, u8::MAX));
        let flags = [
            (flag::FREE, pence == 0),
            (flag::FOUR_STARS, tenths >= 40),
            (flag::THREE_STARS, tenths >= 30),
            (flag::REGISTERED, value(&self.registered, doc) == Some(1)),
            (flag::PLACES, value(&self.places, doc) == Some(1)),
        ];
        let fits = |band: &Ages| minimum_age <= band.to && maximum_age >= band.from;
        Row {
            latitude: degrees(&self.latitude),
            longitude: degrees(&self.longitude),
            radius: small(&self.radius, doc) as f32,
            pence,
            score: 0.0,
            assured: value(&self.assured, doc).and_then(|days| i32::try_from(days).ok()).unwrap_or_default(),
            quality: 1.0,
            tie: (tie >> 32) as u32 ^ tie as u32,
            areas: 0,
            accessibility: 0,
            open: 0,
            needs: 0,
            languages: 0,
            category: 0,
            authority: 0,
            kind: u8::MAX,
            provider_type: u8::MAX,
            tenths,
            minimum_age,
            maximum_age,
            bands: (0..).zip(&Ages::BANDS).filter(|(_, band)| fits(band)).fold(0, |bands, (bit, _)| bands | 1 << bit),
            funding: 0,
            flags: flags.iter().filter(|(_, holds)| *holds).fold(0, |flags, (bit, _)| flags | bit),
        }
    }
}

fn value<T: Copy + PartialOrd + std::fmt::Debug + Send + Sync + 'static>(
    column: &Option<Column<T>>,
    doc: u32,
) -> Option<T> {
    column.as_ref().and_then(|column| column.first(doc))
}

fn small(column: &Option<Column<i64>>, doc: u32) -> u32 {
    u32::try_from(value(column, doc).unwrap_or_default().max(0)).unwrap_or(u32::MAX)
}

fn byte(number: Option<usize>) -> u8 {
    number.and_then(|number| u8::try_from(number).ok()).unwrap_or(u8::MAX)
}

fn short(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// The number in the vocabulary of each word of a column, in the order of the column's own dictionary.
fn numbered(column: &Option<StrColumn>, words: &mut Words) -> tantivy::Result<Vec<usize>> {
    Ok(dictionary(column)?.iter().map(|word| words.number(word)).collect())
}

fn dictionary(column: &Option<StrColumn>) -> tantivy::Result<Vec<String>> {
    let Some(column) = column else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for ordinal in 0..column.num_terms() as u64 {
        let mut word = String::new();
        column.ord_to_str(ordinal, &mut word)?;
        all.push(word);
    }
    Ok(all)
}

fn first(column: &Option<StrColumn>, numbers: &[usize], doc: u32) -> Option<usize> {
    let ordinal = column.as_ref()?.ords().first(doc)?;
    numbers.get(usize::try_from(ordinal).ok()?).copied()
}

/// The number of each service's set of words.
fn sets(column: &Option<StrColumn>, sets: &mut Sets, documents: u32) -> tantivy::Result<Vec<u32>> {
    let numbers = numbered(column, &mut sets.words)?;
    let Some(column) = column.as_ref().filter(|_| !numbers.is_empty()) else { return Ok(Vec::new()) };
    let mut members: Vec<usize> = Vec::new();
    let all = (0..documents).map(|doc| {
        members.clear();
        let ordinals = column.term_ords(doc).filter_map(|ordinal| usize::try_from(ordinal).ok());
        members.extend(ordinals.filter_map(|ordinal| numbers.get(ordinal)));
        members.sort_unstable();
        members.dedup();
        sets.number(&members)
    });
    Ok(all.collect())
}

/// The bit of each way of holding a budget, in the order of the column's own dictionary.
fn funding(column: &Option<StrColumn>) -> tantivy::Result<Vec<u8>> {
    Ok(dictionary(column)?.iter().map(|word| route_bit(word).unwrap_or_default()).collect())
}

/// The bit of a way of holding a budget.
pub(super) fn route_bit(word: &str) -> Option<u8> {
    let route: FundingRoute = word.parse().ok()?;
    FundingRoute::ALL.iter().position(|known| *known == route).map(|at| 1 << at)
}

/// What a service takes; one that names nothing takes everything.
fn bits(column: &Option<StrColumn>, bits: &[u8], doc: u32) -> u8 {
    let ordinals = column.iter().flat_map(|column| column.term_ords(doc)).filter_map(|o| usize::try_from(o).ok());
    match ordinals.filter_map(|ordinal| bits.get(ordinal)).fold(0, |all, bit| all | bit) {
        0 => u8::MAX,
        named => named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_fits_in_a_line_of_the_cache() {
        assert!(size_of::<Row>() <= 64, "{}", size_of::<Row>());
    }
}
