//! Purchases at eight clients on SQLite: committed in groups, against the same transaction committed one by one. And at
//! 32 clients: all from one budget, against each from their own.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use chrono::Days;
use diesel::connection::SimpleConnection;

use crate::app::App;
use crate::budgets::{self, FundingRoute, NewBudget};
use crate::catalogue::{self, WholeService};
use crate::clock::{Clock, UtcTime};
use crate::db::{Conn, DatabaseUrl};
use crate::identity::store::{NewCitizen, NewPerson};
use crate::identity::{self, BudgetHolder, NeedGroup, SignedIn};
use crate::ids::{PersonId, ServiceId, SubmissionKey};
use crate::money::Money;
use crate::purchasing::{BuyError, Request, buy};
use crate::spending_rules::Rules;
use crate::start::{self, Failure};

use super::catalogue::Words;
use super::{Folder, Row};

const CLIENTS: usize = 8;
/// Clients that buy from one budget, and from a budget each.
const MANY: usize = 32;
/// So much that no round can spend it.
const MEASURED: Money = Money::pounds(20_000_000);
const ROUND: Duration = Duration::from_secs(3);
const ROUNDS: usize = 5;

/// One holder for each client, and what they all buy.
struct Buyers {
    holders: Vec<BudgetHolder>,
    request: Request,
}

/// Five rounds of each, alternating; the median of the ratios.
pub(super) fn measure(folder: &Folder, clock: &Clock, words: &Words) -> Result<Vec<Row>, Failure> {
    let place = folder.place("purchases");
    let app = start::open(&place, clock, true)?;
    let buyers = buyers(&app, words, CLIENTS)?;
    let url = place.database()?;
    let mut ratios = Vec::new();
    let mut rates = (0.0, 0.0);
    for _ in 0..ROUNDS {
        let grouped = in_groups(&app, &buyers)?;
        let alone = one_by_one(&url, &buyers, app.clock.now())?;
        rates = (grouped, alone);
        ratios.push(grouped / alone);
    }
    ratios.sort_by(f64::total_cmp);
    let wrong = app.db.read_now(budgets::verify::differences)?;
    if !wrong.is_empty() {
        return Err(format!("the ledger does not hold after the purchases: {}", wrong.join("; ")).into());
    }
    let ratio = ratios.get(ROUNDS / 2).copied().unwrap_or_default();
    Ok(vec![
        Row::new(
            "purchases on SQLite, 8 clients: in groups against one by one",
            format!("{ratio:.1} times ({:.0} against {:.0} a second)", rates.0, rates.1),
            "4 times (1.6 on disks with cheap syncs)",
        ),
        one_budget(folder, clock, words)?,
    ])
}

/// 32 clients that buy from one budget against 32 that each buy from their own; then the one budget is emptied, and
/// nothing is bought beyond what it held.
fn one_budget(folder: &Folder, clock: &Clock, words: &Words) -> Result<Row, Failure> {
    let app = start::open(&folder.place("one-budget"), clock, true)?;
    let many = buyers(&app, words, MANY)?;
    let one =
        Buyers { holders: vec![many.holders.first().ok_or("nobody")?.clone(); MANY], request: many.request.clone() };
    let mut ratios = Vec::new();
    let mut rates = (0.0, 0.0);
    for _ in 0..ROUNDS {
        rates = (in_groups(&app, &one)?, in_groups(&app, &many)?);
        ratios.push(rates.0 / rates.1);
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios.get(ROUNDS / 2).copied().unwrap_or_default() * 100.0;
    let left = emptied(&app, &one)?;
    let wrong = app.db.read_now(budgets::verify::differences)?;
    if !wrong.is_empty() || left < Money::ZERO {
        return Err(format!("the budget does not hold after the purchases: {left}; {}", wrong.join("; ")).into());
    }
    Ok(Row::new(
        "purchases, 32 clients: from one budget against from a budget each",
        format!("{ratio:.0} % ({:.0} against {:.0} a second); never overspent", rates.0, rates.1),
        "50 %, and never overspent",
    ))
}

/// Buys large amounts from the one budget at once until nothing more can be bought; what is left.
fn emptied(app: &App, one: &Buyers) -> Result<Money, Failure> {
    let failed = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for holder in &one.holders {
            scope.spawn(|| {
                for quantity in std::iter::repeat_n(Request::MOST, 100_000).chain([1]) {
                    let request = Request { key: SubmissionKey::new(), quantity, ..one.request.clone() };
                    let (buyer, now) = (holder.clone(), app.clock.now());
                    let Ok(rules) = app.rules.rules_now(holder.authority()) else {
                        return failed.store(true, Ordering::Relaxed);
                    };
                    match app.db.write_now(move |tx: &mut Conn| buy(tx, &buyer, &request, &rules, now).map(drop)) {
                        Ok(()) => {}
                        Err(BuyError::NotEnoughMoney(_)) => return,
                        Err(_) => return failed.store(true, Ordering::Relaxed),
                    }
                }
            });
        }
    });
    if failed.load(Ordering::Relaxed) {
        return Err("a purchase failed while the budget was emptied".into());
    }
    let holder = one.holders.first().ok_or("nobody")?;
    Ok(app.db.read_now(|conn| budgets::store::read(conn, holder))?.available.balance)
}

fn buyers(app: &App, words: &Words, clients: usize) -> Result<Buyers, Failure> {
    let now = app.clock.now();
    let today = now.date();
    let made = super::catalogue::make(app, words, 20)?;
    let ids: Vec<ServiceId> = made.sample.iter().map(|(id, _)| *id).collect();
    let whole = app.db.read_now(|conn| catalogue::store::whole_services(conn, &ids, today))?;
    let option = whole.iter().find_map(WholeService::cheapest).ok_or("no price")?;
    let (service, option) = (option.service_id, option.id);
    let authority = app
        .db
        .read_now(|conn| crate::places::store::authority_by_gss(conn, "E08000009"))?
        .ok_or("Trafford is missing from the reference data")?;
    let ward = app.db.read_now(|conn| crate::places::store::wards_of(conn, authority.id))?.pop().ok_or("no wards")?;
    let people: Vec<NewPerson> = (0..clients)
        .map(|client| NewPerson {
            id: PersonId::new(),
            display_name: format!("Buyer {client}"),
            email: None,
            password_hash: None,
            created_at: now,
        })
        .collect();
    let ids: Vec<PersonId> = people.iter().map(|person| person.id).collect();
    let of_each = ids.clone();
    let budgets = app.db.write_now(move |tx: &mut Conn| {
        identity::store::insert_people(tx, &people)?;
        let citizen = |id: &PersonId| NewCitizen {
            person_id: *id,
            authority_id: authority.id,
            ward_code: ward.code.clone(),
            birth_year: 1950,
            need_group: NeedGroup::Older,
        };
        identity::store::insert_citizens(tx, &of_each.iter().map(citizen).collect::<Vec<_>>())?;
        let budget = |id: &PersonId| NewBudget {
            person: *id,
            name: "Measured".into(),
            funding_route: FundingRoute::DirectPayment,
            starts_on: today - Days::new(1),
            ends_on: today + Days::new(300),
            review_on: today + Days::new(100),
            amount: MEASURED,
        };
        budgets::open(tx, authority.id, &of_each.iter().map(budget).collect::<Vec<_>>(), now)
    })?;
    let mut holders = Vec::new();
    for (person, budget) in ids.iter().zip(&budgets) {
        let who = app.db.read_now(|conn| SignedIn::known(conn, *person))?.ok_or("nobody")?;
        holders.push(app.db.read_now(|conn| BudgetHolder::find(conn, &who, budget.id))?.ok_or("no budget")?);
    }
    let request = Request {
        service,
        cost_option: option,
        quantity: 1,
        starts_on: today,
        note: String::new(),
        funding_route: None,
        answer: String::new(),
        key: SubmissionKey::new(),
    };
    Ok(Buyers { holders, request })
}

/// All clients through the one writer.
fn in_groups(app: &App, buyers: &Buyers) -> Result<f64, Failure> {
    rate(buyers, |holder, request| {
        let (holder, now) = (holder.clone(), app.clock.now());
        let rules = app.rules.rules_now(holder.authority())?;
        app.db.write_now(move |tx: &mut Conn| buy(tx, &holder, &request, &rules, now).map(drop))
    })
}

/// The same use case; each client waits for its turn and commits for itself.
fn one_by_one(url: &DatabaseUrl, buyers: &Buyers, now: UtcTime) -> Result<f64, Failure> {
    let conn = Mutex::new(url.connect()?);
    let rules = Rules::default();
    rate(buyers, |holder, request| {
        let mut conn = conn.lock().map_err(|_poisoned| BuyError::NotOnOffer)?;
        conn.batch_execute("BEGIN IMMEDIATE")?;
        let bought = buy(&mut conn, holder, &request, &rules, now).map(drop);
        conn.batch_execute(if bought.is_ok() { "COMMIT" } else { "ROLLBACK" })?;
        bought
    })
}

fn rate(buyers: &Buyers, once: impl Fn(&BudgetHolder, Request) -> Result<(), BuyError> + Sync) -> Result<f64, Failure> {
    let (done, failed) = (AtomicU64::new(0), AtomicBool::new(false));
    let started = Instant::now();
    std::thread::scope(|scope| {
        for holder in &buyers.holders {
            scope.spawn(|| {
                while started.elapsed() < ROUND {
                    let request = Request { key: SubmissionKey::new(), ..buyers.request.clone() };
                    match once(holder, request) {
                        Ok(()) => done.fetch_add(1, Ordering::Relaxed),
                        Err(_) => return failed.store(true, Ordering::Relaxed),
                    };
                }
            });
        }
    });
    if failed.load(Ordering::Relaxed) {
        return Err("a purchase failed while measuring".into());
    }
    Ok(done.load(Ordering::Relaxed) as f64 / started.elapsed().as_secs_f64())
}
