//! Both databases have the same tables, columns, keys and checks; and every migration can be taken back.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use tempfile::TempDir;
use waymark::db::{Conn, migrate, migrations_are_done, revert_all};

use crate::support::{TestDatabase, on_postgres};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn lines(conn: &mut Conn, sql: &str) -> BTreeSet<String> {
    let rows: Vec<Line> = match conn {
        Conn::Postgres(pg) => sql_query(sql).load(pg).unwrap(),
        Conn::Sqlite(lite) => sql_query(sql).load(lite).unwrap(),
    };
    rows.into_iter().map(|row| row.line).collect()
}

const NOT_OURS: &str = "__diesel_schema_migrations";

/// Columns, keys and references as lines of text.
fn shape_of_postgres(conn: &mut Conn) -> BTreeSet<String> {
    let mut all = lines(
        conn,
        &format!(
            "SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable AS line
             FROM information_schema.columns WHERE table_schema = current_schema() AND table_name <> '{NOT_OURS}'"
        ),
    );
    all.extend(lines(
        conn,
        &format!(
            "SELECT c.relname || CASE WHEN i.indisunique THEN ' unique (' ELSE ' index (' END
                    || string_agg(a.attname, ', ' ORDER BY k.n) || ')' AS line
             FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace
             CROSS JOIN LATERAL unnest(i.indkey) WITH ORDINALITY AS k (attnum, n)
             JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
             WHERE n.nspname = current_schema() AND c.relname <> '{NOT_OURS}'
             GROUP BY c.relname, i.indexrelid, i.indisunique"
        ),
    ));
    all.extend(lines(
        conn,
        "SELECT c.relname || '.' || a.attname || ' -> ' || f.relname AS line
         FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_class f ON f.oid = k.confrelid JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (k.conkey)
         WHERE k.contype = 'f' AND n.nspname = current_schema()",
    ));
    all
}

/// The same of SQLite, in PostgreSQL's words.
fn shape_of_sqlite(conn: &mut Conn) -> BTreeSet<String> {
    let ours = format!("m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name <> '{NOT_OURS}'");
    // A column that is SQLite's row number holds 64 bits whatever it is called.
    let mut all = lines(
        conn,
        &format!(
            "SELECT m.name || '.' || c.name || ' ' || CASE
                 WHEN c.type = 'INTEGER' AND m.sql LIKE '%' || c.name || ' % PRIMARY KEY AUTOINCREMENT%' THEN 'bigint'
                 WHEN c.type = 'TIMESTAMP' THEN 'timestamp without time zone'
                 WHEN c.type = 'BLOB' THEN 'bytea' ELSE lower(c.type) END
                 || CASE WHEN c.\"notnull\" THEN ' NO' ELSE ' YES' END AS line
             FROM sqlite_master m, pragma_table_info(m.name) c WHERE {ours}"
        ),
    );
    let mut keys: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    let columns = lines(
        conn,
        &format!(
            "SELECT m.name || '|' || CASE WHEN l.\"unique\" THEN 'unique' ELSE 'index' END || '|' || l.name || '|'
                    || i.seqno || '|' || i.name AS line
             FROM sqlite_master m, pragma_index_list(m.name) l, pragma_index_info(l.name) i
             WHERE {ours} AND l.origin <> 'pk'
             UNION ALL
             SELECT m.name || '|unique|primary|' || c.pk || '|' || c.name
             FROM sqlite_master m, pragma_table_info(m.name) c WHERE {ours} AND c.pk > 0"
        ),
    );
    for column in columns {
        let parts: Vec<&str> = column.split('|').collect();
        let [table, kind, name, position, column] = parts.as_slice() else { panic!("{column}") };
        let key = keys.entry(format!("{table}|{kind}|{name}")).or_default();
        key.push((position.parse().unwrap(), (*column).to_owned()));
    }
    for (key, mut columns) in keys {
        columns.sort();
        let columns: Vec<String> = columns.into_iter().map(|(_, name)| name).collect();
        let parts: Vec<&str> = key.split('|').collect();
        all.insert(format!("{} {} ({})", parts[0], parts[1], columns.join(", ")));
    }
    all.extend(lines(
        conn,
        &format!(
            "SELECT m.name || '.' || f.\"from\" || ' -> ' || f.\"table\" AS line
             FROM sqlite_master m, pragma_foreign_key_list(m.name) f WHERE {ours}"
        ),
    ));
    all
}

#[test]
fn both_databases_have_the_same_tables_columns_and_keys() {
    let Some(server) = on_postgres() else { return };
    let folder = TempDir::new().unwrap();
    let (lite, pg) = (TestDatabase::file_in(folder.path()), TestDatabase::schema_on(&server));
    let (mut lite, mut pg) = (lite.connect(), pg.connect());
    migrate(&mut lite).unwrap();
    migrate(&mut pg).unwrap();

    let (lite, pg) = (shape_of_sqlite(&mut lite), shape_of_postgres(&mut pg));

    assert!(lite.len() > 150, "{lite:#?}");
    let only_lite: Vec<&String> = lite.difference(&pg).collect();
    let only_pg: Vec<&String> = pg.difference(&lite).collect();
    assert!(only_lite.is_empty() && only_pg.is_empty(), "only SQLite: {only_lite:#?}\nonly PostgreSQL: {only_pg:#?}");
}

/// Every `CHECK (…)` of a file, without its layout.
fn checks(file: &Path) -> Vec<String> {
    let text = fs::read_to_string(file).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    let check = |part: &str| {
        let mut depth = 1;
        let end = part.find(|letter| {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            depth == 0
        });
        part.get(..end.unwrap_or(part.len())).unwrap().to_owned()
    };
    text.split("CHECK (").skip(1).map(check).collect()
}

#[test]
fn both_have_the_same_migrations_with_the_same_checks() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations");
    let names = |side: &str| {
        let names =
            fs::read_dir(root.join(side)).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.collect::<BTreeSet<String>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
    for name in names("sqlite") {
        let file = |side: &str| root.join(side).join(&name).join("up.sql");
        assert_eq!(checks(&file("sqlite")), checks(&file("postgres")), "{name}");
        assert!(root.join("sqlite").join(&name).join("down.sql").exists(), "{name} cannot be taken back");
    }
}

#[test]
fn every_migration_goes_up_down_and_up_again() {
    let folder = TempDir::new().unwrap();
    let database = TestDatabase::empty(folder.path());
    let mut conn = database.connect();
    let tables = |conn: &mut Conn| match conn {
        Conn::Postgres(_) => lines(conn, "SELECT tablename AS line FROM pg_tables WHERE schemaname = current_schema()"),
        Conn::Sqlite(_) => {
            lines(conn, "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        }
    };
    migrate(&mut conn).unwrap();
    let up = tables(&mut conn);
    assert!(up.contains("purchases") && migrations_are_done(&mut conn).unwrap());

    revert_all(&mut conn).unwrap();
    assert_eq!(tables(&mut conn), BTreeSet::from([NOT_OURS.to_owned()]));
    assert!(!migrations_are_done(&mut conn).unwrap());

    migrate(&mut conn).unwrap();
    assert_eq!(tables(&mut conn), up);
    waymark::places::reference::load(&mut conn).unwrap();
    waymark::places::reference::load(&mut conn).unwrap(); // what is there already stays
    conn.batch_execute("SELECT 1").unwrap();
}
