//! Many at once: on real threads, on either database.

use std::sync::{Arc, Barrier};
use std::thread;

use serde_json::Value;

use crate::over_the_api::purchase;
use crate::support::Town;

#[test]
fn two_buyers_on_one_budget_never_overspend() {
    let town = Town::open();
    let document = purchase(&town, "Someone to sit with mum or dad", 2); // £36; the budget has £120
    let path = format!("/budgets/{}/purchases", town.budget_of("Amira"));
    let start = Arc::new(Barrier::new(8));

    let buyers: Vec<_> = (0..8)
        .map(|buyer| {
            let (api, path, document, start) =
                (town.api_of("Amira"), path.clone(), document.clone(), Arc::clone(&start));
            thread::spawn(move || {
                start.wait();
                let tell = |round| api.post_once(&path, &format!("{buyer}-{round}"), &document).status;
                (0..4).map(tell).collect::<Vec<u16>>()
            })
        })
        .collect();
    let told: Vec<u16> = buyers.into_iter().flat_map(|buyer| buyer.join().unwrap()).collect();

    assert_eq!(told.iter().filter(|status| **status == 201).count(), 3, "{told:?}");
    assert!(told.iter().all(|status| [201, 409].contains(status)), "{told:?}");
    assert_eq!(town.money_of("Amira"), [1_200, 10_800, 0, 0]);
    town.holds_together();
}

#[test]
fn the_same_key_from_many_at_once_buys_once() {
    let town = Town::open();
    let document = purchase(&town, "Lunch club", 1);
    let path = format!("/budgets/{}/purchases", town.budget_of("Amira"));
    let start = Arc::new(Barrier::new(8));

    let buyers: Vec<_> = (0..8)
        .map(|_| {
            let (api, path, document, start) =
                (town.api_of("Amira"), path.clone(), document.clone(), Arc::clone(&start));
            thread::spawn(move || {
                start.wait();
                api.post_once(&path, "the same", &document).expect(201)["id"].as_str().unwrap().to_owned()
            })
        })
        .collect();
    let mut ids: Vec<String> = buyers.into_iter().map(|buyer| buyer.join().unwrap()).collect();

    ids.dedup();
    assert_eq!(ids.len(), 1);
    assert_eq!(town.money_of("Amira"), [11_200, 800, 0, 0]);
    town.holds_together();
}

#[test]
fn a_purchase_is_agreed_or_cancelled_but_never_both() {
    let town = Town::open();
    let (amira, pat) = (town.api_of("Amira"), town.api_of("Pat"));
    for round in 0..6 {
        let id = crate::over_the_api::bought(&town, &amira, "Amira", "Lunch club", 1, &format!("{round}"))["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let start = Arc::new(Barrier::new(2));
        let (wait, theirs, path) = (Arc::clone(&start), pat.clone(), format!("/provider/purchases/{id}/refusal"));
        let provider = thread::spawn(move || {
            wait.wait();
            theirs.post(&path, &serde_json::json!({ "reason": "full" })).status
        });
        start.wait();
        let holder = amira.post(&format!("/purchases/{id}/cancellation"), &serde_json::json!({})).status;
        let provider = provider.join().unwrap();
        assert_eq!([holder, provider].iter().filter(|status| **status == 200).count(), 1, "{holder} {provider}");
        let state = amira.get(&format!("/purchases/{id}")).expect(200)["state"].clone();
        assert_eq!(state, if holder == 200 { Value::from("cancelled") } else { Value::from("declined") });
    }
    assert_eq!(town.money_of("Amira"), [12_000, 0, 0, 0]);
    town.holds_together();
}
