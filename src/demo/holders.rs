//! The budget holders of the town: invented people in real wards.

use chrono::NaiveDate;
use rand::RngExt;
use rand_chacha::ChaCha12Rng;

use crate::budgets::FundingRoute;
use crate::identity::NeedGroup;
use crate::ids::PersonId;
use crate::places::reference::authority_id;
use crate::places::store::Ward;

use super::people::{Does, PEOPLE, TRAFFORD};

const FIRST_NAMES: &str = include_str!("../../data/demo-town/first_names.txt");
const SURNAMES: &str = include_str!("../../data/demo-town/surnames.txt");

/// The authorities of Greater Manchester, and how many of 3,000 budget holders each has.
pub(super) const AUTHORITIES: [(&str, usize); 10] = [
    (TRAFFORD, 1_200),
    ("E08000003", 600), // Manchester
    ("E08000006", 250), // Salford
    ("E08000007", 250), // Stockport
    ("E08000001", 180), // Bolton
    ("E08000010", 160), // Wigan
    ("E08000008", 130), // Tameside
    ("E08000004", 110), // Oldham
    ("E08000005", 70),  // Rochdale
    ("E08000002", 50),  // Bury
];

/// How often each way of holding a budget is met, in percent.
const ROUTES: [(FundingRoute, u32); 7] = [
    (FundingRoute::CouncilManaged, 37),
    (FundingRoute::DirectPayment, 34),
    (FundingRoute::ServiceFund, 9),
    (FundingRoute::ThirdParty, 8),
    (FundingRoute::Broker, 6),
    (FundingRoute::OwnMoney, 4),
    (FundingRoute::Trust, 2),
];

/// How often each need is met, in percent, and when such people were born.
const NEEDS: [(NeedGroup, u32, (i32, i32)); 7] = [
    (NeedGroup::Older, 41, (1930, 1961)),
    (NeedGroup::Physical, 18, (1946, 2005)),
    (NeedGroup::Learning, 16, (1955, 2008)),
    (NeedGroup::Mental, 10, (1950, 2006)),
    (NeedGroup::Sensory, 5, (1940, 2004)),
    (NeedGroup::Autism, 4, (1975, 2008)),
    (NeedGroup::Carers, 6, (1945, 1995)),
];

/// A budget holder.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) person: PersonId,
    pub(super) name: String,
    /// Which of [`AUTHORITIES`].
    pub(super) authority: usize,
    /// Which ward of the list that was given.
    pub(super) ward: usize,
    pub(super) birth_year: i32,
    pub(super) need: NeedGroup,
    /// How each budget is held, and how many pounds a year it has.
    pub(super) budgets: Vec<(FundingRoute, i32)>,
    /// How often they buy, relative to others.
    pub(super) pace: f64,
    /// How much faster than the year goes they may spend, and what part of the budget at most.
    pub(super) thrift: (f64, f64),
}

impl Holder {
    /// How old they are on that day, to the year.
    pub(super) fn age_on(&self, day: NaiveDate) -> i32 {
        use chrono::Datelike;
        day.year() - self.birth_year
    }

    /// How much likelier than others they want something of this category.
    pub(super) fn affinity(&self, category: &str) -> f64 {
        affinity(self.need, category)
    }

    /// The word for their need in the catalogue's taxonomy.
    pub(super) fn need_term(&self) -> String {
        self.need.as_str().replace(' ', "-")
    }
}

/// Invents so many budget holders, after those of the demo's own people.
pub(super) fn invent(count: usize, wards: &[Ward], rng: &mut ChaCha12Rng) -> Vec<Holder> {
    let first_names: Vec<&str> = FIRST_NAMES.lines().collect();
    let surnames: Vec<&str> = SURNAMES.lines().collect();
    let mut holders = of_the_demo(wards);
    let of_all: usize = AUTHORITIES.iter().map(|(_, share)| share).sum();
    for (authority, (code, share)) in AUTHORITIES.iter().enumerate() {
        let id = authority_id(code);
        let mut sum = 0.0;
        let of_here: Vec<(usize, f64)> = (0..wards.len())
            .filter(|ward| wards[*ward].authority_id == id)
            .map(|ward| {
                sum += rng.random_range(0.55..1.45_f64);
                (ward, sum)
            })
            .collect();
        for _ in 0..(count * share).div_ceil(of_all) {
            let Some(ward) = super::market::drawn(&of_here, rng) else { continue };
            let (need, _, born) = NEEDS[by_percent(&NEEDS.map(|(_, percent, _)| percent), rng)];
            let route = ROUTES[by_percent(&ROUTES.map(|(_, percent)| percent), rng)].0;
            let name = format!("{} {}", one_of(&first_names, rng), one_of(&surnames, rng));
            let yearly = yearly_pounds(need, rng);
            holders.push(Holder {
                person: PersonId::named(&format!("demo budget holder:{}", holders.len())),
                name,
                authority,
                ward,
                birth_year: rng.random_range(born.0..=born.1),
                need,
                budgets: vec![(route, yearly)],
                pace: rng.random_range(0.5..1.1) + f64::from(yearly) / 14_000.0,
                thrift: (0.10, rng.random_range(0.75..0.98)),
            });
        }
    }
    holders
}

fn of_the_demo(wards: &[Ward]) -> Vec<Holder> {
    let mut holders = Vec::new();
    for person in PEOPLE {
        let Does::Holds(life) = person.does else { continue };
        let Some(ward) = wards.iter().position(|ward| ward.code == life.ward_code) else { continue };
        holders.push(Holder {
            person: person.id(),
            name: person.name.to_owned(),
            authority: 0,
            ward,
            birth_year: life.birth_year,
            need: life.need,
            budgets: life.budgets.to_vec(),
            pace: 5.0,
            thrift: (f64::from(life.thrift.0) / 100.0, f64::from(life.thrift.1) / 100.0),
        });
    }
    holders
}

/// Budgets from £1,500 to £40,000 a year, in steps of £50: many small ones, few large.
fn yearly_pounds(need: NeedGroup, rng: &mut ChaCha12Rng) -> i32 {
    let usual = match need {
        NeedGroup::Learning => 5_600.0,
        NeedGroup::Physical | NeedGroup::Autism => 4_500.0,
        NeedGroup::Older => 3_600.0,
        NeedGroup::Mental | NeedGroup::Sensory => 2_600.0,
        NeedGroup::Carers => 1_900.0,
    };
    let spread: f64 = (0..6).map(|_| rng.random_range(-0.5..0.5_f64)).sum(); // near a bell curve, deviation 0.7
    #[expect(clippy::cast_possible_truncation, reason = "at most 800")]
    let fifties = (usual * (spread * 1.05).exp() / 50.0).round() as i32;
    (fifties * 50).clamp(1_500, 40_000)
}

/// The place of a share that was drawn.
fn by_percent(shares: &[u32], rng: &mut ChaCha12Rng) -> usize {
    let mut left = rng.random_range(0..shares.iter().sum::<u32>());
    for (place, share) in shares.iter().enumerate() {
        if left < *share {
            return place;
        }
        left -= share;
    }
    0
}

/// One of a list that is not empty.
pub(super) fn one_of<'a>(list: &[&'a str], rng: &mut ChaCha12Rng) -> &'a str {
    if list.is_empty() { "" } else { list[rng.random_range(0..list.len())] }
}

/// How much likelier than others people with this need want this: the town's own guess, so that its figures look alive.
fn affinity(need: NeedGroup, category: &str) -> f64 {
    use NeedGroup::{Autism, Carers, Learning, Mental, Older, Physical, Sensory};
    match (need, category) {
        (Older, "home-care" | "meals" | "community-alarms" | "reablement" | "live-in-care") => 3.0,
        (Older, "lunch-clubs" | "dementia-support" | "care-homes" | "nursing-homes") => 5.0,
        (Older, "sitting-service" | "night-sitting" | "cleaning-laundry" | "mobility-equipment" | "therapies") => 2.0,
        (Older, "arts" | "sports-fitness" | "nature-outdoors" | "personal-assistants") => 0.5,
        (Older, "learning-skills" | "supported-living" | "counselling" | "mental-health-support") => 0.2,
        (Older, "employment-support") => 0.02,
        (Physical, "personal-assistants" | "adaptations" | "mobility-equipment" | "payroll-accounts") => 3.0,
        (Physical, "home-care" | "transport" | "cleaning-laundry" | "daily-living-aids" | "gardening") => 2.0,
        (Learning, "supported-living" | "shared-lives" | "learning-skills" | "day-centres") => 4.0,
        (Learning, "arts" | "employment-support" | "short-breaks" | "escorted-outings" | "social-clubs") => 3.0,
        (Learning, "home-care" | "meals" | "community-alarms" | "reablement") => 0.3,
        (Mental, "counselling" | "mental-health-support") => 6.0,
        (Mental, "nature-outdoors" | "arts" | "employment-support" | "sports-fitness") => 2.5,
        (Mental, "home-care" | "community-alarms" | "mobility-equipment" | "reablement") => 0.3,
        (Sensory, "hearing-sight-equipment") => 8.0,
        (Sensory, "escorted-outings" | "transport" | "daily-living-aids") => 2.0,
        (Autism, "escorted-outings" | "learning-skills" | "employment-support" | "personal-assistants") => 3.0,
        (Autism, "home-care" | "lunch-clubs" | "meals") => 0.2,
        (Carers, "sitting-service" | "carers-support" | "night-sitting") => 8.0,
        (Carers, "home-care" | "supported-living" | "live-in-care" | "reablement") => 0.2,
        (_, "care-homes" | "nursing-homes") => 0.1,
        (Learning | Mental | Sensory | Autism, "lunch-clubs" | "dementia-support") => 0.4,
        _ => 1.0,
    }
}
