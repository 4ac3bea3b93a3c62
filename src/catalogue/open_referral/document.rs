//! Documents of HSDS-UK 3.0: pure, from what the store read to what is published.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::catalogue::{AreaKind, CostOption, Freq, Location, Origin, ProviderType, Schedule};
use crate::clock::UtcTime;
use crate::ids::{LocationId, ServiceId};
use crate::places::councils::{Council, council_by_id, council_of};

use super::reading::{one_line, plain};
use super::store::{Organization, Told};
use super::terms::{Terms, term_row};

/// What the alert of an invented service says.
pub const INVENTED: &str = "Invented for a demonstration of Waymark: this service does not exist.";

/// The beginning of a funding entry that tells which money a service takes.
pub const PAID_FROM: &str = "Can be paid from: ";

/// Corners of the polygon that stands for a circle.
const CORNERS: u32 = 24;

/// Leaves out nulls, empty texts, empty lists and empty objects: the standard knows none.
#[must_use]
pub fn prune(value: Value) -> Value {
    fn is_empty(value: &Value) -> bool {
        match value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(list) => list.is_empty(),
            Value::Object(map) => map.is_empty(),
            Value::Bool(_) | Value::Number(_) => false,
        }
    }
    match value {
        Value::Array(list) => list.into_iter().map(prune).filter(|each| !is_empty(each)).collect(),
        Value::Object(map) => {
            let kept = map.into_iter().map(|(key, each)| (key, prune(each))).filter(|(_, each)| !is_empty(each));
            Value::Object(kept.collect::<Map<_, _>>())
        }
        other => other,
    }
}

/// The id that always stands for `name`.
#[must_use]
pub fn named_id(name: &str) -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}

/// The id of a service at a location. It begins like the service's, so that it can be found again by it.
#[must_use]
pub fn service_at_location_id(service: ServiceId, location: LocationId) -> String {
    let made = named_id(&format!("service-at-location:{service}:{location}"));
    format!("{}{}", service.as_str().get(..18).unwrap_or_default(), made.get(18..).unwrap_or_default())
}

/// A web address that is one; the beginning that people leave out is put there.
#[must_use]
pub fn web_address(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|letter| !letter.is_control()).collect();
    let text = text.trim();
    let whole = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let address = url::Url::parse(&whole).ok()?;
    let host = address.host_str()?;
    let is_web = matches!(address.scheme(), "http" | "https")
        && host.contains('.')
        && !whole.contains([' ', '\\', '|', '"', '<', '>', '^', '`', '{', '}']);
    (is_web && whole.is_ascii()).then_some(whole)
}

/// An e-mail address that is one.
#[must_use]
pub fn email_address(text: &str) -> Option<String> {
    let text = text.trim();
    let (name, host) = text.split_once('@')?;
    let plain = |part: &str, more: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with('.')
            && !part.contains("..")
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || more.as_bytes().contains(&byte))
    };
    let labels = host.split('.').all(|label| !label.starts_with('-') && !label.ends_with('-'));
    (plain(name, "._-+'&") && plain(host, ".-") && host.contains('.') && labels && text.len() < 255)
        .then(|| text.to_owned())
}

fn moment(time: UtcTime) -> String {
    time.and_utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// A service without what it has many of: a row of a list.
#[must_use]
pub fn service_row(told: &Told) -> Value {
    prune(Value::Object(service_fields(told)))
}

fn service_fields(told: &Told) -> Map<String, Value> {
    let (service, organization) = (&told.whole.service, &told.organization);
    let alone = works_alone(organization);
    let fields = json!({
        "id": service.id.as_str(),
        "organization_id": service.organization_id.as_str(),
        "name": one_line(&service.name),
        "description": plain(&service.description),
        "url": service.url.as_deref().and_then(web_address),
        "email": service.email.as_deref().filter(|_| !alone).and_then(email_address),
        "status": service.status,
        "fees": fees(told),
        "accreditations": accreditations(told),
        "minimum_age": service.minimum_age,
        "maximum_age": service.maximum_age,
        "assured_date": service.assured_on.to_string(),
        "alert": (service.origin == Origin::Invented).then_some(INVENTED),
        "last_modified": moment(service.last_modified),
        "organization": organization_row(organization),
    });
    match fields {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// A service with everything that belongs to it.
#[must_use]
pub fn service_full(told: &Told, terms: &Terms) -> Value {
    let mut fields = service_fields(told);
    let at: Vec<Value> = told
        .whole
        .locations
        .iter()
        .map(|at| json!({ "id": service_at_location_id(told.whole.service.id, at.id), "location": location_full(told, at) }))
        .collect();
    let more = json!({
        "schedules": schedules(told),
        "service_areas": service_areas(told),
        "service_at_locations": at,
        "languages": languages(told),
        "organization": organization_with_identifiers(&told.organization),
        "funding": funding(told),
        "cost_options": told.whole.options.iter().map(cost_option).collect::<Vec<_>>(),
        "contacts": contacts(told),
        "attributes": attributes(told, terms),
        "x_waymark": extras(told),
    });
    if let Value::Object(more) = more {
        fields.extend(more);
    }
    prune(Value::Object(fields))
}

/// An organisation: a row of a list.
#[must_use]
pub fn organization_row(organization: &Organization) -> Value {
    let alone = works_alone(organization);
    let name = one_line(&organization.name);
    let described = plain(&organization.description);
    prune(json!({
        "id": organization.id.as_str(),
        "description": if described.is_empty() { &name } else { &described },
        "name": name,
        "email": organization.email.as_deref().filter(|_| !alone).and_then(email_address),
        "website": organization.website.as_deref().and_then(web_address),
    }))
}

fn organization_with_identifiers(organization: &Organization) -> Value {
    let mut row = organization_row(organization);
    let mut identifiers = Vec::new();
    for (scheme, kind, number) in [
        ("GB-CHC", "Charity number", &organization.charity_number),
        ("GB-COH", "Company number", &organization.company_number),
    ] {
        if let Some(number) = number {
            identifiers.push(json!({
                "id": named_id(&format!("identifier:{}:{scheme}:{number}", organization.id)),
                "identifier_scheme": scheme,
                "identifier_type": kind,
                "identifier": number,
            }));
        }
    }
    row["organization_identifiers"] = identifiers.into();
    row["x_waymark"] = json!({ "provider_type": organization.provider_type.as_str() });
    prune(row)
}

/// An organisation with its services.
#[must_use]
pub fn organization_full(organization: &Organization, services: Vec<Value>) -> Value {
    let mut row = organization_with_identifiers(organization);
    let without = |mut service: Value| {
        if let Some(fields) = service.as_object_mut() {
            fields.remove("organization");
        }
        service
    };
    row["services"] = services.into_iter().map(without).collect();
    prune(row)
}

/// A service at one of its locations: a row of a list.
#[must_use]
pub fn at_location_row(told: &Told, at: &Location) -> Value {
    prune(json!({
        "id": service_at_location_id(told.whole.service.id, at.id),
        "location": location_row(told, at),
        "service": service_row(told),
    }))
}

/// A service at one of its locations, with everything.
#[must_use]
pub fn at_location_full(told: &Told, at: &Location, terms: &Terms) -> Value {
    prune(json!({
        "id": service_at_location_id(told.whole.service.id, at.id),
        "location": location_full(told, at),
        "service": service_full(told, terms),
    }))
}

/// Somebody who works alone: their contact details are a person's.
fn works_alone(organization: &Organization) -> bool {
    organization.provider_type == ProviderType::PersonalAssistant
}

fn location_row(told: &Told, at: &Location) -> Value {
    let (postal_code, (latitude, longitude)) = place(told, at);
    json!({
        "id": at.id.as_str(),
        "location_type": "physical",
        "name": street(told, at).map(|(first, ..)| format!("{first}, {postal_code}")),
        "latitude": latitude,
        "longitude": longitude,
        "x_waymark": { "postal_code": postal_code },
    })
}

/// Where it is; of somebody who works alone only about where, for it may be their home.
fn place<'a>(told: &Told, at: &'a Location) -> (&'a str, (f64, f64)) {
    if works_alone(&told.organization) {
        let about = |degrees: f64| (degrees * 100.0).round() / 100.0;
        return (at.postal_code.split(' ').next().unwrap_or_default(), (about(at.latitude), about(at.longitude)));
    }
    (&at.postal_code, (at.latitude, at.longitude))
}

fn location_full(told: &Told, at: &Location) -> Value {
    let mut row = location_row(told, at);
    row["addresses"] = address(told, at).into_iter().collect();
    let access = |id: &String| {
        let name = told.name_of(id);
        json!({ "id": named_id(&format!("accessibility:{}:{id}", at.id)), "description": name, "accessibility": name })
    };
    row["accessibility"] = told.accessibility.iter().map(access).collect();
    row
}

/// First lines, city and council of an address that may be told.
fn street(told: &Told, at: &Location) -> Option<(String, String, String)> {
    let text = at.address.as_deref().filter(|_| !works_alone(&told.organization))?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let tidy = |part: &str| part.trim_matches([',', ' ']).to_owned();
    let council = council_of(&at.postal_code, (at.latitude, at.longitude))?.name.clone();
    let (first, city) = match tidy(&text).rsplit_once(',') {
        Some((first, city)) => (tidy(first), tidy(city)),
        None => (tidy(&text), council.clone()),
    };
    (!first.is_empty()).then_some((first, city, council))
}

/// The address in the parts that the standard asks for; none where only an area is told.
fn address(told: &Told, at: &Location) -> Option<Value> {
    let (first, city, council) = street(told, at)?;
    Some(json!({
        "id": named_id(&format!("address:{}", at.id)),
        "address_1": first,
        "city": city,
        "state_province": council,
        "postal_code": at.postal_code,
        "country": "GB",
        "address_type": "physical",
    }))
}

fn schedules(told: &Told) -> Vec<Value> {
    let rule = |rule: &Schedule| {
        json!({
            "id": rule.id.as_str(),
            "freq": match rule.freq { Freq::Weekly => "WEEKLY", Freq::Monthly => "MONTHLY" },
            "interval": rule.every,
            "byday": rule.byday,
            "dtstart": rule.starts_on,
            "opens_at": rule.opens_at,
            "closes_at": rule.closes_at,
            "valid_from": rule.valid_from,
            "valid_to": rule.valid_to,
            "description": plain(&rule.description),
        })
    };
    let mut all: Vec<Value> = told.details.schedules.iter().map(rule).collect();
    let service = &told.whole.service;
    if !service.opening_hours.trim().is_empty() {
        all.push(
            json!({ "id": named_id(&format!("opening-hours:{}", service.id)), "description": plain(&service.opening_hours) }),
        );
    }
    all
}

fn service_areas(told: &Told) -> Vec<Value> {
    let id = told.whole.service.id;
    let mut all = Vec::new();
    if let Some(radius) = told.whole.radius_metres {
        let around = told.whole.locations.first();
        let name = format!(
            "Within {} {}",
            crate::places::miles_text(f64::from(radius)),
            around.map_or(String::new(), |at| format!("of {}", place(told, at).0))
        );
        all.push(json!({
            "id": named_id(&format!("area:{id}:circle")),
            "name": name.trim(),
            "service_area": name.trim(),
            "extent": around.map(|at| circle(place(told, at).1, radius).to_string()),
            "extent_type": around.map(|_| "geojson"),
            "x_waymark": { "radius_metres": radius },
        }));
    }
    for (kind, code) in &told.details.areas {
        let (name, uri) = match kind {
            AreaKind::District => (format!("{code} postcode district"), None),
            AreaKind::Authority => match council_by_id(code) {
                Some(Council { name, gss_code, .. }) => {
                    (name.clone(), Some(format!("http://statistics.data.gov.uk/id/statistical-geography/{gss_code}")))
                }
                None => continue,
            },
        };
        all.push(json!({
            "id": named_id(&format!("area:{id}:{kind}:{code}")),
            "name": name,
            "service_area": name,
            "extent_type": "text",
            "extent": name,
            "uri": uri,
        }));
    }
    all
}

/// A circle as a GeoJSON polygon.
fn circle((latitude, longitude): (f64, f64), radius: i32) -> Value {
    let metres = 111_195.0;
    let round = |degrees: f64| (degrees * 100_000.0).round() / 100_000.0;
    let corner = |step: u32| {
        let angle = f64::from(step % CORNERS) * std::f64::consts::TAU / f64::from(CORNERS);
        let north = f64::from(radius) * angle.cos() / metres;
        let east = f64::from(radius) * angle.sin() / (metres * latitude.to_radians().cos().max(0.01));
        json!([round(longitude + east), round(latitude + north)])
    };
    json!({ "type": "Polygon", "coordinates": [(0..=CORNERS).map(corner).collect::<Vec<_>>()] })
}

/// Languages with the codes of ISO 639-1 that are spoken here most.
const LANGUAGES: [(&str, &str); 22] = [
    ("arabic", "ar"),
    ("bengali", "bn"),
    ("bsl", "bfi"),
    ("british sign language", "bfi"),
    ("cantonese", "yue"),
    ("english", "en"),
    ("farsi", "fa"),
    ("french", "fr"),
    ("german", "de"),
    ("gujarati", "gu"),
    ("hindi", "hi"),
    ("italian", "it"),
    ("mandarin", "cmn"),
    ("polish", "pl"),
    ("portuguese", "pt"),
    ("punjabi", "pa"),
    ("romanian", "ro"),
    ("somali", "so"),
    ("spanish", "es"),
    ("ukrainian", "uk"),
    ("urdu", "ur"),
    ("welsh", "cy"),
];

fn languages(told: &Told) -> Vec<Value> {
    let spoken = told.whole.service.languages.split([',', ';', '\n']).map(str::trim).filter(|name| !name.is_empty());
    let row = |name: &str| {
        let code = LANGUAGES.iter().find(|(known, _)| *known == name.to_lowercase()).map(|(_, code)| *code);
        json!({ "id": named_id(&format!("language:{}:{name}", told.whole.service.id)), "name": name, "code": code })
    };
    spoken.map(row).collect()
}

fn funding(told: &Told) -> Vec<Value> {
    let row = |route: &crate::budgets::FundingRoute| {
        json!({
            "id": named_id(&format!("funding:{}:{route}", told.whole.service.id)),
            "source": format!("{PAID_FROM}{route}"),
        })
    };
    told.details.funding.iter().map(row).collect()
}

fn cost_option(option: &CostOption) -> Value {
    json!({
        "id": option.id.as_str(),
        "option": one_line(&option.label),
        "amount": pounds(option.amount_pence.as_pence()),
        "amount_description": if option.unit == crate::catalogue::Unit::OneOff { "once".to_owned() } else { format!("per {}", option.unit) },
        "currency": "GBP",
        "valid_from": option.valid_from,
        "valid_to": option.valid_to,
        "x_waymark": {
            "unit": option.unit,
            "rate": option.rate,
            "includes": plain(&option.includes),
            "direct": option.direct_pence.map(|part| pounds(part.as_pence())),
            "management": option.management_pence.map(|part| pounds(part.as_pence())),
            "overhead": option.overhead_pence.map(|part| pounds(part.as_pence())),
        },
    })
}

/// Pence as the decimal number that the standard asks for. Only written, never calculated with.
fn pounds(pence: i64) -> Value {
    serde_json::from_str(&format!("{}.{:02}", pence / 100, pence % 100)).unwrap_or_default()
}

fn contacts(told: &Told) -> Vec<Value> {
    let service = &told.whole.service;
    let Some(number) = service.phone.as_deref().filter(|_| !works_alone(&told.organization)) else { return Vec::new() };
    let phone = json!({ "id": named_id(&format!("phone:{}", service.id)), "number": one_line(number) });
    vec![json!({ "id": named_id(&format!("contact:{}", service.id)), "name": "Enquiries", "phones": [phone] })]
}

fn attributes(told: &Told, terms: &Terms) -> Vec<Value> {
    let service = &told.whole.service;
    let category = terms.kept("category", &service.category_id);
    let national = told.curie.as_deref().and_then(|curie| terms.kept("esd", curie));
    let rating = service.regulator_rating.as_deref().and_then(|rating| terms.kept("rating", &rating.to_lowercase()));
    let own = told
        .whole
        .attributes
        .iter()
        .filter_map(|id| terms.kept("need", id).or_else(|| terms.kept("accessibility", id)));
    let row = |term: &super::terms::FeedTerm| {
        let link = match term.taxonomy {
            "need" => "intended_audience",
            "accessibility" => "accessibility",
            "rating" => "regulator_rating",
            _ => "service_type",
        };
        json!({
            "id": named_id(&format!("attribute:{}:{}", service.id, term.uri)),
            "link_id": service.id.as_str(),
            "taxonomy_term_id": term.id,
            "link_type": link,
            "link_entity": "service",
            "taxonomy_term": term_row(term),
        })
    };
    category.into_iter().chain(national).chain(rating).chain(own).map(row).collect()
}

/// "£18 an hour (standard price)".
fn fees(told: &Told) -> Option<String> {
    let whole = &told.whole;
    if crate::catalogue::card::is_free(whole) {
        return Some("Free".into());
    }
    let line = |option: &CostOption| format!("{} {} ({})", option.amount_pence, option.unit.each(), option.label);
    let lines: Vec<String> = whole.options.iter().filter(|option| option.valid_from <= told.on).map(line).collect();
    (!lines.is_empty()).then(|| lines.join("; "))
}

/// What the regulator says, with its age and where to read it.
fn accreditations(told: &Told) -> Option<String> {
    let service = &told.whole.service;
    let number = service.registration_number.as_deref().filter(|_| service.regulated)?;
    let mut words = format!("Registered with the Care Quality Commission as {number}");
    if let Some(on) = service.registration_checked_on {
        words.push_str(&format!(", checked {}", crate::clock::long_date(on)));
    }
    words.push_str(". Overall rating: ");
    words.push_str(service.regulator_rating.as_deref().unwrap_or("not yet rated"));
    if service.rating_inherited {
        words.push_str(" (given to an earlier owner of the same place)");
    }
    if let Some(on) = service.regulator_inspected_on {
        words.push_str(&format!(", {}", crate::clock::long_date(on)));
    }
    words.push('.');
    if service.origin != Origin::Invented {
        words.push_str(&format!(" https://www.cqc.org.uk/location/{number}"));
    }
    Some(words)
}

/// What the standard has no word for.
fn extras(told: &Told) -> Value {
    let service = &told.whole.service;
    let rating = told.whole.rating;
    let registration = service.registration_number.as_ref().map(|number| {
        json!({
            "number": number,
            "source": service.registration_source,
            "checked_on": service.registration_checked_on,
            "rating": service.regulator_rating,
            "inspected_on": service.regulator_inspected_on,
            "inherited": service.rating_inherited.then_some(true),
        })
    });
    let ratings = if rating.ratings() > 0 {
        json!({
            "count": rating.ratings(),
            "average": f64::from(rating.tenths()) / 10.0,
            "by_stars": rating.counts,
        })
    } else {
        told.ratings_elsewhere.clone().unwrap_or_default()
    };
    json!({
        "kind": service.kind,
        "category": service.category_id,
        "origin": service.origin,
        "source": service.source,
        "regulated": service.regulated.then_some(true),
        "registration": registration,
        "places_free": service.places_free,
        "waiting_days": service.waiting_days,
        "ratings": ratings,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_empty_is_left() {
        let told = prune(json!({ "a": null, "b": " ", "c": [], "d": { "e": [null, ""] }, "f": 0, "g": false }));
        assert_eq!(told, json!({ "f": 0, "g": false }));
    }

    #[test]
    fn only_real_addresses_are_published() {
        assert_eq!(web_address("www.example.org").as_deref(), Some("https://www.example.org"));
        for not in ["javascript:alert(1)", "http://", "see our leaflet", "http://a b.org", "ftp://x.org", ""] {
            assert_eq!(web_address(not), None, "{not}");
        }
        assert_eq!(email_address(" office@example.org ").as_deref(), Some("office@example.org"));
        for not in ["office", "a@b", "a@@b.org", "a b@c.org", "@c.org", "a@-b.org"] {
            assert_eq!(email_address(not), None, "{not}");
        }
    }

    #[test]
    fn pence_are_written_as_pounds() {
        assert_eq!(pounds(1_850).to_string(), "18.5");
        assert_eq!(pounds(5).to_string(), "0.05");
        assert_eq!(pounds(0).to_string(), "0.0");
    }

    #[test]
    fn a_service_at_a_location_is_found_again_by_its_id() {
        let (service, location) = (ServiceId::new(), LocationId::new());
        let id = service_at_location_id(service, location);
        assert!(Uuid::try_parse(&id).is_ok());
        assert_eq!(id.get(..18), service.as_str().get(..18));
    }
}
