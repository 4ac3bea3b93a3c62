//! The nouns: services, their prices and their places.

use chrono::NaiveDate;
use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{cost_options, locations, services};
use crate::db::text_enum;
use crate::ids::{CostOptionId, LocationId, OrganizationId, ServiceId};
use crate::money::Money;

use super::detail::Rate;
use super::rating::Rating;

text_enum! {
    /// What kind of thing a service is.
    pub enum Kind {
        /// Paid help.
        Support = "support service",
        /// One person who helps.
        PersonalAssistant = "personal assistant",
        /// Equipment and assistive technology.
        Equipment = "equipment",
        /// Homes with care.
        Accommodation = "accommodation with care",
        /// Payroll, managed accounts, trusts.
        Money = "money and budget management",
        /// Planning, brokerage, advocacy.
        Planning = "planning and advocacy",
        /// Open to anyone.
        Universal = "universal service",
        /// Groups and activities.
        Community = "community group",
        /// Signposts.
        Information = "information page",
    }
}

impl Kind {
    /// The word with dashes: its colour and mark.
    #[must_use]
    pub fn slug(self) -> String {
        self.as_str().replace(' ', "-")
    }
}

text_enum! {
    /// What a provider is.
    pub enum ProviderType {
        /// A company.
        Private = "private",
        /// A charity or group.
        Voluntary = "voluntary and community",
        /// A business with a purpose.
        SocialEnterprise = "social enterprise",
        /// Run by disabled people.
        UserLed = "user-led organisation",
        /// Five or fewer full-time staff (seeds/002).
        Micro = "micro-provider",
        /// The council itself.
        InHouse = "in-house",
        /// A provider of one.
        PersonalAssistant = "personal assistant",
    }
}

text_enum! {
    /// What a price is for.
    pub enum Unit {
        /// An hour.
        Hour = "hour",
        /// A visit.
        Visit = "visit",
        /// A session.
        Session = "session",
        /// A night.
        Night = "night",
        /// A week.
        Week = "week",
        /// A thing.
        Item = "item",
        /// A mile.
        Mile = "mile",
        /// Once.
        OneOff = "one-off",
    }
}

impl Unit {
    /// "1 hour", "4 hours", "1 one-off".
    #[must_use]
    pub fn counted(self, quantity: i64) -> String {
        let number = crate::money::thousands(quantity.unsigned_abs());
        match (self, quantity) {
            (Self::OneOff, 1) => "one-off".into(),
            (Self::OneOff, _) => format!("{number} times"),
            (unit, 1) => format!("1 {unit}"),
            (unit, _) => format!("{number} {unit}s"),
        }
    }

    /// "an hour", "a visit", "" for one-off.
    #[must_use]
    pub fn each(self) -> &'static str {
        match self {
            Self::Hour => "an hour",
            Self::Visit => "a visit",
            Self::Session => "a session",
            Self::Night => "a night",
            Self::Week => "a week",
            Self::Item => "each",
            Self::Mile => "a mile",
            Self::OneOff => "once",
        }
    }
}

text_enum! {
    /// Where a record comes from.
    pub enum Origin {
        /// Real, published as open data.
        OpenData = "open data",
        /// Invented for the demo town.
        Invented = "invented",
        /// Written by the provider.
        Provider = "provider",
    }
}

/// One service as its row is.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = services, treat_none_as_default_value = false)]
pub struct Service {
    /// Which.
    pub id: ServiceId,
    /// Who offers it.
    pub organization_id: OrganizationId,
    /// What kind of thing it is.
    pub kind: Kind,
    /// Its category.
    pub category_id: String,
    /// Its name.
    pub name: String,
    /// What it is, in plain words.
    pub description: String,
    /// active, inactive, defunct, temporarily closed.
    pub status: String,
    /// Its web address.
    pub url: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its telephone.
    pub phone: Option<String>,
    /// From which age.
    pub minimum_age: Option<i32>,
    /// To which age.
    pub maximum_age: Option<i32>,
    /// When it is open: lines of "day: hours".
    pub opening_hours: String,
    /// Languages spoken besides English.
    pub languages: String,
    /// Whether a regulator has to register it.
    pub regulated: bool,
    /// The registration.
    pub registration_number: Option<String>,
    /// Where the registration was checked.
    pub registration_source: Option<String>,
    /// When.
    pub registration_checked_on: Option<NaiveDate>,
    /// What the regulator says.
    pub regulator_rating: Option<String>,
    /// When it looked.
    pub regulator_inspected_on: Option<NaiveDate>,
    /// How many places are free; none if not told.
    pub places_free: Option<i32>,
    /// How long people wait, in days; none if not told.
    pub waiting_days: Option<i32>,
    /// Where the record comes from.
    pub origin: Origin,
    /// The name of the source.
    pub source: Option<String>,
    /// When it was last checked.
    pub assured_on: NaiveDate,
    /// When the record last changed.
    pub last_modified: UtcTime,
    /// Whether the regulator gave the rating to an earlier owner of the same place.
    pub rating_inherited: bool,
}

/// One way to pay for a service.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = cost_options, treat_none_as_default_value = false)]
pub struct CostOption {
    /// Which.
    pub id: CostOptionId,
    /// Of which service.
    pub service_id: ServiceId,
    /// "Weekday daytime".
    pub label: String,
    /// What is counted.
    pub unit: Unit,
    /// The price of one.
    pub amount_pence: Money,
    /// Its first day.
    pub valid_from: NaiveDate,
    /// Its last day; none if open.
    pub valid_to: Option<NaiveDate>,
    /// In which order options are shown.
    pub position: i32,
    /// When it applies.
    pub rate: Rate,
    /// What it includes, in plain words.
    pub includes: String,
    /// How it is made up: the support itself.
    pub direct_pence: Option<Money>,
    /// Its management.
    pub management_pence: Option<Money>,
    /// Everything else; the three add up to the price.
    pub overhead_pence: Option<Money>,
}

/// A place where services are used.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = locations, treat_none_as_default_value = false)]
pub struct Location {
    /// Which.
    pub id: LocationId,
    /// Its address in one line; none where only the area is told.
    pub address: Option<String>,
    /// Its postcode, or the sector or outward code that is told.
    pub postal_code: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

/// A service with all that belongs to it.
#[derive(Clone, Debug)]
pub struct WholeService {
    /// Itself.
    pub service: Service,
    /// The provider's name.
    pub provider: String,
    /// What the provider is.
    pub provider_type: ProviderType,
    /// What the provider says of itself.
    pub provider_about: String,
    /// Its prices in force, cheapest unit price not necessarily first.
    pub options: Vec<CostOption>,
    /// Where it is used.
    pub locations: Vec<Location>,
    /// How far it comes out to people, in metres; none if people come to it.
    pub radius_metres: Option<i32>,
    /// Ids of its needs and accessibility terms.
    pub attributes: Vec<String>,
    /// The stars it was given.
    pub rating: Rating,
}

impl WholeService {
    /// The lowest price; none when it is free.
    #[must_use]
    pub fn cheapest(&self) -> Option<&CostOption> {
        self.options.iter().filter(|option| option.amount_pence > Money::ZERO).min_by_key(|option| option.amount_pence)
    }
}

/// What is bought when a purchase is made: one service at one of its prices.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Which service.
    pub service: ServiceId,
    /// Its provider.
    pub organization: OrganizationId,
    /// Its category.
    pub category_id: String,
    /// Which price.
    pub cost_option: CostOptionId,
    /// What is counted.
    pub unit: Unit,
    /// The price of one.
    pub price: Money,
}
