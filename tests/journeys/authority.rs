//! An administrator sets what holds for their authority; a moderator sees what waits.

use serde_json::json;

use crate::support::Town;

#[test]
fn ada_changes_how_often_providers_are_asked_and_everybody_sees_who_did_it() {
    let town = Town::open();
    let ada = town.person("Ada");
    let page = ada.open("/authority").expect("Trafford").expect("Ask whether an entry is still right");
    assert!(page.says("This is the default.") && page.says("Nothing yet: the defaults hold."));

    let form = page.go("Change: Ask whether an entry is still right");
    let changed = form.press("Change it", &[("value", "60")]).expect("That is changed.");

    let changed = changed.expect("60 days").expect("Changed by Ada Example on 20 May 2026. The default is 90 days.");
    changed.expect("Ask whether an entry is still right: from 90 days to 60 days");
    let aled = town.person("Aled").open("/authority");
    assert!(aled.says("Bolton") && !aled.says("60 days"), "another council keeps its own");
}

#[test]
fn what_makes_no_sense_is_refused_and_nothing_changes() {
    let town = Town::open();
    let form = town.person("Ada").open("/authority/settings/check-after-days");
    for typed in ["", "soon", "-1", "6", "1826", "9223372036854775808", "9.5"] {
        let refused = form.press("Change it", &[("value", typed)]).expect_status(422);
        assert_eq!(refused.problems(), ["Enter a whole number from 7 to 1825."], "{typed:?}");
    }
    town.person("Ada").open("/authority").expect("Nothing yet: the defaults hold.");
    town.person("Ada").open("/authority/settings/the-weather").expect_status(404);
}

#[test]
fn a_program_reads_and_changes_settings() {
    let town = Town::open();
    let ada = town.api_of("Ada");
    let set = ada.put("/authority/settings/approve-services", &json!({ "value": 1 })).expect(200);
    assert_eq!((set["value"].as_i64(), set["default_value"].as_i64()), (Some(1), Some(0)));
    assert_eq!(set["last_change"]["changed_by"], "Ada Example");
    let all = ada.get("/authority/settings").expect(200);
    let told = all["settings"].as_array().unwrap().iter().find(|each| each["setting"] == "approve-services").unwrap();
    assert_eq!(told["value"], 1);

    ada.put("/authority/settings/approve-services", &json!({ "value": 2 })).refused(422, "out-of-range");
    ada.put("/authority/settings/approve-services", &json!({ "worth": 1 })).refused(400, "bad-json");
    ada.put("/authority/settings/nothing", &json!({ "value": 1 })).refused(404, "not-found");
    town.api_of("Aled").get("/authority/settings").expect(200);
    for nobody in ["Mo", "Carol", "Pat", "Amira"] {
        town.api_of(nobody)
            .put("/authority/settings/approve-services", &json!({ "value": 0 }))
            .refused(404, "not-found");
    }
    town.api().get("/authority/settings").refused(401, "sign-in-first");
}

#[test]
fn a_moderator_has_a_hub_and_nobody_else_has() {
    let town = Town::open();
    town.person("Mo").open("/moderation").expect("Trafford");
    town.person("Ada").open("/moderation").expect_status(404);
    town.person("Pat").open("/moderation").expect_status(404);
    assert_eq!(town.visitor().open("/moderation").heading(), "Sign in");
}
