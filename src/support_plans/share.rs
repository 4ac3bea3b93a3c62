//! Sharing a plan without names, and finding plans of others with similar needs.
//!
//! Nobody's plan is shared but by themselves, or by who stands in for them by law, after they have read what others would
//! see. Names of people, places on the map, telephone numbers and addresses are taken out; so are providers, dates and
//! notes. It can be withdrawn at any time (seeds/002: communicate what is working to others who direct their support).

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use crate::clock::UtcTime;
use crate::db::{Conn, text_enum};
use crate::error::FieldError;
use crate::identity::{self, NeedGroup, PlanReader, PlanSigner};
use crate::ids::SharedPlanId;

use super::content::PlanContent;
use super::review_store;
use super::store;
use super::write::{PlanError, note};
use crate::audit::Deed;

/// What stands where something was taken out.
const GONE: &str = "…";

text_enum! {
    /// How old somebody is, roughly.
    pub enum AgeBand {
        /// A child.
        Young = "under 18",
        /// Of working age.
        Working = "18 to 64",
        /// Older.
        Older = "65 and over",
    }
}

impl AgeBand {
    /// The band of somebody born in a year.
    #[must_use]
    pub fn of(birth_year: i32, today: NaiveDate) -> Self {
        match today.year() - birth_year {
            ..18 => Self::Young,
            18..65 => Self::Working,
            _ => Self::Older,
        }
    }
}

/// A plan as others see it.
#[derive(Clone, Debug)]
pub struct SharedPlan {
    /// Which.
    pub id: SharedPlanId,
    /// What support is mostly about.
    pub need: NeedGroup,
    /// How old, roughly.
    pub age: AgeBand,
    /// What stands in it, without names.
    pub content: PlanContent,
    /// What was learned.
    pub worked: String,
    /// When it was shared.
    pub at: UtcTime,
}

/// Takes out of words whatever may lead to somebody: the names that are given, and what looks like an address, a postcode, a
/// telephone number or a date.
#[must_use]
pub fn without_names(text: &str, names: &[String]) -> String {
    let hides = |word: &str| {
        let plain: String = word.chars().filter(|letter| letter.is_alphanumeric() || *letter == '@').collect();
        let digits = plain.chars().filter(char::is_ascii_digit).count();
        let bare = plain.trim_end_matches('s');
        let is_name = names.iter().any(|name| name.eq_ignore_ascii_case(&plain) || name.eq_ignore_ascii_case(bare));
        let half_postcode = (2..=4).contains(&plain.len())
            && plain.starts_with(|letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit())
            && digits > 0
            && plain.chars().any(|letter| letter.is_ascii_uppercase());
        is_name || digits >= 4 || half_postcode || word.contains('@') || word.contains("www.") || word.contains("://")
    };
    let mut told = String::with_capacity(text.len());
    for piece in text.split_inclusive(char::is_whitespace) {
        let word = piece.trim_end();
        if !word.is_empty() && hides(word) {
            let end: String = word.chars().rev().take_while(|letter| ".,;:!?)".contains(*letter)).collect();
            told.push_str(GONE);
            told.extend(end.chars().rev());
            told.push_str(&piece[word.len()..]);
        } else {
            told.push_str(piece);
        }
    }
    told
}

/// A plan as others would see it.
#[must_use]
pub fn anonymous(content: &PlanContent, person: &str) -> PlanContent {
    let mut names: Vec<String> = Vec::new();
    let mut add = |text: &str| {
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        names.extend(
            words.filter(|word| word.chars().count() > 2 && word.starts_with(char::is_uppercase)).map(str::to_owned),
        );
    };
    add(person);
    content.circle.iter().for_each(|each| add(&each.name));
    content.lines.iter().for_each(|line| add(&line.provider));
    let hide = |text: &str| without_names(text, &names);
    let mut shared = content.clone();
    shared.matters = hide(&shared.matters);
    shared.contingency_for = hide(&shared.contingency_for);
    shared.starts_on = None;
    for outcome in &mut shared.outcomes {
        (outcome.words, outcome.sign) = (hide(&outcome.words), hide(&outcome.sign));
    }
    for risk in &mut shared.risks {
        (risk.words, risk.handling) = (hide(&risk.words), hide(&risk.handling));
    }
    for each in &mut shared.circle {
        each.name = if each.relation.is_empty() {
            "Somebody close".into()
        } else {
            super::shown::capital(&hide(&each.relation))
        };
        each.relation.clear();
        each.brings = hide(&each.brings);
    }
    for line in &mut shared.lines {
        line.words = hide(&line.words);
        line.provider.clear();
        line.note.clear();
        // A service near somebody's home says where that is.
        line.service_id = None;
        line.cost_option_id = None;
    }
    shared
}

/// What somebody's plan is about, for finding others like it.
#[derive(Clone, Debug, Default)]
pub struct Likeness {
    /// What support is mostly about.
    pub need: Option<NeedGroup>,
    /// How old, roughly.
    pub age: Option<AgeBand>,
    /// Words of what matters and of outcomes.
    pub words: BTreeSet<String>,
}

/// The words that carry something.
#[must_use]
pub fn words_of(content: &PlanContent) -> BTreeSet<String> {
    let all = std::iter::once(content.matters.as_str()).chain(content.outcomes.iter().map(|each| each.words.as_str()));
    all.flat_map(|text| text.split(|letter: char| !letter.is_alphabetic()))
        .filter(|word| word.chars().count() > 4)
        .map(str::to_lowercase)
        .collect()
}

/// How much a shared plan is like what somebody plans: need first, then age, then what both speak of.
#[must_use]
pub fn likeness(mine: &Likeness, other: &SharedPlan) -> usize {
    let need = usize::from(mine.need == Some(other.need)) * 8;
    let age = usize::from(mine.age == Some(other.age)) * 4;
    need + age + words_of(&other.content).intersection(&mine.words).count().min(6)
}

/// What others would see of somebody's plan, with what was learned.
pub fn preview(conn: &mut Conn, reader: &PlanReader) -> Result<(PlanContent, String), PlanError> {
    let plan = store::plan_of(conn, reader)?.ok_or(PlanError::NotHere)?;
    let version = store::version(conn, &plan, plan.version)?.ok_or(PlanError::NotHere)?;
    let mut worked = String::new();
    for (review, _) in review_store::reviews_of(conn, reader)? {
        if let Some(content) = review.content()? {
            worked = content.worked;
            break;
        }
    }
    let shared = anonymous(&version.content, reader.person_name());
    let names: Vec<String> = reader.person_name().split_whitespace().map(str::to_owned).collect();
    let circle = version.content.circle.iter().flat_map(|each| each.name.split_whitespace()).map(str::to_owned);
    let names: Vec<String> = names.into_iter().chain(circle).collect();
    Ok((shared, without_names(&worked, &names)))
}

/// Shares the newest version of a plan without names, once its owner has read what others see.
#[tracing::instrument(skip_all)]
pub fn share(tx: &mut Conn, signer: &PlanSigner, has_read: bool, now: UtcTime) -> Result<SharedPlanId, PlanError> {
    if !has_read {
        let sentence = "Read what others would see, and tick that nothing in it leads to you or anybody else.";
        return Err(PlanError::Wrong(vec![FieldError::new("has_read", sentence)]));
    }
    store::lock(tx, signer)?.ok_or(PlanError::NotHere)?;
    let (content, worked) = preview(tx, signer)?;
    let (need, birth_year) = identity::store::need_of(tx, signer.person())?.ok_or(PlanError::NotHere)?;
    super::share_store::withdraw(tx, signer, now)?;
    let age = AgeBand::of(birth_year, now.date());
    let id = SharedPlanId::new();
    super::share_store::insert(tx, signer, &SharedPlan { id, need, age, content, worked, at: now })?;
    note(tx, signer, (Deed::Changed, None), now)?;
    Ok(id)
}

/// Takes a shared plan back: nobody finds it any more.
#[tracing::instrument(skip_all)]
pub fn withdraw(tx: &mut Conn, signer: &PlanSigner, now: UtcTime) -> Result<(), PlanError> {
    super::share_store::withdraw(tx, signer, now)?;
    note(tx, signer, (Deed::Changed, None), now)?;
    Ok(())
}

/// Plans of others, those that are most like what somebody plans first.
pub fn similar(conn: &mut Conn, reader: &PlanReader, now: UtcTime) -> Result<Vec<SharedPlan>, PlanError> {
    let known = identity::store::need_of(conn, reader.person())?;
    let plan = store::plan_of(conn, reader)?;
    let assessed = crate::allocation::store::newest_finished(conn, reader)?;
    let mut words = plan.map(|plan| words_of(&plan.content)).unwrap_or_default();
    if let Some(assessed) = assessed {
        let said = assessed.answers.values().map(|answer| answer.words.as_str());
        let matters = PlanContent { matters: said.collect::<Vec<_>>().join(" "), ..PlanContent::default() };
        words.extend(words_of(&matters));
    }
    let mine = Likeness {
        need: known.map(|(need, _)| need),
        age: known.map(|(_, year)| AgeBand::of(year, now.date())),
        words,
    };
    let mut all = super::share_store::others(conn, reader, mine.need)?;
    all.sort_by_key(|each| std::cmp::Reverse((likeness(&mine, each), each.at)));
    all.truncate(20);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support_plans::{CirclePerson, Line, Outcome};

    #[test]
    fn names_numbers_and_addresses_are_taken_out() {
        let names = ["Amira".to_owned(), "Dot".to_owned()];
        let told = |text: &str| without_names(text, &names);
        assert_eq!(told("Dot rings Amira's sister, and DOT."), "… rings … sister, and ….");
        assert_eq!(told("Ring 0161 496 0000 or write to dot@example.org"), "Ring … 496 … or write to …");
        assert_eq!(told("I live in M33 7ZF near the park"), "I live in … … near the park");
        assert_eq!(told("Two cups of tea\nat 10"), "Two cups of tea\nat 10");
    }

    #[test]
    fn a_shared_plan_holds_nobody() {
        let content = PlanContent {
            matters: "Nadia and my garden".into(),
            outcomes: vec![Outcome { key: "outcome-1".into(), words: "I see Nadia Khan".into(), ..Outcome::default() }],
            circle: vec![CirclePerson {
                key: "circle-1".into(),
                name: "Nadia".into(),
                relation: "sister".into(),
                brings: "Nadia drives".into(),
            }],
            lines: vec![Line {
                key: "line-1".into(),
                words: "Lunch".into(),
                provider: "Soup Spoon".into(),
                note: "Ask for Colin".into(),
                ..Line::default()
            }],
            starts_on: NaiveDate::from_ymd_opt(2026, 6, 1),
            ..PlanContent::default()
        };
        let shared = anonymous(&content, "Amira Khan");
        let text = serde_json::to_string(&shared).unwrap();
        for hidden in ["Nadia", "Khan", "Soup Spoon", "Colin", "2026"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        assert_eq!(shared.circle[0].name, "Sister");
        assert!(text.contains("garden") && text.contains("drives"));
    }
}
