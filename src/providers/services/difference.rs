//! What is different between two entries, field by field and word by word, for whoever approves.

use similar::{Algorithm, ChangeTag, utils::diff_words};

use crate::clock::long_date;
use crate::money::Money;

use super::entry::{Entry, PlaceMode, Price};
use super::part::{Known, Part};

/// One field that changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Which part of the entry.
    pub part: Part,
    /// What the field is called.
    pub label: &'static str,
    /// The words, in order.
    pub words: Vec<Piece>,
}

/// Words that stayed, came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Whether they are new.
    pub added: bool,
    /// Whether they are gone.
    pub removed: bool,
    /// The words.
    pub text: String,
}

/// Everything that changed from `old` to `new`; every field that says something where there is no `old`.
#[must_use]
pub fn difference(old: Option<&Entry>, new: &Entry, known: &Known<'_>) -> Vec<Changed> {
    let before = told(old.unwrap_or(&Entry::default()), known);
    let first = old.is_none();
    let after = told(new, known);
    let pairs = before.into_iter().zip(after);
    let changed = pairs.filter_map(|((part, label, old), (.., new))| {
        let old = if first { String::new() } else { old };
        (old != new).then(|| Changed { part, label, words: words(&old, &new) })
    });
    changed.collect()
}

fn words(old: &str, new: &str) -> Vec<Piece> {
    let piece = |(tag, text): (ChangeTag, &str)| Piece {
        added: tag == ChangeTag::Insert,
        removed: tag == ChangeTag::Delete,
        text: text.to_owned(),
    };
    diff_words(Algorithm::Myers, old, new).into_iter().map(piece).collect()
}

/// Every field of an entry in words, always the same fields in the same order.
fn told(entry: &Entry, known: &Known<'_>) -> Vec<(Part, &'static str, String)> {
    let names = |ids: &[String]| ids.iter().map(|id| known.taxonomy.name(id)).collect::<Vec<_>>().join(", ");
    let years = |age: Option<i32>| age.map(|age| age.to_string()).unwrap_or_default();
    let number = |number: Option<i32>| number.map_or_else(|| "not told".to_owned(), |number| number.to_string());
    let areas: Vec<&str> = entry
        .authorities
        .iter()
        .map(|id| known.authorities.iter().find(|(each, _)| each == id).map_or(id.as_str(), |(_, name)| name))
        .collect();
    let prices: Vec<String> = entry.prices.iter().map(price_told).collect();
    let miles = entry.miles.filter(|_| entry.place == PlaceMode::ItComes);
    vec![
        (Part::What, "Name", entry.name.clone()),
        (Part::What, "Kind", entry.kind.to_string()),
        (Part::What, "Belongs to", known.taxonomy.name(&entry.category_id).to_owned()),
        (Part::What, "In plain words", entry.description.clone()),
        (Part::Who, "Needs", names(&entry.needs)),
        (Part::Who, "Youngest age", years(entry.minimum_age)),
        (Part::Who, "Oldest age", years(entry.maximum_age)),
        (Part::Where, "How people and it come together", entry.place.to_string()),
        (Part::Where, "Address", entry.address.clone()),
        (Part::Where, "Postcode", entry.postcode.clone()),
        (Part::Where, "How far, in miles", years(miles)),
        (Part::Where, "Postcode districts", entry.districts.join(", ")),
        (Part::Where, "Councils", areas.join(", ")),
        (Part::When, "Times", entry.opening_hours()),
        (Part::Prices, "Prices", if entry.free { "Free".into() } else { prices.join("\n") }),
        (Part::Prices, "Money it takes", entry.funding.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
        (Part::Places, "Places free", number(entry.places_free)),
        (Part::Places, "Waiting time in days", number(entry.waiting_days)),
        (Part::Access, "Getting in and getting on", names(&entry.accessibility)),
        (Part::Access, "Languages", entry.languages.clone()),
        (Part::Contact, "Telephone", entry.phone.clone()),
        (Part::Contact, "E-mail", entry.email.clone()),
        (Part::Contact, "Website", entry.website.clone()),
        (Part::Registration, "Personal care", if entry.personal_care { "yes" } else { "no" }.to_owned()),
        (Part::Registration, "Registration number", entry.registration_number.clone()),
    ]
}

/// "Weekday daytime: £18.50 an hour (weekday), £19 from 1 July 2026. Includes tea."
#[must_use]
pub fn price_told(price: &Price) -> String {
    let mut text = format!("{}: {} {}", price.label, Money::pence(price.amount_pence), price.unit.each());
    if price.rate != crate::catalogue::Rate::AnyTime {
        text += &format!(" ({})", price.rate);
    }
    if let (Some(amount), Some(on)) = (price.changes_to_pence, price.changes_on) {
        text += &format!(", {} from {}", Money::pence(amount), long_date(on));
    }
    if let (Some(direct), Some(management), Some(overhead)) =
        (price.direct_pence, price.management_pence, price.overhead_pence)
    {
        let [direct, management, overhead] = [direct, management, overhead].map(Money::pence);
        text += &format!(". Made up of {direct} support, {management} management, {overhead} overhead");
    }
    if !price.includes.is_empty() {
        text += &format!(". Includes {}", price.includes);
    }
    text
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::catalogue::{ProviderType, taxonomy::Taxonomy};

    #[test]
    fn only_what_changed_is_shown_word_by_word() {
        let taxonomy = Taxonomy::of(Taxonomy::shipped().unwrap());
        let today = NaiveDate::from_ymd_opt(2026, 5, 20).unwrap();
        let known = Known { taxonomy: &taxonomy, authorities: &[], provider_type: ProviderType::Micro, today };
        let old = Entry { name: "Lunch".into(), description: "A cooked meal with others.".into(), ..Entry::default() };
        let new = Entry { description: "A warm meal with others.".into(), ..old.clone() };
        let changed = difference(Some(&old), &new, &known);
        assert_eq!(changed.len(), 1);
        let told: String = changed[0]
            .words
            .iter()
            .map(|piece| match (piece.added, piece.removed) {
                (true, _) => format!("[+{}]", piece.text),
                (_, true) => format!("[-{}]", piece.text),
                _ => piece.text.clone(),
            })
            .collect();
        assert_eq!(told, "A [-cooked][+warm] meal with others.");
        assert!(difference(Some(&old), &old, &known).is_empty());
        assert!(difference(None, &old, &known).iter().any(|each| each.label == "Name"));
    }
}
