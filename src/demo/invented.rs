//! The invented part of the town: who can be bought from, with prices (`data/demo-town/providers.csv`, `services.csv`).

use std::collections::BTreeMap;

use chrono::Days;
use serde::Deserialize;

use crate::budgets::FundingRoute;
use crate::catalogue::store::{NewOrganization, NewService};
use crate::catalogue::{CostOption, Details, Kind, Origin, Rate, Service};
use crate::ids::{CostOptionId, ServiceId};
use crate::money::Money;
use crate::places::reference::authority_id;

use super::details;
use super::listing::{Dates, Listings, TownError, given, location, named_service, place_of, provider_id};
use super::market::OnSale;
use super::upkeep;

const PROVIDERS: &str = include_str!("../../data/demo-town/providers.csv");
const SERVICES: &str = include_str!("../../data/demo-town/services.csv");

/// How far people go to a place, as far as the demo town is concerned.
const WAY_TO_A_PLACE: f64 = 7_000.0;

#[derive(Clone, Deserialize)]
struct ProviderLine {
    name: String,
    provider_type: String,
    description: String,
    postcode: String,
    la_code: String,
    radius_metres: Option<i32>,
}

#[derive(Deserialize)]
struct ServiceLine {
    provider: String,
    name: String,
    kind: String,
    category: String,
    description: String,
    prices: String,
    minimum_age: Option<i32>,
    maximum_age: Option<i32>,
    needs: String,
    accessibility: String,
    opening_hours: String,
    places_free: Option<i32>,
    waiting_days: Option<i32>,
    regulated: u8,
    registration: String,
    rating: String,
    rating_date: String,
    languages: String,
    funding: String,
    delivered: String,
    checked_days_ago: u64,
}

/// Reads the invented providers and services: what the catalogue shows, and what can be bought.
pub(super) fn listings(dates: Dates) -> Result<(Listings, Vec<OnSale>), TownError> {
    let mut all = Listings::default();
    let mut providers = BTreeMap::new();
    for line in csv::Reader::from_reader(PROVIDERS.as_bytes()).deserialize() {
        let line: ProviderLine = line?;
        let id = provider_id(Origin::Invented, &line.name);
        let provider_type = word(&line.provider_type)?;
        all.verifications.extend(details::papers(id, &line.name, provider_type, council(&line.la_code), dates));
        all.provider(NewOrganization {
            id,
            name: line.name.clone(),
            description: line.description.clone(),
            provider_type,
            status: "active",
            website: None,
            origin: Origin::Invented,
            created_at: dates.listed_at,
            authority_id: Some(authority_id(&line.la_code)),
            email: upkeep::address(&line.name, &line.la_code),
            phone: Some(details::phone(providers.len())),
            charity_number: None,
            company_number: None,
        });
        let phone = details::phone(providers.len());
        providers.insert(line.name.clone(), (line, phone));
    }
    let mut districts: Vec<String> =
        providers.values().filter_map(|(line, _)| line.postcode.split(' ').next().map(str::to_owned)).collect();
    districts.sort();
    districts.dedup();
    let mut on_sale = Vec::new();
    for line in csv::Reader::from_reader(SERVICES.as_bytes()).deserialize() {
        let line: ServiceLine = line?;
        let (provider, phone) =
            providers.get(&line.provider).ok_or_else(|| TownError::Unknown(line.provider.clone()))?;
        let new = new_service(&line, provider, phone, &districts, dates)?;
        on_sale.extend(sold(&line, provider, &new, dates)?);
        all.services.push(new);
    }
    Ok((all, on_sale))
}

fn new_service(
    line: &ServiceLine,
    provider: &ProviderLine,
    phone: &str,
    districts: &[String],
    dates: Dates,
) -> Result<NewService, TownError> {
    let id = ServiceId::named(&format!("invented:service:{}:{}", line.provider, line.name));
    let regulated = line.regulated == 1;
    let checked_on = dates.today.checked_sub_days(Days::new(line.checked_days_ago)).unwrap_or(dates.today);
    let some = |cell: &str| given(cell).map(str::to_owned);
    let organization = provider_id(Origin::Invented, &line.provider);
    let kind: Kind = word(&line.kind)?;
    let service = Service {
        description: line.description.clone(),
        phone: Some(phone.to_owned()),
        minimum_age: line.minimum_age,
        maximum_age: line.maximum_age,
        opening_hours: line.opening_hours.replace("; ", "\n"),
        languages: line.languages.split('|').filter(|language| *language != "English").collect::<Vec<_>>().join(", "),
        regulated,
        registration_number: some(&line.registration),
        registration_source: regulated.then(|| "invented, as everything about this provider".into()),
        registration_checked_on: regulated.then_some(checked_on),
        regulator_rating: some(&line.rating),
        regulator_inspected_on: given(&line.rating_date).and_then(|date| date.parse().ok()),
        places_free: line.places_free,
        waiting_days: line.waiting_days,
        source: Some("Invented for the demo town".into()),
        assured_on: checked_on,
        ..named_service(id, organization, (kind, &line.category, &line.name), Origin::Invented, dates)
    };
    let mut options = Vec::new();
    for (position, price) in (0_i32..).zip(line.prices.split('|').filter(|price| !price.is_empty())) {
        let mut parts = price.split('=');
        let (Some(label), Some(unit), Some(Ok(pence))) = (parts.next(), parts.next(), parts.next().map(str::parse))
        else {
            return Err(TownError::Unknown(format!("the price {price:?}")));
        };
        let (unit, rate) = (word(unit)?, rate(label));
        let option = CostOption {
            id: CostOptionId::named(&format!("price {position} of service:{id}")),
            service_id: id,
            label: capital(label),
            unit,
            amount_pence: Money::pence(pence),
            valid_from: dates.listed_at.date(),
            valid_to: None,
            position,
            rate,
            includes: details::includes(kind, unit, rate),
            direct_pence: None,
            management_pence: None,
            overhead_pence: None,
        };
        options.extend(details::over_time(option, &line.provider, dates));
    }
    let attributes = line.needs.split('|').chain(line.accessibility.split('|'));
    Ok(NewService {
        options,
        locations: location(id, None, &provider.postcode, None),
        radius_metres: provider.radius_metres.filter(|_| line.delivered != "at the venue"),
        attributes: attributes.filter(|term| !term.is_empty()).map(str::to_owned).collect(),
        details: Details {
            funding: funding(line)?,
            schedules: details::schedules(id, &line.opening_hours),
            areas: details::areas(
                (&line.provider, word(&provider.provider_type)?, &provider.postcode),
                &line.delivered,
                &provider.la_code,
                provider.radius_metres,
                districts,
            ),
            ..Details::default()
        },
        service,
    })
}

/// The councils of Greater Manchester.
fn council(gss_code: &str) -> &'static str {
    match gss_code {
        "E08000001" => "Bolton",
        "E08000002" => "Bury",
        "E08000003" => "Manchester",
        "E08000004" => "Oldham",
        "E08000005" => "Rochdale",
        "E08000006" => "Salford",
        "E08000007" => "Stockport",
        "E08000008" => "Tameside",
        "E08000010" => "Wigan",
        _ => "Trafford",
    }
}

/// Which money a service takes; all ways of holding a budget is the same as none named.
fn funding(line: &ServiceLine) -> Result<Vec<FundingRoute>, TownError> {
    let routes: Vec<FundingRoute> =
        line.funding.split('|').filter(|route| !route.is_empty()).map(word).collect::<Result<_, _>>()?;
    Ok(if routes.len() == FundingRoute::ALL.len() { Vec::new() } else { routes })
}

/// When a price applies, by what it is called.
fn rate(label: &str) -> Rate {
    match label {
        "weekday" => Rate::Weekday,
        "evening" => Rate::Evening,
        "weekend" => Rate::Weekend,
        "bank holiday" => Rate::BankHoliday,
        _ => Rate::AnyTime,
    }
}

/// What can be bought of a service; none if it is free or its place is not known.
fn sold(
    line: &ServiceLine,
    provider: &ProviderLine,
    new: &NewService,
    dates: Dates,
) -> Result<Option<OnSale>, TownError> {
    let on_offer = |option: &&CostOption| {
        let now = option.valid_from <= dates.today && option.valid_to.is_none_or(|last| dates.today <= last);
        now && option.amount_pence > Money::ZERO
    };
    let options: Vec<CostOption> = new.options.iter().filter(on_offer).cloned().collect();
    let Some(place) = place_of(&provider.postcode).filter(|_| !options.is_empty()) else { return Ok(None) };
    let routes: Result<Vec<_>, _> = line.funding.split('|').filter(|route| !route.is_empty()).map(word).collect();
    let comes = new.radius_metres.map(f64::from);
    Ok(Some(OnSale {
        service: new.service.id,
        organization: new.service.organization_id,
        provider: line.provider.clone(),
        name: line.name.clone(),
        category: line.category.clone(),
        options,
        place: (place.latitude, place.longitude),
        reach_metres: comes.unwrap_or(WAY_TO_A_PLACE),
        distance_matters: line.delivered != "delivered" && line.delivered != "by telephone or online",
        ages: (line.minimum_age.unwrap_or(0), line.maximum_age.unwrap_or(200)),
        routes: routes?,
        needs: line.needs.split('|').filter(|need| !need.is_empty()).map(str::to_owned).collect(),
        praised: match line.rating.as_str() {
            "Outstanding" => 0.2,
            "Requires improvement" => -0.35,
            _ => 0.0,
        },
    }))
}

fn word<T: std::str::FromStr<Err = String>>(text: &str) -> Result<T, TownError> {
    text.parse().map_err(TownError::Unknown)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
