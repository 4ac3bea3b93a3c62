//! Trying a version out on answers that were given before: what it would cost, and who would gain or lose, without a person.

use chrono::NaiveDate;

use crate::db::Conn;
use crate::error::AppError;
use crate::identity::AuthorityAdministrator;
use crate::ids::QuestionnaireId;
use crate::money::Money;

use super::questionnaire::Questionnaire;
use super::store;
use super::working::work_out;

/// With fewer answers than that nothing is shown: a sum of a few is about somebody.
pub const LEAST: usize = 10;
/// Fewer people than that are shown as "fewer than 5".
pub const FEW: usize = 5;
/// Answers read at once.
const AT_ONCE: i64 = 500;
/// Where the bands of change begin, in percent.
const BANDS: [(&str, i64, i64); 7] = [
    ("less by more than 25%", i64::MIN, -25),
    ("less by 10% to 25%", -25, -10),
    ("less by up to 10%", -10, 0),
    ("the same", 0, 0),
    ("more by up to 10%", 0, 10),
    ("more by 10% to 25%", 10, 25),
    ("more by more than 25%", 25, i64::MAX),
];

/// Why nothing was tried out.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// There is none, or it is another authority's.
    #[error("we cannot find that")]
    NotHere,
    /// Nothing holds today.
    #[error("no version of the questionnaire holds today, so there is nothing to compare with")]
    NothingHolds,
    /// Too few answers.
    #[error("trying it out needs the answers of at least {LEAST} people: sums of fewer would be about somebody")]
    TooFew,
    /// It would not work.
    #[error("put right what is not sound first: {0}")]
    NotSound(String),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<SimulateError> for AppError {
    fn from(error: SimulateError) -> Self {
        match error {
            SimulateError::NotHere => Self::NotFound,
            SimulateError::NothingHolds => Self::refused("nothing-holds", error),
            SimulateError::TooFew => Self::refused("too-few-answers", error),
            SimulateError::NotSound(_) => Self::refused("questionnaire-not-sound", error),
            SimulateError::Database(cause) => cause.into(),
        }
    }
}

/// What a version would come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Simulation {
    /// So many people have answered.
    pub people: usize,
    /// What the version of today gives all of them, a week.
    pub before: Money,
    /// What the new one would.
    pub after: Money,
    /// More than so many percent,
    pub percent: i64,
    /// so many would gain,
    pub gain: usize,
    /// and so many lose.
    pub lose: usize,
    /// How many are in each band of change.
    pub bands: Vec<(&'static str, usize)>,
}

/// Compares what people would get before and after.
#[must_use]
pub fn compare(pairs: &[(Money, Money)], percent: i64) -> Simulation {
    let mut all =
        Simulation { percent, bands: BANDS.iter().map(|(label, ..)| (*label, 0)).collect(), ..Simulation::default() };
    for (before, after) in pairs {
        let (before, after) = (before.as_pence(), after.as_pence());
        all.people += 1;
        all.before = all.before.plus(Money::pence(before)).unwrap_or(all.before);
        all.after = all.after.plus(Money::pence(after)).unwrap_or(all.after);
        // Beyond a share of what there was; whoever had nothing gains beyond every share.
        let beyond = |share: i64| (after - before) * 100 > share * before;
        let below = |share: i64| (before - after) * 100 > share * before;
        all.gain += usize::from(after > before && beyond(percent));
        all.lose += usize::from(after < before && below(percent));
        let band = match after.cmp(&before) {
            std::cmp::Ordering::Equal => 3,
            std::cmp::Ordering::Greater if beyond(25) => 6,
            std::cmp::Ordering::Greater if beyond(10) => 5,
            std::cmp::Ordering::Greater => 4,
            std::cmp::Ordering::Less if below(25) => 0,
            std::cmp::Ordering::Less if below(10) => 1,
            std::cmp::Ordering::Less => 2,
        };
        all.bands[band].1 += 1;
    }
    all
}

/// Tries a version of the administrator's authority out on the newest answers of everybody. Nothing is written.
pub fn simulate(
    conn: &mut Conn,
    administrator: &AuthorityAdministrator,
    id: QuestionnaireId,
    (percent, today): (i64, NaiveDate),
) -> Result<Simulation, SimulateError> {
    let authority = administrator.authority();
    let new = store::version(conn, authority, id)?.ok_or(SimulateError::NotHere)?.content;
    if let Some(problem) = new.problems().first() {
        return Err(SimulateError::NotSound(problem.message.clone()));
    }
    let old = store::in_force(conn, authority, today)?.ok_or(SimulateError::NothingHolds)?.content;
    let pairs = pairs(conn, administrator, &old, &new)?;
    if pairs.len() < LEAST {
        return Err(SimulateError::TooFew);
    }
    Ok(compare(&pairs, percent))
}

fn pairs(
    conn: &mut Conn,
    administrator: &AuthorityAdministrator,
    old: &Questionnaire,
    new: &Questionnaire,
) -> diesel::QueryResult<Vec<(Money, Money)>> {
    let (mut pairs, mut after) = (Vec::new(), String::new());
    loop {
        let page = store::answers_after(conn, administrator, &after, AT_ONCE)?;
        let Some((last, _)) = page.last() else { return Ok(pairs) };
        after = last.to_string();
        for (_, answers) in &page {
            pairs.push((work_out(old, answers).weekly_pence, work_out(new, answers).weekly_pence));
        }
    }
}

/// A number of people as it may be shown.
#[must_use]
pub fn shown(people: usize) -> String {
    match people {
        0 => "nobody".into(),
        few if few < FEW => format!("fewer than {FEW}"),
        many => many.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_gains_and_who_loses() {
        let pair = |before, after| (Money::pounds(before), Money::pounds(after));
        let all =
            compare(&[pair(100, 100), pair(100, 110), pair(100, 111), pair(100, 74), pair(0, 5), pair(200, 181)], 10);
        assert_eq!((all.people, all.gain, all.lose), (6, 2, 1));
        assert_eq!((all.before, all.after), (Money::pounds(600), Money::pounds(581)));
        let counts: Vec<usize> = all.bands.iter().map(|(_, count)| *count).collect();
        assert_eq!(counts, [1, 0, 1, 1, 1, 1, 1]);
        assert_eq!((shown(0), shown(4), shown(5)), ("nobody".into(), "fewer than 5".into(), "5".into()));
    }
}
