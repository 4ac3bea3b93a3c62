//! The noun: what the register says of one place.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::Value;

use crate::catalogue::open_referral::reading::{date, field, list, text, yes};
use crate::db::schema::cqc_locations;

/// What stands where there is no rating.
pub const NOT_RATED: &str = "Not yet rated";

/// The ratings, the worst first.
const RATINGS: [&str; 4] = ["Inadequate", "Requires improvement", "Good", "Outstanding"];

/// What the register says of one place.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = cqc_locations, treat_none_as_default_value = false)]
pub struct Place {
    /// The number of the place: "1-123456789".
    pub location_id: String,
    /// The number of who runs it.
    pub provider_id: String,
    /// Its name.
    pub name: String,
    /// Its postcode.
    pub postal_code: String,
    /// Whether it is registered.
    pub registered: bool,
    /// Since when it is no longer.
    pub ended_on: Option<NaiveDate>,
    /// What it was rated; none if it was not.
    pub rating: Option<String>,
    /// When.
    pub rated_on: Option<NaiveDate>,
    /// Whether an earlier owner was rated.
    pub inherited: bool,
    /// Where we read it.
    pub source: String,
    /// When.
    pub checked_on: NaiveDate,
}

impl Place {
    /// Reads a place as the API tells it. Only what is named here is read: no person is.
    #[must_use]
    pub fn of(told: &Value, source: &str, today: NaiveDate) -> Option<Self> {
        let location_id = text(told, &["locationId"])?;
        let rated = newest(told);
        let registered_on = date(told, &["registrationDate"]);
        let inherited = yes(told, &["inheritedRating"]).unwrap_or(false)
            || rated.as_ref().zip(registered_on).is_some_and(|((on, _), since)| *on < since);
        let registered = text(told, &["registrationStatus"]).is_none_or(|word| word.eq_ignore_ascii_case("registered"));
        Some(Self {
            location_id,
            provider_id: text(told, &["providerId"]).unwrap_or_default(),
            name: text(told, &["name", "locationName"]).unwrap_or_default(),
            postal_code: text(told, &["postalCode"]).unwrap_or_default(),
            registered,
            ended_on: date(told, &["deregistrationDate"]).filter(|_| !registered),
            rating: rated.as_ref().map(|(_, rating)| rating.clone()),
            rated_on: rated.map(|(on, _)| on),
            inherited,
            source: source.to_owned(),
            checked_on: today,
        })
    }
}

/// The rating in the regulator's own spelling; none for what is none.
#[must_use]
pub fn rating(word: &str) -> Option<String> {
    let word = word.trim();
    RATINGS.iter().find(|known| known.eq_ignore_ascii_case(word)).map(|known| (*known).to_owned())
}

/// The newest rating of both frameworks; of two of the same day the worse.
fn newest(told: &Value) -> Option<(NaiveDate, String)> {
    let mut all: Vec<(NaiveDate, String)> = Vec::new();
    let nothing = Value::Null;
    let current = field(told, &["currentRatings"]).unwrap_or(&nothing);
    if let Some(overall) = field(current, &["overall"]) {
        let on = date(overall, &["reportDate"]).or_else(|| date(current, &["reportDate"]));
        all.extend(on.zip(text(overall, &["rating"]).and_then(|word| rating(&word))));
    }
    for assessment in list(told, &["assessment"]) {
        let published = date(assessment, &["assessmentPlanPublishedDateTime"]);
        let ratings = field(assessment, &["ratings"]).unwrap_or(&nothing);
        let overall = list(ratings, &["overall"]);
        let told = if overall.is_empty() { list(ratings, &["asgRatings"]) } else { overall };
        for each in told {
            let current = text(each, &["status"]).is_none_or(|status| status.eq_ignore_ascii_case("current"));
            let on = published.or_else(|| date(each, &["assessmentDate"]));
            all.extend(on.zip(text(each, &["rating"]).and_then(|word| rating(&word))).filter(|_| current));
        }
    }
    let rank = |word: &str| RATINGS.iter().position(|known| *known == word).unwrap_or(RATINGS.len());
    all.into_iter().max_by_key(|(on, word)| (*on, std::cmp::Reverse(rank(word))))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn place(told: Value) -> Place {
        Place::of(&told, "test", NaiveDate::from_ymd_opt(2026, 11, 1).unwrap()).unwrap()
    }

    fn rated(told: Value) -> (Option<String>, Option<String>) {
        let mut whole = json!({ "locationId": "1-9" });
        whole.as_object_mut().unwrap().extend(told.as_object().unwrap().clone());
        let place = place(whole);
        (place.rating, place.rated_on.map(|on| on.to_string()))
    }

    #[test]
    fn the_newest_rating_of_both_frameworks_counts() {
        let old = json!({ "overall": { "rating": "Good", "reportDate": "2019-10-31" } });
        let new = |on: &str, word: &str, status: &str| json!([{ "assessmentPlanPublishedDateTime": on, "ratings": { "overall": [], "asgRatings": [{ "rating": word, "status": status }] } }]);
        let of = |old: &Value, new: Value| rated(json!({ "currentRatings": old, "assessment": new }));
        let both = of(&old, new("2026-09-17T00:00:00Z", "Requires Improvement", "Current"));
        assert_eq!(both, (Some("Requires improvement".into()), Some("2026-09-17".into())));
        assert_eq!(of(&old, new("2018-01-01T00:00:00Z", "Outstanding", "Current")).0.as_deref(), Some("Good"));
        assert_eq!(of(&old, new("2026-01-01T00:00:00Z", "Inadequate", "Superseded")).0.as_deref(), Some("Good"));
        assert_eq!(of(&json!({}), json!([])), (None, None));
        assert_eq!(
            rated(
                json!({ "currentRatings": { "overall": { "rating": "Inspected but not rated", "reportDate": "2020-01-01" } } })
            ),
            (None, None)
        );
        assert_eq!(rated(json!({ "currentRatings": "?", "assessment": 7 })), (None, None));
    }

    #[test]
    fn a_rating_from_before_the_registration_is_inherited_and_no_person_is_read() {
        let told = json!({
            "locationId": "1-9", "registrationStatus": "Deregistered", "deregistrationDate": "2026-03-01", "registrationDate": "2024-01-01",
            "currentRatings": { "overall": { "rating": "good", "reportDate": "2019-10-31" } },
            "regulatedActivities": [{ "contacts": [{ "personGivenName": "Sample", "personFamilyName": "Manager" }] }],
        });
        let place = place(told);
        assert!(place.inherited && !place.registered);
        assert_eq!(place.ended_on.map(|on| on.to_string()).as_deref(), Some("2026-03-01"));
        assert!(!format!("{place:?}").contains("Manager"));
    }
}
