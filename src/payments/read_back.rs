//! The verb: what the bank answered is read back. One row that cannot be placed refuses the whole file, by row.

use std::collections::HashSet;

use crate::audit::{self, Actor, Deed, Entry, What, Why};
use crate::budgets::{self, Handing};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError, Refusal};
use crate::identity::{FinanceOfficer, RoleName};
use crate::purchasing::{self, Payer};

use super::approve::SettleError;
use super::run::{Line, LineState, Pays, Run, RunState, of_reference, reference};
use super::{pain, store};

/// What the bank says of one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is paid.
    Paid,
    /// It is not.
    Failed,
    /// It is on its way.
    NotYet,
    /// A word that we do not know.
    Unknown(String),
}

/// One row of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Which row, as a spreadsheet counts.
    pub row: usize,
    /// "WM-12-345".
    pub reference: String,
    /// What it says.
    pub answer: Answer,
    /// Why, where it says so.
    pub reason: String,
}

/// The most problems that are told at once.
const MOST_TOLD: usize = 20;

/// Why nothing was read back.
#[derive(Debug, thiserror::Error)]
pub enum ReadBackError {
    /// It is neither.
    #[error("this is neither a CSV with the columns reference and status, nor a pain.002 of a bank")]
    Unreadable,
    /// Some rows cannot be placed: nothing was done.
    #[error("nothing was done: {0} of the rows cannot be placed")]
    Rows(usize, Vec<String>),
    /// A payment could not be turned back.
    #[error(transparent)]
    Settle(#[from] SettleError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<ReadBackError> for AppError {
    fn from(error: ReadBackError) -> Self {
        match error {
            ReadBackError::Database(cause) => cause.into(),
            ReadBackError::Settle(cause) => cause.into(),
            ReadBackError::Unreadable => Self::invalid(vec![FieldError::new(
                "file",
                "This is neither a CSV with the columns reference and status, nor a pain.002 of a bank.",
            )]),
            ReadBackError::Rows(_, ref rows) => {
                let fields = rows.iter().map(|row| FieldError::new("file", row.clone())).collect();
                match Self::refused("rows-not-placed", &error) {
                    Self::Refused(refusal) => Self::Refused(Refusal { fields, ..refusal }),
                    other => other,
                }
            }
        }
    }
}

/// What was read back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReadBack {
    /// Payments that are paid now.
    pub paid: usize,
    /// Payments that failed: their money is turned back.
    pub failed: usize,
    /// Rows that said nothing new.
    pub nothing_new: usize,
}

/// Reads a file of the bank: pain.002, or CSV with the columns reference, status (paid, failed) and perhaps reason.
pub fn read(bytes: &[u8]) -> Result<Vec<Said>, ReadBackError> {
    let text = std::str::from_utf8(bytes).map_err(|_not_text| ReadBackError::Unreadable)?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('<') {
        return pain::answers(text.trim_start()).filter(|said| !said.is_empty()).ok_or(ReadBackError::Unreadable);
    }
    let mut rows = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let head = rows.headers().map_err(|_broken| ReadBackError::Unreadable)?.clone();
    let column = |name: &str| head.iter().position(|each| each.eq_ignore_ascii_case(name));
    let (Some(reference), Some(status)) = (column("reference"), column("status")) else {
        return Err(ReadBackError::Unreadable);
    };
    let reason = column("reason");
    let mut said = Vec::new();
    for (number, row) in rows.records().enumerate() {
        let row = row.map_err(|_broken| ReadBackError::Unreadable)?;
        let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).unwrap_or_default().to_owned();
        let word = cell(Some(status)).to_lowercase();
        let answer = match word.as_str() {
            "paid" => Answer::Paid,
            "failed" => Answer::Failed,
            "sent" | "pending" | "" => Answer::NotYet,
            _ => Answer::Unknown(word),
        };
        said.push(Said { row: number + 2, reference: cell(Some(reference)), answer, reason: cell(reason) });
    }
    if said.is_empty() { Err(ReadBackError::Unreadable) } else { Ok(said) }
}

/// Takes in what the bank says of a run: everything or nothing. The same file again changes nothing.
#[tracing::instrument(skip_all, fields(run.id = %run.id))]
pub fn apply(
    tx: &mut Conn,
    officer: &FinanceOfficer,
    run: &Run,
    said: &[Said],
    now: UtcTime,
) -> Result<ReadBack, ReadBackError> {
    let run = store::lock_run(tx, officer.authority(), run.id)?;
    let mut wrong = Vec::new();
    let mut seen = HashSet::new();
    let mut to_do = Vec::new();
    for each in said {
        match place(tx, &run, each, &mut seen)? {
            Ok(Some(line)) => to_do.push((line, each)),
            Ok(None) => {}
            Err(why) => wrong.push(format!("Row {}: {why}", each.row)),
        }
    }
    if !wrong.is_empty() {
        let count = wrong.len();
        wrong.truncate(MOST_TOLD);
        return Err(ReadBackError::Rows(count, wrong));
    }
    let person = officer.who().person();
    let actor = Actor::in_office(person, RoleName::FinanceOfficer, run.authority_id);
    let payer = Payer { authority: run.authority_id, person, actor };
    let mut told = ReadBack { nothing_new: said.len() - to_do.len(), ..ReadBack::default() };
    for (line, each) in to_do {
        if each.answer == Answer::Paid {
            store::set_line(tx, &line, LineState::Paid, None)?;
            told.paid += 1;
        } else {
            let why: String = each.reason.chars().take(200).collect();
            turn_back(tx, &run, &payer, &line, now)?;
            store::set_line(tx, &line, LineState::Failed, Some(&why))?;
            told.failed += 1;
        }
    }
    if told.paid + told.failed > 0 {
        let note = format!("{} paid, {} failed", told.paid, told.failed);
        store::note_step(tx, &run, "read back", person, &note, now)?;
    }
    Ok(told)
}

/// Turns the payment of a line back: its invoice is owed again, or the money is with the council again.
fn turn_back(tx: &mut Conn, run: &Run, payer: &Payer, line: &Line, now: UtcTime) -> Result<(), SettleError> {
    match line.pays() {
        Some(Pays::Invoice(invoice)) => purchasing::payment_failed(tx, payer, invoice, now).map(drop)?,
        Some(Pays::Holder(budget, route)) => {
            let cause = reference(run.number, line.number);
            let back = Handing { budget, route, amount: line.amount_pence, cause };
            budgets::hand_over::came_back(tx, (run.authority_id, Some(payer.person)), &back, now)?;
            let whose = budgets::store::people_of(tx, &[budget])?;
            let done = (Deed::TurnedBack, Why::ToPayHolders);
            let entry = |person| Entry::new(payer.actor.clone(), done, person, (What::Budget, budget.as_str()), now);
            audit::record(tx, &whose.get(&budget).map(|person| entry(*person)).into_iter().collect::<Vec<_>>())?;
        }
        None => {}
    }
    Ok(())
}

/// The line that a row is about, if it says something new; or why it cannot be placed.
fn place(
    tx: &mut Conn,
    run: &Run,
    said: &Said,
    seen: &mut HashSet<String>,
) -> Result<Result<Option<Line>, String>, diesel::result::Error> {
    let unknown = || format!("no payment of this run is called \u{201c}{}\u{201d}", short(&said.reference));
    let Some((number, line)) = of_reference(&said.reference) else { return Ok(Err(unknown())) };
    if number != run.number {
        let other = store::run_by_number(tx, run.authority_id, number)?.is_some();
        return Ok(Err(if other { format!("{} belongs to run {number}", said.reference.trim()) } else { unknown() }));
    }
    let Some(line) = store::line(tx, run, line)?.filter(|line| line.state != LineState::Dropped) else {
        return Ok(Err(unknown()));
    };
    if !seen.insert(said.reference.trim().to_owned()) {
        return Ok(Err(format!("{} is there twice", said.reference.trim())));
    }
    if run.state != RunState::Settled {
        return Ok(Err("this run has not been sent yet".into()));
    }
    Ok(match (&said.answer, line.state) {
        (Answer::Unknown(word), _) => Err(format!("we do not know the status \u{201c}{}\u{201d}", short(word))),
        (Answer::NotYet, _) | (Answer::Paid, LineState::Paid) | (Answer::Failed, LineState::Failed) => Ok(None),
        (Answer::Paid, LineState::Sent) | (Answer::Failed, LineState::Sent | LineState::Paid) => Ok(Some(line)),
        (Answer::Paid, LineState::Failed) => {
            Err(format!("{} failed before, and its money was turned back", said.reference.trim()))
        }
        (_, LineState::Waiting | LineState::Dropped) => Err(unknown()),
    })
}

fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn csv_of_the_bank_is_read_as_it_comes() {
        let said =
            read("\u{feff}Status,Reference,Reason\r\nPAID,WM-1-1,\r\nfailed, WM-1-2 ,\"Closed, gone\"\r\n".as_bytes())
                .unwrap();
        assert_eq!(said[0], Said { row: 2, reference: "WM-1-1".into(), answer: Answer::Paid, reason: String::new() });
        assert_eq!(said[1].reason, "Closed, gone");
        assert_eq!(read(b"reference,status\nWM-1-1,lost").unwrap()[0].answer, Answer::Unknown("lost".into()));
        for other in ["", "reference,status", "a,b\n1,2", "<a/>", "\u{0}"] {
            assert!(matches!(read(other.as_bytes()), Err(ReadBackError::Unreadable)), "{other:?}");
        }
        assert!(matches!(read(&[0xff, 0xfe]), Err(ReadBackError::Unreadable)));
    }
}
