//! Opening "My money" for somebody with ten years of movements, and the statement of one of those years.

use std::time::{Duration, Instant};

use chrono::{Days, NaiveDate, TimeDelta};

use crate::app::App;
use crate::budgets::{self, FundingRoute, NewBudget};
use crate::catalogue::{Offer, WholeService, store as shelves};
use crate::clock::{Clock, UtcTime, day};
use crate::db::Conn;
use crate::identity::store::{NewCitizen, NewPerson};
use crate::identity::{self, BudgetReader, NeedGroup, SignedIn};
use crate::ids::{PersonId, ServiceId, SubmissionKey};
use crate::money::Money;
use crate::purchasing::{self, Asked, Delivery, Home, Invoice, Journal, PaidBy, Purchase, move_on};
use crate::start::{self, Failure};
use crate::{my_money, statements};

use super::catalogue::Words;
use super::{Folder, Row, ms, percentile};

/// Ten years, and two purchases in each week of them: delivered, confirmed, invoiced and paid.
const WEEKS: u64 = 520;

/// Times that each is opened.
const ROUNDS: usize = 300;

/// Both as a page reads them.
pub(super) fn measure(folder: &Folder, clock: &Clock, words: &Words) -> Result<Vec<Row>, Failure> {
    let app = start::open(&folder.place("my-money"), clock, true)?;
    let who = a_long_life(&app, words)?;
    let today = day(app.clock.now());
    let mut opened = Vec::new();
    let mut stated = Vec::new();
    let (reader, period) = {
        let money = app.db.read_now(|conn| my_money::read(conn, &who, None, today))?.ok_or("no money")?;
        let one = money.budgets.first().cloned().ok_or("no budget runs")?;
        (one.reader, statements::Period { from: today - Days::new(365), to: today })
    };
    for _ in 0..ROUNDS {
        let asked = Instant::now();
        let money = app.db.read_now(|conn| my_money::read(conn, &who, None, today))?.ok_or("no money")?;
        opened.push(asked.elapsed());
        if money.whole() == Money::ZERO {
            return Err("the jar is empty".into());
        }
    }
    for _ in 0..ROUNDS / 10 {
        let asked = Instant::now();
        let lines = app.db.read_now(|conn| statements::read(conn, &reader, period))?.lines.len();
        stated.push(asked.elapsed());
        if lines < 300 {
            return Err(format!("the statement of a year has only {lines} lines").into());
        }
    }
    Ok(vec![
        row("opening \"My money\" with ten years of movements", &mut opened, "5 ms of database time"),
        row("the statement of one year of those ten", &mut stated, ""),
    ])
}

fn row(what: &str, times: &mut [Duration], promised: &'static str) -> Row {
    let (middle, worst) = (percentile(times, 50), percentile(times, 99));
    Row::new(format!("{what}: median, 99th"), format!("{}, {}", ms(middle), ms(worst)), promised)
}

/// Somebody with one budget that has run for ten years, and nine that have ended.
fn a_long_life(app: &App, words: &Words) -> Result<SignedIn, Failure> {
    let now = app.clock.now();
    let today = day(now);
    let made = super::catalogue::make(app, words, 20)?;
    let ids: Vec<ServiceId> = made.sample.iter().map(|(id, _)| *id).collect();
    let whole = app.db.read_now(|conn| shelves::whole_services(conn, &ids, today))?;
    let service = whole.iter().find(|whole| whole.cheapest().is_some()).ok_or("no price")?.clone();
    let authority = app
        .db
        .read_now(|conn| crate::places::store::authority_by_gss(conn, "E08000009"))?
        .ok_or("Trafford is missing from the reference data")?;
    let ward = app.db.read_now(|conn| crate::places::store::wards_of(conn, authority.id))?.pop().ok_or("no wards")?;
    let person = PersonId::new();
    let begins = today - Days::new(WEEKS * 7);
    app.db.write_now(move |tx: &mut Conn| {
        let new = NewPerson {
            id: person,
            display_name: "A long life".into(),
            email: None,
            password_hash: None,
            created_at: now,
        };
        identity::store::insert_people(tx, &[new])?;
        identity::store::insert_citizens(
            tx,
            &[NewCitizen {
                person_id: person,
                authority_id: authority.id,
                ward_code: ward.code.clone(),
                birth_year: 1950,
                need_group: NeedGroup::Older,
            }],
        )?;
        let budget = |name: &str, starts_on: NaiveDate, ends_on: NaiveDate| NewBudget {
            person,
            name: name.to_owned(),
            funding_route: FundingRoute::CouncilManaged,
            starts_on,
            ends_on,
            review_on: ends_on - Days::new(60),
            amount: Money::pounds(2_000_000),
        };
        let mut new = vec![budget("Ten years", begins, today + Days::new(200))];
        new.extend(
            (0..9).map(|year| budget("One year", begins + Days::new(365 * year), begins + Days::new(365 * (year + 1)))),
        );
        let mut opened = budgets::open(tx, authority.id, &new, UtcTime::from(begins))?;
        lives(tx, &mut opened.remove(0), &service, &ward.code, begins)
    })?;
    let who = app.db.read_now(|conn| SignedIn::known(conn, person))?.ok_or("nobody")?;
    let all = app.db.read_now(|conn| budgets::store::budgets_of(conn, &who))?;
    for budget in &all {
        app.db.read_now(|conn| BudgetReader::find(conn, &who, budget.id))?.ok_or("no right to look")?;
    }
    Ok(who)
}

/// Two purchases a week, each lived through to its payment.
fn lives(
    tx: &mut Conn,
    budget: &mut budgets::Budget,
    service: &WholeService,
    ward: &str,
    begins: NaiveDate,
) -> diesel::QueryResult<()> {
    let price = service.cheapest().ok_or(diesel::result::Error::NotFound)?;
    let offer = Offer {
        service: service.service.id,
        organization: service.service.organization_id,
        category_id: service.service.category_id.clone(),
        cost_option: price.id,
        unit: price.unit,
        price: price.amount_pence,
    };
    let home = Home { ward_code: ward.to_owned() };
    let person = budget.person;
    let failed = || diesel::result::Error::RollbackTransaction;
    let mut journal = Journal::default();
    let (mut purchases, mut deliveries, mut invoices) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..WEEKS * 2 {
        let asked_at =
            UtcTime::from(begins + Days::new(number / 2 * 7)) + TimeDelta::hours(9 + i64::from(number % 2 == 1));
        let asked = Asked {
            quantity: 2,
            starts_on: asked_at.date(),
            note: String::new(),
            key: SubmissionKey::new(),
            by: person,
            funding_route: budget.funding_route,
        };
        let mut purchase =
            Purchase::request(budget, &home, &offer, asked, asked_at, &mut journal).map_err(|_refused| failed())?;
        purchase.agree(None, asked_at, &mut journal).map_err(|_refused| failed())?;
        let at = asked_at + TimeDelta::days(2);
        let mut delivery =
            Delivery::record(&purchase, 2, at.date(), String::new(), SubmissionKey::new(), None, at, &mut journal)
                .ok_or_else(failed)?;
        delivery.confirm(&purchase, budget, person, at, &mut journal).ok_or_else(failed)?;
        let mut own = [delivery];
        let mut invoice =
            Invoice::issue(&purchase, &mut own, budget.funding_route, at, &mut journal).ok_or_else(failed)?;
        move_on(&mut purchase, &own, std::slice::from_ref(&invoice), at, &mut journal).map_err(|_refused| failed())?;
        invoice.settle(budget, (PaidBy::Council, None), at + TimeDelta::days(3), &mut journal).ok_or_else(failed)?;
        move_on(&mut purchase, &own, std::slice::from_ref(&invoice), at, &mut journal).map_err(|_refused| failed())?;
        purchases.push(purchase);
        deliveries.extend(own);
        invoices.push(invoice);
    }
    purchasing::store::insert(tx, &purchases)?;
    purchasing::store::insert_invoices(tx, &invoices)?;
    purchasing::store::insert_deliveries(tx, &deliveries)?;
    purchasing::store::record(tx, &journal)
}
