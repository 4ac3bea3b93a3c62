//! Searching in process at one client, and pages over HTTP at sixteen.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::web::{Bytes, Data};
use actix_web::{App as ActixApp, HttpResponse, HttpServer, test, web};
use rand::seq::IndexedRandom;

use crate::app::{App, routes};
use crate::command::say;
use crate::ids::seeded;
use crate::search::Search;
use crate::start::Failure;
use crate::web::guard::guard;
use crate::web::page::Site;

use super::catalogue::{Made, Words};
use super::load::{Loaded, from_another_process};
use super::{Row, cpu, mix, ms, percentile};

/// How many different searches are asked.
const DIFFERENT: usize = 4_000;

/// How long one round of load takes, and how many there are.
const ROUND: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;

/// Pages of results of every kind, one after the other, in this process; each search is asked once.
pub(super) fn pages(app: &App, words: &Words) -> Result<Vec<Row>, Failure> {
    let mut times = actix_web::rt::System::new().block_on(async {
        let service = ActixApp::new()
            .app_data(Data::new(app.clone()))
            .app_data(Data::new(Site::default()))
            .wrap(from_fn(guard))
            .configure(routes);
        let service = test::init_service(service).await;
        let mut times = Vec::new();
        for (number, query) in mix::everything(words, DIFFERENT / 2).iter().enumerate() {
            let query = query.path("/search");
            let asked = Instant::now();
            let answer = test::call_service(&service, test::TestRequest::get().uri(&query).to_request()).await;
            let status = answer.status();
            let _body = test::read_body(answer).await;
            if number >= 50 {
                times.push(asked.elapsed());
            }
            if status != StatusCode::OK {
                return Err(format!("{query} answered {status}"));
            }
        }
        Ok(times)
    })?;
    let count = times.len();
    let (median, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
    Ok(vec![Row::new(
        format!("search page in process, 1 client, {count} different searches: median / p99"),
        format!("{} / {}", ms(median), ms(p99)),
        "p99 under 25 ms at 100,000",
    )])
}

/// The search core alone: the same mix, suggestions, and whether what is there is found by its name.
pub(super) fn core(app: &App, words: &Words, made: &Made) -> Result<Vec<Row>, Failure> {
    let mut times = Vec::new();
    for (number, asked) in mix::everything(words, DIFFERENT).iter().enumerate() {
        let search = asked.search(app, 20)?;
        let asked = Instant::now();
        app.index.find(&search)?;
        if number >= 50 {
            times.push(asked.elapsed());
        }
    }
    let (median, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
    let mut rows = vec![Row::new(
        format!("search in process, 1 client, {} different searches: median / p99", times.len()),
        format!("{} / {}", ms(median), ms(p99)),
        "4 ms / 30 ms at 1,000,000",
    )];
    rows.push(suggestions(app, words));
    rows.push(known_items(app, made)?);
    Ok(rows)
}

fn suggestions(app: &App, words: &Words) -> Row {
    let mut random = seeded(23);
    let mut times = Vec::new();
    for _ in 0..DIFFERENT {
        let name = words.some_name(&mut random);
        let letters = *[2, 3, 4, 6, 9].choose(&mut random).unwrap_or(&3);
        let typed: String = name.chars().take(letters).collect();
        let asked = Instant::now();
        let told = crate::search::suggestions(&app.index, &app.taxonomy, &typed, None);
        times.push(asked.elapsed());
        drop(told);
    }
    let (median, p99) = (percentile(&mut times, 50), percentile(&mut times, 99));
    Row::new("suggestions in process: median / p99", format!("{} / {}", ms(median), ms(p99)), "p99 at most 2 ms")
}

/// Services of the catalogue asked for by their whole names, as they are and mistyped: how many stand in the first ten.
fn known_items(app: &App, made: &Made) -> Result<Row, Failure> {
    let mut random = seeded(24);
    let (mut typed_well, mut typed_badly, mut asked) = (0, 0, 0);
    let mut missed = Vec::new();
    for (_, name) in made.sample.iter().filter(|(_, name)| name.contains(", ")).take(1_000) {
        let is_found = |words: String| -> Result<bool, Failure> {
            let found = app.index.find(&Search { words, page: 1, per_page: 10, ..Search::default() })?;
            let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
            let day = app.clock.now().date();
            Ok(app.shelf.services(&ids, day)?.iter().any(|whole| whole.service.name == *name))
        };
        asked += 1;
        for (text, count) in [
            (name.to_lowercase(), &mut typed_well),
            (mix::mistyped(&name.to_lowercase(), &mut random), &mut typed_badly),
        ] {
            if is_found(text.clone())? {
                *count += 1;
            } else {
                missed.push(text);
            }
        }
    }
    for text in missed.iter().take(5) {
        say(&format!("Not in the first ten: {text}"));
    }
    Ok(Row::new(
        format!("known items, {asked} asked by name: in the first ten, typed well / mistyped"),
        format!("{typed_well} / {typed_badly}"),
        "all",
    ))
}

/// A server on a port of its own for as long as `measure` runs, off its threads.
fn while_serving(
    app: &App,
    ready_made: Bytes,
    measure: impl FnOnce(SocketAddr) -> Result<Vec<Row>, Failure> + Send + 'static,
) -> Result<Vec<Row>, Failure> {
    let app = app.clone();
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    actix_web::rt::System::new().block_on(async move {
        let server = HttpServer::new(move || {
            let body = ready_made.clone();
            let ready = move || {
                std::future::ready(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(body.clone()))
            };
            ActixApp::new()
                .app_data(Data::new(app.clone()))
                .app_data(Data::new(Site::default()))
                .wrap(from_fn(guard))
                .route("/ready-made", web::get().to(ready))
                .configure(routes)
        })
        .workers(cores)
        .disable_signals()
        .bind(("127.0.0.1", 0))?;
        let address = server.addrs().first().copied().ok_or("no address")?;
        let running = server.run();
        let handle = running.handle();
        let serving = actix_web::rt::spawn(running);
        let measured = tokio::task::spawn_blocking(move || measure(address)).await;
        handle.stop(false).await;
        drop(serving.await);
        measured?
    })
}

/// One round of load: what came of it, and the processor time of this process for each answer in milliseconds.
fn ask(address: SocketAddr, clients: usize, paths: &[String]) -> Result<(Loaded, f64), Failure> {
    let before = cpu::used();
    let loaded = from_another_process(address, clients, ROUND, paths)?;
    let used = cpu::used().zip(before).and_then(|(after, before)| after.checked_sub(before));
    if let Some(first) = loaded.first_failure {
        return Err(format!("{} pages failed, the first with {first}", loaded.failures).into());
    }
    let each = used.map_or(f64::NAN, |used| used.as_secs_f64()) * 1e3 / loaded.answers as f64;
    Ok((loaded, each))
}

/// The median round by processor time, said in one row.
fn searches(
    address: SocketAddr,
    what: &str,
    clients: usize,
    paths: &[String],
    promised: &'static str,
) -> Result<Row, Failure> {
    let mut rounds = Vec::new();
    for round in 0..=ROUNDS {
        let (loaded, each) = ask(address, clients, paths)?;
        if round > 0 {
            rounds.push((each, loaded)); // the first one warms up
        }
    }
    rounds.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let (each, loaded) = rounds.get(ROUNDS / 2).ok_or("no rounds")?;
    Ok(Row::new(
        format!("{what}, {clients} client{}: CPU each / rate / p99", if clients == 1 { "" } else { "s" }),
        format!(
            "{each:.2} ms / {:.0} a second / {}",
            loaded.answers as f64 / loaded.seconds,
            ms(Duration::from_micros(loaded.p99_micros))
        ),
        promised,
    ))
}

/// Pages and documents of results over HTTP, and the service page beside a ready-made page of its size.
pub(super) fn over_http(app: &App, words: &Words, made: &Made) -> Result<Vec<Row>, Failure> {
    let paths = |asked: Vec<mix::Asked>, path: &str| asked.iter().map(|one| one.path(path)).collect::<Vec<_>>();
    let plain = paths(mix::plain(words, DIFFERENT), "/search");
    let every = paths(mix::everything(words, DIFFERENT), "/search");
    let documents = paths(mix::everything(words, DIFFERENT), "/api/v1/services");
    let services: Vec<String> = made.sample.iter().take(2_000).map(|(id, _)| format!("/services/{id}")).collect();
    let first = services.first().map_or("/", String::as_str).to_owned();
    let ready_made = Bytes::from(actix_web::rt::System::new().block_on(one_page(app, &first))?);
    let size = ready_made.len();
    while_serving(app, ready_made, move |address| {
        let mut rows = vec![
            searches(address, "search page over HTTP, plain words", 16, &plain, "at most 1 ms of CPU")?,
            searches(address, "search page over HTTP, everything", 16, &every, "")?,
            searches(address, "/api/v1/services, everything", 16, &documents, "at most 1 ms of CPU")?,
            searches(address, "/api/v1/services, everything", 1, &documents, "p99 at most 5 ms")?,
        ];
        let mut ratios = Vec::new();
        for round in 0..=ROUNDS {
            let (ready, _) = ask(address, 16, &["/ready-made".to_owned()])?;
            let (service, _) = ask(address, 16, &services)?;
            let rates = (ready.answers as f64 / ready.seconds, service.answers as f64 / service.seconds);
            if round > 0 {
                ratios.push((rates.1 / rates.0, rates));
            }
        }
        ratios.sort_by(|(a, _), (b, _)| a.total_cmp(b));
        let (ratio, rates) = ratios.get(ROUNDS / 2).copied().unwrap_or_default();
        rows.push(Row::new(
            format!("service page ({} of them) against a ready-made page of {} kB", services.len(), size / 1024),
            format!("{ratio:.2} ({:.0} against {:.0} a second)", rates.1, rates.0),
            "at least 0.25",
        ));
        rows.push(Row::new(
            "resident memory with this catalogue open",
            cpu::resident().map_or("not told".into(), |bytes| format!("{} MB", bytes / 1_000_000)),
            "",
        ));
        Ok(rows)
    })
}

async fn one_page(app: &App, path: &str) -> Result<Vec<u8>, Failure> {
    let service =
        ActixApp::new().app_data(Data::new(app.clone())).app_data(Data::new(Site::default())).configure(routes);
    let service = test::init_service(service).await;
    let answer = test::call_service(&service, test::TestRequest::get().uri(path).to_request()).await;
    Ok(test::read_body(answer).await.to_vec())
}
