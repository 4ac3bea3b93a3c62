//! The noun: a service as its provider writes it, one document.

use std::sync::OnceLock;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::budgets::FundingRoute;
use crate::catalogue::store::NewService;
use crate::catalogue::taxonomy::Taxonomy;
use crate::catalogue::{
    AreaKind, CostOption, Details, Freq, Kind, Location, Origin, ProviderType, Rate, Schedule, Service, Unit,
};
use crate::clock::UtcTime;
use crate::db::text_enum;
use crate::ids::{CostOptionId, LocationId, OrganizationId, ScheduleId, ServiceId};
use crate::money::Money;
use crate::places::Gazetteer;

/// Metres of a mile.
const MILE: f64 = 1_609.344;

text_enum! {
    /// How people and a service come together.
    pub enum PlaceMode {
        /// They go there.
        TheyCome = "people come to it",
        /// It comes to their homes.
        ItComes = "it comes to people",
        /// Neither has to leave home.
        Remote = "by telephone or online",
    }
}

text_enum! {
    /// A day of the week (iCalendar).
    pub enum Day {
        /// Monday.
        Monday = "MO",
        /// Tuesday.
        Tuesday = "TU",
        /// Wednesday.
        Wednesday = "WE",
        /// Thursday.
        Thursday = "TH",
        /// Friday.
        Friday = "FR",
        /// Saturday.
        Saturday = "SA",
        /// Sunday.
        Sunday = "SU",
    }
}

impl Day {
    /// "Monday".
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monday => "Monday",
            Self::Tuesday => "Tuesday",
            Self::Wednesday => "Wednesday",
            Self::Thursday => "Thursday",
            Self::Friday => "Friday",
            Self::Saturday => "Saturday",
            Self::Sunday => "Sunday",
        }
    }
}

/// From when to when on one day of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayTimes {
    /// Which day.
    pub day: Day,
    /// "09:30".
    pub opens: String,
    /// "17:00".
    pub closes: String,
}

/// One price, and what it changes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The price of the catalogue that this line is about; none for a new one.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub id: Option<CostOptionId>,
    /// "Weekday daytime".
    pub label: String,
    /// What is counted.
    pub unit: Unit,
    /// When it applies.
    #[serde(default = "any_time")]
    pub rate: Rate,
    /// The price of one.
    pub amount_pence: i64,
    /// What it includes.
    #[serde(default)]
    pub includes: String,
    /// How it is made up: the support itself.
    #[serde(default)]
    pub direct_pence: Option<i64>,
    /// Its management.
    #[serde(default)]
    pub management_pence: Option<i64>,
    /// Everything else.
    #[serde(default)]
    pub overhead_pence: Option<i64>,
    /// What it changes to.
    #[serde(default)]
    pub changes_to_pence: Option<i64>,
    /// From which day on.
    #[serde(default)]
    pub changes_on: Option<NaiveDate>,
}

fn any_time() -> Rate {
    Rate::AnyTime
}

/// A service as its provider writes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Entry {
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its category.
    pub category_id: String,
    /// Its name.
    pub name: String,
    /// What it is, in plain words.
    pub description: String,
    /// Ids of the needs it is for.
    pub needs: Vec<String>,
    /// From which age.
    pub minimum_age: Option<i32>,
    /// To which age.
    pub maximum_age: Option<i32>,
    /// How people and it come together.
    pub place: PlaceMode,
    /// The address, in one line.
    pub address: String,
    /// The postcode of the place, or of where it sets out from.
    pub postcode: String,
    /// How far it comes, in miles.
    pub miles: Option<i32>,
    /// Postcode districts that it comes to as a whole.
    pub districts: Vec<String>,
    /// Ids of authorities that it comes to as a whole.
    pub authorities: Vec<String>,
    /// When it is on.
    pub times: Vec<DayTimes>,
    /// What else is to be known about when.
    pub times_note: String,
    /// Whether there is nothing to pay.
    pub free: bool,
    /// What it costs.
    pub prices: Vec<Price>,
    /// Which money it takes; none means all.
    pub funding: Vec<FundingRoute>,
    /// How many places are free; none if not told.
    pub places_free: Option<i32>,
    /// How long people wait, in days; none if not told.
    pub waiting_days: Option<i32>,
    /// Ids of what makes it easy to get in and on.
    pub accessibility: Vec<String>,
    /// Languages spoken besides English.
    pub languages: String,
    /// A telephone number.
    pub phone: String,
    /// An e-mail address.
    pub email: String,
    /// A web address.
    pub website: String,
    /// Whether it helps with washing, dressing, eating or medicines.
    pub personal_care: bool,
    /// The number of the registration with the regulator.
    pub registration_number: String,
}

impl Default for Entry {
    fn default() -> Self {
        Self {
            kind: Kind::Support,
            category_id: String::new(),
            name: String::new(),
            description: String::new(),
            needs: Vec::new(),
            minimum_age: None,
            maximum_age: None,
            place: PlaceMode::TheyCome,
            address: String::new(),
            postcode: String::new(),
            miles: None,
            districts: Vec::new(),
            authorities: Vec::new(),
            times: Vec::new(),
            times_note: String::new(),
            free: false,
            prices: Vec::new(),
            funding: Vec::new(),
            places_free: None,
            waiting_days: None,
            accessibility: Vec::new(),
            languages: String::new(),
            phone: String::new(),
            email: String::new(),
            website: String::new(),
            personal_care: false,
            registration_number: String::new(),
        }
    }
}

/// A registration that was checked, as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its number.
    pub number: String,
    /// Where it was checked.
    pub source: String,
    /// When.
    pub checked_on: NaiveDate,
}

/// Categories whose services a regulator has to register (Health and Social Care Act 2008, Regulated Activities).
const REGULATED: [&str; 6] = ["home-care", "live-in-care", "reablement", "care-homes", "nursing-homes", "shared-lives"];

impl Entry {
    /// Whether a regulator has to register it: by its category or because it is personal care. Who employs a personal
    /// assistant directly needs no registration (seeds/002).
    #[must_use]
    pub fn is_regulated(&self, provider: ProviderType) -> bool {
        provider != ProviderType::PersonalAssistant
            && (self.personal_care || REGULATED.contains(&self.category_id.as_str()))
    }

    /// The address and area as they are compared.
    #[must_use]
    pub fn same_place(&self, other: &Self) -> bool {
        self.place == other.place
            && self.address == other.address
            && self.postcode == other.postcode
            && self.miles == other.miles
            && self.districts == other.districts
            && self.authorities == other.authorities
    }

    /// The service as the catalogue keeps it. `before` is what it was there, if it was.
    #[must_use]
    pub fn as_service(
        &self,
        id: ServiceId,
        organization: OrganizationId,
        provider: ProviderType,
        before: Option<&Service>,
        registration: Option<&Registration>,
        now: UtcTime,
    ) -> NewService {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let today = now.date();
        let regulated = self.is_regulated(provider);
        let kept = before.filter(|_| regulated);
        let service = Service {
            id,
            organization_id: organization,
            kind: self.kind,
            category_id: self.category_id.clone(),
            name: self.name.clone(),
            description: self.description.clone(),
            status: "active".into(),
            url: some(&self.website),
            email: some(&self.email),
            phone: some(&self.phone),
            minimum_age: self.minimum_age,
            maximum_age: self.maximum_age,
            opening_hours: self.opening_hours(),
            languages: self.languages.clone(),
            regulated,
            registration_number: registration.map(|one| one.number.clone()),
            registration_source: registration.map(|one| one.source.clone()),
            registration_checked_on: registration.map(|one| one.checked_on),
            regulator_rating: kept.and_then(|service| service.regulator_rating.clone()),
            regulator_inspected_on: kept.and_then(|service| service.regulator_inspected_on),
            places_free: self.places_free,
            waiting_days: self.waiting_days,
            origin: match before.map(|service| service.origin) {
                Some(Origin::Invented) => Origin::Invented,
                _ => Origin::Provider,
            },
            source: None,
            assured_on: today,
            last_modified: now,
            rating_inherited: kept.is_some_and(|service| service.rating_inherited),
        };
        NewService {
            options: self.cost_options(id, today),
            locations: self.location().into_iter().collect(),
            radius_metres: self.radius_metres(),
            attributes: self.needs.iter().chain(&self.accessibility).cloned().collect(),
            details: Details {
                schedules: self.schedules(id),
                areas: self.areas(),
                funding: self.funding.clone(),
                verifications: Vec::new(),
            },
            service,
        }
    }

    /// The prices in force today, and those that begin later.
    fn cost_options(&self, service: ServiceId, today: NaiveDate) -> Vec<CostOption> {
        if self.free {
            return vec![cost_option(service, &Price::free(), 0, today)];
        }
        let mut all = Vec::new();
        for (price, position) in self.prices.iter().zip(1..) {
            let mut now = cost_option(service, price, position, today);
            if let Some((amount, on)) = price.change(today) {
                now.valid_to = Some(on - Days::new(1));
                let later = Price { id: None, amount_pence: amount, direct_pence: None, ..price.clone() };
                all.push(CostOption { valid_from: on, ..cost_option(service, &later, position, today) });
            }
            all.push(now);
        }
        all
    }

    fn location(&self) -> Option<Location> {
        if self.place == PlaceMode::Remote {
            return None;
        }
        let place = Gazetteer::shared().find(&self.postcode).ok()?;
        // Whoever comes to people sets out from home: only the district is told, and the point is the district's.
        let (address, place, postal_code) = match self.place {
            PlaceMode::ItComes => {
                let outward = self.postcode.split(' ').next().unwrap_or_default().to_owned();
                let around = Gazetteer::shared().find(&outward).unwrap_or(place);
                (None, around, outward)
            }
            _ => ((!self.address.is_empty()).then(|| self.address.clone()), place, self.postcode.clone()),
        };
        Some(Location {
            id: LocationId::new(),
            address,
            postal_code,
            latitude: place.latitude,
            longitude: place.longitude,
        })
    }

    fn radius_metres(&self) -> Option<i32> {
        let miles = self.miles.filter(|_| self.place == PlaceMode::ItComes)?;
        #[expect(clippy::cast_possible_truncation, reason = "at most a hundred miles")]
        Some((f64::from(miles) * MILE).round() as i32)
    }

    fn areas(&self) -> Vec<(AreaKind, String)> {
        if self.place != PlaceMode::ItComes {
            return Vec::new();
        }
        let districts = self.districts.iter().map(|code| (AreaKind::District, code.clone()));
        districts.chain(self.authorities.iter().map(|id| (AreaKind::Authority, id.clone()))).collect()
    }

    /// One rule of the week for each pair of times, with its days.
    fn schedules(&self, service: ServiceId) -> Vec<Schedule> {
        let mut groups: Vec<(&str, &str, Vec<Day>)> = Vec::new();
        for DayTimes { day, opens, closes } in &self.times {
            match groups.iter_mut().find(|(from, to, _)| from == opens && to == closes) {
                Some((.., days)) => days.push(*day),
                None => groups.push((opens, closes, vec![*day])),
            }
        }
        let schedule = |(opens, closes, days): (&str, &str, Vec<Day>)| Schedule {
            id: ScheduleId::new(),
            service_id: service,
            freq: Freq::Weekly,
            every: 1,
            byday: days.iter().map(|day| day.as_str()).collect::<Vec<_>>().join(","),
            starts_on: None,
            opens_at: Some(opens.to_owned()),
            closes_at: Some(closes.to_owned()),
            valid_from: None,
            valid_to: None,
            description: String::new(),
        };
        groups.into_iter().map(schedule).collect()
    }

    /// Lines of "Monday: 9am to 5pm", and what else is to be known.
    #[must_use]
    pub fn opening_hours(&self) -> String {
        let line =
            |times: &DayTimes| format!("{}: {} to {}", times.day.name(), said(&times.opens), said(&times.closes));
        let mut all: Vec<String> = self.times.iter().map(line).collect();
        all.extend((!self.times_note.is_empty()).then(|| self.times_note.clone()));
        all.join("\n")
    }
}

impl Price {
    /// Nothing to pay, as a price.
    fn free() -> Self {
        Self {
            id: None,
            label: "Free".into(),
            unit: Unit::OneOff,
            rate: Rate::AnyTime,
            amount_pence: 0,
            includes: String::new(),
            direct_pence: None,
            management_pence: None,
            overhead_pence: None,
            changes_to_pence: None,
            changes_on: None,
        }
    }

    /// What it changes to, where that is still to come.
    #[must_use]
    pub fn change(&self, today: NaiveDate) -> Option<(i64, NaiveDate)> {
        self.changes_to_pence.zip(self.changes_on).filter(|(_, on)| *on > today)
    }

    /// The same price once its change has come.
    #[must_use]
    pub fn on(mut self, today: NaiveDate) -> Self {
        if let (Some(amount), Some(on)) = (self.changes_to_pence, self.changes_on)
            && on <= today
        {
            self.amount_pence = amount;
            (self.direct_pence, self.management_pence, self.overhead_pence) = (None, None, None);
            (self.changes_to_pence, self.changes_on) = (None, None);
        }
        self
    }
}

fn cost_option(service: ServiceId, price: &Price, position: i32, from: NaiveDate) -> CostOption {
    let made_of = price.direct_pence.zip(price.management_pence).zip(price.overhead_pence);
    CostOption {
        id: price.id.unwrap_or_else(CostOptionId::new),
        service_id: service,
        label: price.label.clone(),
        unit: price.unit,
        amount_pence: Money::pence(price.amount_pence),
        valid_from: from,
        valid_to: None,
        position,
        rate: price.rate,
        includes: price.includes.clone(),
        direct_pence: made_of.map(|((direct, _), _)| Money::pence(direct)),
        management_pence: made_of.map(|((_, management), _)| Money::pence(management)),
        overhead_pence: made_of.map(|(_, overhead)| Money::pence(overhead)),
    }
}

/// "09:30" → "9.30am", "17:00" → "5pm".
fn said(time: &str) -> String {
    let (hours, minutes) = time.split_once(':').unwrap_or((time, "00"));
    let hours: u32 = hours.parse().unwrap_or(0);
    let half = if hours < 12 { "am" } else { "pm" };
    let hour = if hours.is_multiple_of(12) { 12 } else { hours % 12 };
    match minutes {
        "00" => format!("{hour}{half}"),
        minutes => format!("{hour}.{minutes}{half}"),
    }
}

impl Entry {
    /// What the catalogue says, as an entry to go on from.
    #[must_use]
    pub fn of_catalogue(live: &NewService, today: NaiveDate) -> Self {
        let service = &live.service;
        let radius = live.radius_metres;
        let at = live.locations.first();
        let areas = |kind: AreaKind| -> Vec<String> {
            live.details.areas.iter().filter(|(each, _)| *each == kind).map(|(_, code)| code.clone()).collect()
        };
        let (districts, authorities) = (areas(AreaKind::District), areas(AreaKind::Authority));
        let comes = radius.is_some() || !districts.is_empty() || !authorities.is_empty();
        let free = !live.options.is_empty() && live.options.iter().all(|option| option.amount_pence == Money::ZERO);
        let mut entry = Self {
            kind: service.kind,
            category_id: service.category_id.clone(),
            name: service.name.clone(),
            description: service.description.clone(),
            needs: live.attributes.iter().filter(|id| is_need(id)).cloned().collect(),
            accessibility: live.attributes.iter().filter(|id| !is_need(id)).cloned().collect(),
            minimum_age: service.minimum_age,
            maximum_age: service.maximum_age,
            place: match (comes, at) {
                (true, _) => PlaceMode::ItComes,
                (false, Some(_)) => PlaceMode::TheyCome,
                (false, None) => PlaceMode::Remote,
            },
            address: at.and_then(|at| at.address.clone()).unwrap_or_default(),
            postcode: at.map(|at| at.postal_code.clone()).unwrap_or_default(),
            #[expect(clippy::cast_possible_truncation, reason = "at most a few hundred miles")]
            miles: radius.map(|metres| ((f64::from(metres) / MILE).round() as i32).max(1)),
            districts,
            authorities,
            times: day_times(&live.details.schedules),
            free: free
                || (live.options.is_empty()
                    && matches!(service.kind, Kind::Universal | Kind::Community | Kind::Information)),
            funding: live.details.funding.clone(),
            places_free: service.places_free,
            waiting_days: service.waiting_days,
            languages: service.languages.clone(),
            phone: service.phone.clone().unwrap_or_default(),
            email: service.email.clone().unwrap_or_default(),
            website: service.url.clone().unwrap_or_default(),
            personal_care: service.regulated,
            registration_number: service.registration_number.clone().unwrap_or_default(),
            ..Self::default()
        };
        let told = entry.opening_hours();
        let rest = service.opening_hours.lines().filter(|line| !told.lines().any(|each| each == *line));
        entry.times_note = rest.collect::<Vec<_>>().join("\n");
        if !free {
            entry.prices = prices(&live.options, today);
        }
        entry
    }
}

/// Whether a term is a need; the others of a service are about accessibility.
fn is_need(id: &str) -> bool {
    static NEEDS: OnceLock<Vec<String>> = OnceLock::new();
    let needs = NEEDS.get_or_init(|| {
        let terms = Taxonomy::shipped().unwrap_or_default();
        terms.into_iter().filter(|term| term.taxonomy == "need").map(|term| term.id).collect()
    });
    needs.iter().any(|need| need == id)
}

fn day_times(schedules: &[Schedule]) -> Vec<DayTimes> {
    let mut times: Vec<DayTimes> = Vec::new();
    for schedule in schedules.iter().filter(|schedule| is_plain(schedule)) {
        let (Some(opens), Some(closes)) = (&schedule.opens_at, &schedule.closes_at) else { continue };
        for day in schedule.byday.split(',').filter_map(|day| day.trim().parse::<Day>().ok()) {
            if !times.iter().any(|each| each.day == day) {
                times.push(DayTimes { day, opens: opens.clone(), closes: closes.clone() });
            }
        }
    }
    times.sort_by_key(|each| each.day);
    times
}

/// Whether a schedule is one that the week on our page can say; others are left as they are.
#[must_use]
pub fn is_plain(schedule: &Schedule) -> bool {
    schedule.freq == Freq::Weekly
        && schedule.every == 1
        && schedule.opens_at.is_some()
        && schedule.closes_at.is_some()
        && schedule.valid_from.is_none()
        && schedule.valid_to.is_none()
}

/// The prices in force, each with the one that follows it at the same place of the list.
fn prices(options: &[CostOption], today: NaiveDate) -> Vec<Price> {
    let in_force = |option: &&CostOption| option.valid_from <= today;
    let line = |option: &CostOption| {
        let next = options.iter().find(|later| later.valid_from > today && later.position == option.position);
        Price {
            id: Some(option.id),
            label: option.label.clone(),
            unit: option.unit,
            rate: option.rate,
            amount_pence: option.amount_pence.as_pence(),
            includes: option.includes.clone(),
            direct_pence: option.direct_pence.map(Money::as_pence),
            management_pence: option.management_pence.map(Money::as_pence),
            overhead_pence: option.overhead_pence.map(Money::as_pence),
            changes_to_pence: next.map(|next| next.amount_pence.as_pence()),
            changes_on: next.map(|next| next.valid_from),
        }
    };
    options.iter().filter(in_force).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        let times = |day, opens: &str, closes: &str| DayTimes { day, opens: opens.into(), closes: closes.into() };
        let entry = Entry {
            times: vec![times(Day::Monday, "09:00", "17:30"), times(Day::Friday, "00:00", "12:00")],
            times_note: "Not in August".into(),
            ..Entry::default()
        };
        assert_eq!(entry.opening_hours(), "Monday: 9am to 5.30pm\nFriday: 12am to 12pm\nNot in August");
        let id = ServiceId::named("one");
        assert_eq!(entry.schedules(id).len(), 2);
        assert_eq!(day_times(&entry.schedules(id)), entry.times);
    }

    #[test]
    fn only_a_personal_assistant_is_exempt() {
        let care = Entry { category_id: "home-care".into(), ..Entry::default() };
        let washing = Entry { personal_care: true, ..Entry::default() };
        for kind in ProviderType::ALL {
            let exempt = *kind == ProviderType::PersonalAssistant;
            assert_eq!((care.is_regulated(*kind), washing.is_regulated(*kind)), (!exempt, !exempt), "{kind}");
            assert!(!Entry::default().is_regulated(*kind));
        }
    }

    #[test]
    fn who_comes_to_people_does_not_tell_where_they_live() {
        let entry = Entry {
            place: PlaceMode::ItComes,
            address: "1 High Street".into(),
            postcode: "M33 7ZF".into(),
            miles: Some(5),
            ..Entry::default()
        };
        let at = entry.location().unwrap();
        assert_eq!((at.address, at.postal_code.as_str()), (None, "M33"));
        assert_eq!(entry.radius_metres(), Some(8_047));
    }

    #[test]
    fn a_change_of_price_begins_on_its_day() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 6, day).unwrap();
        let price =
            Price { amount_pence: 1_800, changes_to_pence: Some(1_900), changes_on: Some(day(10)), ..Price::free() };
        assert_eq!(price.clone().on(day(9)).amount_pence, 1_800);
        assert_eq!(price.clone().on(day(10)).amount_pence, 1_900);
        let entry = Entry { prices: vec![price], ..Entry::default() };
        let options = entry.cost_options(ServiceId::named("one"), day(1));
        let told: Vec<_> =
            options.iter().map(|option| (option.amount_pence.as_pence(), option.valid_from, option.valid_to)).collect();
        assert_eq!(told, [(1_900, day(10), None), (1_800, day(1), Some(day(9)))]);
    }
}
