//! Somebody buys, a provider delivers, the council pays.

use crate::support::{Person, Seen, Town, service_id};

/// Buys so many of a service, as a person presses.
pub(crate) fn buys(person: &Person, service: &str, quantity: &str) -> Seen {
    let page = person.open(&format!("/services/{}", service_id(service)));
    page.go("Buy with my budget").press("Buy", &[("quantity", quantity)])
}

/// A provider opens the first purchase of a list on the desk.
pub(crate) fn opens_first(provider: &Person) -> Seen {
    let desk = provider.open("/provider");
    let html = desk.html();
    let link = html.select(&scraper::Selector::parse("main a[href^='/provider/purchases/']").unwrap()).next();
    provider.open(link.unwrap_or_else(|| panic!("the desk is empty: {}", desk.main())).attr("href").unwrap())
}

#[test]
fn amira_buys_four_hours_they_are_delivered_confirmed_invoiced_and_paid() {
    let town = Town::open();
    let amira = town.person("Amira");
    let budget = amira.open("/budgets").go("Personal budget");
    let budget = budget.expect("£120 available");
    assert_eq!(town.money_of("Amira"), [12_000, 0, 0, 0]);
    drop(budget);

    let receipt = buys(&amira, "Someone to sit with mum or dad", "4").expect_status(200);
    assert_eq!(receipt.heading(), "4 hours of Someone to sit with mum or dad");
    let receipt = receipt.expect("You have asked for this, and the money is set aside.").expect("£72");
    assert_eq!(town.money_of("Amira"), [4_800, 7_200, 0, 0]);

    let pat = town.person("Pat");
    let asked = opens_first(&pat);
    let agreed = asked.press("Yes, agree", &[]).expect("You have said yes");
    let recorded = agreed.press("Record it", &[("quantity", "3"), ("note", "They went to the park")]);
    recorded.expect("The delivery is recorded");
    assert_eq!(town.money_of("Amira"), [4_800, 7_200, 0, 0], "nothing is owed until Amira says so");

    amira.open("/budgets").go("Personal budget").expect("Did it happen?");
    let to_confirm = amira.open(&receipt.path).expect("They went to the park");
    let confirmed = to_confirm.press("Yes, it happened", &[]).expect("The delivery is confirmed");
    assert!(!confirmed.has_button("Yes, it happened"));
    assert_eq!(town.money_of("Amira"), [4_800, 1_800, 5_400, 0]);

    opens_first(&pat).press("Record it", &[("quantity", "1")]);
    let done = amira.open(&receipt.path).press("Yes, it happened", &[]);
    done.expect("INV-").expect("delivered");
    assert_eq!(town.money_of("Amira"), [4_800, 0, 7_200, 0]);

    let fay = town.person("Fay");
    let invoices = fay.open("/finance").expect("Someone to sit with mum or dad");
    let settled = invoices.press("Pay £72", &[]).expect("The invoice is settled.");
    settled.expect("Everything is paid.");
    assert_eq!(town.money_of("Amira"), [4_800, 0, 0, 7_200]);
    amira.open(&receipt.path).expect("settled");
    town.holds_together();
}

#[test]
fn more_than_is_available_is_refused_and_says_how_much_is_missing() {
    let town = Town::open();
    let amira = town.person("Amira");
    let before = town.counts();

    let form = amira.open(&format!("/services/{}/buy", service_id("Someone to sit with mum or dad")));
    let checked = form.press("Work out the cost", &[("quantity", "10")]).expect_status(200);
    let checked = checked.expect("That is £60 more than is available.");
    let refused = checked.press("Buy", &[]).expect_status(409);

    assert_eq!(refused.problems(), ["This costs £180 and your budget has £120 available: £60 is missing."]);
    assert_eq!(
        refused.one("#quantity-error"),
        "Error: This costs £180 and your budget has £120 available: £60 is missing."
    );
    assert_eq!(town.counts(), before);
    assert_eq!(town.money_of("Amira"), [12_000, 0, 0, 0]);
    let bought = refused.press("Buy", &[("quantity", "6")]).expect_status(200);
    assert!(bought.heading().starts_with("6 hours"));
    town.holds_together();
}

#[test]
fn pressing_buy_twice_buys_once() {
    let town = Town::open();
    let amira = town.person("Amira");
    let form = amira.open(&format!("/services/{}/buy", service_id("Lunch club")));

    let first = form.press("Buy", &[("quantity", "2")]);
    let second = form.press("Buy", &[("quantity", "2")]);

    assert_eq!(first.path, second.path);
    assert_eq!(town.money_of("Amira"), [10_400, 1_600, 0, 0]);
    let other = form.press("Buy", &[("quantity", "3")]).expect_status(409);
    other.expect("This form was already used");
    assert_eq!(town.money_of("Amira"), [10_400, 1_600, 0, 0]);
    town.holds_together();
}

#[test]
fn a_provider_declines_with_a_reason_and_all_the_money_comes_back() {
    let town = Town::open();
    let amira = town.person("Amira");
    let receipt = buys(&amira, "Lunch club", "5");
    let pat = town.person("Pat");

    let silent = opens_first(&pat).press("Decline", &[]).expect_status(422);
    assert_eq!(silent.problems(), ["Say why you decline, in up to 500 letters."]);
    let declined = silent.press("Decline", &[("reason", "The hall is closed in June")]);
    declined.expect("You have declined");

    amira.open(&receipt.path).expect("declined").expect("The hall is closed in June");
    assert_eq!(town.money_of("Amira"), [12_000, 0, 0, 0]);
    let late = pat.post(
        &format!("/provider{}/agreement", receipt.path.split('?').next().unwrap()),
        &[("csrf", &pat.open("/provider").hidden("csrf"))],
    );
    assert_eq!(late.status(), 409, "{}", late.main());
    town.holds_together();
}

#[test]
fn a_disputed_delivery_is_paid_by_nobody() {
    let town = Town::open();
    let amira = town.person("Amira");
    let receipt = buys(&amira, "Lunch club", "2");
    let pat = town.person("Pat");
    opens_first(&pat).press("Yes, agree", &[]).press("Record it", &[("quantity", "2")]);

    let page = amira.open(&receipt.path);
    let silent = page.press("Say that it was not right", &[("reason", " ")]).expect_status(422);
    assert_eq!(silent.problems(), ["Say what was wrong, in up to 500 letters."]);
    let disputed = silent.press("Say that it was not right", &[("reason", "Nobody came")]);

    disputed.expect("disputed").expect("Nobody came");
    opens_first(&pat).expect("Nobody came");
    assert_eq!(town.money_of("Amira"), [10_400, 1_600, 0, 0]);
    assert!(town.api_of("Fay").get("/finance/invoices").expect(200)["invoices"].as_array().unwrap().is_empty());
    town.holds_together();
}

#[test]
fn amira_changes_her_mind_and_what_was_not_delivered_comes_back() {
    let town = Town::open();
    let amira = town.person("Amira");
    let receipt = buys(&amira, "Lunch club", "3");
    let pat = town.person("Pat");
    opens_first(&pat).press("Yes, agree", &[]).press("Record it", &[("quantity", "1")]);
    amira.open(&receipt.path).press("Yes, it happened", &[]);

    let cancelled = amira.open(&receipt.path).press("Cancel it", &[("reason", "I am moving to my son's")]);

    cancelled.expect("This is cancelled.").expect("I am moving to my son");
    assert_eq!(town.money_of("Amira"), [11_200, 0, 800, 0]);
    let again = amira.open(&receipt.path);
    assert!(!again.has_button("Cancel it"));
    town.holds_together();
}

#[test]
fn a_delivery_form_sent_twice_records_once_and_never_more_than_was_bought() {
    let town = Town::open();
    let amira = town.person("Amira");
    buys(&amira, "Lunch club", "3");
    let pat = town.person("Pat");
    let agreed = opens_first(&pat).press("Yes, agree", &[]);

    agreed.press("Record it", &[("quantity", "2")]).expect_status(200);
    agreed.press("Record it", &[("quantity", "2")]).expect_status(200);
    let page = opens_first(&pat).expect("1 session left to deliver");
    let too_many = page.press("Record it", &[("quantity", "2")]).expect_status(422);

    assert_eq!(too_many.problems(), ["Only 1 are still to be delivered on this purchase."]);
    let tomorrow = (town.today() + chrono::Days::new(1)).to_string();
    let early = too_many.press("Record it", &[("quantity", "1"), ("delivered_on", &tomorrow)]).expect_status(422);
    assert!(early.problems()[0].contains("cannot be in the future"));
    town.holds_together();
}

#[test]
fn a_session_that_nobody_used_for_hours_has_ended() {
    let town = Town::open();
    let amira = town.person("Amira");
    town.pass(chrono::TimeDelta::minutes(119));
    assert_eq!(amira.open("/budgets").heading(), "Your budget", "still signed in");
    town.pass(chrono::TimeDelta::hours(3));
    assert_eq!(amira.open("/budgets").heading(), "Sign in");
}
