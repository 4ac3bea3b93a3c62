//! Everything that a service tells, over `/api/v1/services/{service_id}`: what a list does not need.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::budgets::FundingRoute;
use crate::clock::UtcTime;
use crate::money::Money;

use super::api::ServiceDocument;
use super::detail::{AreaKind, CheckState, Details, Freq, Paper, Rate};
use super::opening::{in_words, next};
use super::prices::PriceOverTime;
use super::service::{CostOption, Unit, WholeService};
use super::taxonomy::Taxonomy;
use super::told;

/// One service with everything it tells.
#[derive(Serialize, ToSchema)]
pub struct ServiceInFull {
    /// What a list of services holds too.
    #[serde(flatten)]
    pub service: ServiceDocument,
    /// Who it is for.
    pub eligibility: EligibilityDocument,
    /// Where it comes to and when.
    pub availability: AvailabilityDocument,
    /// Every price with its changes.
    pub prices: Vec<PriceDocument>,
    /// Which ways of holding a budget it takes.
    pub funding_accepted: Vec<FundingRoute>,
    /// Features of the place, by id and name.
    pub accessibility: Vec<TermDocument>,
    /// Languages spoken besides English.
    pub languages: Vec<String>,
    /// Telephone, e-mail and web address.
    pub contact: ContactDocument,
    /// What the regulator says; none where no regulator has to register it.
    pub regulation: Option<RegulationDocument>,
    /// What was checked of its provider and holds today.
    pub checks: Vec<CheckDocument>,
}

/// A term of a taxonomy.
#[derive(Serialize, ToSchema)]
pub struct TermDocument {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Who a service is for.
#[derive(Serialize, ToSchema)]
pub struct EligibilityDocument {
    /// Needs.
    pub needs: Vec<TermDocument>,
    /// From which age.
    pub minimum_age: Option<i32>,
    /// To which age.
    pub maximum_age: Option<i32>,
    /// Age groups that it is for, at least in part: 0-7, 8-12, 13-17, 18-64, 65+.
    pub age_groups: Vec<&'static str>,
}

/// Where it comes to and when it is on.
#[derive(Serialize, ToSchema)]
pub struct AvailabilityDocument {
    /// Postcode districts and authorities that it comes to as a whole.
    pub areas: Vec<AreaDocument>,
    /// Rules of the week and the month (RFC 5545).
    pub schedules: Vec<ScheduleDocument>,
    /// Opening times in words.
    pub opening_times: Vec<String>,
    /// When it is on next, or began, by the clock in England: "2026-12-01T10:00:00".
    pub next_on: Option<String>,
}

/// An area that it comes to as a whole.
#[derive(Serialize, ToSchema)]
pub struct AreaDocument {
    /// What kind of area.
    pub kind: AreaKind,
    /// The district, or the authority's id.
    pub code: String,
}

/// One rule of the week or the month.
#[derive(Serialize, ToSchema)]
pub struct ScheduleDocument {
    /// How it repeats.
    pub freq: Freq,
    /// Every so many weeks or months.
    pub interval: i32,
    /// The days, as in iCalendar: "MO,TU", "2MO".
    pub byday: String,
    /// "09:30".
    pub opens_at: Option<String>,
    /// "17:00".
    pub closes_at: Option<String>,
    /// Its first day.
    pub valid_from: Option<NaiveDate>,
    /// Its last day.
    pub valid_to: Option<NaiveDate>,
    /// What else is to be known.
    pub description: String,
}

/// One price and how it changes.
#[derive(Serialize, ToSchema)]
pub struct PriceDocument {
    /// What it is called.
    pub label: String,
    /// What is counted.
    pub unit: Unit,
    /// When it applies.
    pub rate: Rate,
    /// What it includes.
    pub includes: String,
    /// What is asked now; none where it begins later.
    pub now: Option<AmountDocument>,
    /// What will be asked, soonest first.
    pub coming: Vec<AmountDocument>,
    /// What was asked, latest first.
    pub past: Vec<AmountDocument>,
}

/// An amount and its time.
#[derive(Serialize, ToSchema)]
pub struct AmountDocument {
    /// The price of one.
    pub amount_pence: Money,
    /// Its first day.
    pub valid_from: NaiveDate,
    /// Its last day; none if open.
    pub valid_to: Option<NaiveDate>,
    /// How it is made up, where that is told.
    pub made_of: Option<MadeOfDocument>,
}

/// How a price is made up; the three add up to it.
#[derive(Serialize, ToSchema)]
pub struct MadeOfDocument {
    /// The support itself.
    pub direct_pence: Money,
    /// Its management.
    pub management_pence: Money,
    /// Everything else.
    pub overhead_pence: Money,
}

/// How to reach it.
#[derive(Serialize, ToSchema)]
pub struct ContactDocument {
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Web address.
    pub url: Option<String>,
}

/// What the regulator says.
#[derive(Serialize, ToSchema)]
pub struct RegulationDocument {
    /// The number it is registered under.
    pub registration_number: String,
    /// Where that was checked.
    pub registration_source: Option<String>,
    /// When.
    pub registration_checked_on: Option<NaiveDate>,
    /// Its rating.
    pub rating: Option<String>,
    /// Whether it was given to an earlier owner of the same place.
    pub rating_inherited: bool,
    /// When the regulator looked.
    pub inspected_on: Option<NaiveDate>,
}

/// A paper that was checked and holds.
#[derive(Serialize, ToSchema)]
pub struct CheckDocument {
    /// What paper.
    pub paper: Paper,
    /// Its number or level.
    pub detail: String,
    /// How far the checking has come.
    pub state: CheckState,
    /// Who looked.
    pub checked_by: Option<String>,
    /// When.
    pub checked_on: Option<NaiveDate>,
    /// Its last day.
    pub expires_on: Option<NaiveDate>,
}

impl ServiceInFull {
    /// The document of one service.
    pub(super) fn of(
        whole: WholeService,
        details: Details,
        prices: &[PriceOverTime],
        taxonomy: &Taxonomy,
        now: UtcTime,
    ) -> Self {
        let today = now.date();
        let terms = |wanted: &str| -> Vec<TermDocument> {
            let terms = whole.attributes.iter().filter_map(|id| taxonomy.term(id));
            let document = |term: &super::taxonomy::Term| TermDocument { id: term.id.clone(), name: term.name.clone() };
            terms.filter(|term| term.taxonomy == wanted).map(document).collect()
        };
        let service = &whole.service;
        Self {
            eligibility: EligibilityDocument {
                needs: terms("need"),
                minimum_age: service.minimum_age,
                maximum_age: service.maximum_age,
                age_groups: told::age_groups(service),
            },
            accessibility: terms("accessibility"),
            languages: service.languages.split(", ").filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            contact: ContactDocument {
                phone: service.phone.clone(),
                email: service.email.clone(),
                url: service.url.clone(),
            },
            regulation: service.registration_number.clone().filter(|_| service.regulated).map(|number| {
                RegulationDocument {
                    registration_number: number,
                    registration_source: service.registration_source.clone(),
                    registration_checked_on: service.registration_checked_on,
                    rating: service.regulator_rating.clone(),
                    rating_inherited: service.rating_inherited,
                    inspected_on: service.regulator_inspected_on,
                }
            }),
            prices: prices.iter().filter_map(price).collect(),
            funding_accepted: FundingRoute::ALL.iter().copied().filter(|route| details.takes(*route)).collect(),
            checks: checks(&details, today),
            availability: availability(details, now),
            service: ServiceDocument::of(whole, None),
        }
    }
}

fn availability(details: Details, now: UtcTime) -> AvailabilityDocument {
    let times = in_words(&details.schedules, now.date());
    AvailabilityDocument {
        next_on: next(&details.schedules, now).map(|next| next.starts.format("%Y-%m-%dT%H:%M:%S").to_string()),
        opening_times: times.into_iter().map(|line| format!("{}: {}", line.days, line.hours)).collect(),
        areas: details.areas.into_iter().map(|(kind, code)| AreaDocument { kind, code }).collect(),
        schedules: details
            .schedules
            .into_iter()
            .map(|schedule| ScheduleDocument {
                freq: schedule.freq,
                interval: schedule.every,
                byday: schedule.byday,
                opens_at: schedule.opens_at,
                closes_at: schedule.closes_at,
                valid_from: schedule.valid_from,
                valid_to: schedule.valid_to,
                description: schedule.description,
            })
            .collect(),
    }
}

fn price(over_time: &PriceOverTime) -> Option<PriceDocument> {
    let shown = over_time.shown()?;
    Some(PriceDocument {
        label: shown.label.clone(),
        unit: shown.unit,
        rate: shown.rate,
        includes: shown.includes.clone(),
        now: over_time.now.as_ref().map(amount),
        coming: over_time.coming.iter().map(amount).collect(),
        past: over_time.past.iter().map(amount).collect(),
    })
}

fn amount(option: &CostOption) -> AmountDocument {
    let parts = option.direct_pence.zip(option.management_pence).zip(option.overhead_pence);
    AmountDocument {
        amount_pence: option.amount_pence,
        valid_from: option.valid_from,
        valid_to: option.valid_to,
        made_of: parts.map(|((direct_pence, management_pence), overhead_pence)| MadeOfDocument {
            direct_pence,
            management_pence,
            overhead_pence,
        }),
    }
}

fn checks(details: &Details, today: NaiveDate) -> Vec<CheckDocument> {
    let holding = details.verifications.iter().filter(|check| check.holds_on(today));
    holding
        .map(|check| CheckDocument {
            paper: check.paper,
            detail: check.detail.clone(),
            state: check.state,
            checked_by: check.checked_by.clone(),
            checked_on: check.checked_on,
            expires_on: check.expires_on,
        })
        .collect()
}
