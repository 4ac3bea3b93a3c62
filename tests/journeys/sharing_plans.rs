//! Somebody shares a plan without a name; others with similar needs find it and take something over.

use serde_json::json;

use super::planning::{asks, helps, home, planned};
use crate::support::{ASHTON, Town, pounds};

#[test]
fn noor_finds_what_amira_has_shared_and_takes_a_line_over() {
    let town = Town::open();
    asks(&town);
    town.new_holder("Rae", ASHTON, pounds(100));
    helps(&town, "Rae", "Amira", "family or friend", true);
    let (amira, noor) = (town.person("Amira"), town.person("Noor"));
    noor.open(&format!("{}/shared-plans", home("Noor"))).expect("Nobody has shared a plan yet.");
    planned(&amira, "Amira").press("Hand the plan over", &[]);
    let base = home("Amira");
    let sharing = amira.open(&format!("{base}/plan")).go("Share my plan");
    let sharing = sharing.expect("Neighbour").expect("An alarm, and … rings in the evening");
    assert!(!sharing.all(".panel").join(" ").contains("Dot"));
    let wrong = sharing.press("Share it", &[]).expect_status(422);
    assert_eq!(
        wrong.problems(),
        ["Read what others would see, and tick that nothing in it leads to you or anybody else."]
    );
    wrong.press("Share it", &[("has_read", "yes")]).expect("You share the plan now, without your name.");

    let found = noor.open(&format!("{}/shared-plans", home("Noor"))).expect("An older person, 65 and over");
    let plan = found.go("An older person").expect("I see people every week").expect("Lunch club");
    for name in ["Amira", "Dot", "Sale Neighbours"] {
        assert!(!plan.answer.text().contains(name), "{name}");
    }
    assert!(!plan.answer.text().contains(waymark::ids::PersonId::named("Amira").as_str()));
    let mine = plan.press("Put it into my plan: I see people every week", &[]);
    let mine = mine.expect("My support plan").expect("Lunch club");
    assert!(!mine.says("Dot"));
    mine.expect("I see people every week");

    let api = town.api_of("Noor");
    let shared = api.get(&format!("{}/shared-plans", home("Noor"))).expect(200);
    assert_eq!(shared["shared_plans"].as_array().unwrap().len(), 1);
    assert!(!shared.to_string().contains("Dot"));

    // Who only helps to plan shares nothing; withdrawn, nobody finds it.
    let rae = town.api_of("Rae");
    rae.put(&format!("{base}/plan/sharing"), &json!({ "has_read": true })).refused(404, "not-found");
    amira.open(&format!("{base}/plan/sharing")).press("Withdraw it", &[]).expect("The plan is no longer shared.");
    assert_eq!(noor.open(&plan.path).status(), 404);
}
