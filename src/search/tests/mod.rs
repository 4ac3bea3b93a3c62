//! Search as a whole, on a small town.

mod answers;
mod following;
mod relevance;

use tempfile::TempDir;

use crate::ids::ServiceId;
use crate::log::Position;

use super::{Found, Index, Search, SearchError, ServiceDocument};

/// Somewhere in Sale.
const SALE: (f64, f64) = (53.424, -2.322);

/// A service of the small town, before the test changes it.
fn service(name: &str, category: &str, description: &str) -> ServiceDocument {
    let category_name = category.replace('-', " ");
    ServiceDocument {
        id: ServiceId::named(name),
        name: name.into(),
        description: description.into(),
        provider_name: "Trafford Neighbours".into(),
        provider_type: "voluntary and community".into(),
        kind: "support service".into(),
        category_id: category.into(),
        category_name,
        category_parent_id: "help-at-home".into(),
        category_parent_name: "Help at home".into(),
        needs: vec!["older people".into()],
        accessibility: vec!["step-free".into()],
        place_words: "Sale M33".into(),
        latitude: Some(SALE.0),
        longitude: Some(SALE.1),
        radius_metres: None,
        from_pence: Some(1_800),
        has_places: true,
        registered: false,
        stars_total: 0,
        ratings: 0,
        assured_on_days: 20_000,
        minimum_age: Some(18),
        maximum_age: None,
        funding: Vec::new(),
        languages: Vec::new(),
        areas: Vec::new(),
        open: 0,
        authority_id: String::new(),
        invented: true,
    }
}

/// Free, and so far north of Sale in metres.
fn library(name: &str, metres_north: f64) -> ServiceDocument {
    ServiceDocument {
        kind: "universal service".into(),
        category_parent_id: "community".into(),
        category_parent_name: "Community".into(),
        provider_type: "in-house".into(),
        needs: Vec::new(),
        from_pence: None,
        latitude: Some(SALE.0 + metres_north / 111_195.0),
        ..service(name, "libraries", "Books, computers, newspapers and warmth.")
    }
}

fn town() -> Vec<ServiceDocument> {
    vec![
        library("Sale Library", 300.0),
        library("Urmston Library", 4_000.0),
        library("Bolton Central Library", 18_000.0),
        service("Weekly clean", "cleaning-and-laundry", "Floors, kitchens and bathrooms, every week."),
        service("Someone to sit with mum or dad", "sitting-service", "A few hours of company, so that you can go out."),
        service("Evening respite at home", "sitting-service", "A break for carers while we sit with the person."),
        service("Garden tidy", "gardening", "Hedges and lawns. We can bring a chair to sit on."),
        ServiceDocument {
            kind: "equipment".into(),
            category_parent_id: "equipment-adaptations".into(),
            provider_type: "private".into(),
            needs: vec!["physical disability".into()],
            accessibility: Vec::new(),
            from_pence: Some(9_900),
            stars_total: 48,
            ratings: 10,
            ..service("Transit wheelchair", "mobility-equipment", "Folds into a car.")
        },
        ServiceDocument {
            kind: "personal assistant".into(),
            provider_type: "personal assistant".into(),
            accessibility: vec!["step-free".into(), "bsl".into()],
            needs: vec!["older people".into(), "sensory impairment".into()],
            latitude: Some(SALE.0 + 0.05),
            radius_metres: Some(8_000),
            stars_total: 20,
            ratings: 10,
            ..service("Amina, PA", "personal-assistants", "I sign and I drive. Wheelchair users welcome.")
        },
    ]
}

fn all(services: Vec<ServiceDocument>) -> impl Iterator<Item = Result<ServiceDocument, SearchError>> {
    services.into_iter().map(Ok)
}

fn indexed(services: Vec<ServiceDocument>) -> (TempDir, Index) {
    let dir = TempDir::new().unwrap();
    let index = Index::open_or_create(dir.path()).unwrap();
    index.rebuild(all(services), Position { tx: 0, seq: 7 }).unwrap();
    (dir, index)
}

fn search(words: &str) -> Search {
    Search { words: words.into(), page: 1, per_page: 20, ..Search::default() }
}

fn near_sale(words: &str) -> Search {
    Search { near: Some(SALE), ..search(words) }
}

/// The names of what was found, in order.
fn names(found: &Found) -> Vec<String> {
    let known = town();
    let name = |id| known.iter().find(|service| service.id == id).map_or("?".into(), |service| service.name.clone());
    found.hits.iter().map(|hit| name(hit.id)).collect()
}
