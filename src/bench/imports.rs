//! Taking in a large feed from a file.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};

use crate::app::App;
use crate::catalogue::open_referral::measure::{take_in, write_feed};
use crate::start::Failure;

use super::{Folder, Row, cpu};

/// Writes a feed of so many services, and takes it in.
pub(super) fn measure(app: &App, folder: &Folder, services: u32) -> Result<Vec<Row>, Failure> {
    let path = folder.place("feed").data_dir.with_extension("json");
    let mut file = BufWriter::new(File::create(&path)?);
    write_feed(&mut file, services)?;
    file.flush()?;
    drop(file);
    cpu::forget_peak();
    let before = cpu::resident().unwrap_or(0);
    let measured = take_in(app, "synthetic", BufReader::new(File::open(&path)?))?;
    let peak = cpu::peak()
        .map_or("not told".into(), |peak| format!("{} MB, {} MB of them before", peak / 1_000_000, before / 1_000_000));
    Ok(vec![Row::new(
        format!("feed of {services} services taken in from a file: rate / peak memory"),
        format!(
            "{:.0} a second ({:.0} s to look, {:.0} s to apply) / {peak}",
            measured.per_second(),
            measured.looking.as_secs_f64(),
            measured.applying.as_secs_f64()
        ),
        "2,000 a second / 300 MB",
    )])
}
