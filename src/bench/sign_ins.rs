//! The search page while a flood of sign-ins comes in from many addresses: hashing must not slow others down.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::app::App;
use crate::ids::random_token;
use crate::start::{Failure, listen};
use crate::web::page::Site;

use super::load::from_another_process;
use super::{Row, ms};

/// Attackers at once: more than may wait to be hashed, so that the queue stays full and the others are turned away. The rest
/// of each between two tries makes some hundreds of tries a second, ten times and more what is hashed.
const ATTACKERS: usize = 64;
const REST: Duration = Duration::from_millis(40);

/// Visitors who search meanwhile, without a rest: one leaves a machine of two cores half idle, four keep it busy.
const VISITORS: [usize; 2] = [1, 4];

/// Measures the 99th percentile of the search page, quiet and under the flood.
pub(super) fn measure(app: &App) -> Result<Vec<Row>, Failure> {
    let app = app.clone();
    app.passwords.let_others_go_first();
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    // Each try comes from an address of its own, so that no limit stops the flood before the hashing does.
    let site = Site { trusted_proxies: vec!["127.0.0.1".parse()?], ..Site::default() };
    actix_web::rt::System::new().block_on(async move {
        let (running, address) = listen(&app, "127.0.0.1:0".parse()?, site, cores)?;
        let handle = running.handle();
        let serving = actix_web::rt::spawn(running);
        let rows = move || VISITORS.iter().map(|visitors| rounds(address, *visitors)).collect();
        let measured = tokio::task::spawn_blocking(rows).await;
        handle.stop(false).await;
        drop(serving.await);
        measured?
    })
}

fn rounds(address: SocketAddr, visitors: usize) -> Result<Row, Failure> {
    let round = Duration::from_secs(4);
    let ask = || -> Result<Duration, Failure> {
        let loaded = from_another_process(address, visitors, round, &plain_words())?;
        if let Some(first) = loaded.first_failure {
            return Err(format!("{} pages failed, the first with {first}", loaded.failures).into());
        }
        Ok(Duration::from_micros(loaded.p99_micros))
    };
    ask()?; // warm
    let mut ratios = Vec::new();
    let (mut hashed, mut refused) = (0, 0);
    for _ in 0..3 {
        let quiet = ask()?;
        let (stop, answered, busy) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
        let flooded = std::thread::scope(|scope| {
            for _ in 0..ATTACKERS {
                scope.spawn(|| {
                    while !stop.load(Ordering::Relaxed) {
                        match guess(address) {
                            Ok(503) => busy.fetch_add(1, Ordering::Relaxed),
                            Ok(_) => answered.fetch_add(1, Ordering::Relaxed),
                            Err(_) => 0,
                        };
                        std::thread::sleep(REST);
                    }
                });
            }
            let flooded = ask();
            stop.store(true, Ordering::Relaxed);
            flooded
        })?;
        hashed += answered.into_inner();
        refused += busy.into_inner();
        ratios.push((flooded.as_secs_f64() / quiet.as_secs_f64().max(1e-6), quiet, flooded));
    }
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, quiet, flooded) = ratios.get(1).copied().unwrap_or_default();
    let seconds = round.as_secs_f64() * 3.0;
    Ok(Row::new(
        format!("search page while sign-ins flood in, {visitors} searching, p99 against quiet"),
        format!(
            "{ratio:.2} ({} against {}; {:.0} hashed and {:.0} told to wait each second)",
            ms(flooded),
            ms(quiet),
            hashed as f64 / seconds,
            refused as f64 / seconds
        ),
        "at most 2",
    ))
}

/// Plain words, as most people type them.
fn plain_words() -> Vec<String> {
    let words = ["library", "pharmacy", "gardening", "wheelchair", "lunch+club", "home+care", "swimming", "transport"];
    words.iter().map(|words| format!("/search?q={words}&near=M33+7")).collect()
}

/// One wrong password from an address of its own; gives the status.
fn guess(address: SocketAddr) -> Result<u16, Failure> {
    let token = random_token();
    let octet = |at: usize| u8::from_str_radix(token.get(at..at + 2).unwrap_or("0"), 16).unwrap_or(0);
    let from = format!("10.{}.{}.{}", octet(0), octet(2), octet(4));
    let body = format!("{{\"email\":\"{token}@example.org\",\"password\":\"a guess of some length\"}}");
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(
        format!(
            "POST /api/v1/tokens HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Forwarded-For: {from}\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            body.len()
        )
        .as_bytes(),
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let status =
        answer.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| digits.parse().ok());
    status.ok_or_else(|| "no status".into())
}
