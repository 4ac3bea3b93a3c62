//! What is derived follows the log: it skips nothing, and counts nothing twice.

use std::time::Duration;

use diesel::connection::{Connection, SimpleConnection, TransactionManager};
use diesel::pg::PgConnection;
use waymark::clock::UtcTime;
use waymark::db::Conn;
use waymark::log::{self, EventKind, NewEvent, Position};

use crate::over_the_api::bought;
use crate::support::{ASHTON, Town, on_postgres, pounds};

fn read_all(conn: &mut Conn, from: Position) -> Vec<(Position, String)> {
    let read = log::read_after(conn, from, 1_000).unwrap();
    read.into_iter().map(|event| (event.position, event.subject)).collect()
}

fn tell(conn: &mut Conn, subject: &str, now: UtcTime) {
    log::append(conn, &[NewEvent::plain(None, EventKind::BudgetOpened, &subject, now)]).unwrap();
}

/// The end of the log once all that was written can be read: on PostgreSQL, the oldest transaction of any test on the same
/// server holds everybody back for a while.
fn end_of_the_log(town: &Town) -> Position {
    let end = || town.app.db.read_now(log::head).unwrap();
    let behind = |at| town.app.db.read_now(|conn| log::behind(conn, at, EventKind::ALL)).unwrap();
    town.within(Duration::from_secs(30), "what was written can be read", || behind(end()) == 0);
    end()
}

/// A number taken early that commits late is what a reader by number alone would skip.
#[test]
fn an_event_of_a_transaction_that_was_held_open_is_never_skipped() {
    if on_postgres().is_none() {
        return; // SQLite has one writer, which commits in order
    }
    let town = Town::without_followers();
    let now = town.app.clock.now();
    let (mut early, mut late, mut reader) = (town.connect(), town.connect(), town.connect());
    let from = end_of_the_log(&town);

    early.batch_execute("BEGIN").unwrap();
    tell(&mut early, "taken early, committed late", now);
    tell(&mut late, "taken late, committed early", now);
    let seen = read_all(&mut reader, from);
    assert!(seen.is_empty(), "whatever could still be overtaken waits: {seen:?}");
    early.batch_execute("COMMIT").unwrap();

    // Other tests write on the same server, and the oldest of their transactions holds everybody back for a moment.
    let both = || read_all(&mut town.connect(), from).len() == 2;
    town.within(Duration::from_secs(10), "both events are read", both);
    let subjects: Vec<String> = read_all(&mut reader, from).into_iter().map(|(_, subject)| subject).collect();
    assert_eq!(subjects, ["taken early, committed late", "taken late, committed early"]);
}

#[test]
fn a_reader_that_reads_bit_by_bit_while_others_write_reads_everything_once() {
    let town = Town::without_followers();
    let now = town.app.clock.now();
    let from = end_of_the_log(&town);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let db = town.app.db.clone();
            std::thread::spawn(move || {
                for round in 0..25 {
                    let subject = format!("{writer}-{round}");
                    let event = move || [NewEvent::plain(None, EventKind::BudgetOpened, &subject, now)];
                    db.write_now(move |tx: &mut Conn| log::append(tx, &event())).unwrap();
                }
            })
        })
        .collect();

    let mut conn = town.connect();
    let (mut at, mut read) = (from, Vec::new());
    let started = std::time::Instant::now();
    while read.len() < 100 && started.elapsed() < Duration::from_secs(30) {
        for event in log::read_after(&mut conn, at, 7).unwrap() {
            assert!(event.position > at);
            at = event.position;
            read.push(event.subject);
        }
    }
    writers.into_iter().for_each(|writer| writer.join().unwrap());

    read.sort();
    read.dedup();
    assert_eq!(read.len(), 100);
}

#[test]
fn followers_that_are_stopped_in_the_middle_count_nothing_twice() {
    let mut town = Town::open();
    for number in 0..6 {
        town.new_holder(&format!("Holder{number}"), ASHTON, pounds(200));
    }
    for round in 0..3 {
        for number in 0..6 {
            let name = format!("Holder{number}");
            let api = town.api_of(&name);
            bought(&town, &api, &name, "Lunch club", 1, &format!("{round}"));
        }
        town.restart(); // wherever the followers are
    }
    town.holds_together();
}

/// What `kill -9` leaves: the effect of a step without its commit. The step is taken again from where the log stood.
#[test]
fn a_step_of_the_cube_that_was_not_committed_is_taken_again() {
    let town = Town::without_followers();
    let amira = town.api_of("Amira");
    bought(&town, &amira, "Amira", "Lunch club", 2, "one");
    let now = town.app.clock.now();
    let mut conn = town.connect();
    end_of_the_log(&town);

    begin(&mut conn);
    assert!(waymark::demand::follow(&mut conn, 200, now).unwrap());
    drop(conn); // killed

    assert!(!town.wrong().is_empty(), "the cube is behind now");
    waymark::start::catch_up(&town.app).unwrap();
    town.holds_together();
    waymark::start::catch_up(&town.app).unwrap();
    town.holds_together();
}

fn begin(conn: &mut Conn) {
    match conn {
        Conn::Postgres(pg) => <PgConnection as Connection>::TransactionManager::begin_transaction(pg).unwrap(),
        Conn::Sqlite(lite) => lite.batch_execute("BEGIN IMMEDIATE").unwrap(),
    }
}

#[test]
fn every_acknowledged_purchase_is_there_after_a_restart() {
    let mut town = Town::open();
    let amira = town.api_of("Amira");
    let ids: Vec<String> = (0..5)
        .map(|n| bought(&town, &amira, "Amira", "Lunch club", 1, &format!("{n}"))["id"].as_str().unwrap().to_owned())
        .collect();

    town.restart();

    let amira = town.api_of("Amira");
    for id in ids {
        amira.get(&format!("/purchases/{id}")).expect(200);
    }
    assert_eq!(town.money_of("Amira"), [8_000, 4_000, 0, 0]);
    town.holds_together();
}
