//! The real part of the town: libraries, pharmacies, food banks, mental health services, care homes and charities from
//! open data. `data/demo-town/real.csv` says how each file is read. Nothing here is bought: no prices are published.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::catalogue::store::NewService;
use crate::catalogue::{Details, Kind, Origin, ProviderType, Service};
use crate::ids::ServiceId;

use super::details;
use super::listing::{Dates, Listings, TownError, given, location, named_provider, named_service};

const LIBRARIES: &str = include_str!("../../data/trafford-datalab-open-data/gm_libraries.csv");
const PHARMACIES: &str = include_str!("../../data/trafford-datalab-open-data/gm_pharmacies.csv");
const FOOD_BANKS: &str = include_str!("../../data/trafford-datalab-open-data/gm_food_banks.csv");
const MENTAL_HEALTH: &str = include_str!("../../data/trafford-datalab-open-data/trafford_mental_health_services.csv");
const CARE_HOMES: &str = include_str!("../../data/trafford-datalab-open-data/trafford_care_homes.csv");
const CHARITIES: &str = include_str!("../../data/trafford-datalab-open-data/charities_operating_in_trafford.csv");
const MENTAL_HEALTH_CATEGORIES: &str = include_str!("../../data/demo-town/mental_health_categories.csv");
const CHARITY_CATEGORIES: &str = include_str!("../../data/demo-town/charity_categories.csv");

/// The day of the commit that the files were taken from.
const TAKEN_ON: NaiveDate = day(2026, 5, 12);
/// The day of the Care Quality Commission's directory.
const DIRECTORY_OF: NaiveDate = day(2026, 2, 25);

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => NaiveDate::MIN,
    }
}

/// Reads every file of open data.
pub(super) fn listings(dates: Dates) -> Result<Listings, TownError> {
    let mut all = Listings::default();
    libraries(&mut all, dates)?;
    pharmacies(&mut all, dates)?;
    food_banks(&mut all, dates)?;
    mental_health(&mut all, dates)?;
    care_homes(&mut all, dates)?;
    charities(&mut all, dates)?;
    Ok(all)
}

fn lines<T: for<'de> Deserialize<'de>>(file: &'static str) -> impl Iterator<Item = Result<T, csv::Error>> {
    csv::Reader::from_reader(file.as_bytes()).into_deserialize()
}

fn some(cell: &str) -> Option<String> {
    given(cell).map(str::to_owned)
}

/// A web address, of which some lack the beginning.
fn web(cell: &str) -> Option<String> {
    let address = given(cell)?;
    Some(if address.contains("://") { address.to_owned() } else { format!("http://{address}") })
}

/// Adds a free service that people come to.
fn add(
    all: &mut Listings,
    service: Service,
    address: Option<&str>,
    postcode: &str,
    at: Option<(f64, f64)>,
    needs: &[&str],
) {
    let locations = location(service.id, address, postcode, at);
    let schedules = details::schedules(service.id, &service.opening_hours);
    let attributes = needs.iter().map(ToString::to_string).collect();
    all.services.push(NewService {
        service,
        options: Vec::new(),
        locations,
        radius_metres: None,
        attributes,
        details: Details { schedules, ..Details::default() },
    });
}

/// What all services of one file share.
fn service(
    all: &mut Listings,
    key: &str,
    provider: (&str, ProviderType),
    what: (Kind, &str, &str),
    source: &str,
    dates: Dates,
) -> Service {
    let organization = all.provider(named_provider(Origin::OpenData, provider.0, provider.1, dates));
    let id = ServiceId::named(&format!("open data:{key}"));
    Service {
        source: Some(source.to_owned()),
        assured_on: TAKEN_ON.min(dates.today),
        ..named_service(id, organization, what, Origin::OpenData, dates)
    }
}

#[derive(Deserialize)]
struct Library {
    name: String,
    address: String,
    postcode: String,
    #[serde(rename = "type")]
    run_as: String,
    email: String,
    website: String,
    area_name: String,
    lon: f64,
    lat: f64,
}

fn libraries(all: &mut Listings, dates: Dates) -> Result<(), TownError> {
    for line in lines(LIBRARIES) {
        let line: Library = line?;
        let council = format!("{} libraries", line.area_name);
        let (provider, about) = match line.run_as.as_str() {
            "Local authority run library" | "Local authority run library book access point" => {
                ((council.as_str(), ProviderType::InHouse), "A public library run by the council")
            }
            "Commissioned library" => {
                ((line.name.as_str(), ProviderType::SocialEnterprise), "A public library run for the council")
            }
            _ => ((line.name.as_str(), ProviderType::Voluntary), "A library run by people of the neighbourhood"),
        };
        let what = (Kind::Universal, "libraries", line.name.as_str());
        let key = format!("libraries:{}:{}", line.area_name, line.name);
        let service = Service {
            description: format!(
                "{about}. Books to borrow, computers to use and a place to sit and read, free for everybody. \
                 Ask about events, and about books brought to your home."
            ),
            email: some(&line.email),
            url: web(&line.website),
            ..service(all, &key, provider, what, "Trafford Data Lab: libraries in Greater Manchester", dates)
        };
        add(all, service, Some(&line.address), &line.postcode, Some((line.lat, line.lon)), &[]);
    }
    Ok(())
}

#[derive(Deserialize)]
struct Pharmacy {
    pharmacy_name: String,
    address: String,
    postcode: String,
    opening_hours_monday: String,
    opening_hours_tuesday: String,
    opening_hours_wednesday: String,
    opening_hours_thursday: String,
    opening_hours_friday: String,
    opening_hours_saturday: String,
    opening_hours_sunday: String,
    organisation_data_service_code: String,
}

fn pharmacies(all: &mut Listings, dates: Dates) -> Result<(), TownError> {
    for line in lines(PHARMACIES) {
        let line: Pharmacy = line?;
        let name = format!("{}, {}", line.pharmacy_name, first_part(&line.address));
        let key = format!("pharmacies:{}", line.organisation_data_service_code);
        let provider = (line.pharmacy_name.as_str(), ProviderType::Private);
        let service = Service {
            description:
                "Medicines, advice without an appointment, and help with minor illnesses. Ask about delivery and \
                          blister packs."
                    .into(),
            opening_hours: week(&line),
            ..service(
                all,
                &key,
                provider,
                (Kind::Universal, "pharmacies", &name),
                "Trafford Data Lab: pharmacies in Greater Manchester",
                dates,
            )
        };
        add(all, service, Some(&line.address), &line.postcode, None, &[]);
    }
    Ok(())
}

fn first_part(address: &str) -> &str {
    address.split(',').next().unwrap_or_default().trim()
}

/// "Monday: 09:00 to 13:00, 14:00 to 17:30", a line for each day.
fn week(line: &Pharmacy) -> String {
    let days = [
        ("Monday", &line.opening_hours_monday),
        ("Tuesday", &line.opening_hours_tuesday),
        ("Wednesday", &line.opening_hours_wednesday),
        ("Thursday", &line.opening_hours_thursday),
        ("Friday", &line.opening_hours_friday),
        ("Saturday", &line.opening_hours_saturday),
        ("Sunday", &line.opening_hours_sunday),
    ];
    let day = |(day, hours): &(&str, &String)| {
        let hours = if *hours == "CLOSED" { "closed".into() } else { hours.replace('-', " to ").replace(',', ", ") };
        format!("{day}: {hours}")
    };
    days.iter().filter(|(_, hours)| given(hours).is_some()).map(day).collect::<Vec<_>>().join("\n")
}

#[derive(Deserialize)]
struct FoodBank {
    #[serde(rename = "Name")]
    name: String,
    #[serde(rename = "Referral method")]
    referral: String,
    #[serde(rename = "Opening times")]
    opening_times: String,
    #[serde(rename = "Address")]
    address: String,
    #[serde(rename = "Postcode")]
    postcode: String,
    #[serde(rename = "Website")]
    website: String,
}

fn food_banks(all: &mut Listings, dates: Dates) -> Result<(), TownError> {
    for (number, line) in lines(FOOD_BANKS).enumerate() {
        let line: FoodBank = line?;
        let closed = if line.opening_times.to_lowercase().contains("closed") { " (may be closed)" } else { "" };
        let name = format!("{}, {}{closed}", line.name, first_part(&line.address));
        let referral = match given(&line.referral) {
            None | Some("Not known") => "How to be referred is not told: ask before you go.".to_owned(),
            Some(how) => format!("How to get help there: {}.", how.trim_end_matches('.')),
        };
        let key = format!("food banks:{number}:{}:{}", line.name, line.postcode);
        let provider = (line.name.as_str(), ProviderType::Voluntary);
        let service = Service {
            description: format!("Food for people who would otherwise go without. {referral}"),
            opening_hours: some(&line.opening_times).filter(|told| told != "Not known").unwrap_or_default(),
            url: web(&line.website),
            ..service(
                all,
                &key,
                provider,
                (Kind::Universal, "food-banks", &name),
                "Trafford Data Lab: food banks in Greater Manchester",
                dates,
            )
        };
        add(all, service, given(&line.address), &line.postcode, None, &[]);
    }
    Ok(())
}

#[derive(Deserialize)]
struct MentalHealthService {
    name: String,
    description: String,
    address: String,
    telephone: String,
    website: String,
}

#[derive(Deserialize)]
struct MentalHealthCategory {
    category: String,
    postcode_read_as: String,
}

fn mental_health(all: &mut Listings, dates: Dates) -> Result<(), TownError> {
    let read_as = lines::<MentalHealthCategory>(MENTAL_HEALTH_CATEGORIES);
    for (number, (line, read_as)) in lines::<MentalHealthService>(MENTAL_HEALTH).zip(read_as).enumerate() {
        let (line, read_as) = (line?, read_as?);
        let public = line.name == "Trafford Psychological Therapies"; // part of the National Health Service
        let provider_type = if public { ProviderType::InHouse } else { ProviderType::Voluntary };
        let key = format!("mental health:{number}:{}", line.name);
        let what = (Kind::Support, read_as.category.as_str(), line.name.as_str());
        let service = Service {
            description: line.description,
            phone: some(&line.telephone),
            url: web(&line.website),
            ..service(all, &key, (&line.name, provider_type), what, "Trafford Data Lab: mental health services", dates)
        };
        add(all, service, given(&line.address), &read_as.postcode_read_as, None, &["mental-health"]);
    }
    Ok(())
}

#[derive(Deserialize)]
struct CareHome {
    name: String,
    cqc_id: String,
    #[serde(rename = "type")]
    types: String,
    address: String,
    postcode: String,
    telephone: String,
    website: String,
    provider: String,
    inspection_date: String,
    cqc_webpage: String,
    lon: f64,
    lat: f64,
}

/// Providers of care homes that are charities, by a part of the name.
const CHARITABLE: [&str; 7] = [
    "Stockdales",
    "Methodist Homes",
    "SignHealth",
    "Making Space",
    "Bickham House",
    "Mountlands Trust",
    "Sisters Of St Joseph",
];

fn care_homes(all: &mut Listings, dates: Dates) -> Result<(), TownError> {
    for line in lines(CARE_HOMES) {
        let line: CareHome = line?;
        let provider_type = match line.provider.as_str() {
            "Trafford Council" => ProviderType::InHouse,
            name if CHARITABLE.iter().any(|part| name.contains(part)) => ProviderType::Voluntary,
            _ => ProviderType::Private,
        };
        let nursing = line.types.contains("Nursing homes");
        let mut offers = vec![if nursing {
            (
                Kind::Accommodation,
                "nursing-homes",
                line.name.clone(),
                "A home with rooms, meals, personal care and registered nurses",
            )
        } else {
            (Kind::Accommodation, "care-homes", line.name.clone(), "A home with rooms, meals and personal care")
        }];
        for (listed, category, label, about) in [
            ("Homecare agencies", "home-care", "home care", "Care workers who visit people at home"),
            (
                "Supported living",
                "supported-living",
                "supported living",
                "Support for people who live in their own tenancy",
            ),
        ] {
            if line.types.contains(listed) {
                offers.push((Kind::Support, category, format!("{}: {label}", line.name), about));
            }
        }
        for (kind, category, name, about) in offers {
            let key = format!("care homes:{}:{category}", line.cqc_id);
            let what = (kind, category, name.as_str());
            let service = Service {
                description: format!(
                    "{about}, run by {} and registered with the Care Quality Commission. The open data gives no rating and \
                     no price: see the Commission's page for inspections, and ask the home what it costs.",
                    line.provider
                ),
                url: web(&line.website).or_else(|| web(&line.cqc_webpage)),
                phone: given(&line.telephone).map(telephone),
                regulated: true,
                registration_number: Some(line.cqc_id.clone()),
                registration_source: Some("Care Quality Commission".into()),
                registration_checked_on: Some(DIRECTORY_OF),
                regulator_inspected_on: given(&line.inspection_date).and_then(|date| date.parse().ok()),
                assured_on: DIRECTORY_OF.min(dates.today),
                ..service(
                    all,
                    &key,
                    (&line.provider, provider_type),
                    what,
                    "Care Quality Commission: care directory",
                    dates,
                )
            };
            let address = line.address.replace(',', ", ");
            add(all, service, Some(&address), &line.postcode, Some((line.lat, line.lon)), &["older-people"]);
        }
    }
    Ok(())
}

/// Numbers lack their leading 0: "1617486414" → "0161 748 6414".
fn telephone(digits: &str) -> String {
    match (digits.get(..3), digits.get(3..6), digits.get(6..)) {
        (Some("161"), Some(middle), Some(end)) => format!("0161 {middle} {end}"),
        _ => format!("0{digits}"),
    }
}

#[derive(Deserialize)]
struct Charity {
    registered_charity_number: String,
    charity_contact_web: String,
    postcode_sector: String,
}

#[derive(Deserialize)]
struct CharityCategory {
    registered_charity_number: String,
    category: String,
    name: String,
    description: String,
}

fn charities(all: &mut Listings, dates: Dates) -> Result<(), TownError> {
    let mut register = BTreeMap::new();
    for line in lines(CHARITIES) {
        let line: Charity = line?;
        register.insert(line.registered_charity_number.clone(), line);
    }
    for line in lines(CHARITY_CATEGORIES) {
        let line: CharityCategory = line?;
        let entry = register.get(&line.registered_charity_number);
        let key = format!("charities:{}", line.registered_charity_number);
        let what = (Kind::Community, line.category.as_str(), line.name.as_str());
        let service = Service {
            description: line.description,
            url: entry.and_then(|entry| web(&entry.charity_contact_web)),
            ..service(all, &key, (&line.name, ProviderType::Voluntary), what, "Register of Charities", dates)
        };
        let sector = entry.map_or("", |entry| entry.postcode_sector.as_str());
        add(all, service, None, sector, None, &[]);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_open_data_reads_whole() {
        let dates = Dates { listed_at: day(2025, 6, 1).into(), today: day(2026, 11, 23) };
        let all = listings(dates).unwrap();
        let ids: BTreeSet<ServiceId> = all.services.iter().map(|new| new.service.id).collect();
        assert_eq!(ids.len(), all.services.len());
        assert_eq!(all.services.len(), 141 + 631 + 171 + 60 + 58 + 689);
        let placeless = all.services.iter().filter(|new| new.locations.is_empty()).count();
        assert!(placeless < 15, "{placeless} services have no place");
        let home = all.services.iter().find(|new| new.service.name == "Allingham House Care Centre").unwrap();
        assert_eq!(home.service.phone.as_deref(), Some("0161 929 1783"));
        assert_eq!(home.service.registration_number.as_deref(), Some("1-1938268568"));
        assert!(
            all.services
                .iter()
                .filter(|new| new.service.regulated)
                .all(|new| new.service.registration_number.is_some())
        );
    }
}
