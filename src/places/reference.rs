//! What every installation knows of places and words from the start: councils, wards and the taxonomies.

use serde::Deserialize;

use crate::catalogue::{self, taxonomy::Taxonomy};
use crate::db::Conn;
use crate::ids::AuthorityId;

use super::store::{self, Authority, Ward};

const AUTHORITIES: &str = include_str!("../../data/mysociety-uk-local-authorities/uk_local_authorities.csv");
const WARDS: &str = include_str!("../../data/wards.csv");

/// Why the shipped open data could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// A file that is embedded in the program does not read.
    #[error("a file of open data in the program is damaged: {0}")]
    Damaged(#[from] csv::Error),
    /// The database.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct AuthorityLine {
    nice_name: String,
    gss_code: String,
    lat: Option<f64>,
    long: Option<f64>,
}

#[derive(Deserialize)]
struct WardLine {
    ward_code: String,
    ward_name: String,
    la_code: String,
    lat: f64,
    lon: f64,
}

/// Writes councils, wards and taxonomy terms; what is there already stays as it is.
pub fn load(tx: &mut Conn) -> Result<(), ReferenceError> {
    store::insert_authorities(tx, &authorities()?)?;
    store::insert_wards(tx, &wards()?)?;
    catalogue::store::insert_terms(tx, &Taxonomy::shipped()?)?;
    Ok(())
}

/// The id of the authority with this code, the same in every installation.
#[must_use]
pub fn authority_id(gss_code: &str) -> AuthorityId {
    AuthorityId::named(&format!("authority:{gss_code}"))
}

/// Every current council of the United Kingdom; the six combined authorities have no place and no citizens of their own.
pub(crate) fn authorities() -> Result<Vec<Authority>, csv::Error> {
    let mut all = Vec::new();
    for line in csv::Reader::from_reader(AUTHORITIES.as_bytes()).deserialize() {
        let AuthorityLine { nice_name, gss_code, lat, long } = line?;
        if let (Some(latitude), Some(longitude)) = (lat, long) {
            let (id, slug) = (authority_id(&gss_code), slug(&nice_name));
            all.push(Authority { id, gss_code, name: nice_name, slug, latitude, longitude });
        }
    }
    Ok(all)
}

/// The wards that the program ships.
pub(crate) fn wards() -> Result<Vec<Ward>, csv::Error> {
    let mut all = Vec::new();
    for line in csv::Reader::from_reader(WARDS.as_bytes()).deserialize() {
        let WardLine { ward_code, ward_name, la_code, lat, lon } = line?;
        let authority_id = authority_id(&la_code);
        all.push(Ward { code: ward_code, authority_id, name: ward_name, latitude: lat, longitude: lon });
    }
    Ok(all)
}

/// "Bath and North East Somerset" → "bath-and-north-east-somerset".
fn slug(name: &str) -> String {
    let words: Vec<String> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_council_has_its_own_slug_and_every_ward_its_council() {
        let authorities = authorities().unwrap();
        let slugs: BTreeSet<&str> = authorities.iter().map(|authority| authority.slug.as_str()).collect();
        assert_eq!(slugs.len(), authorities.len());
        assert!(slugs.contains("trafford") && slugs.contains("bath-and-north-east-somerset"));
        let ids: BTreeSet<AuthorityId> = authorities.iter().map(|authority| authority.id).collect();
        let wards = wards().unwrap();
        assert_eq!(wards.len(), 209);
        assert!(wards.iter().all(|ward| ids.contains(&ward.authority_id)));
    }
}
