//! "I was looking for…": somebody says what they did not find, and commissioners see it as unmet need.
//!
//! A wish holds words, an area and a category, and nobody: no account, no address, no time of day. Words that could
//! lead to somebody (numbers, e-mail addresses, postcodes) are taken out before anything is stored. Figures about wishes
//! are released like all others, through `demand::gate`.

use chrono::NaiveDate;
use serde::Serialize;

use crate::catalogue::taxonomy::Taxonomy;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::ids::{AuthorityId, SubmissionKey, WantedId};
use crate::log::{self, EventKind, NewEvent};
use crate::places::Gazetteer;

use super::store;

/// No more letters are kept.
const LONGEST: usize = 200;

/// What somebody was looking for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// In their words.
    pub words: String,
    /// The ward, where a whole postcode or a ward was given.
    pub ward_code: Option<String>,
    /// The postcode district.
    pub district: Option<String>,
    /// The council.
    pub authority: Option<AuthorityId>,
    /// The category, where they chose one.
    pub category_id: Option<String>,
    /// Pressing twice says it once.
    pub key: SubmissionKey,
}

/// What followers need to know of a wish.
#[derive(Debug, Serialize)]
struct Fact<'a> {
    asked_on: NaiveDate,
    ward_code: Option<&'a str>,
    district: Option<&'a str>,
    category_id: Option<&'a str>,
}

impl Wanted {
    /// Checks what was typed.
    pub fn checked(
        words: &str,
        near: &str,
        category: &str,
        key: SubmissionKey,
        taxonomy: &Taxonomy,
    ) -> Result<Self, AppError> {
        let mut wrong = Vec::new();
        let words = without_people(words);
        if words.is_empty() {
            wrong.push(FieldError::new("words", "Say in a few words what you were looking for."));
        }
        let place = match near.trim() {
            "" => None,
            near => match Gazetteer::shared().find(near) {
                Ok(place) => Some(place),
                Err(unknown) => {
                    wrong.push(FieldError::new("near", unknown.to_string()));
                    None
                }
            },
        };
        let category_id = match category.trim() {
            "" => None,
            id if taxonomy.term(id).is_some_and(|term| term.taxonomy == "category") => Some(id.to_owned()),
            _ => {
                wrong.push(FieldError::new("category", "Choose a kind of help from the list."));
                None
            }
        };
        if !wrong.is_empty() {
            return Err(AppError::invalid(wrong));
        }
        Ok(Self {
            words,
            ward_code: place.as_ref().and_then(|place| place.ward_code).map(str::to_owned),
            district: place.as_ref().and_then(|place| place.district.clone()),
            authority: place.as_ref().and_then(|place| place.authority),
            category_id,
            key,
        })
    }
}

/// Keeps a wish. Sending the same one twice keeps it once.
pub fn want(tx: &mut Conn, wanted: &Wanted, now: UtcTime) -> diesel::QueryResult<WantedId> {
    if let Some(earlier) = store::wanted_by_submission(tx, wanted.key)? {
        return Ok(earlier);
    }
    let id = WantedId::new();
    let asked_on = now.date();
    store::insert_wanted(tx, id, wanted, asked_on)?;
    let fact = Fact {
        asked_on,
        ward_code: wanted.ward_code.as_deref(),
        district: wanted.district.as_deref(),
        category_id: wanted.category_id.as_deref(),
    };
    log::append(tx, &[NewEvent::plain(wanted.authority, EventKind::SupportWanted, &id, now).with(&fact)])?;
    Ok(id)
}

/// The words without what could lead to a person: e-mail addresses, long numbers, postcodes, web addresses.
pub(super) fn without_people(text: &str) -> String {
    let leads_to_somebody = |word: &str| {
        word.contains(['@', '\\', '<', '>'])
            || word.contains("://")
            || word.bytes().filter(u8::is_ascii_digit).count() > 2
            || (word.bytes().any(|byte| byte.is_ascii_digit()) && Gazetteer::shared().find(word).is_ok())
            || is_half_a_postcode(word)
    };
    let words = text
        .split(|c: char| c.is_whitespace() || c.is_control())
        .map(|word| word.trim_matches([',', '.', ';', '!', '?', '"']));
    let kept: Vec<&str> = words.filter(|word| !word.is_empty() && !leads_to_somebody(word)).collect();
    let kept: String = kept.join(" ").chars().take(LONGEST).collect();
    kept.trim().to_owned()
}

/// "7XB": the second half of a postcode; "1st" is none.
fn is_half_a_postcode(word: &str) -> bool {
    let is_ordinal =
        ["1st", "2nd", "3rd"].contains(&word.to_lowercase().as_str()) || word.to_lowercase().ends_with("th");
    !is_ordinal
        && matches!(word.as_bytes(), [digit, a, b] if digit.is_ascii_digit() && a.is_ascii_alphabetic() && b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_leads_to_a_person_is_taken_out() {
        assert_eq!(without_people("Xylophone lessons for my son, M33 7XB"), "Xylophone lessons for my son");
        assert_eq!(without_people("call 0161 496 0000 or joe@example.org about  singing!"), "call or about singing");
        assert_eq!(without_people("help 24 hours, 1st floor"), "help 24 hours 1st floor");
        assert_eq!(without_people(" \0\u{7} "), "");
        assert_eq!(without_people(&"word ".repeat(1_000)).chars().count(), 199);
    }

    #[test]
    fn a_wish_needs_words_and_places_that_are_known() {
        let taxonomy = Taxonomy::of(Taxonomy::shipped().unwrap());
        let key = SubmissionKey::named("x");
        let wish = Wanted::checked("Choir for men", "M33 7ND", "arts", key, &taxonomy).unwrap();
        assert_eq!((wish.district.as_deref(), wish.authority.is_some()), (Some("M33"), true));
        assert!(wish.ward_code.is_some());
        assert!(Wanted::checked("", "", "", key, &taxonomy).is_err());
        assert!(Wanted::checked("choir", "Atlantis", "older-people", key, &taxonomy).is_err());
    }
}
