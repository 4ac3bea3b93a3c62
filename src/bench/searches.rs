//! The search page and the service page: in process at one client, and over HTTP at sixteen.

use std::time::{Duration, Instant};

use actix_web::http::StatusCode;
use actix_web::middleware::from_fn;
use actix_web::web::{Bytes, Data};
use actix_web::{App as ActixApp, HttpResponse, HttpServer, test, web};

use crate::app::{App, routes};
use crate::ids::ServiceId;
use crate::start::Failure;
use crate::web::guard::guard;
use crate::web::page::Site;

use super::load::{Loaded, from_another_process};
use super::{Row, cpu, ms, percentile};

/// The query column of the judged searches.
fn queries() -> Vec<String> {
    let lines = include_str!("../../search-index/judgements.tsv").lines().filter(|line| !line.starts_with('#'));
    let typed = lines.skip(1).filter_map(|line| {
        let mut cells = line.split('\t');
        let (words, near) = (cells.next()?, cells.next().unwrap_or(""));
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("q", words);
        if !near.is_empty() {
            query.append_pair("near", near);
        }
        Some(format!("/search?{}", query.finish()))
    });
    typed.collect()
}

/// Plain words, as most people type them.
pub(super) fn plain_words() -> Vec<String> {
    [
        "library",
        "pharmacy",
        "gardening",
        "wheelchair",
        "lunch+club",
        "counselling",
        "home+care",
        "swimming",
        "advocacy",
        "transport",
    ]
    .iter()
    .map(|words| format!("/search?q={words}&near=M33+7"))
    .collect()
}

/// Every judged search as a page, one after the other, in this process.
pub(super) fn in_process(app: &App) -> Result<Vec<Row>, Failure> {
    let mut times = actix_web::rt::System::new().block_on(async {
        let service = ActixApp::new()
            .app_data(Data::new(app.clone()))
            .app_data(Data::new(Site::default()))
            .wrap(from_fn(guard))
            .configure(routes);
        let service = test::init_service(service).await;
        let mut times = Vec::new();
        for round in 0..4 {
            for query in queries() {
                let asked = Instant::now();
                let answer = test::call_service(&service, test::TestRequest::get().uri(&query).to_request()).await;
                let status = answer.status();
                let _body = test::read_body(answer).await;
                if round > 0 {
                    times.push(asked.elapsed());
                }
                if status != StatusCode::OK {
                    return Err(format!("{query} answered {status}"));
                }
            }
        }
        Ok(times)
    })?;
    let count = times.len();
    let median = percentile(&mut times, 50);
    let p99 = percentile(&mut times, 99);
    Ok(vec![Row::new(
        format!("search page, in process, 1 client, {count} pages: median / p99"),
        format!("{} / {}", ms(median), ms(p99)),
        "p99 under 25 ms",
    )])
}

/// Plain words and the service page at 16 clients, beside a ready-made page of the service page's size.
pub(super) fn over_http(app: &App, ids: &[ServiceId]) -> Result<Vec<Row>, Failure> {
    let services: Vec<String> =
        ids.iter().step_by((ids.len() / 500).max(1)).map(|id| format!("/services/{id}")).collect();
    let app = app.clone();
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    actix_web::rt::System::new().block_on(async move {
        let ready_made = Bytes::from(one_page(&app, services.first().map_or("/", String::as_str)).await?);
        let size = ready_made.len();
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
        let measured = tokio::task::spawn_blocking(move || -> Result<Vec<Row>, Failure> {
            let round = Duration::from_secs(3);
            let ask = |paths: &[String]| -> Result<(Loaded, f64), Failure> {
                let before = cpu::used();
                let loaded = from_another_process(address, 16, round, paths)?;
                let used = cpu::used().zip(before).and_then(|(after, before)| after.checked_sub(before));
                let used = used.map_or(f64::NAN, |used| used.as_secs_f64());
                if loaded.failures > 0 {
                    return Err(format!("{} pages failed", loaded.failures).into());
                }
                Ok((loaded, used))
            };
            ask(&plain_words())?; // warm
            let mut ratios = Vec::new();
            let mut rates = (0.0, 0.0);
            for _ in 0..3 {
                let (ready, _) = ask(&["/ready-made".to_owned()])?;
                let (service, _) = ask(&services)?;
                rates = (ready.answers as f64 / ready.seconds, service.answers as f64 / service.seconds);
                ratios.push(rates.1 / rates.0);
            }
            ratios.sort_by(f64::total_cmp);
            let mut searches = Vec::new();
            for _ in 0..3 {
                let (loaded, used) = ask(&plain_words())?;
                let rate = loaded.answers as f64 / loaded.seconds;
                searches.push((used * 1e3 / loaded.answers as f64, rate, loaded.p99_micros));
            }
            searches.sort_by(|a, b| a.0.total_cmp(&b.0));
            let (each, rate, p99) = searches.get(1).copied().unwrap_or_default();
            Ok(vec![
                Row::new(
                    "search page over HTTP, 16 clients: CPU each / rate / p99",
                    format!("{each:.2} ms / {rate:.0} a second / {}", ms(Duration::from_micros(p99))),
                    "at most 1 ms of CPU",
                ),
                Row::new(
                    format!("service page against a ready-made page of {} kB", size / 1024),
                    format!(
                        "{:.2} ({:.0} against {:.0} a second)",
                        ratios.get(1).copied().unwrap_or_default(),
                        rates.1,
                        rates.0
                    ),
                    "at least 0.25",
                ),
                Row::new(
                    "resident memory with this catalogue open",
                    cpu::resident().map_or("not told".into(), |bytes| format!("{} MB", bytes / 1_000_000)),
                    "demo under 200 MB",
                ),
            ])
        })
        .await;
        handle.stop(false).await;
        drop(serving.await);
        measured?
    })
}

async fn one_page(app: &App, path: &str) -> Result<Vec<u8>, Failure> {
    let service =
        ActixApp::new().app_data(Data::new(app.clone())).app_data(Data::new(Site::default())).configure(routes);
    let service = test::init_service(service).await;
    let answer = test::call_service(&service, test::TestRequest::get().uri(path).to_request()).await;
    Ok(test::read_body(answer).await.to_vec())
}
