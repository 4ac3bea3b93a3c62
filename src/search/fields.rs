//! The fields of the index.
//!
//! Nothing is stored: an answer is ids, and all else is asked of the database. Text is kept as stems in six fields that
//! count differently, and once more as plain words for corrections and suggestions. What filters and orders is kept in
//! columns, which `rows.rs` reads into memory.

use tantivy::schema::{FAST, Field, IndexRecordOption, STRING, Schema, TextFieldIndexing, TextOptions};
use tantivy::{TantivyDocument, doc};

use super::analysis::{STEMS, WORDS, stems, tidy};
use super::document::ServiceDocument;
use super::opening::days;

/// Changes whenever the fields or the analysis change: an index of another version is built anew.
pub(super) const SCHEMA_VERSION: u32 = 2;

/// How many fields of text are searched.
pub(super) const TEXT_FIELDS: usize = 6;

/// The columns that filter and order.
pub(super) mod column {
    pub(in crate::search) const ID_HIGH: &str = "id_high";
    pub(in crate::search) const ID_LOW: &str = "id_low";
    pub(in crate::search) const FINGERPRINT: &str = "fingerprint";
    pub(in crate::search) const KIND: &str = "kind";
    pub(in crate::search) const CATEGORY: &str = "category_id";
    pub(in crate::search) const CATEGORY_PARENT: &str = "category_parent_id";
    pub(in crate::search) const PROVIDER_TYPE: &str = "provider_type";
    pub(in crate::search) const NEEDS: &str = "needs";
    pub(in crate::search) const ACCESSIBILITY: &str = "accessibility";
    pub(in crate::search) const LATITUDE: &str = "latitude";
    pub(in crate::search) const LONGITUDE: &str = "longitude";
    pub(in crate::search) const RADIUS: &str = "radius_metres";
    pub(in crate::search) const PENCE: &str = "from_pence";
    pub(in crate::search) const PLACES: &str = "has_places";
    pub(in crate::search) const REGISTERED: &str = "registered";
    pub(in crate::search) const STARS: &str = "stars_total";
    pub(in crate::search) const RATINGS: &str = "ratings";
    pub(in crate::search) const ASSURED: &str = "assured_on_days";
    pub(in crate::search) const MINIMUM_AGE: &str = "minimum_age";
    pub(in crate::search) const MAXIMUM_AGE: &str = "maximum_age";
    pub(in crate::search) const FUNDING: &str = "funding";
    pub(in crate::search) const LANGUAGES: &str = "languages";
    pub(in crate::search) const AREAS: &str = "areas";
    pub(in crate::search) const OPEN: &str = "open";
    pub(in crate::search) const AUTHORITY: &str = "authority";
}

/// The fields, and how a document is laid out in them.
#[derive(Clone)]
pub(super) struct Fields {
    pub(super) schema: Schema,
    /// The id, for replacing and removing.
    pub(super) id: Field,
    /// Name, category, needs, provider, place, description: in the order of the weights in `ranking.toml`.
    pub(super) text: [Field; TEXT_FIELDS],
    /// All words as they were written, in their order: for corrections and for what is asked for exactly.
    pub(super) words: Field,
    /// The stems of whole names of services and categories: who is called exactly what was typed.
    pub(super) phrases: Field,
    /// Names of services from each of their words on, with the name as it is shown: for suggestions.
    pub(super) names: Field,
    columns: Columns,
}

#[derive(Clone)]
struct Columns {
    id_high: Field,
    id_low: Field,
    fingerprint: Field,
    kind: Field,
    category: Field,
    category_parent: Field,
    provider_type: Field,
    needs: Field,
    accessibility: Field,
    latitude: Field,
    longitude: Field,
    radius: Field,
    pence: Field,
    places: Field,
    registered: Field,
    stars: Field,
    ratings: Field,
    assured: Field,
    minimum_age: Field,
    maximum_age: Field,
    funding: Field,
    languages: Field,
    areas: Field,
    open: Field,
    authority: Field,
}

impl Fields {
    /// Lays out the fields.
    pub(super) fn new() -> Self {
        let mut schema = Schema::builder();
        let id = schema.add_text_field("id", STRING);
        let text = ["name", "category", "needs_text", "provider", "place", "description"]
            .map(|name| schema.add_text_field(name, indexed(STEMS, IndexRecordOption::WithFreqs)));
        let words = schema.add_text_field("words", indexed(WORDS, IndexRecordOption::WithFreqsAndPositions));
        let phrases = schema.add_text_field("phrases", STRING);
        let names = schema.add_text_field("names", STRING);
        let word_column = TextOptions::default().set_fast("raw");
        let columns = Columns {
            id_high: schema.add_u64_field(column::ID_HIGH, FAST),
            id_low: schema.add_u64_field(column::ID_LOW, FAST),
            fingerprint: schema.add_u64_field(column::FINGERPRINT, FAST),
            kind: schema.add_text_field(column::KIND, word_column.clone()),
            category: schema.add_text_field(column::CATEGORY, word_column.clone()),
            category_parent: schema.add_text_field(column::CATEGORY_PARENT, word_column.clone()),
            provider_type: schema.add_text_field(column::PROVIDER_TYPE, word_column.clone()),
            needs: schema.add_text_field(column::NEEDS, word_column.clone()),
            accessibility: schema.add_text_field(column::ACCESSIBILITY, word_column.clone()),
            funding: schema.add_text_field(column::FUNDING, word_column.clone()),
            languages: schema.add_text_field(column::LANGUAGES, word_column.clone()),
            areas: schema.add_text_field(column::AREAS, word_column.clone()),
            authority: schema.add_text_field(column::AUTHORITY, word_column),
            open: schema.add_u64_field(column::OPEN, FAST),
            minimum_age: schema.add_i64_field(column::MINIMUM_AGE, FAST),
            maximum_age: schema.add_i64_field(column::MAXIMUM_AGE, FAST),
            latitude: schema.add_f64_field(column::LATITUDE, FAST),
            longitude: schema.add_f64_field(column::LONGITUDE, FAST),
            radius: schema.add_i64_field(column::RADIUS, FAST),
            pence: schema.add_i64_field(column::PENCE, FAST),
            places: schema.add_u64_field(column::PLACES, FAST),
            registered: schema.add_u64_field(column::REGISTERED, FAST),
            stars: schema.add_i64_field(column::STARS, FAST),
            ratings: schema.add_i64_field(column::RATINGS, FAST),
            assured: schema.add_i64_field(column::ASSURED, FAST),
        };
        Self { schema: schema.build(), id, text, words, phrases, names, columns }
    }

    /// Lays out one service.
    pub(super) fn lay_out(&self, service: &ServiceDocument) -> TantivyDocument {
        let c = &self.columns;
        let (high, low) = halves(service.id.as_str());
        let mut document = doc!(
            self.id => service.id.as_str(),
            c.id_high => high,
            c.id_low => low,
            c.fingerprint => service.fingerprint(),
            c.kind => service.kind.as_str(),
            c.category => service.category_id.as_str(),
            c.category_parent => service.category_parent_id.as_str(),
            c.provider_type => service.provider_type.as_str(),
            c.places => u64::from(service.has_places),
            c.registered => u64::from(service.registered),
            c.stars => service.stars_total,
            c.ratings => service.ratings,
            c.assured => i64::from(service.assured_on_days),
            c.open => u64::from(service.open),
            c.authority => service.authority_id.as_str(),
            self.phrases => stems(&service.name).join(" "),
            self.phrases => stems(&service.category_name).join(" "),
        );
        let tags = [
            service.needs.join(" "),
            service.accessibility.join(" "),
            service.languages.join(" "),
            days(service.open).join(" "),
            service.kind.clone(),
            service.provider_type.clone(),
        ];
        let texts = [
            tidy(&service.name),
            tidy(&format!("{} {}", service.category_name, service.category_parent_name)),
            tidy(&tags.join(" ")),
            tidy(&service.provider_name),
            tidy(&service.place_words),
            tidy(&service.description),
        ];
        for (field, text) in self.text.iter().zip(texts) {
            document.add_text(self.words, &text);
            document.add_text(*field, text);
        }
        for name in beginnings(&service.name) {
            document.add_text(self.names, name);
        }
        let lists = [
            (c.needs, &service.needs),
            (c.accessibility, &service.accessibility),
            (c.funding, &service.funding),
            (c.languages, &service.languages),
            (c.areas, &service.areas),
        ];
        for (column, values) in lists {
            for value in values {
                document.add_text(column, value);
            }
        }
        for (column, age) in [(c.minimum_age, service.minimum_age), (c.maximum_age, service.maximum_age)] {
            if let Some(age) = age {
                document.add_i64(column, i64::from(age));
            }
        }
        if let (Some(latitude), Some(longitude)) = (service.latitude, service.longitude) {
            document.add_f64(c.latitude, latitude);
            document.add_f64(c.longitude, longitude);
        }
        if let Some(radius) = service.radius_metres {
            document.add_i64(c.radius, i64::from(radius));
        }
        if let Some(pence) = service.from_pence {
            document.add_i64(c.pence, pence);
        }
        document
    }
}

fn indexed(analyzer: &str, option: IndexRecordOption) -> TextOptions {
    let indexing = TextFieldIndexing::default().set_tokenizer(analyzer).set_index_option(option);
    TextOptions::default().set_indexing_options(indexing)
}

/// A whole name as suggestions keep it: small letters, one space between words, not endless.
pub(super) fn phrase(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase().chars().take(80).collect()
}

/// Between the words that are looked up and the name as it is shown.
pub(super) const SHOWN_AS: char = '\u{1}';

/// How many words of a name it can be found by.
const BEGINNINGS: usize = 4;

/// A name from each of its first words on: "library␁Sale Library" is found by "libr".
fn beginnings(name: &str) -> impl Iterator<Item = String> {
    let shown: String = name.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(80).collect();
    let lower = tidy(&shown).to_lowercase();
    let starts: Vec<usize> = lower
        .char_indices()
        .filter(|(at, letter)| {
            letter.is_alphanumeric() && lower.get(..*at).is_none_or(|before| !before.ends_with(char::is_alphanumeric))
        })
        .map(|(at, _)| at)
        .take(BEGINNINGS)
        .collect();
    starts.into_iter().filter_map(move |at| Some(format!("{}{SHOWN_AS}{shown}", lower.get(at..)?)))
}

/// An id as two numbers.
fn halves(id: &str) -> (u64, u64) {
    uuid::Uuid::try_parse(id).unwrap_or_default().as_u64_pair()
}
