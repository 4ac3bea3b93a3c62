//! A client that asks for pages as fast as it gets them: run as a process of its own, so that the server's processor
//! time is the server's alone.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use clap::Args;

use crate::start::Failure;

/// What the hidden command `bench-load` takes.
#[derive(Args, Clone, Debug)]
pub struct LoadSettings {
    /// Where the server listens
    #[arg(long)]
    address: SocketAddr,
    /// How many clients at once
    #[arg(long)]
    clients: usize,
    /// For how many milliseconds
    #[arg(long)]
    milliseconds: u64,
    /// File with one path to ask for in each line
    #[arg(long)]
    paths: std::path::PathBuf,
}

/// What a run of load gave.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(super) struct Loaded {
    pub(super) answers: u64,
    pub(super) seconds: f64,
    pub(super) p99_micros: u64,
    pub(super) failures: u64,
    /// The first that failed: its status and its path.
    pub(super) first_failure: Option<String>,
}

/// Asks until the time is up, and prints what came of it as JSON.
pub fn run(settings: &LoadSettings) -> Result<(), Failure> {
    let text = std::fs::read_to_string(&settings.paths)?;
    let paths: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let started = Instant::now();
    let until = started + Duration::from_millis(settings.milliseconds);
    let clients = std::thread::scope(|scope| {
        let ask = |client| {
            scope.spawn({
                let paths = &paths;
                move || ask(settings.address, paths, client, until)
            })
        };
        let running: Vec<_> = (0..settings.clients).map(ask).collect();
        running
            .into_iter()
            .map(|client| client.join().unwrap_or_else(|_| Err("a client stopped".into())))
            .collect::<Vec<_>>()
    });
    let mut times = Vec::new();
    let (mut failures, mut first_failure) = (0, None);
    for client in clients {
        let (mut asked, failed, first) = client?;
        times.append(&mut asked);
        failures += failed;
        first_failure = first_failure.or(first);
    }
    let seconds = started.elapsed().as_secs_f64();
    let p99 = super::percentile(&mut times, 99);
    let loaded = Loaded {
        answers: times.len() as u64,
        seconds,
        p99_micros: u64::try_from(p99.as_micros()).unwrap_or(u64::MAX),
        failures,
        first_failure,
    };
    writeln!(std::io::stdout().lock(), "{}", serde_json::to_string(&loaded)?)?;
    Ok(())
}

type Asked = (Vec<Duration>, u64, Option<String>);

fn ask(address: SocketAddr, paths: &[&str], client: usize, until: Instant) -> Result<Asked, Failure> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::with_capacity(64 * 1024, stream.try_clone()?);
    let mut stream = stream;
    let (mut times, mut failures, mut first_failure) = (Vec::new(), 0, None);
    let mut body = vec![0; 1024 * 1024];
    for path in paths.iter().cycle().skip(client * 7) {
        let asked = Instant::now();
        if asked >= until {
            break;
        }
        stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())?;
        let mut status = String::new();
        reader.read_line(&mut status)?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let body = body.get_mut(..length).ok_or("a page of more than a megabyte")?;
        reader.read_exact(body)?;
        if !status.contains(" 200 ") {
            failures += 1;
            first_failure.get_or_insert_with(|| format!("{} for {path}", status.trim()));
        }
        times.push(asked.elapsed());
    }
    Ok((times, failures, first_failure))
}

/// Runs the load in a process of its own.
pub(super) fn from_another_process(
    address: SocketAddr,
    clients: usize,
    time: Duration,
    paths: &[String],
) -> Result<Loaded, Failure> {
    let file = std::env::temp_dir().join(format!("waymark-bench-paths-{}", std::process::id()));
    std::fs::write(&file, paths.join("\n"))?;
    let output = std::process::Command::new(std::env::current_exe()?)
        .arg("bench-load")
        .args(["--address", &address.to_string()])
        .args(["--clients", &clients.to_string()])
        .args(["--milliseconds", &time.as_millis().to_string()])
        .arg("--paths")
        .arg(&file)
        .output();
    drop(std::fs::remove_file(&file));
    let output = output?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
