//! What each command does; `main.rs` lists them.

use std::io::{IsTerminal, Read, Write};
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use tracing_subscriber::EnvFilter;

use crate::clock::Clock;
use crate::config::{Place, Serving};
use crate::db::{self, Conn};
use crate::demo::TownState;
use crate::identity::{self, RoleName};
use crate::ids::{OrganizationId, PersonId};
use crate::start::{self, Failure};
use crate::{bench, demand, demo, places, search, verify as proofs};

/// What `waymark bench` takes.
pub use crate::bench::Settings as BenchSettings;

/// Says something to the person at the terminal.
pub fn say(text: &str) {
    drop(writeln!(std::io::stderr().lock(), "{text}")); // nobody is there to be told that nobody is there
}

/// Logs go to standard error: readable, or JSON lines. `RUST_LOG` chooses what is told.
pub(crate) fn log(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,waymark=info,tantivy=warn"));
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call in one process changes nothing.
    drop(if json { logs.json().try_init() } else { logs.try_init() });
}

/// A bar that shows how far long work has come; silent when nobody looks.
#[must_use]
pub fn progress(what: &str, steps: u64) -> ProgressBar {
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(steps) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("{msg:32} {bar:40.green/white} {pos}/{len} {eta}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar
}

/// `waymark`, `waymark demo`: makes the demo town on the first start, and serves it.
pub fn demo(serving: &Serving, fresh: bool, clock: &Clock) -> Result<(), Failure> {
    log(serving.log_json);
    let started = Instant::now();
    let place = &serving.place;
    if fresh {
        demo::throw_away(place)?;
    }
    let mut app = start::open(place, clock, true)?;
    let mut state = app.db.read_now(demo::state)?;
    if state == TownState::HalfBuilt {
        say("The demo town was left half-built, so it is made anew.");
        drop(app);
        demo::throw_away(place)?;
        app = start::open(place, clock, true)?;
        state = TownState::Missing;
    }
    if state == TownState::Missing {
        say("Making the demo town. This happens once and takes less than a minute.");
        drop(app);
        make_demo_in_a_process_of_its_own(place)?;
        app = start::open(place, clock, true)?;
        say(&format!("Made in {:.0} seconds.", started.elapsed().as_secs_f64()));
    }
    start::serve(&app, serving, |address| {
        say(&format!(
            "\nWaymark is at http://{address}  (ready in {:.1} s; stop with Ctrl-C)\n",
            started.elapsed().as_secs_f64()
        ));
        say(&demo::table());
    })
}

/// Making the town takes memory that an allocator does not give back; the server need not carry it.
fn make_demo_in_a_process_of_its_own(place: &Place) -> Result<(), Failure> {
    let mut maker = std::process::Command::new(std::env::current_exe()?);
    maker.arg("make-demo-town").arg("--data-dir").arg(&place.data_dir);
    if let Some(url) = &place.database_url {
        maker.env("WAYMARK_DATABASE_URL", url); // not an argument: it may hold a password
    }
    if maker.status()?.success() { Ok(()) } else { Err("the demo town could not be made".into()) }
}

/// `waymark make-demo-town`: only makes the town; `waymark demo` calls it.
pub fn make_demo_town(place: &Place, clock: &Clock) -> Result<(), Failure> {
    log(false);
    demo::make(&start::open(place, clock, true)?)
}

/// `waymark serve`
pub fn serve(serving: &Serving, clock: &Clock) -> Result<(), Failure> {
    log(serving.log_json);
    let app = start::open(&serving.place, clock, false)?;
    start::serve(&app, serving, |address| say(&format!("Waymark is at http://{address}")))
}

/// `waymark migrate`
pub fn migrate(place: &Place) -> Result<(), Failure> {
    log(false);
    std::fs::create_dir_all(&place.data_dir)?;
    db::migrate(&mut place.database()?.connect()?)?;
    say("The database schema is up to date.");
    Ok(())
}

/// `waymark verify`
pub fn verify(place: &Place, clock: &Clock) -> Result<(), Failure> {
    log(false);
    let app = start::open_existing(place, clock)?;
    let found = proofs::verify(&app, |proof| {
        let sign = if proof.wrong.is_empty() { "ok   " } else { "WRONG" };
        say(&format!("{sign} {}", proof.what));
        proof.wrong.iter().for_each(|wrong| say(&format!("        {wrong}")));
    })?;
    let wrong: usize = found.iter().map(|proof| proof.wrong.len()).sum();
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} things do not hold").into()) }
}

/// `waymark reindex`
pub fn reindex(place: &Place, clock: &Clock) -> Result<(), Failure> {
    log(false);
    let app = start::open_existing(place, clock)?;
    let all = app.db.read_now(crate::catalogue::store::active_services)?;
    let bar = progress("Indexing services", u64::try_from(all).unwrap_or(0));
    let today = clock.now().date();
    search::follow::rebuild(&app.index, &app.db, &app.taxonomy, today, |more| bar.inc(more))?;
    bar.finish_and_clear();
    say(&format!("{all} services are indexed."));
    Ok(())
}

/// `waymark rebuild-demand`
pub fn rebuild_demand(place: &Place, clock: &Clock) -> Result<(), Failure> {
    log(false);
    let app = start::open_existing(place, clock)?;
    let bar = progress("Counting demand", 0);
    demand::rebuild(&app.db, clock.now(), |more| bar.inc(more as u64))?;
    bar.finish_and_clear();
    say("The demand figures are counted anew.");
    Ok(())
}

/// What `waymark user` takes.
#[derive(Args)]
pub struct NewUser {
    #[command(flatten)]
    place: Place,
    /// The address to sign in with
    #[arg(long)]
    email: String,
    /// The name that pages show
    #[arg(long)]
    name: String,
    /// Such as "authority administrator", commissioner, "finance officer" or "provider member"
    #[arg(long)]
    role: Option<RoleName>,
    /// The council's code in official statistics, such as E08000009, for the role of an authority
    #[arg(long)]
    authority: Option<String>,
    /// The id of the organisation, for a provider member
    #[arg(long)]
    organization: Option<OrganizationId>,
    /// Take their second factor away, for who has lost phone and codes: be sure that it is them
    #[arg(long)]
    new_phone: bool,
}

/// `waymark user`: the password comes from standard input, so that no list of processes shows it.
pub fn user(new: &NewUser, clock: &Clock) -> Result<(), Failure> {
    log(false);
    let app = start::open_existing(&new.place, clock)?;
    say("Password:");
    let mut password = String::new();
    std::io::stdin().lock().take(1_000).read_to_string(&mut password)?;
    let password = password.lines().next().unwrap_or_default().to_owned();
    identity::may_be_taken(&password, &[&new.name, &new.email])?;
    let hash = identity::hash(&password).map_err(|cause| cause.to_string())?;
    let authority = match &new.authority {
        None => None,
        Some(code) => {
            let found = app.db.read_now(|conn| places::store::authority_by_gss(conn, code))?;
            Some(found.ok_or_else(|| format!("no council has the code {code}"))?.id)
        }
    };
    let (email, name) = (new.email.trim().to_lowercase(), new.name.clone());
    let (role, organization, new_phone) = (new.role, new.organization, new.new_phone);
    let now = clock.now();
    let person = PersonId::new();
    let with = app.clone();
    app.db.write_now(move |tx: &mut Conn| {
        let person = identity::store::save_account(tx, person, &name, &email, &hash, now)?;
        if let Some(role) = role {
            identity::grant_by_command(tx, person, role, authority, organization, now)?;
        }
        if new_phone { identity::start_afresh_by_command(tx, &with, person, now) } else { Ok(()) }
    })?;
    say(&format!("{} can sign in.", new.email));
    Ok(())
}

/// What `waymark keys` takes.
#[derive(Args)]
pub struct Keys {
    #[command(subcommand)]
    what: KeysCommand,
}

#[derive(clap::Subcommand)]
enum KeysCommand {
    /// Make a new key: published at once, signing after ten minutes; the old one checks until its last token has ended
    Rotate(Place),
}

/// `waymark keys`
pub fn keys(keys: &Keys, clock: &Clock) -> Result<(), Failure> {
    log(false);
    let KeysCommand::Rotate(place) = &keys.what;
    let app = start::open_existing(place, clock)?;
    let kid = identity::SigningKeys::rotate(&app.db, &app.vault, clock.now())?;
    say(&format!("The key {kid} is published now and signs in ten minutes. Running servers need no restart."));
    Ok(())
}

/// `waymark bench`
pub fn bench(settings: &BenchSettings, clock: &Clock) -> Result<(), Failure> {
    log(false);
    bench::run(settings, clock)
}
