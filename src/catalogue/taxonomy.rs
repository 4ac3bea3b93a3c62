//! The taxonomies: categories in two levels, needs, accessibility. Read once and kept: they are part of the program's
//! open data (`data/taxonomy.csv`, `needs.csv`, `accessibility.csv`).

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::Deserialize;

use crate::db::schema::taxonomy_terms;

/// One term as its row is.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = taxonomy_terms, treat_none_as_default_value = false)]
pub struct Term {
    /// A stable word.
    pub id: String,
    /// category, need or accessibility.
    pub taxonomy: String,
    /// The term above it.
    pub parent_id: Option<String>,
    /// What people read.
    pub name: String,
    /// What it covers.
    pub description: String,
    /// The national id, where there is one.
    pub curie: Option<String>,
}

/// Every term by its id.
#[derive(Clone, Debug, Default)]
pub struct Taxonomy(BTreeMap<String, Term>);

#[derive(Deserialize)]
struct Line {
    id: String,
    #[serde(default)]
    parent_id: String,
    name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    esd_curie: String,
}

impl Taxonomy {
    /// The taxonomies that the program ships; top terms first.
    pub fn shipped() -> Result<Vec<Term>, csv::Error> {
        let mut terms = Vec::new();
        for (taxonomy, text) in [
            ("category", include_str!("../../data/taxonomy.csv")),
            ("need", include_str!("../../data/needs.csv")),
            ("accessibility", include_str!("../../data/accessibility.csv")),
        ] {
            for line in csv::Reader::from_reader(text.as_bytes()).deserialize() {
                let line: Line = line?;
                let some = |text: String| (!text.is_empty()).then_some(text);
                terms.push(Term {
                    id: line.id,
                    taxonomy: taxonomy.into(),
                    parent_id: some(line.parent_id),
                    name: line.name,
                    description: line.description,
                    curie: some(line.esd_curie),
                });
            }
        }
        terms.sort_by_key(|term| term.parent_id.is_some());
        Ok(terms)
    }

    /// The terms as they are in the database.
    #[must_use]
    pub fn of(terms: Vec<Term>) -> Self {
        Self(terms.into_iter().map(|term| (term.id.clone(), term)).collect())
    }

    /// The term of this id.
    #[must_use]
    pub fn term(&self, id: &str) -> Option<&Term> {
        self.0.get(id)
    }

    /// The name of a term; its id where the term is unknown.
    #[must_use]
    pub fn name<'a>(&'a self, id: &'a str) -> &'a str {
        self.0.get(id).map_or(id, |term| &term.name)
    }

    /// The terms of one taxonomy, by name.
    #[must_use]
    pub fn all(&self, taxonomy: &str) -> Vec<&Term> {
        let mut terms: Vec<&Term> = self.0.values().filter(|term| term.taxonomy == taxonomy).collect();
        terms.sort_by(|a, b| a.name.cmp(&b.name));
        terms
    }
}
