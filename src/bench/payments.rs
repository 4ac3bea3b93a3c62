//! A payment run over many budgets: listed, approved, settled, written for the bank, and its answer read back.

use std::time::Instant;

use chrono::Days;
use futures_util::StreamExt;

use crate::app::App;
use crate::budgets::{self, FundingRoute, NewBudget};
use crate::catalogue::{Offer, store as shelves};
use crate::clock::{Clock, day};
use crate::command::{progress, say};
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::store::NewPerson;
use crate::identity::{self, FinanceOfficer, RoleName, SignedIn};
use crate::ids::{AuthorityId, PersonId, ServiceId, SubmissionKey};
use crate::money::Money;
use crate::payments::{self, BankAccount, Format, Payee, Wanted};
use crate::purchasing::{self, Asked, Delivery, Home, Invoice, Journal, Purchase, move_on};
use crate::start::{self, Failure};
use crate::vault::Vault;

use super::catalogue::Words;
use super::{Folder, Row};

/// Budgets written in one transaction.
const BATCH: u32 = 2_000;

/// Everything that a run does, once.
pub(super) fn measure(folder: &Folder, clock: &Clock, words: &Words, budgets: u32) -> Result<Vec<Row>, Failure> {
    let app = start::open(&folder.place("payments"), clock, true)?;
    say(&format!("Making {budgets} budgets, half of them with an invoice, half held by their people…"));
    let authority = make(&app, words, budgets)?;
    let (first, second) = (officer(&app, authority, "first")?, officer(&app, authority, "second")?);
    let now = app.clock.now();
    forget_the_peak();
    let began = Instant::now();
    let wanted = Wanted { funding_route: None, pay_on: day(now), key: SubmissionKey::new() };
    let run = app.db.write_now(move |tx: &mut Conn| payments::make(tx, &first, &wanted, now))?;
    let listed = began.elapsed();
    let (id, total, officer) = (run.id, run.total_pence, second.clone());
    app.db.write_now(move |tx: &mut Conn| payments::approve(tx, &officer, id, total, now))?;
    while app.db.write_now(move |tx: &mut Conn| payments::settle_some(tx, id, payments::AT_ONCE, now))? {}
    let settled = began.elapsed();
    let run = app.db.read_now(|conn| payments::store::run(conn, authority, id))?;
    let debtor = BankAccount::checked("The council", "200000", "87654321", "")?;
    let summed = (run.line_count, run.total_pence);
    let file = payments::stream(app.db.clone(), app.vault.clone(), run.clone(), (Format::Pain, debtor), summed, now)?;
    let bytes = actix_web::rt::System::new().block_on(async {
        let mut file = Box::pin(file);
        let mut bytes = 0_usize;
        while let Some(part) = file.next().await {
            bytes += part.map_err(|cause| Failure::from(cause.to_string()))?.len();
        }
        Ok::<_, Failure>(bytes)
    })?;
    let written = began.elapsed();
    let mut answer = String::from("reference,status\n");
    for line in 1..=run.line_count {
        answer.push_str(&format!("{},paid\n", payments::reference(run.number, line)));
    }
    let said = payments::read(answer.as_bytes())?;
    let told = app.db.write_now(move |tx: &mut Conn| payments::apply(tx, &second, &run, &said, now))?;
    let read_back = began.elapsed();
    if told.paid != usize::try_from(budgets)? || bytes < 300 * told.paid {
        return Err(format!("only {} of {budgets} were paid, in a file of {bytes} bytes", told.paid).into());
    }
    let wrong = app.db.read_now(budgets::verify::differences)?;
    if !wrong.is_empty() {
        return Err(format!("the ledger does not hold after the run: {}", wrong.join("; ")).into());
    }
    let seconds = |time: std::time::Duration| time.as_secs_f64();
    Ok(vec![
        Row::new(
            format!(
                "a payment run over {budgets} budgets, half to holders: listed, approved, settled, written as pain.001"
            ),
            format!(
                "{:.1} s (listed after {:.1}, settled after {:.1}), {} MB at the peak",
                seconds(written),
                seconds(listed),
                seconds(settled),
                peak_megabytes()
            ),
            "60 s, 300 MB",
        ),
        Row::new(
            "the bank\u{2019}s answer for all of them read back",
            format!("{:.1} s", seconds(read_back) - seconds(written)),
            "",
        ),
    ])
}

/// Lets the kernel count the most memory anew.
fn forget_the_peak() {
    drop(std::fs::write("/proc/self/clear_refs", "5"));
}

/// The most memory since, in megabytes; nothing where the kernel does not say.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|text| text.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn officer(app: &App, authority: AuthorityId, name: &str) -> Result<FinanceOfficer, Failure> {
    let (id, now) = (PersonId::named(&format!("finance officer:{name}")), app.clock.now());
    let name = name.to_owned();
    app.db.write_now(move |tx: &mut Conn| {
        let new = NewPerson { id, display_name: name.clone(), email: None, password_hash: None, created_at: now };
        identity::store::insert_people(tx, &[new])?;
        identity::store::grant(tx, id, RoleName::FinanceOfficer, Some(authority), None, now)
    })?;
    let who = app.db.read_now(|conn| SignedIn::known(conn, id))?.ok_or("nobody")?;
    FinanceOfficer::find(&who).ok_or_else(|| "no role".into())
}

/// So many budgets: of every two one that the council holds, with a purchase that was delivered, confirmed and invoiced, and one
/// that is paid to its person, who has said where.
fn make(app: &App, words: &Words, budgets: u32) -> Result<AuthorityId, Failure> {
    let now = app.clock.now();
    let today = day(now);
    let made = super::catalogue::make(app, words, 20)?;
    let ids: Vec<ServiceId> = made.sample.iter().map(|(id, _)| *id).collect();
    let whole = app.db.read_now(|conn| shelves::whole_services(conn, &ids, today))?;
    let service = whole.iter().find(|whole| whole.cheapest().is_some()).ok_or("no price")?.clone();
    let price = service.cheapest().ok_or("no price")?.clone();
    let authority = app
        .db
        .read_now(|conn| crate::places::store::authority_by_gss(conn, "E08000009"))?
        .ok_or("Trafford is missing from the reference data")?;
    let ward = app.db.read_now(|conn| crate::places::store::wards_of(conn, authority.id))?.pop().ok_or("no wards")?;
    let offer = Offer {
        service: service.service.id,
        organization: service.service.organization_id,
        category_id: service.service.category_id.clone(),
        cost_option: price.id,
        unit: price.unit,
        price: price.amount_pence,
    };
    let (vault, payee) = (app.vault.clone(), Payee::Organization(offer.organization));
    let payer = PersonId::named("who gives the account");
    app.db.write_now(move |tx: &mut Conn| {
        let new =
            NewPerson { id: payer, display_name: "Owner".into(), email: None, password_hash: None, created_at: now };
        identity::store::insert_people(tx, &[new])?;
        let account = BankAccount::checked("A provider", "200000", "12345678", "")?;
        payments::give_account(tx, &vault, &payee, &account, payer, now)
    })?;
    let bar = progress("budgets", u64::from(budgets));
    let mut left = budgets;
    while left > 0 {
        let count = left.min(BATCH);
        let (offer, ward) = (offer.clone(), ward.code.clone());
        let vault = app.vault.clone();
        app.db.write_now(move |tx: &mut Conn| batch(tx, &vault, authority.id, (&offer, &ward), count, now))?;
        bar.inc(u64::from(count));
        left -= count;
    }
    Ok(authority.id)
}

fn batch(
    tx: &mut Conn,
    vault: &Vault,
    authority: AuthorityId,
    (offer, ward): (&Offer, &str),
    count: u32,
    now: crate::clock::UtcTime,
) -> Result<(), AppError> {
    let today = day(now);
    let people: Vec<NewPerson> = (0..count)
        .map(|_| NewPerson {
            id: PersonId::new(),
            display_name: "Somebody".into(),
            email: None,
            password_hash: None,
            created_at: now,
        })
        .collect();
    identity::store::insert_people(tx, &people)?;
    let held = [FundingRoute::CouncilManaged, FundingRoute::DirectPayment];
    let new: Vec<NewBudget> = people
        .iter()
        .zip(held.into_iter().cycle())
        .map(|(person, funding_route)| NewBudget {
            person: person.id,
            name: "Measured".into(),
            funding_route,
            starts_on: today - Days::new(30),
            ends_on: today + Days::new(300),
            review_on: today + Days::new(100),
            amount: Money::pounds(1_000_000),
        })
        .collect();
    let mut budgets = budgets::open(tx, authority, &new, now)?;
    let failed = || AppError::from(diesel::result::Error::RollbackTransaction);
    let home = Home { ward_code: ward.to_owned() };
    let mut journal = Journal::default();
    let (mut purchases, mut deliveries, mut invoices) = (Vec::new(), Vec::new(), Vec::new());
    for budget in &mut budgets {
        let by = budget.person;
        if budget.funding_route.is_handed_over() {
            let account = BankAccount::checked("Somebody", "200000", "12345678", "")?;
            let payee = Payee::Holder(budget.id, budget.funding_route, String::new());
            payments::give_account(tx, vault, &payee, &account, by, now)?;
            continue;
        }
        let asked = Asked {
            quantity: 1,
            starts_on: today,
            note: String::new(),
            key: SubmissionKey::new(),
            by,
            funding_route: budget.funding_route,
        };
        let mut purchase =
            Purchase::request(budget, &home, offer, asked, now, &mut journal).map_err(|_refused| failed())?;
        purchase.agree(None, now, &mut journal).map_err(|_refused| failed())?;
        let key = SubmissionKey::new();
        let mut delivery =
            Delivery::record(&purchase, 1, today, String::new(), key, None, now, &mut journal).ok_or_else(failed)?;
        delivery.confirm(&purchase, budget, by, now, &mut journal).ok_or_else(failed)?;
        let mut own = [delivery];
        let invoice =
            Invoice::issue(&purchase, &mut own, budget.funding_route, now, &mut journal).ok_or_else(failed)?;
        move_on(&mut purchase, &own, std::slice::from_ref(&invoice), now, &mut journal).map_err(|_refused| failed())?;
        purchases.push(purchase);
        deliveries.extend(own);
        invoices.push(invoice);
    }
    purchasing::store::insert(tx, &purchases)?;
    purchasing::store::insert_invoices(tx, &invoices)?;
    purchasing::store::insert_deliveries(tx, &deliveries)?;
    Ok(purchasing::store::record(tx, &journal)?)
}
