//! A database of its own for each test: a copy of a template on SQLite, a schema of its own on PostgreSQL.

use std::path::Path;

use diesel::connection::SimpleConnection;
use waymark::db::{Conn, DatabaseUrl};
use waymark::ids::random_token;

/// One test's database; gone when the test is over.
pub struct TestDatabase {
    /// Where it is.
    pub url: String,
    schema: Option<(String, String)>,
}

/// The PostgreSQL server to test on, where one was given.
#[allow(clippy::disallowed_methods, reason = "the one place where tests read their setting")]
pub fn on_postgres() -> Option<String> {
    std::env::var("TEST_DATABASE_URL").ok().filter(|url| !url.is_empty())
}

impl TestDatabase {
    /// An empty database: a file in `folder`, or a schema where a PostgreSQL server was given.
    pub fn empty(folder: &Path) -> Self {
        match on_postgres() {
            Some(server) => Self::schema_on(&server),
            None => Self::file_in(folder),
        }
    }

    /// A SQLite file that is not there yet.
    pub fn file_in(folder: &Path) -> Self {
        Self { url: format!("sqlite:{}", folder.join("waymark.sqlite").display()), schema: None }
    }

    /// A schema of its own.
    pub fn schema_on(server: &str) -> Self {
        let schema = format!("test_{}", random_token().get(..16).unwrap());
        connect(server).batch_execute(&format!("CREATE SCHEMA {schema}")).unwrap();
        let sign = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{sign}options=-csearch_path%3D{schema}%20-csynchronous_commit%3Doff");
        Self { url, schema: Some((server.to_owned(), schema)) }
    }

    /// One connection.
    pub fn connect(&self) -> Conn {
        connect(&self.url)
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some((server, schema)) = &self.schema {
            let dropped = connect(server).batch_execute(&format!("DROP SCHEMA {schema} CASCADE"));
            if let Err(cause) = dropped {
                eprintln!("the schema {schema} stays behind: {cause}");
            }
        }
    }
}

fn connect(url: &str) -> Conn {
    let url: DatabaseUrl = url.parse().unwrap();
    url.connect().unwrap()
}
