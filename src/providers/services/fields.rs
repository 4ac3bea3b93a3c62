//! Fields with names, as a form sends them, a row of a CSV file holds them, or an entry shows them.

use sha2::{Digest, Sha256};

/// Names and values in order; a name may come more than once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// The first value of a name; empty when there is none.
    #[must_use]
    pub fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(each, _)| each == name).map_or("", |(_, value)| value)
    }

    /// Every value of a name that says something.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0
            .iter()
            .filter(move |(each, value)| each == name && !value.trim().is_empty())
            .map(|(_, value)| value.trim())
    }

    /// Whether a name has this value.
    #[must_use]
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.all(name).any(|each| each == value)
    }

    /// Adds a value.
    pub fn put(&mut self, name: &str, value: impl ToString) {
        self.0.push((name.to_owned(), value.to_string()));
    }

    /// The same with one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.put(name, value);
        self
    }

    /// The same with the values of one name taken from other fields.
    #[must_use]
    pub fn replacing(mut self, name: &str, from: &Self) -> Self {
        self.0.retain(|(each, _)| each != name);
        self.0.extend(from.0.iter().filter(|(each, _)| each == name).cloned());
        self
    }

    /// A short mark that is another one when any value is another.
    #[must_use]
    pub fn mark(&self) -> String {
        let mut hash = Sha256::new();
        for (name, value) in &self.0 {
            hash.update([name.as_bytes(), b"=", value.as_bytes(), b"\n"].concat());
        }
        hex::encode(hash.finalize()).chars().take(24).collect()
    }
}

impl From<Vec<(String, String)>> for Fields {
    fn from(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }
}
