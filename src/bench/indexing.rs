//! Building the index, and how soon a change is found.

use std::time::{Duration, Instant};

use crate::app::App;
use crate::search::{self, Search};
use crate::start::{Failure, Followers};

use super::{Row, catalogue, cpu, ms, percentile};

/// How many changes are published.
const CHANGES: u32 = 10;

/// Builds the index of all services; tells the rate and the peak of memory meanwhile.
pub(super) fn build(app: &App, services: u32) -> Result<Vec<Row>, Failure> {
    cpu::forget_peak();
    let (before, started) = (cpu::resident().unwrap_or(0), Instant::now());
    search::follow::rebuild(&app.index, &app.db, &app.taxonomy, app.clock.now().date(), |_| {})?;
    let rate = f64::from(services) / started.elapsed().as_secs_f64();
    let peak = cpu::peak()
        .map_or("not told".into(), |peak| format!("{} MB, {} MB of them before", peak / 1_000_000, before / 1_000_000));
    Ok(vec![Row::new(
        format!("index of {services} services built from the database: rate / peak memory"),
        format!("{rate:.0} a second / {peak}"),
        "15,000 a second / 600 MB",
    )])
}

/// From the commit of a new service to the first search that finds it.
pub(super) fn publish(app: &App) -> Result<Vec<Row>, Failure> {
    let followers = Followers::start(app)?;
    let mut times = Vec::new();
    for number in 0..CHANGES {
        let name = format!("Quillonberry {}", ["amber", "birch", "cedar", "dunlin", "elder"][number as usize % 5]);
        let name = format!("{name} {number}");
        catalogue::one_more(app, &name)?;
        let asked = Instant::now();
        let search = Search { words: format!("\"{name}\""), page: 1, per_page: 10, ..Search::default() };
        loop {
            let ids: Vec<_> = app.index.find(&search)?.hits.iter().map(|hit| hit.id).collect();
            let found = app.shelf.services(&ids, app.clock.now().date())?;
            if found.iter().any(|whole| whole.service.name == name) {
                break;
            }
            if asked.elapsed() > Duration::from_secs(30) {
                return Err("a published service was not found in half a minute".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        times.push(asked.elapsed());
    }
    followers.stop();
    Ok(vec![Row::new(
        format!("a published service is found, {CHANGES} times: median / longest"),
        format!("{} / {}", ms(percentile(&mut times, 50)), ms(percentile(&mut times, 100))),
        "within 2 s",
    )])
}
