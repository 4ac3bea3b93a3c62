//! What a reading found, as a table and as a CSV file.

use std::io::Write;

use crate::app::App;
use crate::ids::FeedRunId;
use crate::web::cell::harmless;

use super::feed::{Finding, Run};
use super::store;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Rows read at once.
const AT_ONCE: i64 = 1_000;

/// The counts, for a terminal.
#[must_use]
pub fn table(run: &Run) -> String {
    let rows = [
        ("read", run.read),
        ("added", run.added),
        ("changed", run.changed),
        ("unchanged", run.unchanged),
        ("refused", run.refused),
        ("vanished", run.vanished),
        ("taken in", run.applied),
    ];
    let lines: Vec<String> = rows.iter().map(|(what, count)| format!("  {what:<10}{count:>9}")).collect();
    format!("The feed, {}:\n{}", run.state, lines.join("\n"))
}

/// Writes everything that a reading found, in the order of the feed.
pub fn write_csv(app: &App, run: FeedRunId, to: impl Write) -> Result<(), Failure> {
    let mut out = csv::Writer::from_writer(to);
    out.write_record(["row", "outcome", "id in the feed", "name", "what to know", "service", "taken in"])?;
    let mut after = 0;
    loop {
        let rows = app.db.read_now(|conn| store::findings(conn, run, None, after, AT_ONCE))?;
        let Some(last) = rows.last().map(|row| row.position) else { break };
        for row in &rows {
            out.write_record(record(row))?;
        }
        after = last;
    }
    out.flush()?;
    Ok(())
}

fn record(row: &Finding) -> [String; 7] {
    [
        row.position.to_string(),
        row.outcome.to_string(),
        harmless(&row.source_id),
        harmless(&row.name),
        harmless(&row.notes.replace('\n', "; ")),
        row.service_id.clone().unwrap_or_default(),
        if row.applied { "yes".into() } else { "no".into() },
    ]
}
