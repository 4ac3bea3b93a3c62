//! What is kept in memory is never older than what was committed.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use waymark::db::Conn;
use waymark::demand::{self, Dimension, Measure, Query, Rules};
use waymark::log::{self, EventKind, NewEvent};
use waymark::places::reference::authority_id;

use crate::support::{ASHTON, TRAFFORD, Town, service_id};

const RENAME: &str = "UPDATE services SET name =";

fn rename(town: &Town, conn: &mut Conn, name: &str, tell: bool) {
    let id = service_id("Lunch club");
    conn.batch_execute(&format!("{RENAME} '{name}' WHERE id = '{id}'")).unwrap();
    if tell {
        let event = NewEvent::plain(None, EventKind::ServiceChanged, &id, town.app.clock.now());
        log::append(conn, &[event]).unwrap();
    }
}

#[test]
fn a_service_that_changed_is_read_anew() {
    let town = Town::without_followers();
    let name = || {
        let read = town.app.shelf.services(&[service_id("Lunch club")], town.today()).unwrap();
        read[0].service.name.clone()
    };
    assert_eq!(name(), "Lunch club");

    let mut other_node = town.connect();
    rename(&town, &mut other_node, "Silent club", false);
    assert_eq!(name(), "Lunch club", "it is kept, as nothing was told");
    rename(&town, &mut other_node, "Dinner club", true);
    town.within(Duration::from_secs(2), "what another node changed shows", || name() == "Dinner club");

    let now = town.app.clock.now();
    let here = town.app.db.write_now(move |tx: &mut Conn| {
        let id = service_id("Lunch club");
        tx.batch_execute(&format!("{RENAME} 'Supper club' WHERE id = '{id}'"))?;
        log::append(tx, &[NewEvent::plain(None, EventKind::ServiceChanged, &id, now)])
    });
    here.unwrap();
    assert_eq!(name(), "Supper club", "what this node changed shows at once");
    assert_eq!(town.visitor().open(&format!("/services/{}", service_id("Lunch club"))).heading(), "Supper club");
}

#[test]
fn a_service_that_is_gone_is_not_shown_and_yesterdays_price_neither() {
    let town = Town::without_followers();
    let id = service_id("Garden tidy");
    let prices = |day| town.app.shelf.services(&[id], day).unwrap().first().map(|whole| whole.options.len());
    assert_eq!(prices(town.today()), Some(1));
    let until = town.today();
    let now = town.app.clock.now();
    let run = |sql: String| {
        let tell = move |tx: &mut Conn| {
            tx.batch_execute(&sql)?;
            log::append(tx, &[NewEvent::plain(None, EventKind::ServiceChanged, &service_id("Garden tidy"), now)])
        };
        town.app.db.write_now(tell).unwrap();
    };
    run(format!("UPDATE cost_options SET valid_to = '{until}' WHERE service_id = '{id}'"));
    assert_eq!(prices(until), Some(1));
    assert_eq!(prices(until.succ_opt().unwrap()), Some(0));
    run(format!("UPDATE services SET status = 'inactive' WHERE id = '{id}'"));
    assert_eq!(prices(until.succ_opt().unwrap()), None);
    assert_eq!(town.visitor().open(&format!("/services/{id}")).status(), 404);
}

#[test]
fn figures_that_were_released_before_are_worked_out_anew_when_something_was_bought() {
    let town = Town::without_followers();
    let first = town.app.clock.now();
    town.lunches(ASHTON, 12);
    town.app.clock.pass(chrono::TimeDelta::days(20)); // May is over
    let now = town.app.clock.now();
    let month = waymark::clock::month_number(first.date());
    let query = Query::of(Measure::People, Dimension::Ward, 1, month);
    let total = || {
        let ask = |conn: &mut Conn| demand::release(conn, authority_id(TRAFFORD), &query, &Rules::default(), now);
        town.app.db.read_now(|conn| Ok::<_, diesel::result::Error>(ask(conn).unwrap().total.released())).unwrap()
    };
    assert_eq!(total(), None, "nothing was counted yet");
    // Other tests write on the same server, and the oldest of their transactions holds everybody back for a moment.
    let counted = |what: &str, so: &dyn Fn(i64) -> bool| {
        town.within(Duration::from_secs(20), what, || {
            waymark::start::catch_up(&town.app).unwrap();
            total().is_some_and(so)
        });
    };
    counted("everybody is counted", &|people| people >= 10);
    let few = total().unwrap();
    assert_eq!(total(), Some(few), "asked again, the same figure");
    let more = |tx: &mut Conn| {
        for number in 0..40 {
            let fact = waymark::purchasing::PurchaseFact {
                authority: authority_id(TRAFFORD),
                ward_code: ASHTON.into(),
                category_id: "lunch-clubs".into(),
                funding_route: "direct payment".into(),
                person: waymark::ids::PersonId::named(&format!("late {number}")),
                organization: waymark::ids::OrganizationId::named("Sale Neighbours"),
                month: waymark::clock::month_number(chrono::NaiveDate::from_ymd_opt(2026, 5, 1).unwrap()),
                quantity: 1,
                amount_pence: 800,
            };
            let event =
                NewEvent::plain(None, EventKind::PurchaseRequested, &number, waymark::clock::UtcTime::default());
            log::append(tx, &[event.with(&fact)])?;
        }
        Ok::<_, diesel::result::Error>(())
    };
    town.app.db.write_now(more).unwrap();
    counted("so are those who came late", &|people| people > few + 20);
}
