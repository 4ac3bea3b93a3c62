//! Who lives in the town of the tests, and what there is to buy.

use std::sync::OnceLock;

use chrono::{Days, NaiveDate};
use waymark::budgets::{self, FundingRoute, NewBudget};
use waymark::catalogue::store::{NewOrganization, NewService, insert_organizations, insert_services};
use waymark::catalogue::{CostOption, Details, Kind, Location, Origin, ProviderType, Rate, Service, Unit};
use waymark::clock::UtcTime;
use waymark::db::Conn;
use waymark::identity::store::{NewCitizen, NewPerson, grant, insert_citizens, insert_people};
use waymark::identity::{self, NeedGroup, RoleName};
use waymark::ids::{AuthorityId, BudgetId, CostOptionId, LocationId, OrganizationId, PersonId, ServiceId};
use waymark::money::Money;
use waymark::places::reference::authority_id;

/// Everybody's password.
pub const PASSWORD: &str = "four red kites";

/// So many pounds.
pub fn pounds(pounds: i32) -> Money {
    Money::pounds(pounds)
}

/// Trafford and Bolton.
pub const TRAFFORD: &str = "E08000009";
/// The other council.
pub const BOLTON: &str = "E08000001";
/// A ward of Trafford.
pub const ASHTON: &str = "E05015240";
/// Another ward of Trafford.
pub const BOWDON: &str = "E05015241";
/// A ward of Bolton.
pub const ASTLEY_BRIDGE: &str = "E05014818";

fn hash() -> String {
    static HASH: OnceLock<String> = OnceLock::new();
    HASH.get_or_init(|| identity::hash(PASSWORD).unwrap()).clone()
}

/// The e-mail address of somebody.
pub fn email(name: &str) -> String {
    format!("{}@example.org", name.to_lowercase())
}

/// Somebody with an account.
pub fn person(tx: &mut Conn, name: &str, now: UtcTime) -> PersonId {
    let id = PersonId::named(name);
    let new = NewPerson {
        id,
        display_name: format!("{name} Example"),
        email: Some(email(name)),
        password_hash: Some(hash()),
        created_at: now,
    };
    insert_people(tx, &[new]).unwrap();
    id
}

/// Somebody with a personal budget.
pub fn budget_holder(tx: &mut Conn, name: &str, council: &str, ward: &str, amount: Money, now: UtcTime) -> BudgetId {
    let id = person(tx, name, now);
    let authority = authority_id(council);
    let citizen = NewCitizen {
        person_id: id,
        authority_id: authority,
        ward_code: ward.to_owned(),
        birth_year: 1950,
        need_group: NeedGroup::Older,
    };
    insert_citizens(tx, &[citizen]).unwrap();
    budget_of(tx, id, authority, amount, now)
}

/// A budget for somebody who is there already.
pub fn budget_of(tx: &mut Conn, person: PersonId, authority: AuthorityId, amount: Money, now: UtcTime) -> BudgetId {
    let new = NewBudget {
        person,
        name: "Personal budget 2026 to 2027".into(),
        funding_route: FundingRoute::DirectPayment,
        starts_on: NaiveDate::from_ymd_opt(2026, 4, 6).unwrap(),
        ends_on: NaiveDate::from_ymd_opt(2027, 4, 6).unwrap(),
        review_on: NaiveDate::from_ymd_opt(2027, 2, 1).unwrap(),
        amount,
    };
    budgets::open(tx, authority, &[new], now).unwrap().remove(0).id
}

/// A provider, and somebody who works its account.
fn provider(tx: &mut Conn, name: &str, kind: ProviderType, member: Option<&str>, now: UtcTime) -> OrganizationId {
    let id = OrganizationId::named(name);
    let new = NewOrganization {
        id,
        name: name.into(),
        description: format!("{name}: people near you."),
        provider_type: kind,
        status: "active",
        website: None,
        origin: Origin::Invented,
        created_at: now,
        authority_id: Some(authority_id(TRAFFORD)),
        email: None,
        phone: None,
        charity_number: None,
        company_number: None,
    };
    insert_organizations(tx, &[new]).unwrap();
    if let Some(member) = member {
        let person = person(tx, member, now);
        grant(tx, person, RoleName::ProviderMember, None, Some(id), now).unwrap();
    }
    id
}

/// The id of a service of the town.
pub fn service_id(name: &str) -> ServiceId {
    ServiceId::named(&format!("service:{name}"))
}

/// The id of its price.
pub fn option_id(name: &str) -> CostOptionId {
    CostOptionId::named(&format!("price:{name}"))
}

#[derive(Clone, Copy)]
struct Offered<'a> {
    name: &'a str,
    about: &'a str,
    kind: Kind,
    category: &'a str,
    price: Option<(i64, Unit)>,
    at: (f64, f64),
}

fn service(organization: OrganizationId, offered: Offered<'_>, now: UtcTime) -> NewService {
    let id = service_id(offered.name);
    let long_ago = now.date() - Days::new(700);
    let options = offered.price.map(|(pence, unit)| CostOption {
        id: option_id(offered.name),
        service_id: id,
        label: "standard price".into(),
        unit,
        amount_pence: Money::pence(pence),
        valid_from: long_ago,
        valid_to: None,
        position: 1,
        rate: Rate::AnyTime,
        includes: String::new(),
        direct_pence: None,
        management_pence: None,
        overhead_pence: None,
    });
    NewService {
        service: Service {
            id,
            organization_id: organization,
            kind: offered.kind,
            category_id: offered.category.into(),
            name: offered.name.into(),
            description: offered.about.into(),
            status: "active".into(),
            url: None,
            email: None,
            phone: Some("0161 496 0000".into()),
            minimum_age: None,
            maximum_age: None,
            opening_hours: "Monday: 9 to 5".into(),
            languages: String::new(),
            regulated: false,
            registration_number: None,
            registration_source: None,
            registration_checked_on: None,
            regulator_rating: None,
            regulator_inspected_on: None,
            places_free: Some(3),
            waiting_days: Some(7),
            origin: Origin::Invented,
            source: None,
            assured_on: now.date(),
            last_modified: now,
            rating_inherited: false,
        },
        options: options.into_iter().collect(),
        locations: vec![Location {
            id: LocationId::named(offered.name),
            address: Some("1 High Street, Sale".into()),
            postal_code: "M33 7ZF".into(),
            latitude: offered.at.0,
            longitude: offered.at.1,
        }],
        radius_metres: None,
        attributes: vec!["older-people".into()],
        details: Details::default(),
    }
}

const SALE: (f64, f64) = (53.4245, -2.3186);
const URMSTON: (f64, f64) = (53.4487, -2.3541);

/// Everybody and everything that the town begins with.
pub fn settle(tx: &mut Conn, now: UtcTime) {
    let neighbours = provider(tx, "Sale Neighbours", ProviderType::Voluntary, Some("Pat"), now);
    let others = provider(tx, "Altrincham Home Help", ProviderType::Private, Some("Olu"), now);
    let council = provider(tx, "Trafford Libraries", ProviderType::InHouse, None, now);
    let sitting = Offered {
        name: "Someone to sit with mum or dad",
        about: "A few hours of company, so that you can go out.",
        kind: Kind::Support,
        category: "sitting-service",
        price: Some((1_800, Unit::Hour)),
        at: SALE,
    };
    let lunch = Offered {
        name: "Lunch club",
        about: "A cooked meal around a table with other people.",
        kind: Kind::Support,
        category: "lunch-clubs",
        price: Some((800, Unit::Session)),
        at: SALE,
    };
    let library = Offered {
        name: "Sale Library",
        about: "Books, computers, newspapers and warmth.",
        kind: Kind::Universal,
        category: "libraries",
        price: None,
        at: SALE,
    };
    let urmston = Offered { name: "Urmston Library", at: URMSTON, ..library };
    let garden = Offered {
        name: "Garden tidy",
        about: "Hedges and lawns, side by side with you.",
        kind: Kind::Support,
        category: "gardening",
        price: Some((2_500, Unit::Visit)),
        at: URMSTON,
    };
    let all = [
        service(neighbours, sitting, now),
        service(neighbours, lunch, now),
        service(council, library, now),
        service(council, urmston, now),
        service(others, garden, now),
    ];
    insert_services(tx, &all).unwrap();
    budget_holder(tx, "Amira", TRAFFORD, ASHTON, pounds(120), now);
    budget_holder(tx, "Noor", TRAFFORD, ASHTON, pounds(500), now);
    budget_holder(tx, "Bela", BOLTON, ASTLEY_BRIDGE, pounds(500), now);
    for (name, role, council) in [
        ("Carol", RoleName::Commissioner, TRAFFORD),
        ("Colin", RoleName::Commissioner, BOLTON),
        ("Fay", RoleName::FinanceOfficer, TRAFFORD),
        ("Finn", RoleName::FinanceOfficer, BOLTON),
        ("Mo", RoleName::Moderator, TRAFFORD),
        ("Milly", RoleName::Moderator, BOLTON),
        ("Audrey", RoleName::Auditor, TRAFFORD),
        ("Audra", RoleName::Auditor, BOLTON),
        ("Cate", RoleName::CareManager, TRAFFORD),
        ("Clem", RoleName::CareManager, BOLTON),
        ("Ada", RoleName::AuthorityAdministrator, TRAFFORD),
        ("Aled", RoleName::AuthorityAdministrator, BOLTON),
    ] {
        let id = person(tx, name, now);
        grant(tx, id, role, Some(authority_id(council)), None, now).unwrap();
    }
}
