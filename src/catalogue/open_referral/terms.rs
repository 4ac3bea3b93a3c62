//! The taxonomies as the standard tells them: our own words, the national service types, the regulator's ratings.
//!
//! The id of a term is made of its URI, so that it is the same wherever it is published.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde_json::{Value, json};

use crate::catalogue::taxonomy::Taxonomy;

use super::document::{named_id, prune};

const SERVICE_TYPES: &str = include_str!("../../../data/esd-service-types/esd_service_types.csv");

/// What the regulator says, in its own words.
pub const RATINGS: [&str; 4] = ["Outstanding", "Good", "Requires improvement", "Inadequate"];

/// Where a term of the feed is kept in the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// A category of ours.
    Category(String),
    /// A need or an accessibility feature.
    Attribute(String),
    /// A type of the national list.
    ServiceType(String),
    /// What the regulator says.
    Rating(String),
}

/// One term of one taxonomy.
#[derive(Clone, Debug)]
pub struct FeedTerm {
    /// Its id in the feed.
    pub id: String,
    /// The taxonomy: a key of [`TAXONOMIES`].
    pub taxonomy: &'static str,
    /// Its URI.
    pub uri: String,
    /// What people read.
    pub name: String,
    /// What it covers.
    pub description: String,
    /// The short name that programs use.
    pub term: String,
    /// The id of the term above it.
    pub parent: Option<String>,
    /// Where it is kept.
    pub kept: Kept,
}

/// A taxonomy: key, name, what it is, URI.
type About = (&'static str, &'static str, &'static str, &'static str);

/// Every taxonomy of the feed, by name.
pub const TAXONOMIES: [About; 5] = [
    (
        "rating",
        "Care Quality Commission ratings",
        "The overall rating that the Care Quality Commission gave to a regulated service.",
        "urn:waymark:taxonomy:cqc-rating",
    ),
    (
        "esd",
        "Local government service types",
        "Types of local service of the Local Government Association (esd), as far as services here are tagged with them.",
        "http://id.esd.org.uk/list/services",
    ),
    (
        "accessibility",
        "Waymark accessibility",
        "What makes a place or a service usable for everybody.",
        "urn:waymark:taxonomy:accessibility",
    ),
    (
        "category",
        "Waymark categories",
        "What a service is, in everyday words and two levels.",
        "urn:waymark:taxonomy:category",
    ),
    ("need", "Waymark needs", "Whom a service is for.", "urn:waymark:taxonomy:need"),
];

/// Every term of the feed.
pub struct Terms {
    by_id: BTreeMap<String, FeedTerm>,
    by_kept: BTreeMap<(&'static str, String), String>,
}

#[derive(Deserialize)]
struct ServiceType {
    label: String,
    uri: String,
    curie: String,
}

fn service_types() -> &'static [ServiceType] {
    static TYPES: OnceLock<Vec<ServiceType>> = OnceLock::new();
    TYPES.get_or_init(|| csv::Reader::from_reader(SERVICE_TYPES.as_bytes()).into_deserialize().flatten().collect())
}

/// The URI of one of our own terms.
#[must_use]
pub fn own_uri(taxonomy: &str, id: &str) -> String {
    format!("urn:waymark:{taxonomy}:{id}")
}

/// The id of a taxonomy.
#[must_use]
pub fn taxonomy_id(uri: &str) -> String {
    named_id(uri)
}

impl Terms {
    /// The terms of this installation.
    #[must_use]
    pub fn of(taxonomy: &Taxonomy) -> Self {
        let mut terms = Self { by_id: BTreeMap::new(), by_kept: BTreeMap::new() };
        for kind in ["category", "need", "accessibility"] {
            let kind: &'static str = kind;
            for term in taxonomy.all(kind) {
                let kept = if kind == "category" { Kept::Category } else { Kept::Attribute };
                let described = if term.description.is_empty() { &term.name } else { &term.description };
                terms.add(FeedTerm {
                    id: String::new(),
                    taxonomy: kind,
                    uri: own_uri(kind, &term.id),
                    name: term.name.clone(),
                    description: described.clone(),
                    term: term.id.clone(),
                    parent: term.parent_id.as_deref().map(|parent| named_id(&own_uri(kind, parent))),
                    kept: kept(term.id.clone()),
                });
            }
        }
        for told in service_types() {
            terms.add(FeedTerm {
                id: String::new(),
                taxonomy: "esd",
                uri: told.uri.clone(),
                name: told.label.clone(),
                description: told.label.clone(),
                term: told.curie.clone(),
                parent: None,
                kept: Kept::ServiceType(told.curie.clone()),
            });
        }
        for rating in RATINGS {
            terms.add(FeedTerm {
                id: String::new(),
                taxonomy: "rating",
                uri: own_uri("cqc-rating", &rating.to_lowercase().replace(' ', "-")),
                name: rating.into(),
                description: format!("The Care Quality Commission's overall rating is {rating}."),
                term: rating.into(),
                parent: None,
                kept: Kept::Rating(rating.into()),
            });
        }
        terms
    }

    fn add(&mut self, term: FeedTerm) {
        let id = named_id(&term.uri);
        let key = match &term.kept {
            Kept::Category(key) | Kept::Attribute(key) | Kept::ServiceType(key) => key.clone(),
            Kept::Rating(key) => key.to_lowercase(),
        };
        self.by_kept.insert((term.taxonomy, key), id.clone());
        self.by_id.insert(id.clone(), FeedTerm { id, ..term });
    }

    /// The term with this id; its URI or short name will do.
    #[must_use]
    pub fn find(&self, asked: &str) -> Option<&FeedTerm> {
        self.by_id
            .get(&asked.to_lowercase())
            .or_else(|| self.by_id.values().find(|term| term.uri == asked || term.term.eq_ignore_ascii_case(asked)))
    }

    /// The term of a taxonomy that is kept as this.
    #[must_use]
    pub fn kept(&self, taxonomy: &'static str, key: &str) -> Option<&FeedTerm> {
        self.by_kept.get(&(taxonomy, key.to_owned())).and_then(|id| self.by_id.get(id))
    }

    /// Every term, ordered by taxonomy and name.
    #[must_use]
    pub fn all(&self) -> Vec<&FeedTerm> {
        let mut all: Vec<&FeedTerm> = self.by_id.values().collect();
        all.sort_by(|a, b| (a.taxonomy, &a.name, &a.id).cmp(&(b.taxonomy, &b.name, &b.id)));
        all
    }
}

/// The taxonomy with this id or URI.
#[must_use]
pub fn find_taxonomy(asked: &str) -> Option<&'static About> {
    TAXONOMIES
        .iter()
        .find(|(key, _, _, uri)| taxonomy_id(uri).eq_ignore_ascii_case(asked) || *uri == asked || *key == asked)
}

/// A taxonomy as a row.
#[must_use]
pub fn taxonomy_row((_, name, description, uri): &About) -> Value {
    json!({ "id": taxonomy_id(uri), "name": name, "description": description, "uri": uri, "version": "1.0" })
}

/// A term as a row.
#[must_use]
pub fn term_row(term: &FeedTerm) -> Value {
    let uri = TAXONOMIES.iter().find(|(key, ..)| *key == term.taxonomy).map_or("", |(.., uri)| uri);
    let name = TAXONOMIES.iter().find(|(key, ..)| *key == term.taxonomy).map_or("", |(_, name, ..)| name);
    prune(json!({
        "id": term.id,
        "name": term.name,
        "description": term.description,
        "parent_id": term.parent,
        "taxonomy": name,
        "taxonomy_id": taxonomy_id(uri),
        "term_uri": term.uri,
        "term": term.term,
    }))
}
