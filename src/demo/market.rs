//! What is wanted and what there is: `data/demo-town/markets.csv` says how much of each category is bought, when and
//! where; a [`Market`] finds the services that reach a ward.

use std::collections::{BTreeMap, HashMap};

use rand::{Rng, RngExt};
use rand_chacha::ChaCha12Rng;
use serde::Deserialize;

use crate::budgets::FundingRoute;
use crate::catalogue::{CostOption, Unit};
use crate::ids::{OrganizationId, ServiceId};
use crate::places::distance_metres;

use super::listing::TownError;

const MARKETS: &str = include_str!("../../data/demo-town/markets.csv");

/// How many times more often a request is declined where a category is scarce.
const SCARCE: f64 = 2.5;

/// One category that is bought, and how.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    /// The category.
    pub(super) category: String,
    weight: f64,
    growth: f64,
    growth_by_authority: BTreeMap<String, f64>,
    season: Vec<f64>,
    scarce_areas: Vec<String>,
    /// How many units are usually bought at once.
    pub(super) quantity: (i32, i32),
    /// What is usually counted.
    pub(super) unit: Unit,
    decline: f64,
}

impl Wanted {
    /// How much is asked for in one month, relative to others; `years` since the history began.
    pub(super) fn demand(&self, authority_code: &str, month: u32, years: f64) -> f64 {
        let growth = self.growth_by_authority.get(authority_code).copied().unwrap_or(self.growth);
        let season = self.season.get(month as usize).copied().unwrap_or(100.0) / 100.0;
        self.weight * season * (1.0 + growth / 100.0).powf(years)
    }

    /// How likely a provider says no to somebody in this ward.
    pub(super) fn decline_chance(&self, authority_code: &str, ward_code: &str) -> f64 {
        let scarce = self.scarce_areas.iter().any(|area| area == authority_code || area == ward_code);
        (self.decline / 100.0 * if scarce { SCARCE } else { 1.0 }).min(0.6)
    }
}

#[derive(Deserialize)]
struct Line {
    category: String,
    yearly_weight: f64,
    growth_percent: Option<f64>,
    scarce_areas: String,
    quantity_min: i32,
    quantity_max: i32,
    unit: String,
    decline_percent: f64,
    growth_by_authority: String,
    season_01: f64,
    season_02: f64,
    season_03: f64,
    season_04: f64,
    season_05: f64,
    season_06: f64,
    season_07: f64,
    season_08: f64,
    season_09: f64,
    season_10: f64,
    season_11: f64,
    season_12: f64,
}

/// Reads what is wanted.
pub(super) fn wanted() -> Result<Vec<Wanted>, TownError> {
    let mut all = Vec::new();
    for line in csv::Reader::from_reader(MARKETS.as_bytes()).deserialize() {
        let line: Line = line?;
        let mut growth_by_authority = BTreeMap::new();
        for entry in line.growth_by_authority.split('|').filter(|entry| !entry.is_empty()) {
            let (code, percent) = entry.split_once('=').ok_or_else(|| TownError::Unknown(entry.to_owned()))?;
            let percent = percent.parse().map_err(|_not_a_number| TownError::Unknown(entry.to_owned()))?;
            growth_by_authority.insert(code.to_owned(), percent);
        }
        all.push(Wanted {
            category: line.category,
            weight: line.yearly_weight,
            growth: line.growth_percent.unwrap_or(0.0),
            growth_by_authority,
            season: vec![
                line.season_01,
                line.season_02,
                line.season_03,
                line.season_04,
                line.season_05,
                line.season_06,
                line.season_07,
                line.season_08,
                line.season_09,
                line.season_10,
                line.season_11,
                line.season_12,
            ],
            scarce_areas: line.scarce_areas.split('|').map(str::to_owned).collect(),
            quantity: (line.quantity_min, line.quantity_max.max(line.quantity_min)),
            unit: line.unit.parse().map_err(TownError::Unknown)?,
            decline: line.decline_percent,
        });
    }
    Ok(all)
}

/// A service that can be bought.
#[derive(Clone, Debug)]
pub(super) struct OnSale {
    pub(super) service: ServiceId,
    pub(super) organization: OrganizationId,
    pub(super) provider: String,
    pub(super) name: String,
    pub(super) category: String,
    /// Its prices above nothing, the usual one first.
    pub(super) options: Vec<CostOption>,
    pub(super) place: (f64, f64),
    pub(super) reach_metres: f64,
    pub(super) distance_matters: bool,
    pub(super) ages: (i32, i32),
    pub(super) routes: Vec<FundingRoute>,
    pub(super) needs: Vec<String>,
    /// How much better or worse than others a regulator found it.
    pub(super) praised: f64,
}

/// Everything on sale, and how good each is.
pub(super) struct Market {
    pub(super) on_sale: Vec<OnSale>,
    quality: Vec<f64>,
    reaching: HashMap<(usize, String), Vec<(usize, f64)>>,
}

impl Market {
    /// Puts everything on sale; how good each is stays the same on every run.
    pub(super) fn open(on_sale: Vec<OnSale>, rng: &mut ChaCha12Rng) -> Self {
        let quality = on_sale
            .iter()
            .map(|sale| (rng.random_range(0.05..1.0_f64).sqrt() + sale.praised).clamp(0.0, 1.0))
            .collect();
        Self { on_sale, quality, reaching: HashMap::new() }
    }

    /// How good a service is, from 0 to 1: what its reviews will come to tell.
    pub(super) fn quality(&self, sale: usize) -> f64 {
        self.quality[sale]
    }

    /// The service of this name.
    pub(super) fn find(&self, provider: &str, name: &str) -> Option<usize> {
        self.on_sale.iter().position(|sale| sale.provider == provider && sale.name == name)
    }

    /// Chooses a service that reaches this ward, the nearer and better the likelier; none if nothing reaches it.
    pub(super) fn choose(&mut self, ward: (usize, (f64, f64)), category: &str, rng: &mut impl Rng) -> Option<usize> {
        let Self { on_sale, quality, reaching } = self;
        let candidates = reaching.entry((ward.0, category.to_owned())).or_insert_with(|| {
            let weigh = |(sale, good): (&OnSale, &f64)| weight(sale, *good, ward.1);
            let mut sum = 0.0;
            on_sale
                .iter()
                .zip(quality.iter())
                .map(weigh)
                .enumerate()
                .filter(|(sale, weight)| *weight > 0.0 && on_sale[*sale].category == category)
                .map(|(sale, weight)| {
                    sum += weight;
                    (sale, sum)
                })
                .collect()
        });
        drawn(candidates, rng)
    }
}

/// How likely a service is chosen from this point; 0 if it does not reach it.
fn weight(sale: &OnSale, quality: f64, from: (f64, f64)) -> f64 {
    let metres = distance_metres(from, sale.place);
    if metres > sale.reach_metres {
        return 0.0;
    }
    let near = if sale.distance_matters { (-metres / 4_000.0).exp() } else { 0.5 };
    near * (0.3 + quality).powi(2)
}

/// Draws from a list with running sums.
pub(super) fn drawn<T: Copy>(from: &[(T, f64)], rng: &mut impl Rng) -> Option<T> {
    let (_, sum) = from.last()?;
    let at = rng.random_range(0.0..*sum);
    let place = from.partition_point(|(_, upto)| *upto <= at);
    from.get(place).map(|(drawn, _)| *drawn)
}
