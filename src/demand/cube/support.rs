//! A small council on a database of its own, for the tests of this folder.
#![allow(clippy::unwrap_used, reason = "tests")]

use diesel::connection::SimpleConnection;

use crate::clock::{UtcTime, month_number};
use crate::db::{Conn, DatabaseUrl, migrate};
use crate::ids::{AuthorityId, OrganizationId, PersonId};
use crate::log::{self, EventKind, NewEvent};
use crate::purchasing::PurchaseFact;

pub(super) const WARDS: [&str; 3] = ["W1", "W2", "W3"];
pub(super) const CATEGORIES: [&str; 4] = ["home-care", "sitting", "swimming", "art"];
pub(super) const ROUTES: [&str; 3] = ["direct payment", "council-managed", "broker"];

pub(super) struct Council {
    pub(super) conn: Conn,
    pub(super) authority: AuthorityId,
    /// How often it was populated anew.
    pub(super) worlds: u32,
    folder: tempfile::TempDir,
}

pub(super) fn day(text: &str) -> UtcTime {
    text.parse::<chrono::NaiveDate>().unwrap().and_hms_opt(12, 0, 0).unwrap()
}

/// The month that is the last one over in the tests.
pub(super) fn last_month() -> i32 {
    month_number(day("2026-10-15").date())
}

pub(super) fn now() -> UtcTime {
    day("2026-11-15")
}

impl Council {
    pub(super) fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("waymark.db");
        let mut conn = DatabaseUrl::Sqlite(path.to_str().unwrap().to_owned()).connect().unwrap();
        migrate(&mut conn).unwrap();
        let authority = AuthorityId::named("council");
        conn.batch_execute(&format!(
            "PRAGMA synchronous = OFF;
             INSERT INTO authorities VALUES ('{authority}', 'E1', 'Council', 'council', 53.4, -2.3);
             INSERT INTO wards VALUES ('W1', '{authority}', 'Altrincham', 53.38, -2.35),
                                      ('W2', '{authority}', 'Stretford', 53.44, -2.31),
                                      ('W3', '{authority}', 'Urmston', 53.45, -2.37);
             INSERT INTO taxonomy_terms VALUES ('help-at-home', 'category', NULL, 'Help at home', '', NULL),
                                               ('things-to-do', 'category', NULL, 'Things to do', '', NULL),
                                               ('home-care', 'category', 'help-at-home', 'Home care', '', NULL),
                                               ('sitting', 'category', 'help-at-home', 'Sitting', '', NULL),
                                               ('swimming', 'category', 'things-to-do', 'Swimming', '', NULL),
                                               ('art', 'category', 'things-to-do', 'Art', '', NULL);"
        ))
        .unwrap();
        Self { conn, authority, worlds: 0, folder }
    }

    /// What somebody did in the last month that is over, for a pound a unit.
    pub(super) fn fact(&self, person: &str, provider: &str) -> PurchaseFact {
        PurchaseFact {
            authority: self.authority,
            ward_code: WARDS[0].into(),
            category_id: CATEGORIES[0].into(),
            funding_route: ROUTES[0].into(),
            person: PersonId::named(person),
            organization: OrganizationId::named(provider),
            month: last_month(),
            quantity: 1,
            amount_pence: 100,
        }
    }

    pub(super) fn happened(&mut self, kind: EventKind, fact: &PurchaseFact) {
        let event = NewEvent::plain(Some(self.authority), kind, &fact.person, now()).with(fact);
        log::append(&mut self.conn, &[event]).unwrap();
    }

    /// Where the database is.
    pub(super) fn path(&self) -> String {
        self.folder.path().join("waymark.db").to_str().unwrap().to_owned()
    }

    /// Follows the log to its end.
    pub(super) fn follow(&mut self) {
        while super::follow(&mut self.conn, 7, now()).unwrap() {}
    }
}
