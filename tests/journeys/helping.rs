//! Acting for somebody: asked for by the person or recorded by their council, seen by both, and ended at once.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::buying::buys;
use crate::over_the_api::purchase;
use crate::support::{Person, Seen, Town, email, service_id};

/// Somebody asks somebody else to act for them, and they say yes.
fn asks(town: &Town, person: &Person, name: &str, helper: &Person, scopes: &[&str]) -> Seen {
    let form = person.open("/account/helpers/invite");
    let address = email(name);
    let mut fields = vec![("kind", "family or friend"), ("email", address.as_str())];
    fields.extend(scopes.iter().map(|scope| ("scopes", *scope)));
    form.press("Send the letter", &fields).expect("The invitation is on its way");
    let link = town.link_to(&address, "would like you to help");
    helper.follow_letter(&link).press("Yes, I help", &[])
}

fn town_with_a_helper(scopes: &[&str]) -> (Town, Person, Person) {
    let town = Town::open();
    // Somebody with no budget of their own.
    let helper = town.person("Carol");
    let noor = town.person("Noor");
    asks(&town, &noor, "Carol", &helper, scopes).expect("Thank you. You can act for them from now on.");
    (town, noor, helper)
}

#[test]
fn noor_lets_somebody_buy_for_her_and_reads_everything_that_they_did() {
    let (town, noor, helper) = town_with_a_helper(&["buy"]);
    let page = helper.open("/helping").expect("Noor Example").expect("may look and buy");
    assert_eq!(page.status(), 200);
    helper.open("/budgets").expect("Noor Example").expect("Personal budget");
    let budget = helper.open(&format!("/budgets/{}", town.budget_of("Noor")));
    assert_eq!(budget.heading(), "Budget of Noor Example");
    assert_eq!(budget.one(".acting-strip"), "You are acting for Noor Example");

    let receipt = buys(&helper, "Lunch club", "2");
    assert_eq!(receipt.one(".acting-strip"), "You are acting for Noor Example");
    assert!(receipt.says("by you for Noor Example"), "{}", receipt.main());
    let path = receipt.path.split('?').next().unwrap().to_owned();
    assert_eq!(town.money_of("Noor"), [48_400, 1_600, 0, 0]);
    noor.open(&path).expect("by Carol Example for you");
    town.person("Pat").open(&format!("/provider{path}")).expect("by Carol Example for Noor");

    let lines = noor.open("/account/looked").all(".line__words > span:first-child");
    assert!(lines.contains(&"Carol Example looked at your budget for you, to help.".to_owned()), "{lines:#?}");
    let bought = "Carol Example asked for your purchase of 2 sessions of Lunch club for you.";
    assert!(lines.contains(&bought.to_owned()), "{lines:#?}");

    // A rating is Noor's own.
    assert_eq!(helper.open(&format!("{path}/review")).status(), 404);
    helper.open(&path).press("Cancel it", &[]).expect("This is cancelled");
    assert_eq!(town.money_of("Noor"), [50_000, 0, 0, 0]);
    town.holds_together();
}

#[test]
fn who_may_only_look_finds_nothing_to_press() {
    let (town, noor, helper) = town_with_a_helper(&[]);
    let receipt = buys(&noor, "Lunch club", "2").path.split('?').next().unwrap().to_owned();
    let budget = town.budget_of("Noor");
    let seen = helper.open(&format!("/budgets/{budget}"));
    assert_eq!(seen.status(), 200);
    assert!(seen.all("main a[href='/search']").is_empty(), "{}", seen.main());
    let seen = helper.open(&receipt);
    assert!(seen.all("main button").is_empty(), "{:?}", seen.all("main button"));
    let service = helper.open(&format!("/services/{}", service_id("Lunch club")));
    assert!(!service.says("Buy with my budget"));
    assert_eq!(helper.open(&format!("/services/{}/buy", service_id("Lunch club"))).status(), 409);

    let before = town.counts();
    let csrf = helper.csrf();
    for path in [format!("{receipt}/cancellation"), format!("/budgets/{budget}/purchases"), format!("{receipt}/review")]
    {
        assert_eq!(helper.post(&path, &[("csrf", &csrf), ("reason", "mine")]).status(), 404, "{path}");
    }
    let api = town.api_of("Carol");
    api.post_once(&format!("/budgets/{budget}/purchases"), "k", &purchase(&town, "Lunch club", 1))
        .refused(404, "not-found");
    assert_eq!(api.get("/budgets").expect(200)["budgets"][0]["person"], "Noor Example");
    assert_eq!(town.counts(), before);
}

#[test]
fn who_may_manage_money_says_what_was_delivered_and_buys_nothing() {
    let (town, noor, helper) = town_with_a_helper(&["manage money"]);
    let receipt = buys(&noor, "Lunch club", "1").path.split('?').next().unwrap().to_owned();
    let pat = town.api_of("Pat");
    pat.post(&format!("/provider{receipt}/agreement"), &Value::Null).expect(200);
    let delivered = json!({ "quantity": 1, "delivered_on": town.today().to_string() });
    pat.post_once(&format!("/provider{receipt}/deliveries"), "d", &delivered).expect(201);
    let seen = helper.open(&receipt);
    assert!(!seen.says("Cancel it"));
    let button = seen.all("main button").into_iter().find(|button| button.starts_with("Yes, it happened")).unwrap();
    seen.press(&button, &[]).expect("The delivery is confirmed");
    let csrf = helper.csrf();
    assert_eq!(helper.post(&format!("{receipt}/cancellation"), &[("csrf", &csrf), ("reason", "")]).status(), 404);
    assert_eq!(town.money_of("Noor"), [49_200, 0, 800, 0]);
    town.holds_together();
}

#[test]
fn what_was_granted_is_over_in_the_middle_of_a_session() {
    let (town, noor, helper) = town_with_a_helper(&["buy"]);
    let form = helper.open(&format!("/services/{}/buy", service_id("Lunch club")));
    noor.open("/account/helpers").press("End it: Carol Example", &[]).expect("That is over");
    assert_eq!(form.press("Buy", &[("quantity", "1")]).status(), 404);
    assert_eq!(helper.open(&format!("/budgets/{}", town.budget_of("Noor"))).status(), 404);
    helper.open("/budgets").expect("You have no personal budget");
    town.letter_to(&email("Carol"), "You no longer act for Noor");
    assert_eq!(town.money_of("Noor"), [50_000, 0, 0, 0]);
    noor.open("/account/helpers").expect("Nobody. Only you can see and use what is yours.").expect("Before");
    town.holds_together();
}

#[test]
fn it_ends_by_itself_on_its_last_day_and_the_helper_can_give_it_back() {
    let town = Town::open();
    let api = town.api_of("Noor");
    let asked = json!({
        "email": email("Carol"), "kind": "broker", "may_buy": true, "until": town.today().to_string(),
    });
    let without_end = json!({ "email": email("Carol"), "kind": "broker", "may_buy": true });
    api.post("/me/helpers", &without_end).refused(422, "invalid-input");
    api.post("/me/helpers", &asked).expect(201);
    let link = town.link_to(&email("Carol"), "would like you to help");
    let token = link.split("token=").nth(1).unwrap().to_owned();
    let answer = json!({ "token": token, "accept": true });

    // Whoever has the link but not the mailbox gets nowhere, and it works once.
    assert_eq!(town.api_of("Amira").post("/me/helping", &answer).status, 409);
    let carol = town.api_of("Carol");
    assert_eq!(carol.post("/me/helping", &answer).status, 204);
    carol.post("/me/helping", &answer).refused(410, "link-used-up");
    let budget = format!("/budgets/{}", town.budget_of("Noor"));
    carol.get(&budget).expect(200);
    let helper = town.person("Carol");
    assert_eq!(helper.open(&budget).status(), 200);
    town.pass(TimeDelta::hours(15));
    let helper = town.person("Carol");
    assert_eq!(helper.open(&budget).status(), 404, "the last day is over");

    api_again(&town);
    town.holds_together();
}

/// Asked anew, and given back by the helper.
fn api_again(town: &Town) {
    let (noor, helper) = (town.person("Noor"), town.person("Amira"));
    asks(town, &noor, "Amira", &helper, &["plan"]).expect("You can act for them");
    assert_eq!(helper.open(&format!("/budgets/{}", town.budget_of("Noor"))).status(), 200);
    helper.open("/helping").press("Stop: Noor Example", &[]).expect("You no longer act for them.");
    assert_eq!(helper.open(&format!("/budgets/{}", town.budget_of("Noor"))).status(), 404);
    // Her own budget is hers as before.
    assert_eq!(helper.open(&format!("/budgets/{}", town.budget_of("Amira"))).status(), 200);
}

#[test]
fn a_council_records_a_deputy_with_the_ground_and_only_the_council_ends_it() {
    let town = Town::open();
    let ada = town.person("Ada");
    let (noor, deputy) = (email("Noor"), email("Amira"));
    let fields = [("person", noor.as_str()), ("kind", "deputy"), ("email", deputy.as_str()), ("scopes", "buy")];
    let refused = ada.open("/authority/representatives").press("Record it", &fields);
    assert_eq!(refused.status(), 422);
    refused.expect("Say which document it stands on");
    let ground = ("evidence", "Order of the Court of Protection, 3 March 2026, file 12");
    let fields: Vec<(&str, &str)> = fields.into_iter().chain([ground]).collect();
    ada.open("/authority/representatives").press("Record it", &fields).expect("That is recorded, and both are told.");
    town.letter_to(&noor, "Somebody may act for you");
    let amira = town.person("Amira");
    amira.follow_letter(&town.link_to(&deputy, "would like you to help")).press("Yes, I help", &[]);
    assert_eq!(amira.open(&format!("/budgets/{}", town.budget_of("Noor"))).status(), 200);

    let page = town.person("Noor").open("/account/helpers").expect("Order of the Court of Protection");
    assert!(page.all("main button").is_empty());
    let id =
        town.api_of("Noor").get("/me/helpers").expect(200)["representatives"][0]["id"].as_str().unwrap().to_owned();
    town.api_of("Noor").post(&format!("/me/helpers/{id}/end"), &Value::Null).refused(409, "council-ends-this");
    // Another council cannot, and cannot record anything about her.
    town.api_of("Aled").post(&format!("/authority/representatives/{id}/end"), &Value::Null).refused(404, "not-found");
    let wanted = json!({ "person": noor, "kind": "helper on the phone", "may_buy": true });
    town.api_of("Clem").post("/authority/representatives", &wanted).refused(422, "invalid-input");
    assert_eq!(town.api_of("Cate").post(&format!("/authority/representatives/{id}/end"), &Value::Null).status, 204);
    assert_eq!(amira.open(&format!("/budgets/{}", town.budget_of("Noor"))).status(), 404);
    town.holds_together();
}

#[test]
fn care_managers_see_those_assigned_to_them_and_a_helper_on_the_phone_two_hours() {
    let town = Town::open();
    let cate = town.person("Cate");
    let budget = format!("/budgets/{}", town.budget_of("Noor"));
    assert_eq!(cate.open(&budget).status(), 404);
    let (noor, address) = (email("Noor"), email("Cate"));
    let fields = [("person", noor.as_str()), ("kind", "care manager"), ("email", address.as_str()), ("scopes", "plan")];
    town.person("Ada").open("/authority/representatives").press("Record it", &fields).expect("That is recorded");
    assert_eq!(cate.open(&budget).status(), 200);
    assert_eq!(cate.open(&format!("/budgets/{}", town.budget_of("Amira"))).status(), 404, "not assigned");
    assert_eq!(town.person("Clem").open(&budget).status(), 404);

    let fields = [("person", noor.as_str()), ("kind", "helper on the phone"), ("scopes", "buy")];
    cate.open("/authority/representatives").press("Record it", &fields).expect("That is recorded");
    town.letter_to(&noor, "Somebody may act for you");
    let receipt = buys(&cate, "Lunch club", "1");
    assert_eq!(receipt.one(".acting-strip"), "You are acting for Noor Example");
    town.pass(TimeDelta::minutes(121));
    let cate = town.person("Cate");
    assert_eq!(cate.open(&format!("/services/{}/buy", service_id("Lunch club"))).status(), 409);
    assert_eq!(cate.open(&budget).status(), 200, "still her care manager");
    town.holds_together();
}
