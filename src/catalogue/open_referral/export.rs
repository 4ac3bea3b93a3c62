//! Everything that is published, into one file.

use std::io::Write;

use crate::app::App;
use crate::ids::ServiceId;

use super::asked::Asked;
use super::document::service_full;
use super::store::{self, After};
use super::terms::Terms;

/// Services read at once.
const AT_ONCE: i64 = 200;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Writes every published service, one on each line or as one document; how many.
pub fn write(app: &App, to: &mut impl Write, lines: bool, progress: impl Fn(u64)) -> Result<u64, Failure> {
    let (terms, asked, today) = (Terms::of(&app.taxonomy), Asked::default(), app.clock.now().date());
    let mut after = After::default();
    let mut written = 0;
    if !lines {
        to.write_all(b"{\"version\":\"HSDS-UK-3.0\",\"contents\":[\n")?;
    }
    loop {
        let (last, told) = app.db.read_now(|conn| {
            let found = store::ids_after(conn, &asked, &after, AT_ONCE)?;
            let ids: Vec<ServiceId> = found.iter().map(|(id, _)| *id).collect();
            Ok::<_, diesel::result::Error>((found.last().cloned(), store::told(conn, &ids, &app.taxonomy, today)?))
        })?;
        let Some((id, name)) = last else { break };
        for each in &told {
            if !lines && written > 0 {
                to.write_all(b",\n")?;
            }
            serde_json::to_writer(&mut *to, &service_full(each, &terms))?;
            if lines {
                to.write_all(b"\n")?;
            }
            written += 1;
        }
        progress(u64::try_from(told.len()).unwrap_or(0));
        after = After(Some((name, id)));
    }
    if !lines {
        to.write_all(b"\n]}\n")?;
    }
    Ok(written)
}
