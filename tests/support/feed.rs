//! A catalogue with everything that a service may tell: for the feed.

use chrono::{NaiveDate, TimeDelta};
use indicatif::ProgressBar;
use waymark::budgets::FundingRoute;
use waymark::catalogue::store::{NewOrganization, NewService, insert_organizations, insert_services};
use waymark::catalogue::{
    AreaKind, CostOption, Details, Freq, Kind, Location, Origin, ProviderType, Rate, Schedule, Service, Unit,
};
use waymark::db::Conn;
use waymark::demo::{Size, build_of_size};
use waymark::ids::{CostOptionId, LocationId, OrganizationId, ScheduleId, ServiceId};
use waymark::money::Money;
use waymark::places::reference::authority_id;

use super::Town;
use super::people::TRAFFORD;

/// A service that tells everything.
pub const HOME_CARE: &str = "0190aaaa-1111-7111-8111-000000000001";
/// The service of somebody who works alone.
pub const ASSISTANT: &str = "0190aaaa-1111-7111-8111-000000000002";
/// A service that is closed for now.
pub const RESTING: &str = "0190aaaa-1111-7111-8111-000000000003";
/// A service of an organisation that is suspended.
pub const SUSPENDED: &str = "0190aaaa-1111-7111-8111-000000000004";
/// Who offers the first.
pub const CARERS: &str = "0190aaaa-2222-7222-8222-000000000001";

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

fn organization(id: &str, name: &str, kind: ProviderType, status: &'static str, town: &Town) -> NewOrganization {
    NewOrganization {
        id: id.parse().unwrap(),
        name: name.into(),
        description: format!("{name}, near you."),
        provider_type: kind,
        status,
        website: Some("www.example.org/us".into()),
        origin: Origin::Provider,
        created_at: town.app.clock.now(),
        authority_id: None,
        email: Some("robin@example.org".into()),
        phone: Some("0161 496 0999".into()),
        charity_number: None,
        company_number: None,
    }
}

/// A service about which little is told.
pub fn service(id: &str, organization: OrganizationId, name: &str, town: &Town) -> NewService {
    let id: ServiceId = id.parse().unwrap();
    let service = Service {
        id,
        organization_id: organization,
        kind: Kind::Support,
        category_id: "home-care".into(),
        name: name.into(),
        description: "Help with getting up & going to bed.\n\nWe come when you want us.".into(),
        status: "active".into(),
        url: Some("https://example.org/care?a=1&b=2".into()),
        email: Some("robin@example.org".into()),
        phone: Some("0161 496 0999".into()),
        minimum_age: None,
        maximum_age: None,
        opening_hours: String::new(),
        languages: String::new(),
        regulated: false,
        registration_number: None,
        registration_source: None,
        registration_checked_on: None,
        regulator_rating: None,
        regulator_inspected_on: None,
        places_free: None,
        waiting_days: None,
        origin: Origin::Provider,
        source: None,
        assured_on: day(2026, 5, 1),
        last_modified: town.app.clock.now() - TimeDelta::hours(1) + TimeDelta::milliseconds(123),
        rating_inherited: false,
    };
    NewService {
        service,
        options: Vec::new(),
        locations: Vec::new(),
        radius_metres: None,
        attributes: Vec::new(),
        details: Details::default(),
    }
}

fn option(number: u32, service: ServiceId, pence: i64, from: NaiveDate) -> CostOption {
    CostOption {
        id: CostOptionId::named(&format!("option {number} of {service}")),
        service_id: service,
        label: "Weekday daytime".into(),
        unit: Unit::Hour,
        amount_pence: Money::pence(pence),
        valid_from: from,
        valid_to: (number == 1).then(|| day(2026, 9, 30)),
        position: i32::try_from(number).unwrap(),
        rate: Rate::Weekday,
        includes: "Travel, and a chat".into(),
        direct_pence: Some(Money::pence(pence - 500)),
        management_pence: Some(Money::pence(300)),
        overhead_pence: Some(Money::pence(200)),
    }
}

/// The service that tells everything.
pub fn home_care(town: &Town) -> NewService {
    let organization: OrganizationId = CARERS.parse().unwrap();
    let mut new = service(HOME_CARE, organization, "Care at home", town);
    let id = new.service.id;
    new.service.phone = Some("0161 496 0123".into());
    new.service.email = Some("office@example.org".into());
    (new.service.minimum_age, new.service.maximum_age) = (Some(18), Some(99));
    new.service.languages = "English, Punjabi".into();
    new.service.opening_hours = "Monday: 9 to 5\nTuesday: 9 to 5".into();
    new.service.regulated = true;
    new.service.registration_number = Some("1-900000002".into());
    new.service.registration_source = Some("Care Quality Commission, care directory of 19 August 2026".into());
    new.service.registration_checked_on = Some(day(2026, 5, 2));
    new.service.regulator_rating = Some("Good".into());
    new.service.regulator_inspected_on = Some(day(2024, 10, 31));
    new.service.rating_inherited = true;
    (new.service.places_free, new.service.waiting_days) = (Some(0), Some(21));
    new.options = vec![option(1, id, 2_345, day(2025, 10, 1)), option(2, id, 2_499, day(2026, 10, 1))];
    new.locations = vec![Location {
        id: LocationId::named("carers' office"),
        address: Some("Unit 4, 1 High Street, Sale".into()),
        postal_code: "M33 7ZF".into(),
        latitude: 53.4245,
        longitude: -2.3186,
    }];
    new.radius_metres = Some(8_047);
    new.attributes = vec!["dementia-friendly".into(), "older-people".into(), "step-free".into()];
    new.attributes.retain(|term| term != "dementia-friendly");
    let rule = |number: u32, byday: &str, freq| Schedule {
        id: format!("0190aaaa-3333-7333-8333-00000000000{number}").parse::<ScheduleId>().unwrap(),
        service_id: id,
        freq,
        every: i32::try_from(number).unwrap(),
        byday: byday.into(),
        starts_on: Some(day(2026, 1, 5)),
        opens_at: Some("09:00".into()),
        closes_at: Some("17:30".into()),
        valid_from: None,
        valid_to: Some(day(2027, 12, 31)),
        description: "Not on bank holidays".into(),
    };
    new.details = Details {
        schedules: vec![rule(1, "MO,TU,WE", Freq::Weekly), rule(2, "2TH", Freq::Monthly)],
        areas: vec![(AreaKind::Authority, authority_id(TRAFFORD).to_string()), (AreaKind::District, "M41".into())],
        funding: vec![FundingRoute::DirectPayment, FundingRoute::OwnMoney],
        verifications: Vec::new(),
    };
    new
}

/// Adds to the town a service that tells everything, one of somebody who works alone, and two that are not published.
pub fn publish_everything(town: &Town) {
    let carers = NewOrganization {
        charity_number: Some("1062536".into()),
        company_number: Some("01234567".into()),
        email: Some("office@example.org".into()),
        ..organization(CARERS, "Sale Carers", ProviderType::Voluntary, "active", town)
    };
    let alone = "0190aaaa-2222-7222-8222-000000000002";
    let suspended = "0190aaaa-2222-7222-8222-000000000003";
    let organizations = vec![
        carers,
        organization(alone, "Robin Example", ProviderType::PersonalAssistant, "active", town),
        organization(suspended, "Gone Care", ProviderType::Private, "suspended", town),
    ];
    let mut assistant = service(ASSISTANT, alone.parse().unwrap(), "Robin, personal assistant", town);
    assistant.service.kind = Kind::PersonalAssistant;
    assistant.service.category_id = "personal-assistants".into();
    assistant.locations = vec![Location {
        id: LocationId::named("robin's home"),
        address: Some("12 Home Road, Sale".into()),
        postal_code: "M33 7ZF".into(),
        latitude: 53.424_532,
        longitude: -2.318_641,
    }];
    let mut resting = service(RESTING, CARERS.parse().unwrap(), "Resting", town);
    resting.service.status = "temporarily closed".into();
    let hidden = service(SUSPENDED, suspended.parse().unwrap(), "Hidden", town);
    let services = vec![home_care(town), assistant, resting, hidden];
    let publish = move |tx: &mut Conn| {
        insert_organizations(tx, &organizations)?;
        insert_services(tx, &services)
    };
    town.app.db.write_now(publish).unwrap();
}

/// Adds everything that the demo town lists, with few people and little history.
pub fn publish_demo_listings(town: &Town) {
    let size = Size { holders: 12, months: 2, lines: 40 };
    build_of_size(&town.app.db, &town.app.clock, size, &ProgressBar::hidden()).unwrap();
}
