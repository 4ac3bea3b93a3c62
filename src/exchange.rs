//! `waymark import` and `waymark export`: services in and out, by the national standard.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::app::App;
use crate::catalogue::cqc::{self, Cqc, Directory, Key};
use crate::catalogue::open_referral::feed::{Feed, FeedState, Outcome, Run, Wanted};
use crate::catalogue::open_referral::fetch::{Fetcher, Manners};
use crate::catalogue::open_referral::take_in::TakeIn;
use crate::catalogue::open_referral::{export, report, store};
use crate::clock::Clock;
use crate::command::{log, progress, say};
use crate::config::Place;
use crate::db::Conn;
use crate::ids::FeedId;
use crate::log::Stop;
use crate::places;
use crate::start::{self, Failure};

/// What can be taken in.
#[derive(Subcommand)]
pub enum Import {
    /// Take in a feed of Open Referral UK (3.0 or 1.0), from a file or an address
    OpenReferral(OpenReferral),
    /// Check registrations and ratings with the Care Quality Commission, from its directory file or its API
    Cqc(CqcSettings),
}

/// What `waymark import cqc` takes.
#[derive(Args)]
pub struct CqcSettings {
    #[command(flatten)]
    place: Place,
    /// The care directory, a CSV file
    #[arg(long, value_name = "FILE", required_unless_present = "api", conflicts_with = "api")]
    directory: Option<PathBuf>,
    /// Ask the API for every registration number that services have
    #[arg(long)]
    api: bool,
    /// Ask the API only for what changed since the last time
    #[arg(long, requires = "api")]
    since_last: bool,
    /// The key of the API; better in the environment than here, where a list of processes shows it
    #[arg(long, env = "WAYMARK_CQC_KEY", hide_env_values = true)]
    key: Option<Key>,
    /// Where the API is
    #[arg(long, env = "WAYMARK_CQC_ADDRESS", default_value = cqc::ADDRESS, hide = true)]
    address: String,
    /// Let the API be inside our own network
    #[arg(long, hide = true)]
    allow_private: bool,
}

/// What `waymark import open-referral` takes.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command")]
pub struct OpenReferral {
    #[command(flatten)]
    place: Place,
    /// A file: one JSON document with its services in a list, or one service on each line
    #[arg(long, required_unless_present = "url", conflicts_with = "url")]
    file: Option<PathBuf>,
    /// The feed's address, with or without /services at its end
    #[arg(long)]
    url: Option<String>,
    /// The council that takes it in, by its code in official statistics, such as E08000009
    #[arg(long)]
    authority: String,
    /// The licence that the feed is published under; no feed is taken in without one
    #[arg(long)]
    licence: String,
    /// What the feed is called: the source that pages show
    #[arg(long)]
    source: String,
    /// The words that the licence asks for
    #[arg(long, default_value = "")]
    attribution: String,
    /// Let registrations that the feed says were checked count as checked
    #[arg(long)]
    accept_checks: bool,
    /// Read and report only; take nothing in
    #[arg(long)]
    dry_run: bool,
    /// Close what is gone even when more than a fifth is gone
    #[arg(long)]
    accept_vanished: bool,
    /// Write the whole report into this CSV file
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Let the feed's address be inside our own network
    #[arg(long)]
    allow_private: bool,
}

/// What can be given away.
#[derive(Subcommand)]
pub enum Export {
    /// Write every published service as Open Referral UK 3.0: one on each line, or one document if the file ends with .json
    OpenReferral {
        #[command(flatten)]
        place: Place,
        /// The file to write
        #[arg(long)]
        to: PathBuf,
    },
}

/// `waymark import`
pub fn import(what: &Import, clock: &Clock) -> Result<(), Failure> {
    log(false);
    match what {
        Import::OpenReferral(asked) => import_open_referral(asked, &start::open_existing(&asked.place, clock)?),
        Import::Cqc(asked) => import_cqc(asked, &start::open_existing(&asked.place, clock)?),
    }
}

/// `waymark export`
pub fn export(what: &Export, clock: &Clock) -> Result<(), Failure> {
    log(false);
    let Export::OpenReferral { place, to } = what;
    let app = start::open_existing(place, clock)?;
    let lines = to.extension().is_none_or(|end| end != "json");
    let mut file = BufWriter::new(File::create(to).map_err(|cause| format!("cannot write {}: {cause}", to.display()))?);
    let bar = progress("Writing services", 0);
    let written = export::write(&app, &mut file, lines, |more| bar.inc(more))?;
    file.flush()?;
    bar.finish_and_clear();
    say(&format!("{written} services are in {}.", to.display()));
    Ok(())
}

/// The feed as it was asked for: entered if it is new, brought up to date if it is not.
fn entered(asked: &OpenReferral, app: &App) -> Result<Feed, Failure> {
    let code = &asked.authority;
    let authority = app
        .db
        .read_now(|conn| places::store::authority_by_gss(conn, code))?
        .ok_or_else(|| format!("no council has the code {code}"))?;
    if asked.licence.trim().is_empty() || asked.source.trim().is_empty() {
        return Err("a feed needs a licence and a name".into());
    }
    let (before, name) = (authority.id, asked.source.trim().to_owned());
    let known = app.db.read_now(|conn| store::feed_by_name(conn, before, &name))?;
    let new = known.is_none();
    let mut feed = known.unwrap_or_else(|| Feed {
        id: FeedId::new(),
        authority_id: authority.id,
        name,
        url: None,
        licence: String::new(),
        attribution: String::new(),
        every_hours: 0,
        accepts_checks: false,
        state: FeedState::Active,
        wanted: Wanted::Nothing,
        next_run_at: None,
        lease_holder: None,
        lease_until: None,
        created_at: app.clock.now(),
    });
    asked.licence.trim().clone_into(&mut feed.licence);
    asked.attribution.trim().clone_into(&mut feed.attribution);
    feed.accepts_checks = asked.accept_checks;
    if asked.url.is_some() {
        feed.url.clone_from(&asked.url);
    }
    let written = feed.clone();
    app.db.write_now(
        move |tx: &mut Conn| {
            if new { store::insert_feed(tx, &written) } else { store::update_feed(tx, &written) }
        },
    )?;
    Ok(feed)
}

fn import_open_referral(asked: &OpenReferral, app: &App) -> Result<(), Failure> {
    let feed = entered(asked, app)?;
    let next = feed.next_run_at;
    let bar = progress("Reading the feed", 0);
    let taken = TakeIn::of(app, feed, Stop::default(), |more| bar.inc(more))?;
    let done = read_and_apply(asked, app, &taken);
    taken.done(Wanted::Nothing, next)?;
    bar.finish_and_clear();
    let run = done?;
    if let Some(path) = &asked.report {
        let file = File::create(path).map_err(|cause| format!("cannot write {}: {cause}", path.display()))?;
        report::write_csv(app, run.id, BufWriter::new(file))?;
    }
    tell(app, &run)?;
    match (run.complete, &run.problem) {
        (true, None) => Ok(()),
        (_, problem) => Err(problem.clone().unwrap_or_else(|| "the feed was not read to its end".into()).into()),
    }
}

fn read_and_apply(asked: &OpenReferral, app: &App, taken: &TakeIn<'_>) -> Result<Run, Failure> {
    let run = if let Some(path) = &asked.file {
        let file = File::open(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))?;
        taken.look_at_file(file)?
    } else {
        let manners = Manners { may_be_private: asked.allow_private, ..app.manners.clone() };
        taken.look_at_url(&Fetcher::new(&manners)?)?
    };
    if asked.dry_run || (run.is_held() && !asked.accept_vanished) {
        return Ok(run);
    }
    Ok(taken.apply(&run)?)
}

/// The report in a few lines, with the first of what needs a look.
fn tell(app: &App, run: &Run) -> Result<(), Failure> {
    say(&report::table(run));
    for outcome in [Outcome::Refused, Outcome::Vanished] {
        let id = run.id;
        let shown = app.db.read_now(|conn| store::findings(conn, id, Some(outcome), 0, 10))?;
        for finding in shown {
            let what = if finding.name.is_empty() { finding.source_id.clone() } else { finding.name.clone() };
            say(&format!("  {outcome} (row {}): {what}: {}", finding.position, finding.notes.replace('\n', "; ")));
        }
    }
    Ok(())
}

fn import_cqc(asked: &CqcSettings, app: &App) -> Result<(), Failure> {
    let bar = progress("Checking registrations", 0);
    let report = if let Some(path) = &asked.directory {
        let file = File::open(path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))?;
        cqc::take_directory(app, Directory::read(file, app.clock.now().date())?)?
    } else {
        let key = asked.key.as_ref().ok_or("the API wants a key: put it into WAYMARK_CQC_KEY")?;
        let manners = Manners { may_be_private: asked.allow_private, ..app.manners.clone() };
        let api = Cqc::at(&asked.address, key, &manners)?;
        if asked.since_last {
            cqc::check_changes(app, &api, |more| bar.inc(more))?
        } else {
            cqc::check_all(app, &api, |more| bar.inc(more))?
        }
    };
    bar.finish_and_clear();
    say(&format!("{} places were read, {} registrations confirmed.", report.places, report.confirmed));
    for (what, rows) in [
        ("rated otherwise than before", &report.rated),
        ("published, now that the registration is checked", &report.published),
        ("no longer published", &report.closed),
        ("not known there", &report.unknown),
    ] {
        if !rows.is_empty() {
            say(&format!("{} {what}:", rows.len()));
            rows.iter().take(50).for_each(|row| say(&format!("  {row}")));
        }
    }
    report.refused.iter().take(50).for_each(|(line, why)| say(&format!("  line {line} is left out: {why}")));
    say("Contains CQC information licensed under the Open Government Licence v3.0.");
    Ok(())
}
