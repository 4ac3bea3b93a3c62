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

use super::fields::column;
use super::ranking::Ranking;

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
    pub(super) stars: u32,
    pub(super) ratings: u32,
    /// The rating as it orders.
    pub(super) score: f32,
    pub(super) assured: i32,
    /// What its rating, places and kind multiply the relevance by.
    pub(super) quality: f32,
    /// One bit for each need and each feature of accessibility.
    pub(super) needs: u64,
    pub(super) accessibility: u64,
    /// Decides between equals, the same in every index.
    pub(super) tie: u32,
    pub(super) category: u16,
    pub(super) kind: u8,
    pub(super) provider_type: u8,
    pub(super) has_places: bool,
    pub(super) registered: bool,
}

/// A list of words, each known by its number.
#[derive(Clone, Debug, Default)]
pub(super) struct Words(Vec<String>);

impl Words {
    /// The number of a word, which is new if it was not there.
    fn number(&mut self, word: &str) -> usize {
        self.find(word).unwrap_or_else(|| {
            self.0.push(word.to_owned());
            self.0.len() - 1
        })
    }

    /// The number of a word that is there.
    pub(super) fn find(&self, word: &str) -> Option<usize> {
        self.0.iter().position(|known| known == word)
    }

    /// The words, in the order of their numbers.
    pub(super) fn all(&self) -> &[String] {
        &self.0
    }
}

/// The words of every facet. At most 64 needs and 64 features of accessibility are counted, 255 kinds and types.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary {
    pub(super) kinds: Words,
    pub(super) provider_types: Words,
    pub(super) needs: Words,
    pub(super) accessibility: Words,
    pub(super) categories: Words,
    /// For each category, the one above it.
    pub(super) parents: Vec<Option<usize>>,
}

/// Reads the rows of a segment.
pub(super) fn read(reader: &SegmentReader, vocabulary: &mut Vocabulary) -> tantivy::Result<Arc<Vec<Row>>> {
    let columns = Columns::open(reader)?;
    let kinds = numbered(&columns.kind, &mut vocabulary.kinds)?;
    let types = numbered(&columns.provider_type, &mut vocabulary.provider_types)?;
    let needs = numbered(&columns.needs, &mut vocabulary.needs)?;
    let features = numbered(&columns.accessibility, &mut vocabulary.accessibility)?;
    let categories = numbered(&columns.category, &mut vocabulary.categories)?;
    let parents = numbered(&columns.category_parent, &mut vocabulary.categories)?;
    vocabulary.parents.resize(vocabulary.categories.all().len(), None);
    let mut rows = Vec::with_capacity(reader.max_doc() as usize);
    let ranking = Ranking::shared();
    for doc in 0..reader.max_doc() {
        let category = first(&columns.category, &categories, doc).unwrap_or_default();
        let parent = first(&columns.category_parent, &parents, doc);
        let is_above = |parent: &usize| *parent != category && !vocabulary.categories.all()[*parent].is_empty();
        if let (Some(above), Some(place)) = (parent.filter(is_above), vocabulary.parents.get_mut(category)) {
            *place = Some(above);
        }
        let mut row = columns.row(doc, category, [&kinds, &types, &needs, &features]);
        let kind = vocabulary.kinds.all().get(usize::from(row.kind)).map_or("", String::as_str);
        row.score = ranking.score_of(row.stars as f32, row.ratings as f32);
        row.quality = ranking.quality(row.score, row.has_places, kind);
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
    needs: Option<StrColumn>,
    accessibility: Option<StrColumn>,
    latitude: Option<Column<f64>>,
    longitude: Option<Column<f64>>,
    radius: Option<Column<i64>>,
    pence: Option<Column<i64>>,
    places: Option<Column<u64>>,
    registered: Option<Column<u64>>,
    stars: Option<Column<i64>>,
    ratings: Option<Column<i64>>,
    assured: Option<Column<i64>>,
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
            needs: fast.str(column::NEEDS)?,
            accessibility: fast.str(column::ACCESSIBILITY)?,
            latitude: fast.column_opt(column::LATITUDE)?,
            longitude: fast.column_opt(column::LONGITUDE)?,
            radius: fast.column_opt(column::RADIUS)?,
            pence: fast.column_opt(column::PENCE)?,
            places: fast.column_opt(column::PLACES)?,
            registered: fast.column_opt(column::REGISTERED)?,
            stars: fast.column_opt(column::STARS)?,
            ratings: fast.column_opt(column::RATINGS)?,
            assured: fast.column_opt(column::ASSURED)?,
        })
    }

    fn row(&self, doc: u32, category: usize, [kinds, types, needs, features]: [&[usize]; 4]) -> Row {
        let small = |column: &Option<Column<i64>>| {
            let value = value(column, doc).unwrap_or_default();
            u32::try_from(value.max(0)).unwrap_or(u32::MAX)
        };
        let degrees = |column: &Option<Column<f64>>| value(column, doc).map_or(f32::NAN, |degrees| degrees as f32);
        let tie = value(&self.id_low, doc).unwrap_or_default();
        let (stars, ratings) = (small(&self.stars), small(&self.ratings));
        Row {
            latitude: degrees(&self.latitude),
            longitude: degrees(&self.longitude),
            radius: small(&self.radius) as f32,
            pence: small(&self.pence),
            stars,
            ratings,
            score: 0.0,
            quality: 1.0,
            assured: value(&self.assured, doc).and_then(|days| i32::try_from(days).ok()).unwrap_or_default(),
            needs: bits(&self.needs, needs, doc),
            accessibility: bits(&self.accessibility, features, doc),
            tie: (tie >> 32) as u32 ^ tie as u32,
            category: u16::try_from(category).unwrap_or(u16::MAX),
            kind: byte(first(&self.kind, kinds, doc)),
            provider_type: byte(first(&self.provider_type, types, doc)),
            has_places: value(&self.places, doc) == Some(1),
            registered: value(&self.registered, doc) == Some(1),
        }
    }
}

fn value<T: Copy + PartialOrd + std::fmt::Debug + Send + Sync + 'static>(
    column: &Option<Column<T>>,
    doc: u32,
) -> Option<T> {
    column.as_ref().and_then(|column| column.first(doc))
}

fn byte(number: Option<usize>) -> u8 {
    number.and_then(|number| u8::try_from(number).ok()).unwrap_or(u8::MAX)
}

/// The number in the vocabulary of each word of a column, in the order of the column's own dictionary.
fn numbered(column: &Option<StrColumn>, words: &mut Words) -> tantivy::Result<Vec<usize>> {
    let Some(column) = column else { return Ok(Vec::new()) };
    let mut numbers = Vec::new();
    let mut word = String::new();
    for ordinal in 0..column.num_terms() as u64 {
        word.clear();
        column.ord_to_str(ordinal, &mut word)?;
        numbers.push(words.number(&word));
    }
    Ok(numbers)
}

fn first(column: &Option<StrColumn>, numbers: &[usize], doc: u32) -> Option<usize> {
    let ordinal = column.as_ref()?.ords().first(doc)?;
    numbers.get(usize::try_from(ordinal).ok()?).copied()
}

fn bits(column: &Option<StrColumn>, numbers: &[usize], doc: u32) -> u64 {
    let Some(column) = column else { return 0 };
    let ordinals = column.term_ords(doc).filter_map(|ordinal| numbers.get(usize::try_from(ordinal).ok()?));
    ordinals.filter(|number| **number < 64).fold(0, |bits, number| bits | 1 << number)
}
