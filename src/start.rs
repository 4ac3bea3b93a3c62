//! Starting and stopping: opens an installation, runs its followers, serves until told to stop.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App as ActixApp, HttpServer};
use chrono::{Datelike, NaiveDate, TimeDelta, Timelike};

use crate::app::{App, routes};
use crate::catalogue::cqc::{Key, Registrar};
use crate::catalogue::open_referral::fetch::Manners;
use crate::catalogue::open_referral::job::Librarian;
use crate::catalogue::taxonomy::Taxonomy;
use crate::clock::{Clock, day, wall_clock};
use crate::config::{Mail, Place, Serving};
use crate::db::{self, Conn, DatabaseUrl, Db};
use crate::identity::{Passwords, Providers, SigningKeys, Waiver};
use crate::log::{self, Follower, Stop};
use crate::monitoring;
use crate::own_data::Maker;
use crate::payments;
use crate::post::{Office, Postman};
use crate::providers::statistics::Tally;
use crate::saved_searches::Watch;
use crate::search::follow::Following;
use crate::search::{Index, SearchLog, Writing};
use crate::spending_rules::{self, RuleBook};
use crate::vault::Vault;
use crate::web::assets;
use crate::web::guard::guard;
use crate::web::page::Site;
use crate::{budgets, catalogue, corrections, demand, freshness, places, support_plans, verification};

/// Whatever keeps an installation from starting.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Connections for reading; on PostgreSQL for writing too.
const CONNECTIONS: u32 = 8;

/// The most bytes of one form or document.
const LARGEST_BODY: usize = 128 * 1024;

/// Events that the demand follower counts in one transaction: short, so that buyers do not wait behind it.
const DEMAND_STEP: i64 = 200;

/// Opens an installation: its database with the schema up to date and the reference data in it, and its index.
pub fn open(place: &Place, clock: &Clock, demo: bool) -> Result<App, Failure> {
    // Whoever came first in this process has installed the same one.
    drop(rustls::crypto::ring::default_provider().install_default());
    let url = place.database()?;
    fs::create_dir_all(&place.data_dir)
        .map_err(|cause| format!("cannot make the data folder {}: {cause}", place.data_dir.display()))?;
    let mut conn = url.connect().map_err(|cause| format!("cannot open the database {url:?}: {cause}"))?;
    db::migrate(&mut conn)?;
    drop(conn);
    let db = Db::open(&url, CONNECTIONS)?;
    db.write_now(|tx: &mut Conn| places::reference::load(tx))?;
    let index = Index::open_or_create(&place.index_dir())?;
    let vault = Vault::open(&place.data_dir)?;
    let keys = Arc::new(SigningKeys::load(&db, &vault, clock.now())?);
    let taxonomy = Arc::new(Taxonomy::of(db.read_now(catalogue::store::terms)?));
    let post = Office::open(&Mail::default(), &place.data_dir)?;
    let shelf = catalogue::Shelf::new(db.clone());
    let rules = RuleBook::new(db.clone());
    let tally = Tally::default();
    let passwords = Passwords::start()?;
    let providers = Arc::new(Providers::open(None)?);
    let waiver = if demo { Waiver::DemoPeople } else { Waiver::Nobody };
    let manners = Manners::default();
    let papers = verification::Papers::below(&place.data_dir);
    let searches = SearchLog::default();
    Ok(App {
        db,
        index,
        searches,
        shelf,
        rules,
        vault,
        clock: clock.clone(),
        keys,
        post,
        manners,
        papers,
        taxonomy,
        tally,
        demo,
        passwords,
        providers,
        waiver,
    })
}

/// Opens an installation that is there already: a mistyped folder is said so, not made.
pub fn open_existing(place: &Place, clock: &Clock) -> Result<App, Failure> {
    if let DatabaseUrl::Sqlite(path) = place.database()?
        && !std::path::Path::new(&path).exists()
    {
        return Err(format!("there is no database at {path}; --data-dir and --database-url say where it is").into());
    }
    open(place, clock, false)
}

/// Whatever is done once a day: letters that ask and remind. Begins at eight in the morning.
pub struct Today {
    db: Db,
    clock: Clock,
    public_url: String,
    done: Option<NaiveDate>,
}

/// Nobody gets a letter before.
const MORNING: u32 = 8;

impl Today {
    /// The daily work of an installation.
    #[must_use]
    pub fn new(app: &App) -> Self {
        let (db, clock, public_url) = (app.db.clone(), app.clock.clone(), app.post.public_url.clone());
        Self { db, clock, public_url, done: None }
    }

    /// Takes the next step of today's work; whether there was one.
    pub fn step(&mut self) -> Result<bool, Failure> {
        let now = self.clock.now();
        let today = day(now);
        if self.done == Some(today) || wall_clock(now).hour() < MORNING {
            return Ok(false);
        }
        if self.db.read_now(|conn| log::daily::has_work(conn, freshness::JOB, today))? {
            let public_url = self.public_url.clone();
            self.db.write_now(move |tx: &mut Conn| freshness::ask_some(tx, &public_url, now))?;
            return Ok(true);
        }
        if self.db.read_now(|conn| log::daily::has_work(conn, verification::JOB, today))? {
            let public_url = self.public_url.clone();
            self.db.write_now(move |tx: &mut Conn| verification::remind_some(tx, &public_url, now))?;
            return Ok(true);
        }
        if self.db.read_now(|conn| log::daily::has_work(conn, budgets::close::JOB, today))? {
            self.db.write_now(move |tx: &mut Conn| budgets::close::turn_some(tx, now))?;
            return Ok(true);
        }
        if self.db.read_now(|conn| log::daily::has_work(conn, budgets::funds::chase::JOB, today))? {
            let public_url = self.public_url.clone();
            self.db.write_now(move |tx: &mut Conn| budgets::funds::chase::chase_some(tx, &public_url, now))?;
            return Ok(true);
        }
        if self.db.read_now(|conn| log::daily::has_work(conn, support_plans::review::JOB, today))? {
            let public_url = self.public_url.clone();
            self.db.write_now(move |tx: &mut Conn| support_plans::review::tell_some(tx, &public_url, now))?;
            return Ok(true);
        }
        if self.db.read_now(|conn| log::daily::has_work(conn, spending_rules::letters::JOB, today))? {
            let public_url = self.public_url.clone();
            self.db.write_now(move |tx: &mut Conn| spending_rules::letters::remind_some(tx, &public_url, now))?;
            return Ok(true);
        }
        if self.db.read_now(|conn| log::daily::has_work(conn, monitoring::JOB, today))? {
            self.db.write_now(move |tx: &mut Conn| monitoring::flag_some(tx, now))?;
            return Ok(true);
        }
        self.db.write_now(move |tx: &mut Conn| corrections::store::forget_where_from(tx, now - TimeDelta::days(1)))?;
        self.done = Some(today);
        Ok(true)
    }
}

/// The threads that follow the log.
pub struct Followers {
    stop: Stop,
    running: Vec<Follower>,
    unwritten: (Tally, Db),
}

impl Followers {
    /// Starts following: the search index of this node, the demand cube, the letters, prices of the day, saved
    /// searches, feeds, the log of searches, and the work of each day.
    pub fn start(app: &App) -> Result<Self, Failure> {
        let stop = Stop::default();
        let mut index = Following::new(app.index.clone(), app.db.clone(), Arc::clone(&app.taxonomy), app.clock.clone());
        let search = Follower::start("index", app.db.clone(), stop.clone(), move || Ok(index.step()?))?;
        let (db, clock) = (app.db.clone(), app.clock.clone());
        let cube = Follower::start("demand", app.db.clone(), stop.clone(), move || {
            // Looks before it writes: a commit wakes every follower, and an empty one would wake them for ever.
            let waits = db.read_now(|conn| {
                log::position_of(conn, demand::FOLLOWER).and_then(|at| log::read_after(conn, at, 1))
            })?;
            let now = clock.now();
            Ok(!waits.is_empty() && db.write_now(move |tx: &mut Conn| demand::follow(tx, DEMAND_STEP, now))?)
        })?;
        let postman = Postman::new(app.db.clone(), app.clock.clone(), app.post.clone());
        let post = Follower::start("post", app.db.clone(), stop.clone(), move || postman.step())?;
        let maker = Maker::new(app.db.clone(), app.clock.clone(), app.post.clone());
        let copies = Follower::start("copies", app.db.clone(), stop.clone(), move || maker.step())?;
        let (db, tally, mut last) = (app.db.clone(), app.tally.clone(), Instant::now());
        let counts = Follower::start("counts", app.db.clone(), stop.clone(), move || Ok(tally.step(&db, &mut last)?))?;
        let (db, clock) = (app.db.clone(), app.clock.clone());
        let payments = Follower::start("payments", app.db.clone(), stop.clone(), move || {
            let Some(run) = db.read_now(payments::store::next_approved)? else { return Ok(false) };
            let now = clock.now();
            db.write_now(move |tx: &mut Conn| payments::settle_some(tx, run, payments::AT_ONCE, now))?;
            Ok(true)
        })?;
        let (db, clock) = (app.db.clone(), app.clock.clone());
        let prices = Follower::start("prices", app.db.clone(), stop.clone(), move || Ok(price_day(&db, &clock)?))?;
        let mut watch = Watch::new(app.clone());
        let watch = Follower::start("saved searches", app.db.clone(), stop.clone(), move || watch.step())?;
        let librarian = Librarian::new(app.clone(), stop.clone());
        let feeds = Follower::start("feeds", app.db.clone(), stop.clone(), move || librarian.step())?;
        let mut today = Today::new(app);
        let daily = Follower::start("daily", app.db.clone(), stop.clone(), move || today.step())?;
        let mut writing = Writing::new(app.searches.clone(), app.db.clone());
        let searches = Follower::start("searches", app.db.clone(), stop.clone(), move || Ok(writing.step()?))?;
        let unwritten = (app.tally.clone(), app.db.clone());
        Ok(Self {
            stop,
            running: vec![search, cube, post, counts, prices, watch, feeds, daily, searches, copies, payments],
            unwritten,
        })
    }

    /// Asks the Care Quality Commission every day what changed.
    fn ask_the_register(&mut self, app: &App, address: &str, key: &Key) -> std::io::Result<()> {
        let mut registrar = Registrar::new(app.clone(), address.to_owned(), key.clone(), self.stop.clone());
        let follower = Follower::start("register", app.db.clone(), self.stop.clone(), move || registrar.step())?;
        self.running.push(follower);
        Ok(())
    }

    /// Lets each follower finish its step, and waits for that.
    pub fn stop(self) {
        self.stop.ask();
        self.running.into_iter().for_each(Follower::join);
        let (tally, db) = self.unwritten;
        if let Err(cause) = tally.write(&db) {
            tracing::warn!(error = %cause, "the last counts could not be written");
        }
    }
}

/// Tells the log of prices that change today, once a day; looks before it writes.
fn price_day(db: &Db, clock: &Clock) -> diesel::QueryResult<bool> {
    let now = clock.now();
    let today = now.date();
    let told = db.read_now(|conn| log::position_of(conn, catalogue::PRICES))?.seq;
    if told >= i64::from(today.num_days_from_ce()) {
        return Ok(false);
    }
    db.write_now(move |tx: &mut Conn| catalogue::tell_price_days(tx, today, now))
}

/// The server, listening but not yet awaited. Stops gracefully on SIGTERM and SIGINT.
pub fn listen(app: &App, bind: SocketAddr, site: Site, workers: usize) -> std::io::Result<(Server, SocketAddr)> {
    let site = Site { version: assets::version(), demo: app.demo, ..site };
    let app = app.clone();
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(Data::new(app.clone()))
            .app_data(Data::new(site.clone()))
            .app_data(PayloadConfig::new(LARGEST_BODY))
            .wrap(from_fn(guard))
            .configure(routes)
    })
    .workers(workers)
    .shutdown_timeout(10)
    .bind(bind)?;
    let address = server.addrs().first().copied().unwrap_or(bind);
    Ok((server.run(), address))
}

/// Serves an installation until told to stop; then drains requests and lets the followers finish.
pub fn serve(app: &App, settings: &Serving, ready: impl FnOnce(SocketAddr)) -> Result<(), Failure> {
    let post = Office::open(&settings.mail, &settings.place.data_dir)?;
    let manners = Manners { may_be_private: settings.feeds_may_be_private, ..app.manners.clone() };
    let providers = Arc::new(Providers::open(settings.identity_providers.as_deref())?);
    let app = &App { post, manners, providers, ..app.clone() };
    let site = Site {
        secure_cookies: settings.secure_cookies,
        trusted_proxies: settings.trusted_proxies.clone(),
        ..Site::default()
    };
    app.passwords.let_others_go_first();
    let mut followers = Followers::start(app)?;
    if let Some(key) = &settings.cqc_key {
        followers.ask_the_register(app, &settings.cqc_address, key)?;
    }
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let served = actix_web::rt::System::new().block_on(async {
        let (server, address) = listen(app, settings.bind, site, cores)
            .map_err(|cause| format!("cannot listen on {}: {cause}", settings.bind))?;
        ready(address);
        tracing::info!(%address, "serving");
        server.await.map_err(Failure::from)
    });
    followers.stop();
    if let Err(cause) = app.searches.write(&app.db) {
        tracing::warn!(error = %cause, "the last searches could not be logged");
    }
    tracing::info!("stopped");
    served
}

/// Waits until the followers have read everything that was committed before.
pub fn catch_up(app: &App) -> Result<(), Failure> {
    price_day(&app.db, &app.clock)?;
    let mut index = Following::new(app.index.clone(), app.db.clone(), Arc::clone(&app.taxonomy), app.clock.clone());
    while index.step()? {}
    loop {
        let now = app.clock.now();
        if !app.db.write_now(move |tx: &mut Conn| demand::follow(tx, DEMAND_STEP, now))? {
            return Ok(());
        }
        std::thread::sleep(Duration::ZERO);
    }
}
