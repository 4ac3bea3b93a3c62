//! The running service, with a town in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{OnceLock, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use actix_web::dev::ServerHandle;
use chrono::{NaiveDate, TimeDelta};
use diesel::connection::SimpleConnection;
use tempfile::TempDir;
use waymark::app::App;
use waymark::clock::{Clock, UtcTime};
use waymark::config::Place;
use waymark::db::{Conn, DatabaseUrl};
use waymark::identity::{BudgetHolder, SignedIn, Waiver};
use waymark::ids::{BudgetId, PersonId, SubmissionKey};
use waymark::money::Money;
use waymark::post::{Received, received};
use waymark::purchasing::{Request, buy};
use waymark::start::{self, Followers};
use waymark::verify::verify;
use waymark::web::page::Site;

use super::people;
use super::{Api, Person, TestDatabase, on_postgres};

/// The service, serving on a port of its own, with a database of its own.
pub struct Town {
    /// What its handlers use.
    pub app: App,
    /// Where it listens.
    pub base: String,
    site: Site,
    followers: Option<Followers>,
    server: Option<(ServerHandle, JoinHandle<()>)>,
    place: Place,
    // Last, so that they go last.
    database: TestDatabase,
    folder: TempDir,
}

/// The moment at which every test begins.
pub fn the_beginning() -> UtcTime {
    NaiveDate::from_ymd_opt(2026, 5, 20).unwrap().and_hms_opt(10, 0, 0).unwrap()
}

/// A file with the town in it, made once for each run of a test binary.
fn template() -> &'static Path {
    static TEMPLATE: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, file) = TEMPLATE.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let database = TestDatabase::file_in(folder.path());
        let place = Place { data_dir: folder.path().to_owned(), database_url: Some(database.url.clone()) };
        let app = start::open(&place, &Clock::standing_at(the_beginning()), false).unwrap();
        settle(&app);
        drop(app);
        let file = folder.path().join("waymark.sqlite");
        let copy = folder.path().join("template.sqlite");
        database.connect().batch_execute(&format!("VACUUM INTO '{}'", copy.display())).unwrap();
        drop(file);
        (folder, copy)
    });
    file
}

fn settle(app: &App) {
    let settle = |tx: &mut Conn| {
        people::settle(tx, the_beginning());
        Ok::<_, diesel::result::Error>(())
    };
    app.db.write_now(settle).unwrap();
}

impl Town {
    /// The town on a morning in May: providers, services, people with budgets, and those who work for the council.
    pub fn open() -> Self {
        Self::with_followers(true, |url| url)
    }

    /// The same, with a database that the service reaches at another address than we do.
    pub fn reached_through(address: impl FnOnce(String) -> String) -> Self {
        Self::with_followers(true, address)
    }

    /// The same, with nobody following the log until [`Town::follow`].
    pub fn without_followers() -> Self {
        Self::with_followers(false, |url| url)
    }

    fn with_followers(follow: bool, address: impl FnOnce(String) -> String) -> Self {
        let folder = TempDir::new().unwrap();
        let database = TestDatabase::empty(folder.path());
        if on_postgres().is_none() {
            fs::copy(template(), folder.path().join("waymark.sqlite")).unwrap();
        }
        let url = address(database.url.clone());
        let place = Place { data_dir: folder.path().to_owned(), database_url: Some(url) };
        let mut app = start::open(&place, &Clock::standing_at(the_beginning()), false).unwrap();
        app.waiver = Waiver::Everybody; // codes have journeys of their own
        if on_postgres().is_some() {
            settle(&app);
        }
        start::catch_up(&app).unwrap();
        let site = Site::default();
        let (base, server) = serve(&app, &site);
        let mut town = Self { app, base, site, followers: None, server: Some(server), place, database, folder };
        if follow {
            town.follow();
        }
        town
    }

    /// Starts the followers.
    pub fn follow(&mut self) {
        self.followers = Some(Followers::start(&self.app).unwrap());
    }

    /// Stops server and followers, and starts again from what is stored, as after a restart of the machine.
    pub fn restart(&mut self) {
        self.stop();
        let waiver = self.app.waiver;
        self.app = App { waiver, ..start::open(&self.place, &self.app.clock, false).unwrap() };
        let (base, server) = serve(&self.app, &self.site);
        (self.base, self.server) = (base, Some(server));
        self.follow();
    }

    fn stop(&mut self) {
        if let Some((handle, thread)) = self.server.take() {
            drop(handle.stop(false));
            thread.join().unwrap();
        }
        if let Some(followers) = self.followers.take() {
            followers.stop();
        }
    }

    /// Somebody who has not signed in.
    pub fn visitor(&self) -> Person {
        Person::at(&self.base)
    }

    /// Somebody of the town, signed in.
    pub fn person(&self, name: &str) -> Person {
        let person = self.visitor();
        person.sign_in(&people::email(name)).expect_status(200);
        person
    }

    /// A program without a token.
    pub fn api(&self) -> Api {
        Api::at(&self.base)
    }

    /// A program with the token of somebody of the town.
    pub fn api_of(&self, name: &str) -> Api {
        Api::signed_in(&self.base, &people::email(name))
    }

    /// The budget of somebody of the town.
    pub fn budget_of(&self, name: &str) -> BudgetId {
        self.holder(name).budget()
    }

    /// The right of somebody of the town to spend.
    pub fn holder(&self, name: &str) -> BudgetHolder {
        let id = PersonId::named(name);
        let found = self.app.db.read_now(|conn| {
            let who = SignedIn::known(conn, id)?.unwrap();
            let budget = waymark::budgets::store::budgets_of(conn, &who)?.remove(0).id;
            BudgetHolder::find(conn, &who, budget)
        });
        found.unwrap().unwrap()
    }

    /// Available, committed, owed and paid, in pence.
    pub fn money_of(&self, name: &str) -> [i64; 4] {
        let holder = self.holder(name);
        let budget = self.app.db.read_now(|conn| waymark::budgets::store::read(conn, &holder)).unwrap();
        [budget.available, budget.committed, budget.owed, budget.paid].map(|part| part.balance.as_pence())
    }

    /// Another budget holder for the town.
    pub fn new_holder(&self, name: &str, ward: &str, amount: Money) {
        let (name, ward, now) = (name.to_owned(), ward.to_owned(), self.app.clock.now());
        let done = self.app.db.write_now(move |tx: &mut Conn| {
            people::budget_holder(tx, &name, people::TRAFFORD, &ward, amount, now);
            Ok::<_, diesel::result::Error>(())
        });
        done.unwrap();
    }

    /// Lets somebody of the town act for somebody else.
    pub fn acts_for(&self, helper: &str, person: &str, kind: &str, buys: bool) {
        let (id, person, helper) =
            (PersonId::named(&format!("{helper} for {person}")), PersonId::named(person), PersonId::named(helper));
        let sql = format!(
            "INSERT INTO representatives (id, person_id, helper_id, kind, may_plan, may_buy, may_manage_money, authority_id,
                evidence, granted_by, granted_at, accepted_at)
             SELECT '{id}', '{person}', '{helper}', '{kind}', FALSE, {buys}, FALSE, authority_id, 'a document', '{person}',
                '2026-05-01 10:00:00', '2026-05-01 10:00:00' FROM citizens WHERE person_id = '{person}'",
            buys = if buys { "TRUE" } else { "FALSE" },
        );
        self.connect().batch_execute(&sql).unwrap();
    }

    /// So many new people of a ward each buy two lunches.
    pub fn lunches(&self, ward: &str, people: usize) {
        let now = self.app.clock.now();
        for number in 0..people {
            let name = format!("{ward}-{number}");
            self.new_holder(&name, ward, Money::pounds(100));
            let holder = self.holder(&name);
            let request = Request {
                service: people::service_id("Lunch club"),
                cost_option: people::option_id("Lunch club"),
                quantity: 2,
                starts_on: now.date(),
                funding_route: None,
                note: String::new(),
                answer: String::new(),
                key: SubmissionKey::named(&name),
            };
            let rules = self.app.rules.rules_now(holder.authority()).unwrap();
            self.app.db.write_now(move |tx: &mut Conn| buy(tx, &holder, &request, &rules, now)).unwrap();
        }
    }

    /// Shows the town as the demo town, with the people that it lists.
    pub fn open_as_demo() -> Self {
        let mut town = Self::open();
        town.app.demo = true;
        let now = town.app.clock.now();
        let add = move |tx: &mut Conn| {
            for listed in &waymark::demo::people::PEOPLE {
                let (id, name, email) = (listed.id(), listed.name.to_owned(), listed.email());
                waymark::identity::store::save_account(tx, id, &name, &email, "none", now)?;
            }
            Ok::<_, diesel::result::Error>(())
        };
        town.app.db.write_now(add).unwrap();
        town.serve_again();
        town
    }

    /// Serves at an address that links in letters and identity providers lead to, and gives it.
    pub fn serve_at_its_address(&mut self) -> String {
        self.stop();
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        self.app.post.public_url = format!("http://{free}");
        self.base = self.app.post.public_url.clone();
        self.serve_at_the_same_address();
        self.base.clone()
    }

    /// Serves anew at the address where it was.
    pub fn serve_at_the_same_address(&mut self) {
        self.stop();
        let at = self.base.trim_start_matches("http://").parse().unwrap();
        let (base, server) = serve_at(&self.app, &self.site, at);
        (self.base, self.server) = (base, Some(server));
        self.follow();
    }

    /// Serves anew as behind a proxy that ends TLS.
    pub fn serve_securely(&mut self) {
        self.site.secure_cookies = true;
        self.serve_again();
    }

    /// Serves anew behind a proxy whose word counts.
    pub fn serve_behind(&mut self, proxy: &str) {
        self.site.trusted_proxies = vec![proxy.parse().unwrap()];
        self.serve_again();
    }

    /// Serves anew after the app was changed.
    pub fn serve_again(&mut self) {
        self.stop();
        let (base, server) = serve(&self.app, &self.site);
        (self.base, self.server) = (base, Some(server));
        self.follow();
    }

    /// The letters to somebody about something that have arrived, the newest first.
    pub fn letters_to(&self, email: &str, subject: &str) -> Vec<Received> {
        let letters = received(&self.app.post.folder);
        letters.into_iter().filter(|letter| letter.to == email && letter.subject.contains(subject)).collect()
    }

    /// Waits until so many letters to somebody about something have arrived.
    pub fn after_letters(&self, email: &str, subject: &str, number: usize) {
        let what = format!("{number} letters to {email} about {subject:?}");
        self.within(Duration::from_secs(20), &what, || self.letters_to(email, subject).len() >= number);
    }

    /// The newest letter to somebody, once it has arrived.
    pub fn letter_to(&self, email: &str, subject: &str) -> Received {
        let find = || {
            let letters = received(&self.app.post.folder);
            letters.into_iter().find(|letter| letter.to == email && letter.subject.contains(subject))
        };
        self.within(Duration::from_secs(20), &format!("a letter to {email} about {subject:?}"), || find().is_some());
        find().unwrap()
    }

    /// The address that the newest letter to somebody leads to.
    pub fn link_to(&self, email: &str, subject: &str) -> String {
        let letter = self.letter_to(email, subject);
        let link = letter.words.lines().find(|line| line.starts_with("http"));
        link.unwrap_or_else(|| panic!("no link in {}", letter.words)).trim().to_owned()
    }

    /// The letters that have arrived at somebody's address, newest first.
    pub fn letters_of(&self, name: &str) -> Vec<waymark::post::Received> {
        let address = if name.contains('@') { name.to_owned() } else { people::email(name) };
        let all = waymark::post::received(&self.app.post.folder);
        all.into_iter().filter(|letter| letter.to == address).collect()
    }

    /// Waits for a letter of this subject to somebody, and reads it.
    #[track_caller]
    pub fn letter(&self, name: &str, subject: &str) -> waymark::post::Received {
        let found = || self.letters_of(name).into_iter().find(|letter| letter.subject.contains(subject));
        self.within(Duration::from_secs(20), &format!("a letter {subject:?} to {name}"), || found().is_some());
        found().unwrap()
    }

    /// The path of the first link in a letter.
    #[track_caller]
    pub fn link_in(&self, letter: &waymark::post::Received) -> String {
        let url = &self.app.post.public_url;
        let found = letter.words.lines().find_map(|line| line.trim().strip_prefix(url.as_str()));
        found.unwrap_or_else(|| panic!("no link in {}", letter.words)).to_owned()
    }

    /// Does the work of the day, as the daily follower does it; how many steps that took.
    pub fn work_of_the_day(&self) -> usize {
        let mut today = start::Today::new(&self.app);
        let mut steps = 0;
        while today.step().unwrap() {
            steps += 1;
        }
        steps
    }

    /// The e-mail letters that wait or were sent, of one kind.
    pub fn letters_of_kind(&self, kind: &str) -> i64 {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            rows: i64,
        }
        use diesel::RunQueryDsl;
        let asked = diesel::sql_query(format!("SELECT count(*) AS rows FROM letters WHERE kind = '{kind}'"));
        let counted: Count = match &mut self.connect() {
            Conn::Postgres(pg) => asked.get_result(pg).unwrap(),
            Conn::Sqlite(lite) => asked.get_result(lite).unwrap(),
        };
        counted.rows
    }

    /// Lets time pass. Whoever is signed in may have to do so again.
    pub fn pass(&self, time: TimeDelta) {
        self.app.clock.pass(time);
    }

    /// Today.
    pub fn today(&self) -> NaiveDate {
        self.app.clock.now().date()
    }

    /// Waits until something is so; fails when it is not within `limit`.
    #[track_caller]
    pub fn within(&self, limit: Duration, what: &str, so: impl Fn() -> bool) {
        let started = Instant::now();
        while !so() {
            assert!(started.elapsed() < limit, "not within {limit:?}: {what}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What `waymark verify` finds wrong.
    pub fn wrong(&self) -> Vec<String> {
        let proofs = verify(&self.app, |_| {}).unwrap();
        proofs.into_iter().flat_map(|proof| proof.wrong).collect()
    }

    /// Fails unless `waymark verify` is content, once the followers have caught up.
    #[track_caller]
    pub fn holds_together(&self) {
        let started = Instant::now();
        loop {
            let wrong = self.wrong();
            if wrong.is_empty() {
                return;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "waymark verify finds: {wrong:#?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// A connection of one's own to the town's database.
    pub fn connect(&self) -> Conn {
        self.database.connect()
    }

    /// The database's address.
    pub fn database(&self) -> DatabaseUrl {
        self.database.url.parse().unwrap()
    }

    /// The same, as a command takes it.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// The data folder.
    pub fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// A column called `text`, as a copy of the database has it.
    pub fn texts(&self, sql: &str) -> Vec<String> {
        use diesel::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Kept {
            #[diesel(sql_type = diesel::sql_types::Text)]
            text: String,
        }
        let asked = diesel::sql_query(sql);
        let rows: Vec<Kept> = match &mut self.connect() {
            Conn::Postgres(conn) => asked.load(conn).unwrap(),
            Conn::Sqlite(conn) => asked.load(conn).unwrap(),
        };
        rows.into_iter().map(|row| row.text).collect()
    }

    /// What every table that a request may write to holds: equal before and after something that was refused.
    pub fn counts(&self) -> Vec<(String, i64)> {
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            rows: i64,
        }
        use diesel::RunQueryDsl;
        let mut conn = self.connect();
        let tables =
            ["purchases", "purchase_steps", "deliveries", "invoices", "transfers", "legs", "reviews", "events"];
        let count = |table: &str| {
            let asked = diesel::sql_query(format!("SELECT count(*) AS rows FROM {table}"));
            let counted: Count = match &mut conn {
                Conn::Postgres(pg) => asked.get_result(pg).unwrap(),
                Conn::Sqlite(lite) => asked.get_result(lite).unwrap(),
            };
            (table.to_owned(), counted.rows)
        };
        tables.into_iter().map(count).collect()
    }
}

impl Drop for Town {
    fn drop(&mut self) {
        self.stop();
    }
}

fn serve(app: &App, site: &Site) -> (String, (ServerHandle, JoinHandle<()>)) {
    serve_at(app, site, "127.0.0.1:0".parse().unwrap())
}

fn serve_at(app: &App, site: &Site, at: std::net::SocketAddr) -> (String, (ServerHandle, JoinHandle<()>)) {
    let (tell, told) = mpsc::channel();
    let (app, site) = (app.clone(), site.clone());
    let thread = std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async move {
            let (server, address) = start::listen(&app, at, site, 2).unwrap();
            tell.send((server.handle(), address)).unwrap();
            server.await.unwrap();
        });
    });
    let (handle, address) = told.recv().unwrap();
    (format!("http://{address}"), (handle, thread))
}
