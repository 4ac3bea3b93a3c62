//! What a provider tells of itself.

use diesel::prelude::*;

use crate::catalogue::ProviderType;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::db::schema::organizations;
use crate::error::{AppError, FieldError};
use crate::identity::ProviderManager;
use crate::ids::{AuthorityId, OrganizationId};

use super::{store, typed};

/// A provider's profile.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct Organisation {
    /// Which.
    pub id: OrganizationId,
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// What it is.
    pub provider_type: ProviderType,
    /// active or suspended.
    pub status: String,
    /// Its web address.
    pub website: Option<String>,
    /// Its e-mail address.
    pub email: Option<String>,
    /// Its telephone.
    pub phone: Option<String>,
    /// Its number as a charity.
    pub charity_number: Option<String>,
    /// Its number as a company.
    pub company_number: Option<String>,
    /// The authority that looks after its entries.
    pub authority_id: Option<AuthorityId>,
}

/// A profile as it was typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// Its name.
    pub name: String,
    /// What it says of itself.
    pub about: String,
    /// What it is.
    pub provider_type: String,
    /// Its web address.
    pub website: String,
    /// Its e-mail address.
    pub email: String,
    /// Its telephone.
    pub phone: String,
    /// Its number as a charity.
    pub charity_number: String,
    /// Its number as a company.
    pub company_number: String,
}

/// The types that a provider may choose for itself. A personal assistant is exempt from registration and the council's
/// own services are the council's to name, so neither is chosen here.
pub const CHOSEN: [ProviderType; 5] = [
    ProviderType::Private,
    ProviderType::Voluntary,
    ProviderType::SocialEnterprise,
    ProviderType::UserLed,
    ProviderType::Micro,
];

impl Organisation {
    /// The types that this provider may become.
    #[must_use]
    pub fn may_become(&self) -> Vec<ProviderType> {
        if CHOSEN.contains(&self.provider_type) { CHOSEN.to_vec() } else { vec![self.provider_type] }
    }

    /// The same provider with what was typed, or every field that cannot stay.
    pub fn with(&self, typed: &Typed) -> Result<Self, Vec<FieldError>> {
        let mut wrong = Vec::new();
        let mut note = |field: &str, why: String| wrong.push(FieldError::new(field, why));
        let mut new = self.clone();
        match typed::line(&typed.name, 120, "The name") {
            Ok(name) if name.is_empty() => note("name", "Enter the name that people know you by.".into()),
            Ok(name) => new.name = name,
            Err(why) => note("name", why),
        }
        match typed::lines(&typed.about, 2_000, "The text about you") {
            Ok(about) => new.description = about,
            Err(why) => note("about", why),
        }
        match typed.provider_type.parse() {
            Ok(kind) if self.may_become().contains(&kind) => new.provider_type = kind,
            _ => note("provider_type", "Choose what kind of provider you are.".into()),
        }
        match typed::website(&typed.website) {
            Ok(website) => new.website = website,
            Err(why) => note("website", why),
        }
        match typed::email(&typed.email) {
            Ok(email) => new.email = email,
            Err(why) => note("email", why),
        }
        match typed::phone(&typed.phone) {
            Ok(phone) => new.phone = phone,
            Err(why) => note("phone", why),
        }
        match number(&typed.charity_number, is_charity_number) {
            Ok(number) => new.charity_number = number,
            Err(()) => {
                note("charity_number", "A charity number has six or seven digits, or begins with SC or NIC.".into());
            }
        }
        match number(&typed.company_number, is_company_number) {
            Ok(number) => new.company_number = number,
            Err(()) => {
                note("company_number", "A company number has eight characters, like 01234567 or SC123456.".into());
            }
        }
        if wrong.is_empty() { Ok(new) } else { Err(wrong) }
    }
}

fn number(text: &str, fits: fn(&str) -> bool) -> Result<Option<String>, ()> {
    let plain: String = text.trim().to_uppercase().chars().filter(|c| !c.is_whitespace()).collect();
    match plain.is_empty() {
        true => Ok(None),
        false if fits(&plain) => Ok(Some(plain)),
        false => Err(()),
    }
}

fn is_charity_number(text: &str) -> bool {
    let main = text.split_once('-').map_or(text, |(main, _)| main);
    let digits = main.strip_prefix("SC").or_else(|| main.strip_prefix("NIC")).unwrap_or(main);
    text.len() <= 12 && (5..=7).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_company_number(text: &str) -> bool {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
    text.len() == 8 && digits.len() >= 6 && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Changes a provider's profile. Its services are indexed anew where their cards show it.
#[tracing::instrument(skip_all, fields(organization.id = %manager.organization()))]
pub fn change(tx: &mut Conn, manager: &ProviderManager, typed: &Typed, now: UtcTime) -> Result<Organisation, AppError> {
    let before = store::organisation_to_change(tx, manager.member())?;
    let after = before.with(typed).map_err(AppError::invalid)?;
    store::save_organisation(tx, manager, &after)?;
    let shown = |one: &Organisation| (one.name.clone(), one.provider_type, one.description.clone());
    if shown(&before) != shown(&after) {
        store::tell_that_services_changed(tx, after.id, now)?;
    }
    Ok(after)
}
