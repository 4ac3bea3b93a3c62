//! Builds the demo town in an empty database.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};
use indicatif::ProgressBar;

use crate::budgets::{self, FundingRoute, NewBudget};
use crate::catalogue::{self, Origin};
use crate::clock::{Clock, UtcTime, month_number, month_start};
use crate::db::{Conn, Db};
use crate::error::AppError;
use crate::identity::{self, RoleName};
use crate::ids::{AuthorityId, PersonId, seeded};
use crate::log::{self, Position};
use crate::money::Money;
use crate::places::reference::{self, ReferenceError, authority_id};
use crate::places::store::Ward;
use crate::{purchasing, reviews};

use super::history::{Batch, History, Staff};
use super::holders::{self, AUTHORITIES, Holder};
use super::listing::{Dates, Listings, TownError, provider_id};
use super::market::{self, Market};
use super::people::{Does, PASSWORD, PEOPLE};
use super::words::Words;
use super::{invented, open_data, planning, rules, upkeep};

/// All chance of the town comes from this number.
const SEED: u64 = 20_141_001; // the Care Act received its regulations on 1 October 2014

/// The name of the mark that is written last.
const MARK: &str = "demo-town";

/// How many wishes become a purchase line; the others find no service or no money.
const SERVED: f64 = 0.93;

/// How large the town is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many budget holders, besides those to sign in as.
    pub holders: usize,
    /// How many months of history, this one included.
    pub months: i32,
    /// About how many purchase lines.
    pub lines: u32,
}

impl Size {
    /// The town that `waymark demo` shows.
    pub const TOWN: Self = Self { holders: 3_000, months: 18, lines: 60_000 };
}

/// What was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Services in the catalogue.
    pub services: usize,
    /// Budget holders.
    pub holders: usize,
    /// Budgets.
    pub budgets: usize,
    /// Purchase lines.
    pub purchases: usize,
    /// Deliveries.
    pub deliveries: usize,
    /// Invoices.
    pub invoices: usize,
    /// Movements of money.
    pub transfers: usize,
    /// Reviews.
    pub reviews: usize,
    /// What all purchases cost together.
    pub bought_pence: i64,
    /// Wishes that found no service, or nobody who could pay.
    pub unmet: u64,
}

/// Why the town was not built.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// A file of the town is damaged.
    #[error(transparent)]
    Town(#[from] TownError),
    /// A file of open data is damaged.
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// The shared password could not be hashed.
    #[error("the password of the demo people could not be hashed: {0}")]
    Password(argon2::password_hash::Error),
    /// The desks of its providers could not be filled.
    #[error("the demo town's desks could not be filled: {0}")]
    Desks(#[from] AppError),
    /// The database.
    #[error("the demo town could not be written: {0}")]
    Database(#[from] diesel::result::Error),
}

/// Whether there is a demo town in a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TownState {
    /// There is nothing yet.
    Missing,
    /// A build was interrupted: the database has to be made anew.
    HalfBuilt,
    /// It is there, whole.
    Built,
}

/// Looks whether there is a demo town.
pub fn state(conn: &mut Conn) -> diesel::QueryResult<TownState> {
    if log::position_of(conn, MARK)? != Position::default() {
        return Ok(TownState::Built);
    }
    let begun = catalogue::store::active_services(conn)? > 0;
    Ok(if begun { TownState::HalfBuilt } else { TownState::Missing })
}

/// Builds the demo town in a database that has its tables and nothing else.
pub fn build(db: &Db, clock: &Clock, progress: &ProgressBar) -> Result<Summary, BuildError> {
    build_of_size(db, clock, Size::TOWN, progress)
}

/// Builds a demo town of any size.
pub fn build_of_size(db: &Db, clock: &Clock, size: Size, progress: &ProgressBar) -> Result<Summary, BuildError> {
    let now = clock.now();
    let (first_month, last_month) = (month_number(now.date()) - size.months + 1, month_number(now.date()));
    let began = UtcTime::from(month_start(first_month));
    progress.set_length(u64::try_from(size.months).unwrap_or(0) + 3);
    let mut rng = seeded(SEED);

    progress.set_message("reading open data");
    let dates = Dates { listed_at: began, today: now.date() };
    let mut listings = open_data::listings(dates)?;
    let (invented, on_sale) = invented::listings(dates)?;
    listings.extend(invented);
    let mut summary = Summary { services: listings.services.len(), ..Summary::default() };
    write_listings(db, listings)?;
    progress.inc(1);

    progress.set_message("inviting people");
    let wards = reference::wards().map_err(TownError::from)?;
    let people = holders::invent(size.holders, &wards, &mut rng);
    summary.holders = people.len();
    write_people(db, &people, &wards, began)?;
    let market = Market::open(on_sale, &mut rng);
    let mut history = History::new(people, wards, market::wanted()?, market, Words::read()?, staff(), now, rng);
    progress.inc(1);

    let demand: f64 = (first_month..=last_month).map(|month| history.demand_of(month, first_month)).sum();
    let lines = f64::from(size.lines) / SERVED / demand.max(1.0);
    let mut opened_until = began.date();
    for month in first_month..=last_month {
        progress.set_message(crate::clock::month_name(month_start(month)));
        // Budgets of the next financial year are opened in March, so that it can be planned for.
        while opened_until <= month_start(month + 1) + Days::new(6) {
            let (starts_on, ends_on) = (opened_until, year_after(opened_until));
            summary.budgets += open_budgets(db, &mut history, (starts_on, ends_on), UtcTime::from(month_start(month)))?;
            opened_until = ends_on;
        }
        history.want(month, first_month, lines);
        history.run_until(UtcTime::from(month_start(month + 1)).min(now));
        write_batch(db, history.take_batch(month == last_month), &mut summary)?;
        progress.inc(1);
    }

    progress.set_message("writing reviews");
    summary.unmet = history.unmet;
    let of_trafford = history.holders().iter().filter(|holder| holder.authority == 0);
    let planners: Vec<_> = of_trafford.take(planning::ANSWERED).map(|holder| holder.person).collect();
    let written = Arc::new(history.take_reviews());
    summary.reviews = written.len();
    db.write_now(move |tx| {
        reviews::store::insert_all(tx, &written)?;
        super::looks::write(tx, now)?;
        super::desks::fill(tx, now)?;
        super::funds::write(tx, now)?;
        planning::write(tx, &planners, now)?;
        upkeep::write(tx, now)?;
        rules::write(tx, now)?;
        let head = log::head(tx)?;
        log::move_position(tx, MARK, head.max(Position { tx: 0, seq: 1 }), now)?;
        Ok::<_, AppError>(())
    })?;
    progress.inc(1);
    Ok(summary)
}

/// Writes the town's catalogue alone, without people and history: for trying searches on it.
pub fn build_catalogue(db: &Db, clock: &Clock) -> Result<(), BuildError> {
    let now = clock.now();
    let dates = Dates { listed_at: now, today: now.date() };
    let mut listings = open_data::listings(dates)?;
    listings.extend(invented::listings(dates)?.0);
    write_listings(db, listings)
}

fn write_listings(db: &Db, listings: Listings) -> Result<(), BuildError> {
    let listings = Arc::new(listings);
    db.write_now(move |tx| {
        reference::load(tx)?;
        catalogue::store::insert_organizations(tx, &listings.organizations)?;
        catalogue::store::insert_verifications(tx, &listings.verifications)?;
        catalogue::store::insert_services(tx, &listings.services).map_err(ReferenceError::from)
    })?;
    Ok(())
}

/// Writes everybody, with the roles of those to sign in as.
fn write_people(db: &Db, holders: &[Holder], wards: &[Ward], began: UtcTime) -> Result<(), BuildError> {
    let password = identity::hash(PASSWORD).map_err(BuildError::Password)?;
    let account = |id: PersonId, name: &str| identity::store::NewPerson {
        id,
        display_name: name.to_owned(),
        email: None,
        password_hash: None,
        created_at: began,
    };
    let listed = PEOPLE.map(|person| person.id());
    let mut people: Vec<_> = PEOPLE
        .iter()
        .map(|person| identity::store::NewPerson {
            email: Some(person.email()),
            password_hash: Some(password.clone()),
            ..account(person.id(), person.name)
        })
        .collect();
    people.extend(holders.iter().filter(|h| !listed.contains(&h.person)).map(|h| account(h.person, &h.name)));
    let citizen = |holder: &Holder| identity::store::NewCitizen {
        person_id: holder.person,
        authority_id: authority_id(AUTHORITIES[holder.authority].0),
        ward_code: wards[holder.ward].code.clone(),
        birth_year: holder.birth_year,
        need_group: holder.need,
    };
    let citizens: Vec<_> = holders.iter().map(citizen).collect();
    let all = Arc::new((people, citizens));
    db.write_now(move |tx| {
        identity::store::insert_people(tx, &all.0)?;
        identity::store::insert_citizens(tx, &all.1)?;
        for person in PEOPLE {
            let (role, authority, organization) = match person.does {
                Does::Holds(_) => continue,
                Does::WorksFor(name) => (RoleName::ProviderMember, None, Some(provider_id(Origin::Invented, name))),
                Does::Commissions(code) => (RoleName::Commissioner, Some(authority_id(code)), None),
                Does::Settles(code) => (RoleName::FinanceOfficer, Some(authority_id(code)), None),
                Does::Moderates(code) => (RoleName::Moderator, Some(authority_id(code)), None),
                Does::Administers(code) => (RoleName::AuthorityAdministrator, Some(authority_id(code)), None),
                Does::CaresFor(code) => (RoleName::CareManager, Some(authority_id(code)), None),
                Does::Audits(code) => (RoleName::Auditor, Some(authority_id(code)), None),
            };
            identity::store::grant(tx, person.id(), role, authority, organization, began)?;
        }
        Ok::<_, diesel::result::Error>(())
    })?;
    Ok(())
}

fn staff() -> Staff {
    let mut staff = Staff::default();
    for person in PEOPLE {
        match person.does {
            Does::WorksFor(name) => drop(staff.members.insert(provider_id(Origin::Invented, name), person.id())),
            Does::Settles(code) => drop(staff.officers.insert(authority_id(code), person.id())),
            Does::Holds(_)
            | Does::Commissions(_)
            | Does::Moderates(_)
            | Does::Administers(_)
            | Does::CaresFor(_)
            | Does::Audits(_) => {}
        }
    }
    staff
}

/// Opens everybody's budget for a time, authority by authority; a year's money, or the part of it that is left.
fn open_budgets(
    db: &Db,
    history: &mut History,
    (starts_on, ends_on): (NaiveDate, NaiveDate),
    at: UtcTime,
) -> Result<usize, BuildError> {
    let mut wanted: BTreeMap<AuthorityId, (Vec<usize>, Vec<NewBudget>)> = BTreeMap::new();
    let days = (ends_on - starts_on).num_days();
    for (number, holder) in history.holders().iter().enumerate() {
        let (numbers, new) = wanted.entry(authority_id(AUTHORITIES[holder.authority].0)).or_default();
        for (position, (route, pounds)) in holder.budgets.iter().enumerate() {
            let years = format!("{} to {}", ends_on.year() - 1, ends_on.year());
            let name =
                if position == 0 { format!("Personal budget {years}") } else { format!("{} {years}", capital(*route)) };
            // Whole pounds of the part of the year.
            let pounds = if days > 360 { i64::from(*pounds) } else { i64::from(*pounds) * days / 365 };
            numbers.push(number);
            new.push(NewBudget {
                person: holder.person,
                name,
                funding_route: *route,
                starts_on,
                ends_on,
                review_on: review_day(starts_on, ends_on, number),
                amount: Money::pence(pounds.max(1) * 100),
            });
        }
    }
    let mut opened = 0;
    for (authority, (numbers, new)) in wanted {
        let budgets = db.write_now(move |tx| budgets::open(tx, authority, &new, at))?;
        opened += budgets.len();
        for (number, budget) in numbers.into_iter().zip(budgets) {
            history.give(number, budget);
        }
    }
    Ok(opened)
}

/// The end of the financial year: the next 6 April after this day.
fn year_after(day: NaiveDate) -> NaiveDate {
    let in_year = |year| NaiveDate::from_ymd_opt(year, 4, 6).unwrap_or(NaiveDate::MAX);
    let this = in_year(day.year());
    if day < this { this } else { in_year(day.year() + 1) }
}

/// A review some time in the second half of the budget.
fn review_day(starts_on: NaiveDate, ends_on: NaiveDate, number: usize) -> NaiveDate {
    let half = (ends_on - starts_on).num_days() / 2;
    let later = i64::try_from(number).unwrap_or(0) * 37 % half.max(1);
    starts_on + chrono::TimeDelta::days(half + later)
}

fn capital(route: FundingRoute) -> String {
    let mut letters = route.as_str().chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Writes a month in one transaction: weeks were measured to write twice as much, as every account is touched again.
fn write_batch(db: &Db, batch: Batch, summary: &mut Summary) -> Result<(), BuildError> {
    summary.purchases += batch.purchases.len();
    summary.deliveries += batch.deliveries.len();
    summary.invoices += batch.invoices.len();
    summary.transfers += batch.journal.transfers.len();
    summary.bought_pence += batch.purchases.iter().map(|purchase| purchase.total_pence.as_pence()).sum::<i64>();
    let batch = Arc::new(batch);
    db.write_now(move |tx| {
        purchasing::store::insert(tx, &batch.purchases)?;
        purchasing::store::insert_invoices(tx, &batch.invoices)?;
        purchasing::store::insert_deliveries(tx, &batch.deliveries)?;
        purchasing::store::record(tx, &batch.journal)
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use diesel::prelude::*;

    use super::*;
    use crate::db::schema::{deliveries, invoices, purchases, reviews};
    use crate::db::{DatabaseUrl, migrate};
    use crate::purchasing::{DeliveryState, InvoiceState, PurchaseState};

    const SMALL: Size = Size { holders: 60, months: 3, lines: 900 };

    fn empty(dir: &tempfile::TempDir) -> Db {
        let url = DatabaseUrl::Sqlite(dir.path().join("town.sqlite").to_string_lossy().into_owned());
        migrate(&mut url.connect().unwrap()).unwrap();
        Db::open(&url, 2).unwrap()
    }

    fn clock() -> Clock {
        Clock::standing_at(NaiveDate::from_ymd_opt(2026, 5, 20).unwrap().and_hms_opt(11, 0, 0).unwrap())
    }

    fn built(dir: &tempfile::TempDir) -> (Db, Summary) {
        let db = empty(dir);
        let summary = build_of_size(&db, &clock(), SMALL, &ProgressBar::hidden()).unwrap();
        (db, summary)
    }

    #[test]
    fn a_small_town_holds_together() {
        let dir = tempfile::tempdir().unwrap();
        let (db, summary) = built(&dir);
        assert!((600..1_100).contains(&summary.purchases), "{summary:?}");
        db.read_now(|conn| {
            assert_eq!(state(conn)?, TownState::Built);
            assert_eq!(budgets::verify::differences(conn)?, Vec::<String>::new());
            assert_eq!(crate::reviews::store::wrong_counts(conn)?, Vec::<String>::new());

            let by_state: Vec<(PurchaseState, i64)> = purchases::table
                .group_by(purchases::state)
                .select((purchases::state, diesel::dsl::count_star()))
                .load(conn)?;
            let by_state: BTreeMap<_, _> = by_state.into_iter().collect();
            assert_eq!(by_state.len(), PurchaseState::ALL.len(), "{by_state:?}");
            for delivery in DeliveryState::ALL {
                let count: i64 = deliveries::table.filter(deliveries::state.eq(delivery)).count().get_result(conn)?;
                assert!(count > 0, "no delivery is {delivery}");
            }
            for invoice in InvoiceState::ALL {
                let count: i64 = invoices::table.filter(invoices::state.eq(invoice)).count().get_result(conn)?;
                assert!(count > 0, "no invoice is {invoice}");
            }

            let reviewed: i64 = reviews::table.count().get_result(conn)?;
            let delivered: i64 = reviews::table
                .inner_join(purchases::table.on(purchases::id.eq(reviews::purchase_id)))
                .filter(purchases::state.eq_any([PurchaseState::Delivered, PurchaseState::Settled]))
                .filter(purchases::service_id.eq(reviews::service_id).and(purchases::person_id.eq(reviews::person_id)))
                .filter(reviews::written_at.gt(purchases::requested_at))
                .count()
                .get_result(conn)?;
            assert!(reviewed > 0);
            assert_eq!(delivered, reviewed);

            let late: i64 =
                purchases::table.filter(purchases::requested_at.gt(clock().now())).count().get_result(conn)?;
            assert_eq!(late, 0);
            Ok::<_, diesel::result::Error>(())
        })
        .unwrap();
    }

    #[test]
    fn the_log_is_in_the_order_of_time() {
        use crate::db::schema::events;
        let dir = tempfile::tempdir().unwrap();
        let (db, _) = built(&dir);
        let times: Vec<UtcTime> =
            db.read_now(|conn| events::table.order(events::seq).select(events::recorded_at).load(conn)).unwrap();
        assert!(times.is_sorted());
    }

    #[test]
    fn the_same_clock_gives_the_same_town() {
        let dirs = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        assert_eq!(built(&dirs.0).1, built(&dirs.1).1);
    }

    #[test]
    fn each_scene_is_played() {
        let dir = tempfile::tempdir().unwrap();
        let (db, _) = built(&dir);
        let of = |conn: &mut Conn, key: &str| {
            let person = PEOPLE.iter().find(|person| person.key == key).unwrap().id();
            purchases::table
                .filter(purchases::person_id.eq(person))
                .order(purchases::requested_at.desc())
                .select(purchases::state)
                .load::<PurchaseState>(conn)
        };
        db.read_now(|conn| {
            let amira = of(conn, "amira")?;
            for wanted in
                [PurchaseState::Requested, PurchaseState::Agreed, PurchaseState::Declined, PurchaseState::Delivered]
            {
                assert!(amira.contains(&wanted), "{amira:?}");
            }
            assert!(of(conn, "leon")?.contains(&PurchaseState::Cancelled));
            let george: i64 = crate::db::schema::accounts::table
                .inner_join(
                    crate::db::schema::budgets::table
                        .on(crate::db::schema::accounts::owner_id.eq(crate::db::schema::budgets::id)),
                )
                .filter(crate::db::schema::budgets::person_id.eq(PEOPLE[1].id()))
                .filter(crate::db::schema::budgets::ends_on.gt(clock().now().date()))
                .filter(crate::db::schema::accounts::kind.eq(crate::budgets::AccountKind::Available))
                .select(crate::db::schema::accounts::balance_pence)
                .first(conn)?;
            assert!(george < 10_000, "{george}");
            Ok::<_, diesel::result::Error>(())
        })
        .unwrap();
    }

    #[test]
    fn any_day_of_the_year_will_do() {
        for (year, month, day) in [(2026, 1, 1), (2026, 3, 30), (2026, 4, 7), (2028, 2, 29)] {
            let dir = tempfile::tempdir().unwrap();
            let db = empty(&dir);
            let now = NaiveDate::from_ymd_opt(year, month, day).unwrap().and_hms_opt(0, 20, 0).unwrap();
            let size = Size { months: 4, ..SMALL };
            let summary = build_of_size(&db, &Clock::standing_at(now), size, &ProgressBar::hidden()).unwrap();
            assert!(summary.purchases > 600, "{now}: {summary:?}");
            assert_eq!(db.read_now(budgets::verify::differences).unwrap(), Vec::<String>::new(), "{now}");
            let amira = PEOPLE[0].id();
            let waiting: i64 = db
                .read_now(|conn| {
                    purchases::table
                        .filter(purchases::person_id.eq(amira).and(purchases::state.eq(PurchaseState::Requested)))
                        .count()
                        .get_result(conn)
                })
                .unwrap();
            assert!(waiting > 0, "{now}");
        }
    }

    #[test]
    fn a_town_that_was_interrupted_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let db = empty(&dir);
        assert_eq!(db.read_now(state).unwrap(), TownState::Missing);
        let dates = Dates { listed_at: clock().now(), today: clock().now().date() };
        write_listings(&db, open_data::listings(dates).unwrap()).unwrap();
        assert_eq!(db.read_now(state).unwrap(), TownState::HalfBuilt);
    }
}
