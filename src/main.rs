//! The commands. `waymark` alone starts the demo town.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use waymark::clock::Clock;
use waymark::command;
use waymark::config::{Place, Serving};
use waymark::exchange;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A marketplace for personal budgets: find support, buy it, deliver it, and see what is wanted.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Waymark {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    demo: DemoSettings,
}

#[derive(clap::Args)]
struct DemoSettings {
    #[command(flatten)]
    serving: Serving,
    /// Throw the data folder's demo town away and make it anew
    #[arg(long, env = "WAYMARK_FRESH")]
    fresh: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the demo town, making it on the first start (the same as no command)
    Demo(DemoSettings),
    /// Serve an installation, without demo data or demo sign-in
    Serve(Serving),
    /// Bring the database schema up to date, and stop
    Migrate(Place),
    /// Prove that ledger, index and demand figures hold together; exits with 1 and names what does not
    Verify(Place),
    /// Build the search index anew from the database
    Reindex(Place),
    /// Count the demand figures anew from the event log
    RebuildDemand(Place),
    /// Make an account, or give an existing one a new role or password (read from standard input)
    User(command::NewUser),
    /// Look after the keys that tokens for programs are signed with
    Keys(command::Keys),
    /// Take in services of another directory; it can be stopped, and goes on where it was
    #[command(subcommand)]
    Import(exchange::Import),
    /// Write what is published into a file
    #[command(subcommand)]
    Export(exchange::Export),
    /// Measure the promised speed, as ratios within one run
    Bench(command::BenchSettings),
    /// Make the demo town, and stop
    #[command(hide = true)]
    MakeDemoTown(Place),
    /// The load of `bench`, as a process of its own
    #[command(hide = true)]
    BenchLoad(waymark::bench::LoadSettings),
}

fn main() -> ExitCode {
    let clock = Clock::of_the_machine();
    let waymark = Waymark::parse();
    let done = match waymark.command.unwrap_or(Command::Demo(waymark.demo)) {
        Command::Demo(settings) => command::demo(&settings.serving, settings.fresh, &clock),
        Command::Serve(serving) => command::serve(&serving, &clock),
        Command::Migrate(place) => command::migrate(&place),
        Command::Verify(place) => command::verify(&place, &clock),
        Command::Reindex(place) => command::reindex(&place, &clock),
        Command::RebuildDemand(place) => command::rebuild_demand(&place, &clock),
        Command::User(new) => command::user(&new, &clock),
        Command::Keys(keys) => command::keys(&keys, &clock),
        Command::Import(what) => exchange::import(&what, &clock),
        Command::Export(what) => exchange::export(&what, &clock),
        Command::Bench(settings) => command::bench(&settings, &clock),
        Command::MakeDemoTown(place) => command::make_demo_town(&place, &clock),
        Command::BenchLoad(settings) => waymark::bench::run_load(&settings),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            command::say(&format!("waymark: {cause}"));
            ExitCode::FAILURE
        }
    }
}
