//! One record of a feed, read into our words: pure, and as forgiving as the feeds are careless.
//!
//! Refused is only what cannot be anything: no id, no name, no object. Everything else is cleaned, and the note says how.

use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

use crate::budgets::FundingRoute;
use crate::catalogue::taxonomy::Taxonomy;
use crate::catalogue::{
    AreaKind, CostOption, Details, Freq, Kind, Location, Origin, ProviderType, Rate, Schedule, Service, Unit,
};
use crate::clock::UtcTime;
use crate::ids::{CostOptionId, LocationId, OrganizationId, ScheduleId, ServiceId};
use crate::places::councils::{council_by_code, council_by_name};
use crate::places::{Gazetteer, Precision, distance_metres};

use super::asked::{day_code, time_of_day};
use super::categories::{ForeignTerm, Found, category_of, is_regulated, kind_of};
use super::document::{INVENTED, PAID_FROM, email_address, web_address};
use super::reading::{amount, at_most, date, field, list, moment, number, one_line, plain, text, whole, yes};

/// Raised when the same record would be read otherwise: everything is then taken in anew.
pub const READ_AS: &str = "1";

const LONGEST_NAME: usize = 500;
const LONGEST_WORDS: usize = 8_000;
/// Rows of one kind that one service may have.
const MOST: usize = 100;

/// What reading a record needs to know.
pub struct Reader<'a> {
    /// Which feed: ids that are no UUIDs are made from it.
    pub feed: &'a str,
    /// What the feed is called.
    pub feed_name: &'a str,
    /// Whether what the feed says was checked counts as checked.
    pub accepts_checks: bool,
    /// Our words.
    pub taxonomy: &'a Taxonomy,
    /// The day.
    pub today: NaiveDate,
    /// The moment.
    pub now: UtcTime,
}

/// The organisation of a record.
#[derive(Clone, Debug)]
pub struct IncomingOrganization {
    /// Its id in the feed, or a name that stands for it.
    pub source_id: String,
    /// Ours: theirs where it is a UUID.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// What it is.
    pub provider_type: ProviderType,
    /// Its web address.
    pub website: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its number as a charity.
    pub charity_number: Option<String>,
    /// Its number as a company.
    pub company_number: Option<String>,
}

/// A record in our words. Its ids are those of the feed where they are UUIDs; whether they are free is not known here.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// Its id in the feed.
    pub source_id: String,
    /// Who offers it.
    pub organization: IncomingOrganization,
    /// Itself.
    pub service: Service,
    /// Its prices.
    pub options: Vec<CostOption>,
    /// Where it is used.
    pub locations: Vec<Location>,
    /// How far it comes out to people.
    pub radius_metres: Option<i32>,
    /// Needs and accessibility.
    pub attributes: Vec<String>,
    /// When it is on, where it comes to, which money it takes.
    pub details: Details,
    /// What was cleaned, left out or guessed.
    pub notes: Vec<String>,
}

/// A record that cannot be taken in.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Its id in the feed; empty if it has none.
    pub source_id: String,
    /// Its name, as far as it has one.
    pub name: String,
    /// Why, in sentences.
    pub reasons: Vec<String>,
}

/// The id of a record in its feed.
#[must_use]
pub fn source_id(record: &Value) -> Option<String> {
    text(record, &["id", "service_id", "identifier"]).map(|id| id.chars().take(200).collect())
}

/// The UUID that a source id is, or the one that always stands for it in this feed.
fn uuid_of(feed: &str, kind: &str, source_id: &str) -> String {
    match Uuid::try_parse(source_id) {
        Ok(theirs) => theirs.to_string(),
        Err(_no_uuid) => super::document::named_id(&format!("feed:{feed}:{kind}:{source_id}")),
    }
}

macro_rules! id_of {
    ($type:ident, $reader:expr, $kind:expr, $source:expr) => {{
        let id = uuid_of($reader.feed, $kind, $source);
        id.parse::<$type>().unwrap_or_else(|_never| $type::named(&id))
    }};
}

struct Notes(Vec<String>);

impl Notes {
    fn add(&mut self, note: impl Into<String>) {
        let note = note.into();
        if self.0.len() < 20 && !self.0.contains(&note) {
            self.0.push(note);
        }
    }
}

impl Reader<'_> {
    /// Reads one record.
    pub fn read(&self, record: &Value) -> Result<Incoming, Refused> {
        let refused = |source_id: &str, name: &str, why: &str| Refused {
            source_id: source_id.into(),
            name: name.into(),
            reasons: vec![why.into()],
        };
        if !record.is_object() {
            return Err(refused("", "", "this is no record: it has no fields"));
        }
        let name = text(record, &["name", "title"]).map(|name| one_line(&name)).unwrap_or_default();
        let Some(source_id) = source_id(record) else {
            return Err(refused("", &name, "it has no id, so it could not be found again"));
        };
        if name.is_empty() {
            return Err(refused(&source_id, "", "it has no name"));
        }
        if let Some(why) = text(record, &["x_unreachable"]) {
            return Err(refused(&source_id, &name, &format!("its own page could not be read: {why}")));
        }
        let mut notes = Notes(Vec::new());
        let (name, cut) = at_most(name, LONGEST_NAME);
        if cut {
            notes.add("the name was cut at 500 letters");
        }
        let Some(organization) = self.organization(record, &mut notes) else {
            return Err(refused(&source_id, &name, "it does not say who offers it"));
        };
        let own = field(record, &["x_waymark"]).cloned().unwrap_or_default();
        let id = id_of!(ServiceId, self, "service", &source_id);
        let (attributes, terms) = self.attributes(record);
        let raw_description = text(record, &["description"]).map(|words| plain(&words)).unwrap_or_default();
        let category = text(&own, &["category"])
            .filter(|id| self.taxonomy.term(id).is_some_and(|term| term.taxonomy == "category"));
        let (category, found) = category
            .map_or_else(|| category_of(&terms, &name, &raw_description, self.taxonomy), |own| (own, Found::Told));
        match found {
            Found::Told => {}
            Found::Words => {
                notes.add(format!("the category was found by its words: {}", self.taxonomy.name(&category)));
            }
            Found::Guessed => {
                notes.add(format!("no category fits: it stands under {}", self.taxonomy.name(&category)));
            }
        }
        let options = self.options(record, id, &mut notes);
        let description = Self::description(record, raw_description, options.is_empty(), &mut notes);
        let locations = self.locations(record, id, &mut notes);
        let (radius_metres, areas) = Self::areas(record, locations.first(), &mut notes);
        let (schedules, opening_hours) = self.schedules(record, id, &mut notes);
        let mut service = self.service(record, &own, id, organization.id, &category, &mut notes);
        service.name = name;
        service.description = description;
        service.opening_hours = opening_hours;
        service.languages = languages(record);
        let details = Details { schedules, areas, funding: funding(record), verifications: Vec::new() };
        let notes = notes.0;
        Ok(Incoming { source_id, organization, service, options, locations, radius_metres, attributes, details, notes })
    }

    fn organization(&self, record: &Value, notes: &mut Notes) -> Option<IncomingOrganization> {
        let told = field(record, &["organization", "organisation", "provider"]).unwrap_or(&Value::Null);
        let name = match told {
            Value::String(name) => Some(name.clone()),
            other => text(other, &["name"]),
        };
        let name = name.or_else(|| text(record, &["organization_name", "provider_name"])).map(|name| one_line(&name));
        let known_as = text(told, &["id"]).or_else(|| text(record, &["organization_id", "organisation_id"]));
        let name = if let Some(name) = name.filter(|name| !name.is_empty()) {
            at_most(name, LONGEST_NAME).0
        } else {
            known_as.as_ref()?;
            notes.add("the provider has no name: the service's name stands for it");
            one_line(&text(record, &["name", "title"])?)
        };
        let source_id = known_as.unwrap_or_else(|| format!("name:{}", name.to_lowercase()));
        let mut charity_number = None;
        let mut company_number = None;
        for identifier in list(told, &["organization_identifiers"]) {
            let scheme = text(identifier, &["identifier_scheme", "identifier_type"]).unwrap_or_default().to_lowercase();
            let number = text(identifier, &["identifier"]).map(|number| at_most(number, 30).0);
            if scheme.contains("gb-chc") || scheme.contains("charity") {
                charity_number = number;
            } else if scheme.contains("gb-coh") || scheme.contains("company") {
                company_number = number;
            }
        }
        let own = field(told, &["x_waymark"]).cloned().unwrap_or_default();
        let provider_type = text(&own, &["provider_type"])
            .and_then(|word| word.parse().ok())
            .unwrap_or_else(|| provider_type(&name, charity_number.is_some()));
        let description = text(told, &["description"]).map(|words| at_most(plain(&words), LONGEST_WORDS).0);
        Some(IncomingOrganization {
            id: id_of!(OrganizationId, self, "organization", &source_id),
            description: description.unwrap_or_else(|| name.clone()),
            source_id,
            name,
            provider_type,
            website: text(told, &["website", "url"]).and_then(|url| web_address(&url)),
            email: text(told, &["email"]).and_then(|email| email_address(&email)),
            charity_number,
            company_number,
        })
    }

    fn service(
        &self,
        record: &Value,
        own: &Value,
        id: ServiceId,
        organization_id: OrganizationId,
        category: &str,
        notes: &mut Notes,
    ) -> Service {
        let eligibility = list(record, &["eligibilitys", "eligibilities", "eligibility"]);
        let age = |names: &[&str]| {
            whole(record, names, 0, 130).or_else(|| eligibility.iter().find_map(|each| whole(each, names, 0, 130)))
        };
        let (mut minimum_age, mut maximum_age) = (age(&["minimum_age", "min_age"]), age(&["maximum_age", "max_age"]));
        if minimum_age.zip(maximum_age).is_some_and(|(from, to)| from > to) {
            notes.add("the ages were the wrong way round, so they were left out");
            (minimum_age, maximum_age) = (None, None);
        }
        let url = text(record, &["url", "website"]);
        let address = url.as_deref().and_then(web_address);
        if url.is_some() && address.is_none() {
            notes.add("the web address is none, so it was left out");
        }
        let contacts = list(record, &["contacts"]);
        let phone = contacts
            .iter()
            .flat_map(|contact| list(contact, &["phones"]).into_iter().chain([*contact]))
            .chain(list(record, &["phones"]))
            .find_map(|phone| text(phone, &["number", "phone", "telephone"]))
            .or_else(|| text(record, &["phone", "telephone"]))
            .map(|number| at_most(one_line(&number), 40).0);
        let email = text(record, &["email"])
            .and_then(|email| email_address(&email))
            .or_else(|| contacts.iter().find_map(|contact| email_address(&text(contact, &["email"])?)));
        let last_modified = moment(record, &["last_modified", "updated_at", "modified_date"]);
        let last_modified = last_modified.filter(|time| *time <= self.now).unwrap_or(self.now);
        let assured_on = date(record, &["assured_date", "last_assured"]).unwrap_or_else(|| last_modified.date());
        let origin = text(own, &["origin"]).and_then(|word| word.parse().ok()).unwrap_or(Origin::OpenData);
        let kind: Kind =
            text(own, &["kind"]).and_then(|word| word.parse().ok()).unwrap_or_else(|| kind_of(category, self.taxonomy));
        let registration = field(own, &["registration"]).cloned().unwrap_or_default();
        let regulated =
            if own.is_object() { yes(own, &["regulated"]).unwrap_or(false) } else { is_regulated(category) };
        let number = text(&registration, &["number"])
            .or_else(|| cqc_number(&text(record, &["accreditations"])?))
            .or_else(|| cqc_number(url.as_deref()?))
            .map(|number| at_most(number, 40).0);
        let checked = self.accepts_checks && number.is_some();
        let checked_on = date(&registration, &["checked_on"]).filter(|_| checked);
        let mut status = status(record);
        if regulated && checked_on.is_none() && status == "active" {
            notes.add("a regulated service waits for a registration that was checked: it is not published yet");
            status = "inactive";
        }
        Service {
            id,
            organization_id,
            kind,
            category_id: category.to_owned(),
            name: String::new(),
            description: String::new(),
            status: status.into(),
            url: address,
            email,
            phone,
            minimum_age,
            maximum_age,
            opening_hours: String::new(),
            languages: String::new(),
            regulated,
            registration_source: text(&registration, &["source"]).filter(|_| checked_on.is_some()),
            registration_number: number,
            registration_checked_on: checked_on,
            regulator_rating: text(&registration, &["rating"]).filter(|_| checked_on.is_some()),
            regulator_inspected_on: date(&registration, &["inspected_on"]).filter(|_| checked_on.is_some()),
            places_free: whole(own, &["places_free"], 0, 100_000),
            waiting_days: whole(own, &["waiting_days"], 0, 10_000),
            origin,
            source: if own.is_object() { text(own, &["source"]) } else { Some(self.feed_name.to_owned()) },
            assured_on: assured_on.min(self.today),
            last_modified,
            rating_inherited: checked_on.is_some() && yes(&registration, &["inherited"]).unwrap_or(false),
        }
    }

    fn description(record: &Value, mut words: String, no_prices: bool, notes: &mut Notes) -> String {
        let ours = field(record, &["x_waymark"]).is_some();
        let mut add = |heading: &str, more: Option<String>| {
            if let Some(more) = more.map(|more| plain(&more)).filter(|more| !more.is_empty() && *more != INVENTED) {
                if !words.is_empty() {
                    words.push_str("\n\n");
                }
                words.push_str(heading);
                words.push_str(&more);
            }
        };
        if !ours {
            let alert = text(record, &["alert"]).or_else(|| {
                let alert = field(record, &["alert"])?;
                text(alert, &["description", "message", "text", "body", "title", "name"])
            });
            add("Please note: ", alert);
            if no_prices {
                add("What it costs: ", text(record, &["fees"]));
            }
            add("Accreditation: ", text(record, &["accreditations"]));
        }
        let (words, cut) = at_most(words, LONGEST_WORDS);
        if cut {
            notes.add("the description was cut at 8,000 letters");
        }
        words
    }

    /// Our needs and accessibility terms, and every term for finding the category.
    fn attributes(&self, record: &Value) -> (Vec<String>, Vec<ForeignTerm>) {
        let (mut ours, mut terms) = (Vec::new(), Vec::new());
        let tagged = list(record, &["attributes"])
            .into_iter()
            .chain(list(record, &["service_taxonomys", "service_taxonomies"]))
            .chain(list(record, &["taxonomies"]));
        for tag in tagged.take(MOST) {
            let term = field(tag, &["taxonomy_term", "taxonomy"]).filter(|term| term.is_object()).unwrap_or(tag);
            let keys: Vec<String> = [&["term_uri", "uri"][..], &["id"], &["term"], &["name"], &["taxonomy_term_id"]]
                .iter()
                .filter_map(|names| text(term, names))
                .collect();
            let label = text(term, &["name", "term", "label"]).map(|label| one_line(&label)).unwrap_or_default();
            let own = keys.iter().find_map(|key| {
                key.strip_prefix("urn:waymark:need:").or_else(|| key.strip_prefix("urn:waymark:accessibility:"))
            });
            match own.filter(|id| self.taxonomy.term(id).is_some()) {
                Some(id) => ours.push(id.to_owned()),
                None => terms.push(ForeignTerm { keys, label }),
            }
        }
        for at in list(record, &["service_at_locations"]).into_iter().take(MOST) {
            let place = field(at, &["location"]).unwrap_or(at);
            let told = list(place, &["accessibility", "accessibility_for_disabilities", "accessibilities"]);
            ours.extend(told.into_iter().filter_map(|access| self.accessibility(access)));
        }
        if field(record, &["x_waymark"]).is_none() {
            ours.extend(terms.iter().filter_map(|term| self.need(&term.label)));
        }
        ours.sort();
        ours.dedup();
        (ours, terms)
    }

    fn accessibility(&self, told: &Value) -> Option<String> {
        let words = text(told, &["accessibility", "name", "description"])?.to_lowercase();
        if let Some(term) =
            self.taxonomy.all("accessibility").into_iter().find(|term| term.name.to_lowercase() == words)
        {
            return Some(term.id.clone());
        }
        let known = [
            ("wheelchair accessible entrance", "step-free"),
            ("step free", "step-free"),
            ("step-free", "step-free"),
            ("level access", "step-free"),
            ("changing places", "changing-places"),
            ("accessible toilet", "accessible-toilet"),
            ("disabled toilet", "accessible-toilet"),
            ("hearing loop", "hearing-loop"),
            ("induction loop", "hearing-loop"),
            ("sign language", "bsl"),
            ("blue badge", "blue-badge-parking"),
            ("accessible parking", "blue-badge-parking"),
            ("disabled parking", "blue-badge-parking"),
            ("large print", "large-print"),
            ("easy read", "easy-read"),
            ("braille", "braille-audio"),
            ("quiet", "quiet-space"),
            ("assistance dog", "assistance-dogs"),
            ("guide dog", "assistance-dogs"),
            ("wheelchair", "step-free"),
        ];
        let found = known.iter().find(|(word, _)| words.contains(word))?.1;
        self.taxonomy.term(found).map(|term| term.id.clone())
    }

    fn need(&self, label: &str) -> Option<String> {
        let label = label.to_lowercase();
        let known = [
            ("learning disab", "learning-disability"),
            ("physical disab", "physical-disability"),
            ("mental health", "mental-health"),
            ("sensory", "sensory-impairment"),
            ("autis", "autism"),
            ("carer", "carers"),
            ("older people", "older-people"),
        ];
        let found = known.iter().find(|(word, _)| label.contains(word))?.1;
        self.taxonomy.term(found).map(|term| term.id.clone())
    }

    fn locations(&self, record: &Value, service: ServiceId, notes: &mut Notes) -> Vec<Location> {
        let at = list(record, &["service_at_locations"]);
        let told: Vec<&Value> = if at.is_empty() {
            list(record, &["locations", "location"])
        } else {
            at.into_iter().map(|at| field(at, &["location"]).unwrap_or(at)).collect()
        };
        let mut all: Vec<Location> = Vec::new();
        for place in told.into_iter().take(MOST) {
            if let Some(location) = self.location(place, service, notes)
                && all.iter().all(|known| known.id != location.id)
            {
                all.push(location);
            }
        }
        all
    }

    fn location(&self, place: &Value, service: ServiceId, notes: &mut Notes) -> Option<Location> {
        let addresses = list(place, &["addresses", "physical_addresses", "address", "postal_addresses"]);
        let address = addresses.first().copied().unwrap_or(place);
        let own = field(place, &["x_waymark"]).cloned().unwrap_or_default();
        let postal_code = text(&own, &["postal_code"]).or_else(|| text(address, &["postal_code", "postcode"]));
        let postal_code = postal_code.map(|code| at_most(one_line(&code).to_uppercase(), 10).0);
        let known = postal_code.as_deref().and_then(|code| Gazetteer::shared().find(code).ok());
        let known = known.filter(|known| known.precision != Precision::Named);
        let postal_code = match (&known, postal_code) {
            (Some(known), Some(_)) => Some(known.label.clone()),
            (_, code) => code,
        };
        let told = match point(place) {
            Some(at) if in_these_islands(at) => Some(at),
            Some(at @ (north, east)) if in_these_islands((east, north)) => {
                notes.add("latitude and longitude were the wrong way round");
                Some((at.1, at.0))
            }
            Some((north, _)) => {
                notes.add(format!(
                    "its place on the map (latitude {north}) is not in these islands, so it was left out"
                ));
                None
            }
            None => None,
        };
        let at = told.or_else(|| known.as_ref().map(|known| (known.latitude, known.longitude)));
        let Some((latitude, longitude)) = at else {
            notes.add("a location without a postcode that we know and without a place on the map was left out");
            return None;
        };
        let postal_code = postal_code.unwrap_or_else(|| Gazetteer::shared().nearest_outward((latitude, longitude)));
        let lines: Vec<String> = ["address_1", "address_2", "city"]
            .iter()
            .filter_map(|name| text(address, &[name]))
            .map(|line| one_line(&line).trim_matches([',', ' ']).to_owned())
            .filter(|line| !line.is_empty())
            .collect();
        let street = at_most(lines.join(", "), 300).0;
        let key = text(place, &["id"]).unwrap_or_else(|| format!("{service}:{street}:{postal_code}"));
        Some(Location {
            id: id_of!(LocationId, self, "location", &key),
            address: (!street.is_empty()).then_some(street),
            postal_code,
            latitude,
            longitude,
        })
    }

    fn options(&self, record: &Value, service: ServiceId, notes: &mut Notes) -> Vec<CostOption> {
        let mut all: Vec<CostOption> = Vec::new();
        for (at, told) in list(record, &["cost_options"]).into_iter().take(MOST).enumerate() {
            let Some(amount_pence) = amount(told, &["amount"]) else {
                notes.add("a price without a usable amount was left out");
                continue;
            };
            let own = field(told, &["x_waymark"]).cloned().unwrap_or_default();
            let option = text(told, &["option"]).map(|words| one_line(&words));
            let about = text(told, &["amount_description", "cost_type"]).map(|words| one_line(&words));
            let words = format!("{} {}", about.as_deref().unwrap_or(""), option.as_deref().unwrap_or(""));
            let unit = text(&own, &["unit"]).and_then(|word| word.parse().ok());
            let label = match (&unit, &option, &about) {
                (Some(_), Some(option), _) => option.clone(),
                (_, Some(option), Some(about)) => format!("{option}, {about}"),
                (_, Some(option), None) => option.clone(),
                (_, None, Some(about)) => about.clone(),
                (_, None, None) => "Price".into(),
            };
            let part = |name: &str| amount(&own, &[name]);
            let parts = (part("direct"), part("management"), part("overhead"));
            let adds_up = parts
                .0
                .zip(parts.1)
                .zip(parts.2)
                .is_some_and(|((a, b), c)| a.plus(b).and_then(|sum| sum.plus(c)) == Some(amount_pence));
            let key = text(told, &["id"]).unwrap_or_else(|| format!("{service}:{at}"));
            let option = CostOption {
                id: id_of!(CostOptionId, self, "cost option", &key),
                service_id: service,
                label: at_most(label, 120).0,
                unit: unit.unwrap_or_else(|| unit_of(&words)),
                amount_pence,
                valid_from: date(told, &["valid_from"]).unwrap_or(self.today),
                valid_to: date(told, &["valid_to"]),
                position: i32::try_from(at + 1).unwrap_or(i32::MAX),
                rate: text(&own, &["rate"]).and_then(|word| word.parse().ok()).unwrap_or(Rate::AnyTime),
                includes: text(&own, &["includes"]).map(|words| at_most(plain(&words), 1_000).0).unwrap_or_default(),
                direct_pence: parts.0.filter(|_| adds_up),
                management_pence: parts.1.filter(|_| adds_up),
                overhead_pence: parts.2.filter(|_| adds_up),
            };
            if all.iter().all(|known| known.id != option.id) {
                all.push(option);
            }
        }
        all
    }

    fn schedules(&self, record: &Value, service: ServiceId, notes: &mut Notes) -> (Vec<Schedule>, String) {
        let (mut rules, mut words): (Vec<Schedule>, Vec<String>) = (Vec::new(), Vec::new());
        let told = list(record, &["schedules", "regular_schedules", "regular_schedule"]);
        for (at, told) in told.into_iter().take(MOST).enumerate() {
            let description = text(told, &["description", "notes"]).map(|words| plain(&words)).unwrap_or_default();
            let description = at_most(description, 1_000).0;
            let byday = text(told, &["byday"]).and_then(|days| by_day(&days));
            let byday = byday.or_else(|| day_code(&text(told, &["weekday"])?).map(str::to_owned));
            let Some(byday) = byday else {
                if !description.is_empty() {
                    words.push(description);
                }
                continue;
            };
            let monthly = text(told, &["freq"]).is_some_and(|freq| freq.eq_ignore_ascii_case("monthly"));
            let time = |names: &[&str]| text(told, names).and_then(|time| time_of_day(&time));
            let key = text(told, &["id"]).unwrap_or_else(|| format!("{service}:{at}"));
            let rule = Schedule {
                id: id_of!(ScheduleId, self, "schedule", &key),
                service_id: service,
                freq: if monthly { Freq::Monthly } else { Freq::Weekly },
                every: whole(told, &["interval"], 1, 52).unwrap_or(1),
                byday,
                starts_on: date(told, &["dtstart"]),
                opens_at: time(&["opens_at"]),
                closes_at: time(&["closes_at"]),
                valid_from: date(told, &["valid_from"]),
                valid_to: date(told, &["valid_to"]),
                description,
            };
            if rules.iter().any(|known| known.id == rule.id) {
                notes.add("two schedules with the same id: the second was left out");
            } else {
                rules.push(rule);
            }
        }
        (rules, at_most(words.join("\n"), 2_000).0)
    }

    fn areas(record: &Value, at: Option<&Location>, notes: &mut Notes) -> (Option<i32>, Vec<(AreaKind, String)>) {
        let (mut radius, mut areas) = (None, Vec::new());
        for told in list(record, &["service_areas"]).into_iter().take(MOST) {
            let own = field(told, &["x_waymark"]).cloned().unwrap_or_default();
            if let Some(metres) = whole(&own, &["radius_metres"], 1, 1_000_000) {
                radius = Some(metres);
                continue;
            }
            let code = text(told, &["uri"]).and_then(|uri| council_by_code(uri.rsplit('/').next()?));
            let names = [text(told, &["service_area"]), text(told, &["name"]), text(told, &["extent"])];
            let council = code.or_else(|| names.iter().flatten().find_map(|name| council_by_name(name)));
            let district = || names.iter().flatten().find_map(|name| postcode_district(name));
            if let Some(council) = council {
                areas.push((AreaKind::Authority, council.id.to_string()));
            } else if let Some(district) = district() {
                areas.push((AreaKind::District, district));
            } else if let Some(metres) = at.and_then(|at| furthest(told, at)) {
                radius = Some(metres);
            } else {
                notes.add("an area that we do not know was left out");
            }
        }
        areas.sort();
        areas.dedup();
        (radius, areas)
    }
}

fn status(record: &Value) -> &'static str {
    match text(record, &["status"]).map(|status| status.to_lowercase()).as_deref() {
        None | Some("active" | "published" | "approved") => "active",
        Some("defunct") => "defunct",
        Some("temporarily closed") => "temporarily closed",
        Some(_) => "inactive", // whatever it is, it is not said to be open
    }
}

/// Whether a record as it came says that it is open.
#[must_use]
pub fn says_it_is_active(document: &str) -> bool {
    serde_json::from_str(document).is_ok_and(|record| status(&record) == "active")
}

fn languages(record: &Value) -> String {
    let told = list(record, &["languages"]);
    let names: Vec<String> =
        told.into_iter().filter_map(|told| text(told, &["name", "language"])).map(|name| one_line(&name)).collect();
    at_most(names.join(", "), 300).0
}

fn funding(record: &Value) -> Vec<FundingRoute> {
    let told = list(record, &["funding", "fundings"]);
    let mut routes: Vec<FundingRoute> =
        told.into_iter().filter_map(|told| text(told, &["source"])?.strip_prefix(PAID_FROM)?.parse().ok()).collect();
    routes.sort_by_key(|route| route.as_str());
    routes.dedup();
    routes
}

/// The number behind a link to the regulator's page.
fn cqc_number(text: &str) -> Option<String> {
    let (_, rest) = text.split_once("cqc.org.uk/location/")?;
    let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
    (number.len() > 4).then_some(number)
}

fn provider_type(name: &str, charity: bool) -> ProviderType {
    let words = format!(" {} ", name.to_lowercase());
    if ["council", "borough", "nhs"].iter().any(|word| words.contains(word)) {
        ProviderType::InHouse
    } else if charity
        || ["charity", "trust", "church", "association", "society", "club", "group"]
            .iter()
            .any(|word| words.contains(word))
    {
        ProviderType::Voluntary
    } else if [" cic ", "c.i.c", "community interest", "co-operative", "cooperative"]
        .iter()
        .any(|word| words.contains(word))
    {
        ProviderType::SocialEnterprise
    } else if [" ltd", " limited", " llp", " plc"].iter().any(|word| words.contains(word)) {
        ProviderType::Private
    } else {
        ProviderType::Voluntary
    }
}

fn point(place: &Value) -> Option<(f64, f64)> {
    if let Some(at) = number(place, &["latitude", "lat"]).zip(number(place, &["longitude", "lon", "lng"])) {
        return Some(at);
    }
    let pair = field(field(place, &["geometry"])?, &["coordinates"])?.as_array()?;
    Some((pair.get(1)?.as_f64()?, pair.first()?.as_f64()?))
}

/// Roughly the United Kingdom with its islands.
fn in_these_islands((latitude, longitude): (f64, f64)) -> bool {
    (49.0..=61.5).contains(&latitude) && (-9.5..=3.0).contains(&longitude)
}

fn unit_of(words: &str) -> Unit {
    let words = words.to_lowercase();
    let known = [
        (&["hour", "hourly", "/hr", "per hr"][..], Unit::Hour),
        (&["night"], Unit::Night),
        (&["week"], Unit::Week),
        (&["mile"], Unit::Mile),
        (&["visit", "call"], Unit::Visit),
        (&["session", "class", "day", "lesson", "appointment"], Unit::Session),
        (&["item", "each", "meal", "person"], Unit::Item),
    ];
    known
        .iter()
        .find(|(signs, _)| signs.iter().any(|sign| words.contains(sign)))
        .map_or(Unit::OneOff, |(_, unit)| *unit)
}

/// Days as iCalendar writes them: "MO,2TU,-1FR".
fn by_day(text: &str) -> Option<String> {
    let mut days = Vec::new();
    for part in text.to_uppercase().split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let split = part.len().checked_sub(2).filter(|at| part.is_char_boundary(*at));
        let known = split.map(|at| part.split_at(at)).filter(|(number, day)| {
            ["MO", "TU", "WE", "TH", "FR", "SA", "SU"].contains(day)
                && (number.is_empty()
                    || number.parse::<i32>().is_ok_and(|number| (-5..=5).contains(&number) && number != 0))
        });
        match known {
            Some((number, day)) => days.push(format!("{}{day}", number.trim_start_matches('+'))),
            None => days.push(day_code(part)?.to_owned()),
        }
    }
    (!days.is_empty() && days.len() <= 31).then(|| days.join(","))
}

/// "M33" of "M33", "M33 postcode district".
fn postcode_district(name: &str) -> Option<String> {
    let first = name.split_whitespace().next()?.to_uppercase();
    let alone = name.split_whitespace().count() == 1 || name.to_lowercase().contains("postcode");
    let place = Gazetteer::shared().find(&first).ok().filter(|_| alone)?;
    (place.precision == Precision::Outward).then_some(first)
}

/// How far the outline of an area is from a place at most.
#[expect(clippy::cast_possible_truncation, reason = "within a thousand kilometres")]
fn furthest(area: &Value, at: &Location) -> Option<i32> {
    let text = text(area, &["extent"])?;
    let outline: Value = serde_json::from_str(&text).ok()?;
    let mut far: f64 = 0.0;
    let mut open =
        vec![field(&outline, &["coordinates"]).or_else(|| field(field(&outline, &["geometry"])?, &["coordinates"]))?];
    while let Some(each) = open.pop() {
        let list = each.as_array()?;
        match (list.first().and_then(Value::as_f64), list.get(1).and_then(Value::as_f64)) {
            (Some(east), Some(north)) => far = far.max(distance_metres((at.latitude, at.longitude), (north, east))),
            _ => open.extend(list),
        }
    }
    (1.0..=500_000.0).contains(&far).then_some(far as i32)
}
