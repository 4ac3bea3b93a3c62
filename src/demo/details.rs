//! What the invented services tell beyond the essentials: times, areas, rates over time, how prices are made up, papers.
//!
//! All of it follows from names and kinds, not from chance: the same town has the same papers on every day.

use chrono::{Datelike, Days, NaiveDate};

use crate::catalogue::{
    AreaKind, CheckState, CostOption, Kind, Paper, ProviderType, Rate, Schedule, Unit, Verification, read_opening_times,
};
use crate::clock::UtcTime;
use crate::ids::{CostOptionId, OrganizationId, ServiceId, VerificationId};
use crate::money::Money;
use crate::places::reference::authority_id;
use crate::places::{Gazetteer, distance_metres};

use super::listing::Dates;

/// A number that stands for a name: for choices that look like chance and are not.
pub(super) fn number_of(name: &str) -> u64 {
    name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)) >> 7
}

/// A telephone number that is set aside for drama (Ofcom: 0161 496 0000 to 0999).
pub(super) fn phone(number: usize) -> String {
    format!("0161 496 {:04}", number % 1000)
}

/// Opening times as rules, where the text is understood.
pub(super) fn schedules(service: ServiceId, text: &str) -> Vec<Schedule> {
    read_opening_times(service, text).unwrap_or_default()
}

/// Where a provider's services come to as a whole: the council's own to all of its council, some others to the postcode
/// districts around them.
pub(super) fn areas(
    provider: (&str, ProviderType, &str),
    delivered: &str,
    la_code: &str,
    radius_metres: Option<i32>,
    districts: &[String],
) -> Vec<(AreaKind, String)> {
    let (name, provider_type, postcode) = provider;
    let whole_council = provider_type == ProviderType::InHouse || delivered == "by telephone or online";
    if delivered == "at the venue" {
        return Vec::new();
    }
    if whole_council && !la_code.is_empty() {
        return vec![(AreaKind::Authority, authority_id(la_code).to_string())];
    }
    let gazetteer = Gazetteer::shared();
    let point = |text: &str| gazetteer.find(text).ok().map(|place| (place.latitude, place.longitude));
    let outward = postcode.split(' ').next().unwrap_or_default();
    let (Some(home), true) = (point(outward), number_of(name).is_multiple_of(3)) else { return Vec::new() };
    let reach = f64::from(radius_metres.unwrap_or(6_000)) * 0.6;
    let near = districts.iter().filter(|each| point(each).is_some_and(|at| distance_metres(home, at) < reach));
    near.map(|each| (AreaKind::District, each.clone())).collect()
}

/// A price as it was, is and will be: some were lower before the town began, some change next April. What is on offer
/// today is first.
pub(super) fn over_time(option: CostOption, provider: &str, dates: Dates) -> Vec<CostOption> {
    let option = made_up(option, provider);
    let chance = number_of(&format!("{provider}{}", option.label)) % 12;
    let mut all = Vec::new();
    let began = dates.listed_at.date();
    if chance < 5 && option.amount_pence > Money::ZERO {
        let before = Money::pence(rounded(option.amount_pence.as_pence() * 96 / 100));
        all.push(at_another_time(
            &option,
            "before",
            before,
            provider,
            (began - Days::new(365), Some(began - Days::new(1))),
        ));
    }
    let april = next_april(dates.today);
    // What is announced: an uprating from April, known half a year before.
    let announced = (april - dates.today).num_days() < 200 && option.unit != Unit::Item;
    if announced && number_of(provider).is_multiple_of(3) && option.amount_pence > Money::ZERO {
        let next = Money::pence(rounded(option.amount_pence.as_pence() * 1035 / 1000));
        all.push(at_another_time(&option, "next", next, provider, (april, None)));
        all.insert(0, CostOption { valid_to: april.pred_opt(), ..option });
    } else {
        all.insert(0, option);
    }
    all
}

fn at_another_time(
    option: &CostOption,
    when: &str,
    amount: Money,
    provider: &str,
    (valid_from, valid_to): (NaiveDate, Option<NaiveDate>),
) -> CostOption {
    let id = CostOptionId::named(&format!("{when} {}", option.id));
    made_up(CostOption { id, amount_pence: amount, valid_from, valid_to, ..option.clone() }, provider)
}

/// Whole five pence, as people set prices.
fn rounded(pence: i64) -> i64 {
    if pence >= 200 { (pence + 2) / 5 * 5 } else { pence }
}

fn next_april(today: NaiveDate) -> NaiveDate {
    let in_year = |year| NaiveDate::from_ymd_opt(year, 4, 1).unwrap_or(NaiveDate::MAX);
    if today < in_year(today.year()) { in_year(today.year()) } else { in_year(today.year() + 1) }
}

/// Says how the price of a person's time is made up; a thing's price is not taken apart.
fn made_up(option: CostOption, provider: &str) -> CostOption {
    let time = matches!(option.unit, Unit::Hour | Unit::Visit | Unit::Session | Unit::Night | Unit::Week);
    let number = i64::try_from(number_of(provider) % 1_000).unwrap_or_default();
    if !time || number < 150 {
        return option; // not everybody says
    }
    let price = option.amount_pence.as_pence();
    let direct = price * (70 + number % 13) / 100;
    let management = price * (8 + number % 5) / 100;
    CostOption {
        direct_pence: Some(Money::pence(direct)),
        management_pence: Some(Money::pence(management)),
        overhead_pence: Some(Money::pence(price - direct - management)),
        ..option
    }
}

/// What a price includes, by what is sold.
pub(super) fn includes(kind: Kind, unit: Unit, rate: Rate) -> String {
    let words = match (kind, unit, rate) {
        (Kind::PersonalAssistant, Unit::Hour, Rate::AnyTime | Rate::Weekday) => {
            "Holiday pay included; employer’s costs are yours"
        }
        (Kind::Support, Unit::Hour | Unit::Visit, Rate::AnyTime | Rate::Weekday) => "Travel to you included",
        (Kind::Equipment, Unit::Week, _) => "Collection, cleaning and repairs included",
        (Kind::Equipment, Unit::Item, _) => "Delivery included; returns within 28 days",
        _ => "",
    };
    words.to_owned()
}

/// The papers of a provider: what was checked, by whom, until when. A few have run out, and are not shown.
pub(super) fn papers(
    organization: OrganizationId,
    name: &str,
    provider_type: ProviderType,
    council: &str,
    dates: Dates,
) -> Vec<Verification> {
    let number = number_of(name);
    let checker = format!("{council} Council");
    let paper = |paper: Paper, detail: String, ago: u64, months: Option<u64>| {
        let checked_on = dates.today - Days::new(ago);
        Verification {
            id: VerificationId::named(&format!("{paper} of provider:{organization}")),
            organization_id: organization,
            paper,
            detail,
            state: CheckState::Checked,
            sent_at: UtcTime::from(checked_on - Days::new(6)),
            checked_by: Some(checker.clone()),
            checked_on: Some(checked_on),
            expires_on: months.map(|months| checked_on + Days::new(months * 30)),
            reminded_on: None,
        }
    };
    let ago = 20 + number % 330;
    if provider_type == ProviderType::PersonalAssistant {
        let level = if number.is_multiple_of(4) { "Enhanced DBS" } else { "Enhanced DBS with barred lists" };
        return vec![
            paper(Paper::Identity, "Passport seen".into(), ago, None),
            paper(Paper::RightToWork, String::new(), ago, None),
            paper(Paper::CriminalRecord, level.into(), ago, Some(36)),
            paper(Paper::References, "Two, from people they worked for".into(), ago, None),
            paper(Paper::Insurance, "Public liability £2m".into(), ago + 30, Some(12)),
        ];
    }
    let cover = [2, 5, 10][usize::try_from(number % 3).unwrap_or_default()];
    let mut papers = vec![paper(Paper::Insurance, format!("Public liability £{cover}m"), ago, Some(12))];
    if provider_type != ProviderType::Micro || number.is_multiple_of(2) {
        papers.push(paper(Paper::Safeguarding, String::new(), ago + 60, Some(24)));
    }
    papers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_made_up_price_adds_up() {
        let dates = Dates {
            listed_at: NaiveDate::from_ymd_opt(2025, 6, 1).unwrap().into(),
            today: NaiveDate::from_ymd_opt(2026, 11, 24).unwrap(),
        };
        let (mut coming, mut past) = (0, 0);
        for provider in (0..60).map(|number| format!("Provider {number}")) {
            let option = CostOption {
                id: CostOptionId::named(&provider),
                service_id: ServiceId::named(&provider),
                label: "Weekday".into(),
                unit: Unit::Hour,
                amount_pence: Money::pence(1_985),
                valid_from: dates.listed_at.date(),
                valid_to: None,
                position: 0,
                rate: Rate::Weekday,
                includes: String::new(),
                direct_pence: None,
                management_pence: None,
                overhead_pence: None,
            };
            let all = over_time(option.clone(), &provider, dates);
            assert_eq!(all[0].id, option.id, "what is on offer keeps its id");
            let in_force = |each: &&CostOption| {
                each.valid_from <= dates.today && each.valid_to.is_none_or(|last| dates.today <= last)
            };
            assert_eq!(all.iter().filter(in_force).count(), 1);
            coming += all.iter().filter(|each| each.valid_from > dates.today).count();
            past += all.iter().filter(|each| each.valid_to.is_some_and(|last| last < dates.today)).count();
            for each in &all {
                let parts = [each.direct_pence, each.management_pence, each.overhead_pence];
                let sum: i64 = parts.into_iter().flatten().map(Money::as_pence).sum();
                assert!(sum == 0 || sum == each.amount_pence.as_pence());
            }
        }
        assert!(coming > 5 && past > 5, "{coming} coming, {past} past");
    }
}
