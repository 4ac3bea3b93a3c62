//! A run as a file for the bank: written some lines at a time, so that it is never whole in memory.

use std::sync::Arc;

use actix_web::Error;
use actix_web::web::Bytes;
use futures_util::{Stream, stream};

use crate::clock::UtcTime;
use crate::db::{Conn, Db};
use crate::error::AppError;
use crate::identity::FinanceOfficer;
use crate::money::Money;
use crate::providers::typed::as_pounds;
use crate::purchasing;
use crate::web::cell::harmless;

use super::account::{self, BankAccount, Payee};
use super::pain::{self, Head, Payment};
use super::run::{Line, LineState, Pays, Run, RunState, reference};
use super::store::{self, LineShown};
use crate::vault::Vault;

/// So many lines at a time.
const AT_ONCE: i64 = 1_000;

/// Which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For a bank's page, or a spreadsheet.
    Csv,
    /// ISO 20022 pain.001.001.09.
    Pain,
}

/// A file that was begun.
#[derive(Clone)]
struct Writing {
    db: Db,
    vault: Vault,
    run: Run,
    format: Format,
}

/// Notes that a run is taken to the bank, and by whom; gives the council's account. Only a run whose lines are settled leaves.
pub(super) fn note(
    tx: &mut Conn,
    vault: &Vault,
    officer: &FinanceOfficer,
    run: &Run,
    format: Format,
    now: UtcTime,
) -> Result<(Run, BankAccount), AppError> {
    let run = store::lock_run(tx, officer.authority(), run.id)?;
    if run.state != RunState::Settled {
        return Err(AppError::refused(
            "not-now",
            "this run is not approved and settled yet, so there is nothing to send",
        ));
    }
    let own = Payee::Authority(officer.authority());
    let Some((_, sealed)) = store::account_of(tx, &own)? else {
        return Err(AppError::refused("no-account", "tell first from which account the council pays"));
    };
    let what = if format == Format::Csv { "taken as CSV" } else { "taken as pain.001" };
    store::set_exported(tx, &run, now)?;
    store::note_step(tx, &run, what, officer.who().person(), "", now)?;
    Ok((run, account::open(vault, &sealed)?))
}

/// The file, in parts. It holds the payments that the bank has not answered.
pub fn stream(
    db: Db,
    vault: Vault,
    run: Run,
    (format, debtor): (Format, BankAccount),
    (count, total): (i64, Money),
    now: UtcTime,
) -> Result<impl Stream<Item = Result<Bytes, Error>>, AppError> {
    let first = match format {
        Format::Csv => b"reference,payee,sort_code,account_number,iban,amount,about\r\n".to_vec(),
        Format::Pain => pain::begin(&Head {
            message: format!("WM-{}", run.number),
            made_at: now,
            pay_on: run.pay_on,
            count,
            total,
            debtor,
        })
        .map_err(AppError::unexpected)?,
    };
    let writing = Arc::new(Writing { db, vault, run, format });
    Ok(stream::unfold(Some((first, 0_i64)), move |state| {
        let writing = Arc::clone(&writing);
        async move {
            let (beginning, after) = state?;
            let asked = Arc::clone(&writing);
            let lines = writing.db.read(move |conn| store::lines_after(conn, &asked.run, after, AT_ONCE)).await;
            let part = lines.map_err(AppError::from).and_then(|lines| writing.part(beginning, &lines));
            match part {
                Ok((bytes, next)) => Some((Ok(Bytes::from(bytes)), next.map(|after| (Vec::new(), after)))),
                // The file has begun, so breaking it off is the only way left to say that it is not whole.
                Err(failure) => Some((Err(Error::from(failure)), None)),
            }
        }
    }))
}

impl Writing {
    /// The next part, and after which line the one after it begins.
    fn part(&self, beginning: Vec<u8>, lines: &[LineShown]) -> Result<(Vec<u8>, Option<i64>), AppError> {
        let mut bytes = beginning;
        for shown in lines.iter().filter(|shown| shown.line.state == LineState::Sent) {
            let creditor = account::open(&self.vault, &shown.sealed)?;
            let about = about(&shown.line, &shown.payee);
            let reference = reference(self.run.number, shown.line.number);
            let amount = shown.line.amount_pence;
            bytes = match self.format {
                Format::Pain => pain::payment(&Payment { reference, amount, creditor, about }, bytes)
                    .map_err(AppError::unexpected)?,
                Format::Csv => csv_line(&reference, amount, &creditor, &about, bytes).map_err(AppError::unexpected)?,
            };
        }
        let full = i64::try_from(lines.len()).unwrap_or(0) == AT_ONCE;
        let next = lines.last().map(|shown| shown.line.number).filter(|_| full);
        if next.is_none() && self.format == Format::Pain {
            bytes.extend_from_slice(pain::end());
        }
        Ok((bytes, next))
    }
}

/// What the payee reads on the statement: the invoice and the provider, or how a budget is held.
fn about(line: &Line, payee: &str) -> String {
    match line.pays() {
        Some(Pays::Invoice(invoice)) => format!("{} {payee}", purchasing::invoice_number(invoice)),
        Some(Pays::Holder(_, route)) => format!("Personal budget {route}"),
        None => String::new(),
    }
}

fn csv_line(
    reference: &str,
    amount: Money,
    creditor: &BankAccount,
    about: &str,
    into: Vec<u8>,
) -> Result<Vec<u8>, csv::Error> {
    let mut rows = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(into);
    rows.write_record([
        reference,
        &harmless(&creditor.name),
        creditor.sort_code.as_deref().unwrap_or_default(),
        creditor.number.as_deref().unwrap_or_default(),
        creditor.iban.as_deref().unwrap_or_default(),
        &as_pounds(amount.as_pence()),
        about,
    ])?;
    rows.into_inner().map_err(|cause| cause.into_error().into())
}
