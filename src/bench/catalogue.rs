//! A catalogue of any size, always the same for the same number: the words, kinds, needs and prices of the demo town's
//! services in new mixtures, spread over Great Britain where its postcodes are.

use std::sync::mpsc::{SyncSender, sync_channel};

use chrono::{Days, NaiveDate};
use rand::RngExt;
use rand::distr::Distribution;
use rand::distr::weighted::WeightedIndex;
use rand::seq::IndexedRandom;

use crate::app::App;
use crate::catalogue::store::{NewOrganization, NewService};
use crate::catalogue::{self, CostOption, Details, Kind, Location, Origin, ProviderType, Rate, Service, Unit};
use crate::clock::UtcTime;
use crate::command::progress;
use crate::db::Conn;
use crate::ids::{CostOptionId, LocationId, OrganizationId, Random, ServiceId, seeded};
use crate::money::Money;
use crate::reviews;
use crate::start::Failure;

/// Services of one provider, and of one transaction.
const EACH: u32 = 40;
const BATCH: u32 = 2_000;

/// One service in so many is rated.
const RATED: u32 = 4;

/// The columns of `data/demo-town/services.csv` that are used.
#[derive(serde::Deserialize)]
struct Line {
    provider: String,
    name: String,
    kind: Kind,
    category: String,
    description: String,
    needs: String,
    accessibility: String,
    opening_hours: String,
}

/// A first half of postcodes.
#[derive(serde::Deserialize)]
struct Outward {
    code: String,
    lat: f64,
    lon: f64,
    postcodes: u32,
}

/// The name of a council's area.
#[derive(serde::Deserialize)]
struct Authority {
    #[serde(rename = "nice-name")]
    name: String,
}

/// What catalogues and searches are mixed from.
pub(super) struct Words {
    lines: Vec<Line>,
    outward: Vec<Outward>,
    by_postcodes: WeightedIndex<u32>,
    towns: Vec<String>,
}

impl Words {
    pub(super) fn read() -> Result<Self, Failure> {
        fn rows<T: serde::de::DeserializeOwned>(text: &str) -> Result<Vec<T>, csv::Error> {
            csv::Reader::from_reader(text.as_bytes()).deserialize().collect()
        }
        let outward: Vec<Outward> = rows(include_str!("../../data/ons-nspl-derived-outcodes/outward_codes.csv"))?;
        let towns: Vec<Authority> =
            rows(include_str!("../../data/mysociety-uk-local-authorities/uk_local_authorities.csv"))?;
        Ok(Self {
            lines: rows(include_str!("../../data/demo-town/services.csv"))?,
            by_postcodes: WeightedIndex::new(outward.iter().map(|code| code.postcodes))?,
            outward,
            towns: towns.into_iter().map(|town| town.name).collect(),
        })
    }

    /// The name of some service, without its town.
    pub(super) fn some_name(&self, random: &mut Random) -> &str {
        self.lines.choose(random).map_or("", |line| &line.name)
    }

    /// A word from some description.
    pub(super) fn some_word(&self, random: &mut Random) -> &str {
        let letters = |word: &&str| word.len() > 3 && word.chars().all(char::is_alphabetic);
        let words: Vec<&str> =
            self.lines.choose(random).map_or("", |l| &l.description).split(' ').filter(letters).collect();
        words.choose(random).copied().unwrap_or("help")
    }

    /// Some first half of a postcode, where most people live most often.
    pub(super) fn some_place(&self, random: &mut Random) -> &str {
        self.outward.get(self.by_postcodes.sample(random)).map_or("M33", |at| &at.code)
    }

    /// Some category and some kind.
    pub(super) fn some_category(&self, random: &mut Random) -> (&str, Kind) {
        self.lines.choose(random).map_or(("home-care", Kind::Support), |line| (&line.category, line.kind))
    }
}

/// What was made.
pub(super) struct Made {
    /// Some of the services, in no order that search knows.
    pub(super) sample: Vec<(ServiceId, String)>,
}

/// Services of one transaction.
struct Batch {
    organizations: Vec<NewOrganization>,
    services: Vec<NewService>,
    rated: Vec<(ServiceId, [i32; 5])>,
}

/// Writes so many services; one thread makes them up while this one writes.
pub(super) fn make(app: &App, words: &Words, count: u32) -> Result<Made, Failure> {
    let now = app.clock.now();
    let bar = progress("Writing services", u64::from(count));
    let mut sample = Vec::new();
    std::thread::scope(|scope| -> Result<(), Failure> {
        let (send, made) = sync_channel(2);
        scope.spawn(move || make_up(words, count, now, &send));
        for batch in made {
            let step = (count as usize / 5_000).max(1);
            sample.extend(batch.services.iter().step_by(step).map(|new| (new.service.id, new.service.name.clone())));
            bar.inc(batch.services.len() as u64);
            app.db.write_now(move |tx: &mut Conn| {
                catalogue::store::insert_organizations(tx, &batch.organizations)?;
                catalogue::store::insert_services(tx, &batch.services)?;
                batch.rated.iter().try_for_each(|(service, stars)| reviews::store::count(tx, *service, *stars))
            })?;
        }
        Ok(())
    })?;
    bar.finish_and_clear();
    Ok(Made { sample })
}

fn make_up(words: &Words, count: u32, now: UtcTime, send: &SyncSender<Batch>) {
    let mut random = seeded(7);
    for first in (0..count).step_by(BATCH as usize) {
        let mut batch = Batch { organizations: Vec::new(), services: Vec::new(), rated: Vec::new() };
        for number in first..count.min(first + BATCH) {
            let Some(line) = words.lines.choose(&mut random) else { return };
            if number % EACH == 0 {
                batch.organizations.push(organization(&format!("{} {}", line.provider, number / EACH + 1), now));
            }
            let Some(organization) = batch.organizations.last() else { return };
            let new = service(words, line, organization.id, now, &mut random);
            if number % RATED == 0 {
                batch.rated.push((new.service.id, std::array::from_fn(|_| random.random_range(0..6))));
            }
            batch.services.push(new);
        }
        if send.send(batch).is_err() {
            return; // the writer has given up
        }
    }
}

fn organization(name: &str, now: UtcTime) -> NewOrganization {
    NewOrganization {
        id: OrganizationId::new(),
        name: name.into(),
        description: "Made for measuring.".into(),
        provider_type: ProviderType::SocialEnterprise,
        status: "active",
        website: None,
        origin: Origin::Invented,
        created_at: now,
        authority_id: None,
        email: None,
        phone: None,
        charity_number: None,
        company_number: None,
    }
}

/// One service that no search has seen yet, to measure how long that takes.
pub(super) fn one_more(app: &App, name: &str) -> Result<(), Failure> {
    let (words, now) = (Words::read()?, app.clock.now());
    let line = words.lines.first().ok_or("no words")?;
    let organization = organization("Measured Care", now);
    let mut new = service(&words, line, organization.id, now, &mut seeded(11));
    name.clone_into(&mut new.service.name);
    let batch = (vec![organization], vec![new]);
    app.db.write_now(move |tx: &mut Conn| {
        catalogue::store::insert_organizations(tx, &batch.0)?;
        catalogue::store::insert_services(tx, &batch.1)
    })?;
    Ok(())
}

fn service(words: &Words, line: &Line, of: OrganizationId, now: UtcTime, random: &mut Random) -> NewService {
    let id = ServiceId::new();
    let today: NaiveDate = now.date();
    // Three names in four say a town too, as real ones do: so there are many names, and many that are shared.
    let name = match words.towns.choose(random).filter(|_| random.random_ratio(3, 4)) {
        Some(town) => format!("{}, {town}", line.name),
        None => line.name.clone(),
    };
    let other = words.lines.choose(random).map_or("", |other| &other.description);
    let more = other.split(' ').take(random.random_range(5..25)).collect::<Vec<_>>().join(" ");
    let free = matches!(line.kind, Kind::Universal | Kind::Community | Kind::Information) || random.random_ratio(1, 20);
    let at = words.outward.get(words.by_postcodes.sample(random));
    let terms = |list: &str| list.split('|').filter(|term| !term.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    NewService {
        service: Service {
            id,
            organization_id: of,
            kind: line.kind,
            category_id: line.category.clone(),
            name,
            description: format!("{} {more}", line.description),
            status: "active".into(),
            url: None,
            email: None,
            phone: None,
            minimum_age: Some(18),
            maximum_age: None,
            opening_hours: line.opening_hours.clone(),
            languages: "English".into(),
            regulated: false,
            registration_number: None,
            registration_source: None,
            registration_checked_on: None,
            regulator_rating: None,
            regulator_inspected_on: None,
            places_free: Some(random.random_range(0..4)),
            waiting_days: None,
            origin: Origin::Invented,
            source: None,
            assured_on: today - Days::new(random.random_range(0..200)),
            last_modified: now,
            rating_inherited: false,
        },
        options: if free { Vec::new() } else { vec![price(id, today, random.random_range(500..9_000))] },
        locations: at.map(|at| location(at, random)).into_iter().collect(),
        radius_metres: random.random_ratio(1, 2).then(|| random.random_range(3_000..20_000)),
        attributes: [terms(&line.needs), terms(&line.accessibility)].concat(),
        details: Details::default(),
    }
}

fn price(service: ServiceId, today: NaiveDate, pence: i64) -> CostOption {
    CostOption {
        id: CostOptionId::new(),
        service_id: service,
        label: "usual".into(),
        unit: Unit::Hour,
        amount_pence: Money::pence(pence),
        valid_from: today - Days::new(100),
        valid_to: None,
        position: 0,
        rate: Rate::AnyTime,
        includes: String::new(),
        direct_pence: None,
        management_pence: None,
        overhead_pence: None,
    }
}

fn location(at: &Outward, random: &mut Random) -> Location {
    Location {
        id: LocationId::new(),
        address: Some("1 High Street".into()),
        postal_code: at.code.clone(),
        latitude: at.lat + random.random_range(-0.03..0.03),
        longitude: at.lon + random.random_range(-0.05..0.05),
    }
}
