//! The demo town in its place: made whole on the first start, thrown away, and told of at the terminal.

use std::fs;

use crate::app::App;
use crate::command::progress;
use crate::config::Place;
use crate::db::{self, DatabaseUrl};
use crate::start::Failure;
use crate::{demand, search};

use super::people::{PASSWORD, PEOPLE};

/// Throws the town away: the SQLite file, or every table on PostgreSQL; and the index.
pub fn throw_away(place: &Place) -> Result<(), Failure> {
    match place.database()? {
        DatabaseUrl::Sqlite(path) => {
            for file in [path.clone(), format!("{path}-wal"), format!("{path}-shm")] {
                if fs::exists(&file)? {
                    fs::remove_file(&file)?;
                }
            }
        }
        url @ DatabaseUrl::Postgres(_) => db::revert_all(&mut url.connect()?)?,
    }
    if fs::exists(place.index_dir())? {
        fs::remove_dir_all(place.index_dir())?;
    }
    Ok(())
}

/// Makes the town: its history, then everything that follows from it.
pub fn make(app: &App) -> Result<(), Failure> {
    let bar = progress("Making the demo town", 1);
    let now = app.clock.now();
    super::build(&app.db, &app.clock, &bar)?;
    bar.set_message("indexing services");
    search::follow::rebuild(&app.index, &app.db, &app.taxonomy, now.date(), |_| {})?;
    bar.set_message("counting demand");
    demand::rebuild(&app.db, now, |_| {})?;
    super::accounts::write(app)?;
    bar.finish_and_clear();
    Ok(())
}

/// The people to sign in as, for the terminal.
#[must_use]
pub fn table() -> String {
    let mut text = format!("People to sign in as (password for all: {PASSWORD}, or press a button at /demo):\n\n");
    for person in &PEOPLE {
        text.push_str(&format!("  {:32} {:18} {}\n", person.email(), person.name, person.role_label));
    }
    text
}
