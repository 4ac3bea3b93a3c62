//! Providers and services on their way into the catalogue.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::catalogue::store::{NewOrganization, NewService};
use crate::catalogue::{Kind, Location, Origin, ProviderType, Service, Verification};
use crate::clock::UtcTime;
use crate::ids::{LocationId, OrganizationId, ServiceId};
use crate::places::{Gazetteer, Place};

/// A town cannot be listed.
#[derive(Debug, thiserror::Error)]
pub enum TownError {
    /// A file that is embedded in the program does not read.
    #[error("a file of the demo town is damaged: {0}")]
    Damaged(#[from] csv::Error),
    /// A file that is embedded in the program names something that is not there.
    #[error("a file of the demo town is damaged: {0}")]
    Unknown(String),
}

/// Providers and their services.
#[derive(Clone, Debug, Default)]
pub(super) struct Listings {
    /// The providers.
    pub organizations: Vec<NewOrganization>,
    /// What they offer.
    pub services: Vec<NewService>,
    /// What was checked of the providers.
    pub verifications: Vec<Verification>,
    known: BTreeSet<OrganizationId>,
}

/// When the catalogue was filled, and today.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dates {
    /// When the records were written.
    pub listed_at: UtcTime,
    /// Today.
    pub today: NaiveDate,
}

impl Listings {
    /// Adds a provider, once.
    pub(super) fn provider(&mut self, provider: NewOrganization) -> OrganizationId {
        let id = provider.id;
        if self.known.insert(id) {
            self.organizations.push(provider);
        }
        id
    }

    /// Adds all of another list.
    pub(super) fn extend(&mut self, other: Self) {
        self.known.extend(&other.known);
        self.organizations.extend(other.organizations);
        self.services.extend(other.services);
        self.verifications.extend(other.verifications);
    }
}

/// The id of a provider, the same in every demo town.
#[must_use]
pub(super) fn provider_id(origin: Origin, name: &str) -> OrganizationId {
    OrganizationId::named(&format!("{origin}:provider:{}", name.to_lowercase()))
}

/// A provider of which little more than the name is known.
pub(super) fn named_provider(origin: Origin, name: &str, provider_type: ProviderType, dates: Dates) -> NewOrganization {
    NewOrganization {
        id: provider_id(origin, name),
        name: name.to_owned(),
        description: String::new(),
        provider_type,
        status: "active",
        website: None,
        origin,
        created_at: dates.listed_at,
        authority_id: None,
        email: None,
        phone: None,
        charity_number: None,
        company_number: None,
    }
}

/// A service of which little more than the name is known: free, active, not regulated.
pub(super) fn named_service(
    id: ServiceId,
    organization_id: OrganizationId,
    (kind, category, name): (Kind, &str, &str),
    origin: Origin,
    dates: Dates,
) -> Service {
    Service {
        id,
        organization_id,
        kind,
        category_id: category.to_owned(),
        name: name.to_owned(),
        description: String::new(),
        status: "active".into(),
        url: None,
        email: None,
        phone: None,
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
        origin,
        source: None,
        assured_on: dates.today,
        last_modified: dates.listed_at,
        rating_inherited: false,
    }
}

/// The place of a service: by its address and postcode, where the postcode or its beginning is known.
pub(super) fn location(
    service: ServiceId,
    address: Option<&str>,
    postcode: &str,
    at: Option<(f64, f64)>,
) -> Vec<Location> {
    let found = || place_of(postcode).map(|place| (place.latitude, place.longitude));
    let Some((latitude, longitude)) = at.or_else(found) else { return Vec::new() };
    let id = LocationId::named(&format!("place of service:{service}"));
    vec![Location { id, address: address.map(str::to_owned), postal_code: postcode.to_owned(), latitude, longitude }]
}

/// The point of a postcode: the unit, else its sector, else its first part.
pub(super) fn place_of(postcode: &str) -> Option<Place> {
    let gazetteer = Gazetteer::shared();
    gazetteer.find(postcode).ok().or_else(|| gazetteer.find(postcode.split(' ').next()?).ok())
}

/// What a cell says; "NA" and nothing both mean "not given".
pub(super) fn given(cell: &str) -> Option<&str> {
    let cell = cell.trim();
    (!cell.is_empty() && cell != "NA").then_some(cell)
}
