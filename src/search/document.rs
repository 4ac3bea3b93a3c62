//! What the index knows of one service: what search needs, not what a page needs.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::ids::ServiceId;

/// One service as search sees it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ServiceDocument {
    /// Which service it is.
    pub id: ServiceId,
    /// Its name.
    pub name: String,
    /// What it is, in its provider's words.
    pub description: String,
    /// Who provides it.
    pub provider_name: String,
    /// What the provider is: "private", "micro-provider".
    pub provider_type: String,
    /// What kind of service it is: "equipment", "universal service".
    pub kind: String,
    /// The id of its category.
    pub category_id: String,
    /// The name of its category.
    pub category_name: String,
    /// The id of the category above it; empty if there is none.
    pub category_parent_id: String,
    /// The name of the category above it; empty if there is none.
    pub category_parent_name: String,
    /// The needs it is for.
    pub needs: Vec<String>,
    /// How accessible it is.
    pub accessibility: Vec<String>,
    /// The words of where it is: town, ward, outward code.
    pub place_words: String,
    /// Degrees north of where it is.
    pub latitude: Option<f64>,
    /// Degrees east of where it is.
    pub longitude: Option<f64>,
    /// How far it comes out to people; none if people come to it.
    pub radius_metres: Option<i32>,
    /// Its lowest price; none if it is free.
    pub from_pence: Option<i64>,
    /// Whether it has places free.
    pub has_places: bool,
    /// Whether it is registered with a regulator.
    pub registered: bool,
    /// The sum of its stars.
    pub stars_total: i64,
    /// How many people rated it.
    pub ratings: i64,
    /// When its details were last known to be right, in days since 1970.
    pub assured_on_days: i32,
    /// From which age it is for people.
    pub minimum_age: Option<i32>,
    /// To which age.
    pub maximum_age: Option<i32>,
    /// Which money it takes; none means all.
    pub funding: Vec<String>,
    /// Languages spoken besides English.
    pub languages: Vec<String>,
    /// Postcode districts ("M33") and ids of authorities that it comes to as a whole.
    pub areas: Vec<String>,
    /// When it is on: a bit for each part of each day of the week.
    pub open: u32,
    /// The authority that looks after its entry; empty if there is none.
    pub authority_id: String,
    /// Whether it was invented for the demo town.
    pub invented: bool,
}

impl ServiceDocument {
    /// A number that changes when anything that search knows of the service changes.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let text = serde_json::to_vec(self).unwrap_or_default();
        let digest = Sha256::digest(&text);
        digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
    }
}
