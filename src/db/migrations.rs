//! The migrations of both databases, embedded in the binary.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::Conn;

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Brings the schema up to what this program needs.
pub fn migrate(conn: &mut Conn) -> Result<(), Cause> {
    match conn {
        Conn::Postgres(pg) => pg.run_pending_migrations(POSTGRES).map(drop),
        Conn::Sqlite(lite) => lite.run_pending_migrations(SQLITE).map(drop),
    }
}

/// Whether the schema is what this program needs.
pub fn migrations_are_done(conn: &mut Conn) -> Result<bool, Cause> {
    match conn {
        Conn::Postgres(pg) => pg.has_pending_migration(POSTGRES),
        Conn::Sqlite(lite) => lite.has_pending_migration(SQLITE),
    }
    .map(|pending| !pending)
}

/// Takes every migration back: used to prove that each can be.
pub fn revert_all(conn: &mut Conn) -> Result<(), Cause> {
    match conn {
        Conn::Postgres(pg) => pg.revert_all_migrations(POSTGRES).map(drop),
        Conn::Sqlite(lite) => lite.revert_all_migrations(SQLITE).map(drop),
    }
}
