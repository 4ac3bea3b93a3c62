//! `waymark bench`: the speed that was promised, as ratios within one run.

use clap::Args;

use crate::clock::Clock;
use crate::start::Failure;

/// What `waymark bench` takes.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Services in the catalogue that is searched
    #[arg(long, default_value_t = 100_000)]
    pub services: u32,
}

/// Runs all measurements and prints a table.
pub fn run(_: &Settings, _: &Clock) -> Result<(), Failure> {
    Ok(())
}
