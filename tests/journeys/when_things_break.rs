//! What people meet when the machine fails under the service: a clear answer, nothing half done, and everything that was
//! acknowledged still there.

use std::io::{BufRead, BufReader};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::Days;
use diesel::connection::SimpleConnection;
use serde_json::json;
use tempfile::TempDir;
use waymark::budgets::{self, FundingRoute, NewBudget};
use waymark::clock::Clock;
use waymark::config::Place;
use waymark::db::Conn;
use waymark::ids::PersonId;
use waymark::money::Money;
use waymark::places::reference::authority_id;
use waymark::start;

use crate::over_the_api::purchase;
use crate::support::{Api, TRAFFORD, TestDatabase, Town, email, on_postgres, option_id, service_id, settle};

/// Runs SQL on the connection that the service writes with.
fn on_the_writer(town: &Town, sql: String) {
    let run = move |tx: &mut Conn| tx.batch_execute(&sql);
    town.app.db.write_now(run).unwrap();
}

#[test]
fn on_a_full_disk_nothing_is_half_bought_and_it_goes_on_when_there_is_room() {
    if on_postgres().is_some() {
        return; // whoever runs PostgreSQL looks after its disk
    }
    let town = Town::open();
    let noor = town.api_of("Noor");
    let path = format!("/budgets/{}/purchases", town.budget_of("Noor"));
    let one = purchase(&town, "Lunch club", 1);

    // SQLite answers as on a full disk when a file may not grow any more.
    on_the_writer(&town, "PRAGMA max_page_count = 1".into()); // as many as there are now
    let mut bought = 0;
    let full = loop {
        let told = noor.post_once(&path, &format!("key {bought}"), &one);
        if told.status != 201 {
            break told;
        }
        bought += 1;
        assert!(bought < 60, "the file has room for ever");
    };
    let problem = full.refused(503, "try-again-later");
    assert!(problem["title"].as_str().unwrap().contains("Nothing you sent was half done"), "{problem}");
    let held = town.money_of("Noor");
    assert_eq!((held[0], held[1]), (50_000 - 800 * bought, 800 * bought), "what was answered is there, and no more");
    assert_eq!(town.visitor().open("/search?q=lunch").status(), 200, "reading goes on");

    on_the_writer(&town, "PRAGMA max_page_count = 1000000".into());
    noor.post_once(&path, &format!("key {bought}"), &one).expect(201);
    assert_eq!(town.money_of("Noor")[1], 800 * (bought + 1));
    town.holds_together();
}

#[test]
fn while_another_program_holds_the_file_people_are_told_and_nothing_is_lost() {
    if on_postgres().is_some() {
        return; // PostgreSQL locks rows, not the whole
    }
    let town = Town::open();
    let path = format!("/budgets/{}/purchases", town.budget_of("Noor"));
    let one = purchase(&town, "Lunch club", 1);
    on_the_writer(&town, "PRAGMA busy_timeout = 300".into()); // ten seconds otherwise
    let noor = town.api_of("Noor");
    let before = town.counts();

    let mut other = town.connect();
    other.batch_execute("BEGIN IMMEDIATE").unwrap();
    let started = Instant::now();
    let clients: Vec<_> = (0..6)
        .map(|n| {
            let (noor, path, one) = (noor.clone(), path.clone(), one.clone());
            std::thread::spawn(move || noor.post_once(&path, &format!("client {n}"), &one))
        })
        .collect();
    for client in clients {
        client.join().unwrap().refused(503, "try-again-later");
    }
    assert!(started.elapsed() < Duration::from_secs(5), "those in one group wait once, not one after the other");
    assert_eq!(town.visitor().open("/search?q=lunch").status(), 200, "reading goes on");
    other.batch_execute("ROLLBACK").unwrap();

    assert_eq!(town.counts(), before);
    noor.post_once(&path, "client 0", &one).expect(201);
    town.holds_together();
}

#[test]
fn nothing_is_written_into_a_file_that_was_taken_away() {
    if on_postgres().is_some() {
        return; // there is no file
    }
    let town = Town::open();
    let noor = town.api_of("Noor");
    let path = format!("/budgets/{}/purchases", town.budget_of("Noor"));
    let one = purchase(&town, "Lunch club", 1);
    let (file, aside) = (town.data_dir().join("waymark.sqlite"), town.data_dir().join("aside"));

    std::fs::rename(&file, &aside).unwrap();
    noor.post_once(&path, "lost?", &one).refused(503, "try-again-later");
    let ready = town.visitor().send("GET", "/readyz", &[], None);
    assert_eq!(ready.status, 503, "no new visitors are sent here");
    std::fs::write(&file, b"another file").unwrap();
    noor.post_once(&path, "lost?", &one).refused(503, "try-again-later");

    std::fs::rename(&aside, &file).unwrap();
    noor.post_once(&path, "lost?", &one).expect(201);
    town.within(Duration::from_secs(5), "it is ready again", || {
        town.visitor().send("GET", "/readyz", &[], None).status == 200
    });
    town.holds_together();
}

/// A way to the database server that can be cut.
struct Cable {
    address: SocketAddr,
    is_cut: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<TcpStream>>>,
}

impl Cable {
    fn to(server: &str) -> Self {
        let server = server.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (is_cut, ends) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let cable = Self { address, is_cut: Arc::clone(&is_cut), ends: Arc::clone(&ends) };
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let near = near.unwrap();
                if is_cut.load(Ordering::SeqCst) {
                    continue; // hangs up
                }
                let Ok(far) = TcpStream::connect(&server) else { continue };
                ends.lock().unwrap().extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
                for (mut from, mut to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
                    std::thread::spawn(move || {
                        drop(std::io::copy(&mut from, &mut to));
                        drop(to.shutdown(Shutdown::Both));
                    });
                }
            }
        });
        cable
    }

    fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        for end in self.ends.lock().unwrap().drain(..) {
            drop(end.shutdown(Shutdown::Both));
        }
    }

    fn mend(&self) {
        self.is_cut.store(false, Ordering::SeqCst);
    }
}

#[test]
fn while_the_database_server_is_out_of_reach_people_are_told_and_it_goes_on_afterwards() {
    let Some(server) = on_postgres() else { return };
    let at = url::Url::parse(&server).unwrap();
    let cable = Cable::to(&format!("{}:{}", at.host_str().unwrap_or("127.0.0.1"), at.port().unwrap_or(5432)));
    let town = Town::reached_through(|url| {
        let mut url = url::Url::parse(&url).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(cable.address.port())).unwrap();
        url.into()
    });
    let path = format!("/budgets/{}/purchases", town.budget_of("Noor"));
    let one = purchase(&town, "Lunch club", 1);
    let noor = town.api_of("Noor");
    let before = town.counts();
    assert_eq!(town.visitor().send("GET", "/readyz", &[], None).status, 200);

    cable.cut();
    let told = noor.post_once(&path, "cut off", &one);
    assert_eq!(told.answer.header("retry-after"), Some("10"), "{}", told.body);
    told.refused(503, "try-again-later");
    assert_eq!(town.visitor().send("GET", "/readyz", &[], None).status, 503);
    let page = town.visitor().open(&format!("/services/{}", service_id("Garden tidy")));
    assert!([200, 503].contains(&page.status()), "a page that is kept, or a calm one: {}", page.status());
    assert_eq!(town.counts(), before);

    cable.mend();
    town.within(Duration::from_secs(20), "it is ready again", || {
        town.visitor().send("GET", "/readyz", &[], None).status == 200
    });
    noor.post_once(&path, "cut off", &one).expect(201);
    town.holds_together();
}

/// A serving process of the program itself.
struct Serving {
    process: Child,
    base: String,
}

fn program(place: &Place, command: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_waymark"));
    program.arg(command).arg("--data-dir").arg(&place.data_dir);
    program.env("WAYMARK_DATABASE_URL", place.database_url.as_ref().unwrap()).env("RUST_LOG", "error");
    program.stdin(Stdio::null()).stderr(Stdio::piped()).stdout(Stdio::null());
    program
}

impl Serving {
    fn start(place: &Place) -> Self {
        let mut process = program(place, "serve").args(["--bind", "127.0.0.1:0"]).spawn().unwrap();
        let mut said = BufReader::new(process.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("http://") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "it did not start");
        }
        let base = line[line.find("http://").unwrap()..].trim().to_owned();
        std::thread::spawn(move || drop(std::io::copy(&mut said, &mut std::io::sink())));
        Self { process, base }
    }

    /// `kill -9`
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

#[test]
fn what_was_acknowledged_is_there_after_kill_9() {
    let folder = TempDir::new().unwrap();
    let database = TestDatabase::empty(folder.path());
    let place = Place { data_dir: folder.path().to_owned(), database_url: Some(database.url.clone()) };
    let clock = Clock::of_the_machine(); // the program's own
    let app = start::open(&place, &clock, false).unwrap();
    let (now, today) = (clock.now(), clock.now().date());
    let made = app.db.write_now(move |tx: &mut Conn| {
        settle(tx, now);
        let budget = NewBudget {
            person: PersonId::named("Amira"),
            name: "Plenty".into(),
            funding_route: FundingRoute::DirectPayment,
            starts_on: today - Days::new(1),
            ends_on: today + Days::new(300),
            review_on: today + Days::new(100),
            amount: Money::pounds(1_000_000),
        };
        budgets::open(tx, authority_id(TRAFFORD), &[budget], now)
    });
    let budget = made.unwrap().remove(0).id;
    start::catch_up(&app).unwrap();
    drop(app);
    let document = json!({
        "service_id": service_id("Lunch club").to_string(),
        "cost_option_id": option_id("Lunch club").to_string(),
        "quantity": 1,
        "starts_on": today.to_string(),
    });
    let acknowledged = Arc::new(Mutex::new(Vec::new()));

    for round in 0..3 {
        let serving = Serving::start(&place);
        let amira = Api::signed_in(&serving.base, &email("Amira"));
        let at_first = acknowledged.lock().unwrap().len();
        let buyers: Vec<_> = (0..4)
            .map(|buyer| {
                let (amira, document, acknowledged) = (amira.clone(), document.clone(), Arc::clone(&acknowledged));
                std::thread::spawn(move || {
                    for n in 0.. {
                        let key = format!("{round}-{buyer}-{n}");
                        let asked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                            amira.post_once(&format!("/budgets/{budget}/purchases"), &key, &document)
                        }));
                        match asked {
                            Ok(told) if told.status == 201 => {
                                let id = told.body["id"].as_str().unwrap().to_owned();
                                acknowledged.lock().unwrap().push(id);
                            }
                            _ => return, // cut off in the middle
                        }
                    }
                })
            })
            .collect();
        let started = Instant::now();
        while acknowledged.lock().unwrap().len() < at_first + 40 && started.elapsed() < Duration::from_secs(20) {
            std::thread::sleep(Duration::from_millis(5));
        }
        serving.kill();
        buyers.into_iter().for_each(|buyer| drop(buyer.join()));
    }

    let serving = Serving::start(&place);
    let amira = Api::signed_in(&serving.base, &email("Amira"));
    let ids = acknowledged.lock().unwrap().clone();
    assert!(ids.len() >= 20, "only {} purchases were acknowledged: the machine is too busy for this", ids.len());
    for id in &ids {
        assert_eq!(amira.get(&format!("/purchases/{id}")).status, 200, "purchase {id} was acknowledged and is gone");
    }
    let started = Instant::now();
    loop {
        let verified = program(&place, "verify").output().unwrap();
        if verified.status.success() {
            break;
        }
        let said = String::from_utf8_lossy(&verified.stderr).into_owned();
        assert!(started.elapsed() < Duration::from_secs(20), "waymark verify: {said}");
    }
    serving.kill();
}
