//! Councils by place, from the open data in the program: for addresses, and for areas that are whole councils.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use super::gazetteer::Gazetteer;
use super::reference;

pub use super::store::Authority as Council;

struct Councils {
    all: Vec<Council>,
    by_ward: BTreeMap<String, usize>,
    by_name: HashMap<String, usize>,
}

fn councils() -> &'static Councils {
    static COUNCILS: OnceLock<Councils> = OnceLock::new();
    COUNCILS.get_or_init(|| {
        let all = reference::authorities().unwrap_or_default();
        let place = |id| all.iter().position(|council| council.id == id);
        let wards = reference::wards().unwrap_or_default();
        let by_ward = wards.into_iter().filter_map(|ward| Some((ward.code, place(ward.authority_id)?))).collect();
        // Of two with one name the first counts.
        let by_name = all.iter().enumerate().rev().map(|(at, council)| (bare(&council.name), at)).collect();
        Councils { all, by_ward, by_name }
    })
}

/// The council that a place lies in: by its postcode where we know that one, else the nearest.
#[must_use]
pub fn council_of(postcode: &str, (latitude, longitude): (f64, f64)) -> Option<&'static Council> {
    let known = councils();
    if let Some(at) = Gazetteer::shared().ward_of(postcode).and_then(|ward| known.by_ward.get(ward)) {
        return known.all.get(*at);
    }
    let east = latitude.to_radians().cos();
    let far = |council: &Council| {
        let (north, east) = (council.latitude - latitude, (council.longitude - longitude) * east);
        north * north + east * east
    };
    known.all.iter().min_by(|a, b| far(a).total_cmp(&far(b)))
}

/// The council with this id.
#[must_use]
pub fn council_by_id(id: &str) -> Option<&'static Council> {
    councils().all.iter().find(|council| council.id.as_str() == id)
}

/// The council with this code in official statistics.
#[must_use]
pub fn council_by_code(gss_code: &str) -> Option<&'static Council> {
    councils().all.iter().find(|council| council.gss_code == gss_code)
}

/// The council of this name, with or without "Council", "County of" and the like.
#[must_use]
pub fn council_by_name(name: &str) -> Option<&'static Council> {
    let key = bare(name);
    let known = councils();
    known.by_name.get(&key).filter(|_| !key.is_empty()).and_then(|at| known.all.get(*at))
}

fn bare(name: &str) -> String {
    let small = name.to_lowercase().replace('&', " and ");
    let words = small.split(|letter: char| !letter.is_alphanumeric()).filter(|word| {
        !word.is_empty()
            && ![
                "council",
                "county",
                "borough",
                "city",
                "district",
                "metropolitan",
                "unitary",
                "authority",
                "of",
                "the",
                "mbc",
                "royal",
                "london",
            ]
            .contains(word)
    });
    words.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_its_council() {
        let sale = council_of("M33 7ZF", (53.42, -2.32)).map(|council| council.name.as_str());
        assert_eq!(sale, Some("Trafford"));
        assert_eq!(council_by_code("E08000009").map(|council| council.name.as_str()), Some("Trafford"));
        assert_eq!(
            council_by_name("Trafford Metropolitan Borough Council").map(|council| &*council.gss_code),
            Some("E08000009")
        );
        assert!(council_by_name("Narnia").is_none() && council_by_name("Council").is_none());
    }
}
