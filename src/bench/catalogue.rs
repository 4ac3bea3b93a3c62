//! A catalogue of any size, with the words of the demo town's services in new mixtures.

use chrono::{Days, NaiveDate};
use rand::RngExt;
use rand::seq::IndexedRandom;

use crate::app::App;
use crate::catalogue::store::{NewOrganization, NewService};
use crate::catalogue::{self, CostOption, Details, Kind, Location, Origin, ProviderType, Rate, Service, Unit};
use crate::clock::UtcTime;
use crate::command::progress;
use crate::db::Conn;
use crate::ids::{CostOptionId, LocationId, OrganizationId, ServiceId, seeded};
use crate::money::Money;
use crate::search;
use crate::start::Failure;

/// The columns of `data/demo-town/services.csv` that give the words.
#[derive(serde::Deserialize)]
struct Line {
    name: String,
    category: String,
    description: String,
}

/// Writes so many services and builds the index; gives their ids.
pub(super) fn make(app: &App, count: u32) -> Result<Vec<ServiceId>, Failure> {
    let text = include_str!("../../data/demo-town/services.csv");
    let lines: Vec<Line> = csv::Reader::from_reader(text.as_bytes()).deserialize().collect::<Result<_, _>>()?;
    let sentences: Vec<Vec<&str>> = lines.iter().map(|line| line.description.split_inclusive(". ").collect()).collect();
    let mut random = seeded(7);
    let now = app.clock.now();
    let bar = progress("Writing services", u64::from(count));
    let mut ids = Vec::new();
    let mut left = count;
    while left > 0 {
        let batch = left.min(2_000);
        left -= batch;
        let organization = organization(now);
        let services: Vec<NewService> = (0..batch)
            .filter_map(|_| {
                let (name, words) = (lines.choose(&mut random)?, lines.choose(&mut random)?);
                let said = sentences.choose(&mut random)?;
                let other = words.description.split(' ').take(random.random_range(5..25)).collect::<Vec<_>>().join(" ");
                let description = format!("{}{other}", said.concat());
                let at = (random.random_range(50.8..55.0), random.random_range(-3.2..0.2));
                Some(service(
                    organization.id,
                    &name.name,
                    &name.category,
                    description,
                    at,
                    now,
                    random.random_range(500..9_000),
                ))
            })
            .collect();
        ids.extend(services.iter().map(|new| new.service.id));
        let batch = (vec![organization], services);
        bar.inc(batch.1.len() as u64);
        app.db.write_now(move |tx: &mut Conn| {
            catalogue::store::insert_organizations(tx, &batch.0)?;
            catalogue::store::insert_services(tx, &batch.1)
        })?;
    }
    bar.finish_and_clear();
    search::follow::rebuild(&app.index, &app.db, &app.taxonomy, now.date(), |_| {})?;
    Ok(ids)
}

fn organization(now: UtcTime) -> NewOrganization {
    NewOrganization {
        id: OrganizationId::new(),
        name: "Measured Care".into(),
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

fn service(
    organization: OrganizationId,
    name: &str,
    category: &str,
    description: String,
    at: (f64, f64),
    now: UtcTime,
    pence: i64,
) -> NewService {
    let id = ServiceId::new();
    let today: NaiveDate = now.date();
    NewService {
        service: Service {
            id,
            organization_id: organization,
            kind: Kind::Support,
            category_id: category.to_owned(),
            name: name.to_owned(),
            description,
            status: "active".into(),
            url: None,
            email: None,
            phone: None,
            minimum_age: Some(18),
            maximum_age: None,
            opening_hours: "Every day, 7am to 11pm".into(),
            languages: "English".into(),
            regulated: false,
            registration_number: None,
            registration_source: None,
            registration_checked_on: None,
            regulator_rating: None,
            regulator_inspected_on: None,
            places_free: Some(2),
            waiting_days: None,
            origin: Origin::Invented,
            source: None,
            assured_on: today - Days::new(20),
            last_modified: now,
            rating_inherited: false,
        },
        options: vec![CostOption {
            id: CostOptionId::new(),
            service_id: id,
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
        }],
        locations: vec![Location {
            id: LocationId::new(),
            address: Some("1 High Street, Sale".into()),
            postal_code: "M33 7XB".into(),
            latitude: at.0,
            longitude: at.1,
        }],
        radius_metres: Some(8_000),
        attributes: Vec::new(),
        details: Details::default(),
    }
}
