//! Starting and stopping: opens an installation, runs its followers, serves until told to stop.

use std::fs;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig};
use actix_web::{App as ActixApp, HttpServer};

use crate::app::{App, routes};
use crate::catalogue::taxonomy::Taxonomy;
use crate::clock::Clock;
use crate::config::{Mail, Place, Serving};
use crate::db::{self, Conn, DatabaseUrl, Db};
use crate::identity::{Passwords, Providers, SigningKeys, Waiver};
use crate::log::{self, Follower, Stop};
use crate::own_data::Maker;
use crate::post::{Office, Postman};
use crate::search::Index;
use crate::search::follow::Following;
use crate::web::assets;
use crate::web::guard::guard;
use crate::web::page::Site;
use crate::{catalogue, demand, places};

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
    let keys = Arc::new(SigningKeys::load(&db, clock.now())?);
    let taxonomy = Arc::new(Taxonomy::of(db.read_now(catalogue::store::terms)?));
    let post = Office::open(&Mail::default(), &place.data_dir)?;
    let shelf = catalogue::Shelf::new(db.clone());
    let passwords = Passwords::start()?;
    let providers = Arc::new(Providers::open(None)?);
    let waiver = if demo { Waiver::DemoPeople } else { Waiver::Nobody };
    Ok(App { db, index, shelf, clock: clock.clone(), keys, post, taxonomy, demo, passwords, providers, waiver })
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

/// The threads that follow the log.
pub struct Followers {
    stop: Stop,
    running: Vec<Follower>,
}

impl Followers {
    /// Starts following: the search index of this node, the demand cube, and the letters.
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
        Ok(Self { stop, running: vec![search, cube, post, copies] })
    }

    /// Lets each follower finish its step, and waits for that.
    pub fn stop(self) {
        self.stop.ask();
        self.running.into_iter().for_each(Follower::join);
    }
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
    let app = &App {
        post: Office::open(&settings.mail, &settings.place.data_dir)?,
        providers: Arc::new(Providers::open(settings.identity_providers.as_deref())?),
        ..app.clone()
    };
    let site = Site {
        secure_cookies: settings.secure_cookies,
        trusted_proxies: settings.trusted_proxies.clone(),
        ..Site::default()
    };
    let followers = Followers::start(app)?;
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let served = actix_web::rt::System::new().block_on(async {
        let (server, address) = listen(app, settings.bind, site, cores)
            .map_err(|cause| format!("cannot listen on {}: {cause}", settings.bind))?;
        ready(address);
        tracing::info!(%address, "serving");
        server.await.map_err(Failure::from)
    });
    followers.stop();
    tracing::info!("stopped");
    served
}

/// Waits until the followers have read everything that was committed before.
pub fn catch_up(app: &App) -> Result<(), Failure> {
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
