//! Every table that speaks of people is in the copy that they can take away, or left out for a reason.

use std::collections::BTreeSet;

use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use waymark::db::Conn;
use waymark::own_data::{LEFT_OUT, SECTIONS};

use crate::support::Town;

#[derive(diesel::QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
}

#[test]
fn every_table_about_people_is_in_a_copy_or_left_out_for_a_reason() {
    let town = Town::without_followers();
    let mut conn = town.connect();
    let rows: Vec<Table> = match &mut conn {
        Conn::Sqlite(lite) => diesel::sql_query(
            "SELECT DISTINCT t.name AS name FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) k
             WHERE t.type = 'table' AND k.\"table\" = 'people'",
        )
        .load(lite)
        .unwrap(),
        Conn::Postgres(pg) => diesel::sql_query(
            "SELECT DISTINCT c.relname::TEXT AS name FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
             WHERE k.contype = 'f' AND k.confrelid = 'people'::regclass",
        )
        .load(pg)
        .unwrap(),
    };
    let covered: BTreeSet<&str> = SECTIONS.iter().flat_map(|section| section.covers).copied().collect();
    let left_out: BTreeSet<&str> = LEFT_OUT.iter().map(|(table, _)| *table).collect();
    let forgotten: Vec<&str> = rows
        .iter()
        .map(|row| row.name.as_str())
        .filter(|name| !covered.contains(name) && !left_out.contains(name))
        .collect();
    assert!(forgotten.is_empty(), "put these into src/own_data/sections.rs, or say why not: {forgotten:?}");
}
