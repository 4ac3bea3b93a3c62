//! `waymark bench`: the speed that was promised, as ratios within one run on one machine.
//!
//! Everything runs on an installation of its own in a temporary folder, made of services, budgets and purchases from a
//! fixed seed. Each ratio has its baseline measured beside it, in the same run; times are medians of several rounds.

mod catalogue;
mod cpu;
mod demand;
mod demo;
mod imports;
mod indexing;
mod load;
mod mix;
mod my_money;
mod payments;
mod purchases;
mod searches;
mod sign_ins;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::clock::Clock;
use crate::command::say;
use crate::config::Place;
use crate::start::{self, Failure};

pub use load::{LoadSettings, run as run_load};

/// What `waymark bench` takes.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Services in the catalogue that is searched
    #[arg(long, default_value_t = 100_000)]
    services: u32,
    /// Purchase lines behind the larger of the two demand views
    #[arg(long, default_value_t = 1_000_000)]
    lines: u32,
    /// Budgets that one payment run pays
    #[arg(long, default_value_t = 100_000)]
    budgets: u32,
    /// Measure only these: demo, search, http, import, sign-ins, purchases, my-money, payments, demand
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Folder for the temporary installations
    #[arg(long, default_value_os_t = std::env::temp_dir(), value_name = "DIR")]
    scratch: PathBuf,
}

/// One row of the table: what, what was measured, what was promised.
pub(crate) struct Row {
    what: String,
    measured: String,
    promised: &'static str,
}

impl Row {
    fn new(what: impl Into<String>, measured: impl Into<String>, promised: &'static str) -> Self {
        Self { what: what.into(), measured: measured.into(), promised }
    }
}

/// Runs the measurements and prints a table, also of what was measured before one failed.
pub fn run(settings: &Settings, clock: &Clock) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let done = measure(settings, clock, &mut rows);
    say(&table(&rows));
    done
}

fn measure(settings: &Settings, clock: &Clock, rows: &mut Vec<Row>) -> Result<(), Failure> {
    let folder = Folder::new(&settings.scratch)?;
    let wanted = |name: &str| settings.only.is_empty() || settings.only.iter().any(|only| only == name);
    let words = catalogue::Words::read()?;
    if wanted("demo") {
        rows.extend(demo::measure(&folder)?);
    }
    if wanted("search") || wanted("http") {
        let app = start::open(&folder.place("catalogue"), clock, true)?;
        say(&format!("Making {} services…", settings.services));
        let made = catalogue::make(&app, &words, settings.services)?;
        say("Indexing them…");
        rows.extend(indexing::build(&app, settings.services)?);
        if wanted("search") {
            say("Searching…");
            rows.extend(searches::core(&app, &words, &made)?);
            rows.extend(searches::pages(&app, &words)?);
            rows.extend(indexing::publish(&app)?);
        }
        if wanted("http") {
            say("Searching over HTTP…");
            rows.extend(searches::over_http(&app, &words, &made)?);
        }
    }
    if wanted("import") {
        let app = start::open(&folder.place("import"), clock, true)?;
        say("Taking in a feed…");
        rows.extend(imports::measure(&app, &folder, settings.services)?);
    }
    if wanted("sign-ins") {
        let app = start::open(&folder.place("sign-ins"), clock, true)?;
        say("Flooding the sign-in…");
        catalogue::make(&app, &words, settings.services.min(20_000))?;
        rows.extend(sign_ins::measure(&app)?);
    }
    if wanted("purchases") {
        say("Buying at 8 clients…");
        rows.extend(purchases::measure(&folder, clock, &words)?);
    }
    if wanted("my-money") {
        say("Living for ten years…");
        rows.extend(my_money::measure(&folder, clock, &words)?);
    }
    if wanted("payments") {
        rows.extend(payments::measure(&folder, clock, &words, settings.budgets)?);
    }
    if wanted("demand") {
        rows.extend(demand::measure(&folder, clock, settings.lines)?);
    }
    Ok(())
}

fn table(rows: &[Row]) -> String {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let width = |of: fn(&Row) -> usize, least: usize| rows.iter().map(of).max().unwrap_or(0).max(least);
    let what = width(|row| row.what.chars().count(), 4);
    let measured = width(|row| row.measured.chars().count(), 8);
    let mut text = format!("\n{:what$}  {:measured$}  promised   ({cores} cores)\n", "what", "measured");
    for row in rows {
        text.push_str(&format!("{:what$}  {:measured$}  {}\n", row.what, row.measured, row.promised));
    }
    text
}

/// A temporary folder that is removed at the end.
pub(crate) struct Folder(PathBuf);

impl Folder {
    fn new(scratch: &std::path::Path) -> std::io::Result<Self> {
        let folder = scratch.join(format!("waymark-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// An installation inside the folder.
    fn place(&self, name: &str) -> Place {
        Place { data_dir: self.0.join(name), database_url: None }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// The time that so many percent of the samples stay within.
fn percentile(samples: &mut [Duration], percent: usize) -> Duration {
    samples.sort_unstable();
    let at = (samples.len() * percent).div_ceil(100).saturating_sub(1);
    samples.get(at).copied().unwrap_or_default()
}

/// "1.23 ms"
fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
}
