//! The public page as it would be, from what is written.

use crate::catalogue::store::NewService;
use crate::catalogue::{Rating, WholeService};

use super::store::Provider;

/// What the public page is made of, for a service that is not public like this.
#[must_use]
pub fn as_whole(new: NewService, provider: &Provider, about: String, today: chrono::NaiveDate) -> WholeService {
    WholeService {
        provider: provider.name.clone(),
        provider_type: provider.provider_type,
        provider_about: about,
        options: new.options.into_iter().filter(|option| option.valid_from <= today).collect(),
        locations: new.locations,
        radius_metres: new.radius_metres,
        attributes: new.attributes,
        rating: Rating::default(),
        service: new.service,
    }
}
