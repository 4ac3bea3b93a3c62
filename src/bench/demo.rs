//! The demo town as people meet it: made, started again, used, verified; each in a process of its own.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::start::Failure;

use super::load::from_another_process;
use super::{Folder, Row, cpu};

/// How long the town is used before its memory is looked at.
const USE: Duration = Duration::from_secs(5);

/// What visitors open, besides the searches of the mix.
const PAGES: [&str; 4] = ["/", "/search?q=library&near=M33+7", "/search?q=someone+to+sit+with+mum", "/about-search"];

/// A process that is ended when it goes out of sight.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

pub(super) fn measure(folder: &Folder) -> Result<Vec<Row>, Failure> {
    let place = folder.place("demo");
    let run = |command: &str| -> Result<Command, Failure> {
        let mut program = Command::new(std::env::current_exe()?);
        program.arg(command).arg("--data-dir").arg(&place.data_dir).env_remove("WAYMARK_DATABASE_URL");
        program.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(program)
    };
    let timed = |command: &str| -> Result<Duration, Failure> {
        let started = Instant::now();
        let done = run(command)?.stderr(Stdio::piped()).output()?;
        if !done.status.success() {
            return Err(format!("waymark {command}: {}", String::from_utf8_lossy(&done.stderr)).into());
        }
        Ok(started.elapsed())
    };
    let seconds = |time: Duration| format!("{:.1} s", time.as_secs_f64());
    let mut rows = vec![Row::new("the demo town is made in", seconds(timed("make-demo-town")?), "60 s")];
    rows.push(Row::new("waymark verify of the demo town takes", seconds(timed("verify")?), ""));

    let started = Instant::now();
    let mut serving = Ended(run("demo")?.args(["--bind", "127.0.0.1:0"]).stderr(Stdio::piped()).spawn()?);
    let mut said = BufReader::new(serving.0.stderr.take().ok_or("no output")?);
    let mut line = String::new();
    while !line.contains("http://") {
        line.clear();
        if said.read_line(&mut line)? == 0 {
            return Err("the demo town did not start".into());
        }
    }
    rows.push(Row::new("an existing demo town is ready after", seconds(started.elapsed()), "2 s"));
    let address = line.split("http://").nth(1).and_then(|rest| rest.split_whitespace().next()).unwrap_or_default();
    let address = address.parse()?;
    std::thread::spawn(move || drop(said.read_to_end(&mut Vec::new())));
    let megabytes = |process: &Ended| {
        cpu::resident_of(process.0.id()).map_or("not told".into(), |bytes| format!("{} MB", bytes / 1_000_000))
    };
    let fresh = megabytes(&serving);
    let words = super::catalogue::Words::read()?;
    let mut paths: Vec<String> =
        super::mix::everything(&words, 2_000).iter().map(|asked| asked.path("/search")).collect();
    paths.extend(PAGES.map(str::to_owned));
    from_another_process(address, 16, USE, &paths)?;
    rows.push(Row::new(
        "resident memory of the demo: after the start / after thousands of searches",
        format!("{fresh} / {}", megabytes(&serving)),
        "200 MB",
    ));
    Ok(rows)
}
