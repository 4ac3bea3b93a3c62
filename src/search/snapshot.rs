//! One state of the index, ready to search: it never changes, and a search keeps the one it began with.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tantivy::columnar::Column;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::TermInfo;
use tantivy::query::{EnableScoring, PhraseQuery, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::termdict::TermDictionary;
use tantivy::{DocId, DocSet, InvertedIndexReader, Searcher, SegmentReader, TERMINATED, Term};

use crate::ids::ServiceId;

use super::beginnings::Beginnings;
use super::fields::{Fields, TEXT_FIELDS, column};
use super::find::Found;
use super::ranking::Ranking;
use super::rows::{self, Row, Vocabulary};

/// One state of the index.
pub(super) struct Snapshot {
    pub(super) segments: Vec<Segment>,
    pub(super) vocabulary: Arc<Vocabulary>,
    /// For each field, what a text of each length counts (BM25's length norm).
    pub(super) norms: [[f32; 256]; TEXT_FIELDS],
    /// How many services there are, those included that were replaced and not yet merged away.
    pub(super) documents: u64,
    /// The day that the latest details were checked on.
    pub(super) latest: i32,
    /// The whole catalogue, counted on a day: once for everybody who comes in.
    pub(super) counted: Mutex<Option<(i32, Arc<Found>)>>,
}

/// One segment of the index, and its rows.
pub(super) struct Segment {
    pub(super) reader: SegmentReader,
    pub(super) text: Vec<(Arc<InvertedIndexReader>, FieldNormReader)>,
    pub(super) words: Arc<InvertedIndexReader>,
    words_field: Field,
    pub(super) phrases: Arc<InvertedIndexReader>,
    pub(super) names: Arc<InvertedIndexReader>,
    pub(super) rows: Arc<Vec<Row>>,
    pub(super) begun: Arc<Begun>,
    id_high: Option<Column<u64>>,
    id_low: Option<Column<u64>>,
    fingerprint: Option<Column<u64>>,
}

/// What stands behind each short beginning of a name and of a word.
#[derive(Default)]
pub(super) struct Begun {
    pub(super) names: Beginnings,
    pub(super) words: Beginnings,
}

impl Snapshot {
    /// Makes the snapshot of what `searcher` sees, with what `before` already gathered of its segments.
    pub(super) fn of(searcher: &Searcher, fields: &Fields, before: Option<&Self>) -> tantivy::Result<Self> {
        let mut known: HashMap<_, _> = HashMap::new();
        let mut vocabulary = Arc::default();
        if let Some(before) = before {
            vocabulary = Arc::clone(&before.vocabulary);
            let gathered = |s: &Segment| (s.reader.segment_id(), (Arc::clone(&s.rows), Arc::clone(&s.begun)));
            known.extend(before.segments.iter().map(gathered));
        }
        let mut segments = Vec::new();
        for reader in searcher.segment_readers() {
            let gathered = match known.remove(&reader.segment_id()) {
                Some(gathered) => gathered,
                None => (rows::read(reader, Arc::make_mut(&mut vocabulary))?, Arc::new(Begun::read(reader, fields)?)),
            };
            segments.push(Segment::open(reader.clone(), fields, gathered)?);
        }
        let documents = segments.iter().map(|s| u64::from(s.reader.max_doc())).sum();
        let latest = segments.iter().flat_map(|s| s.rows.iter()).map(|row| row.assured).max().unwrap_or_default();
        let norms = norms(&segments, documents);
        Ok(Self { segments, vocabulary, norms, documents, latest, counted: Mutex::default() })
    }

    /// Every service with the fingerprint of what is known of it.
    pub(super) fn ids(&self) -> Vec<(ServiceId, u64)> {
        let all =
            self.segments.iter().flat_map(|segment| segment.reader.doc_ids_alive().map(move |doc| (segment, doc)));
        all.filter_map(|(segment, doc)| Some((segment.id(doc)?, segment.fingerprint.as_ref()?.first(doc)?))).collect()
    }

    /// In how many services a word stands, as it was written.
    pub(super) fn services_with_word(&self, word: &str) -> u64 {
        self.segments.iter().map(|segment| frequency(segment.words.terms(), word)).sum()
    }
}

impl Begun {
    fn read(reader: &SegmentReader, fields: &Fields) -> tantivy::Result<Self> {
        Ok(Self {
            names: Beginnings::of(reader.inverted_index(fields.names)?.terms())?,
            words: Beginnings::of(reader.inverted_index(fields.words)?.terms())?,
        })
    }
}

impl Segment {
    fn open(
        reader: SegmentReader,
        fields: &Fields,
        (rows, begun): (Arc<Vec<Row>>, Arc<Begun>),
    ) -> tantivy::Result<Self> {
        let mut text = Vec::with_capacity(TEXT_FIELDS);
        for field in fields.text {
            text.push((reader.inverted_index(field)?, reader.get_fieldnorms_reader(field)?));
        }
        let fast = reader.fast_fields();
        Ok(Self {
            text,
            words: reader.inverted_index(fields.words)?,
            words_field: fields.words,
            phrases: reader.inverted_index(fields.phrases)?,
            names: reader.inverted_index(fields.names)?,
            rows,
            begun,
            id_high: fast.column_opt(column::ID_HIGH)?,
            id_low: fast.column_opt(column::ID_LOW)?,
            fingerprint: fast.column_opt(column::FINGERPRINT)?,
            reader,
        })
    }

    /// The id of the service at `doc`.
    pub(super) fn id(&self, doc: DocId) -> Option<ServiceId> {
        let (high, low) = (self.id_high.as_ref()?.first(doc)?, self.id_low.as_ref()?.first(doc)?);
        uuid::Uuid::from_u64_pair(high, low).to_string().parse().ok()
    }

    /// The services in which these words stand as they are, one after the other.
    pub(super) fn with_phrase(&self, words: &[String]) -> tantivy::Result<Vec<DocId>> {
        let terms: Vec<Term> = words.iter().map(|word| Term::from_field_text(self.words_field, word)).collect();
        let query: Box<dyn Query> = match terms.as_slice() {
            [] => return Ok(Vec::new()),
            [only] => Box::new(TermQuery::new(only.clone(), IndexRecordOption::Basic)),
            _ => Box::new(PhraseQuery::new(terms)),
        };
        let weight = query.weight(EnableScoring::disabled_from_schema(self.reader.schema()))?;
        let mut found = weight.scorer(&self.reader, 1.0)?;
        let mut docs = Vec::new();
        while found.doc() != TERMINATED {
            docs.push(found.doc());
            found.advance();
        }
        Ok(docs)
    }

    /// Where a stem stands in one field of text.
    pub(super) fn look_up(&self, field: usize, stem: &str) -> Option<TermInfo> {
        let (inverted, _) = self.text.get(field)?;
        inverted.terms().get(stem).ok().flatten()
    }
}

/// In how many services a term of a dictionary stands.
pub(super) fn frequency(terms: &TermDictionary, term: &str) -> u64 {
    terms.get(term).ok().flatten().map_or(0, |info| u64::from(info.doc_freq))
}

fn norms(segments: &[Segment], documents: u64) -> [[f32; 256]; TEXT_FIELDS] {
    let words = &Ranking::shared().matching;
    std::array::from_fn(|field| {
        let tokens: u64 =
            segments.iter().filter_map(|s| s.text.get(field)).map(|(inverted, _)| inverted.total_num_tokens()).sum();
        let average = (tokens as f32 / documents.max(1) as f32).max(1.0);
        let b = if field + 1 == TEXT_FIELDS { words.length_of_description } else { words.length_elsewhere };
        std::array::from_fn(|id| {
            let length = FieldNormReader::id_to_fieldnorm(u8::try_from(id).unwrap_or(u8::MAX)) as f32;
            words.saturation * (1.0 - b + b * length / average)
        })
    })
}
