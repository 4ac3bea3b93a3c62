//! A finance officer gives and changes budgets; a person asks to hold theirs otherwise; a provider accounts for a fund.

use chrono::TimeDelta;
use serde_json::json;
use waymark::ids::PersonId;

use crate::a_year_of_money::{date, gives, moves, part, until, wrong};
use crate::support::{Town, email};
use waymark::budgets::terms::PeriodLength;
use waymark::budgets::{AccountKind, Agreed, FundingRoute, What};
use waymark::money::Money;

/// Fay sets up a budget for somebody, as on the page; the id of the budget.
pub(crate) fn sets_up(town: &Town, person: &str, fields: &[(&str, &str)]) -> waymark::ids::BudgetId {
    let form = town.person("Fay").open("/finance/budgets").go("Set up a budget");
    let mut all = vec![
        ("person", email(person)),
        ("name", "Living my way".into()),
        ("starts_on", "2026-06-01".into()),
        ("rate", "130".into()),
        ("reason", "Plan agreed on 19 May".into()),
    ];
    for (name, value) in fields {
        all.retain(|(each, _)| each != name);
        all.push((name, (*value).to_owned()));
    }
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let given = form.press("Give this budget", &all).expect_status(200).expect("The budget is given");
    given.path.trim_start_matches("/finance/budgets/").split('?').next().unwrap().parse().unwrap()
}

#[test]
fn fay_gives_a_budget_changes_it_and_takes_a_planned_change_back() {
    let town = Town::open();
    let fay = town.person("Fay");
    let form = fay.open("/finance/budgets/new");
    let shares = [("person", "amira@example.org"), ("rate", "130"), ("social-care", "58"), ("health", "41.99")];
    let refused = form.press("Give this budget", &shares).expect_status(422);
    assert!(refused.problems()[0].contains("99.99 %"), "{:?}", refused.problems());
    let refused = form.press("Give this budget", &[("person", "nobody@example.org"), ("rate", "130")]);
    refused.expect_status(422).expect("We know nobody of your authority with this e-mail address.");

    let fields = [
        ("social-care", "58"),
        ("housing-support", "17"),
        ("health", "25"),
        ("contribution", "30"),
        ("period", "quarter"),
    ];
    let budget = sets_up(&town, "Amira", &fields);
    assert_eq!(part(&town, budget, AccountKind::Available), [76_228, 32_857, 22_343, 39_429, 0]);
    let page = fay.open(&format!("/finance/budgets/{budget}"));
    let page = page.expect("£130 a week").expect("58 % social care, 25 % health, 17 % housing support");

    let change = page.go("Change this budget");
    let fields = [("from", "2026-08-01"), ("rate", "104"), ("reason", "Review of 15 July")];
    let changed = change.press("Change it", &fields).expect_status(200).expect("The budget is changed");
    let changed = changed.expect("£104 a week").expect("planned");
    let silent = change.press("Change it", &[("from", "2026-08-02"), ("rate", "105"), ("reason", "")]);
    silent.expect_status(422).expect("Say why");
    changed.press("Take this back", &[]).expect("The planned change is taken back.");
    assert_eq!(part(&town, budget, AccountKind::Available), [76_228, 32_857, 22_343, 39_429, 0]);

    let move_form = fay.open(&format!("/finance/budgets/{budget}"));
    let fields = [("reason", "one-off"), ("source", "health"), ("amount", "50"), ("note", "A ramp")];
    move_form.press("Move it", &fields).expect("The money is moved.").expect("A ramp");
    move_form.press("Move it", &fields).expect("The money is moved.");
    assert_eq!(part(&town, budget, AccountKind::Available)[1], 37_857, "sending a form twice moves money once");
    let none = [("reason", "one-off"), ("source", "health"), ("amount", "0"), ("note", "Nothing")];
    let refused = fay.open(&format!("/finance/budgets/{budget}")).press("Move it", &none);
    refused.expect_status(422).expect("Enter an amount of more than nothing");

    // Amira reads who did it, and nobody of another council sees it.
    town.person("Amira").open("/account/looked").expect("to look after budgets");
    assert_eq!(town.person("Finn").open(&format!("/finance/budgets/{budget}")).status(), 404);
    assert_eq!(town.person("Noor").open(&format!("/budgets/{budget}/holding")).status(), 404);
    let api = town.api_of("Fay");
    let told = api.get(&format!("/finance/budgets/{budget}")).expect(200);
    assert_eq!(told["terms"][0]["sources"][0], json!({ "source": "social care", "share": 5800 }));
    assert_eq!(told["sources"].as_array().unwrap().len(), 4);
    town.api_of("Finn").get(&format!("/finance/budgets/{budget}")).refused(404, "not-found");
    town.holds_together();
}

#[test]
fn a_program_gives_and_changes_a_budget() {
    let town = Town::open();
    let fay = town.api_of("Fay");
    let mut document = json!({
        "person_id": PersonId::named("Amira").to_string(),
        "name": "Living my way",
        "starts_on": "2026-06-01",
        "rate_pence": 13_000,
        "per": "week",
        "period": "quarter",
        "sources": [{ "source": "social care", "share": 5_800 }, { "source": "housing support", "share": 1_700 },
                    { "source": "health", "share": 2_499 }],
        "holders": [{ "funding_route": "council-managed", "share": 10_000 }],
        "contribution_pence": 3_000,
    });
    fay.post("/finance/budgets", &document).refused(422, "shares-are-no-whole");
    document["sources"][2]["share"] = json!(2_500);
    town.api_of("Finn").post("/finance/budgets", &document).refused(404, "not-found");
    let given = fay.post("/finance/budgets", &document).expect(201);
    assert_eq!((given["put_in_pence"].as_i64(), given["contribution_pence"].as_i64()), (Some(131_428), Some(39_429)));
    let path = format!("/finance/budgets/{}", given["budget_id"].as_str().unwrap());

    let past = json!({ "from": "2026-05-19", "share": 250 });
    fay.post(&format!("{path}/uprating"), &past).refused(422, "uprating-in-the-past");
    let raised = fay.post(&format!("{path}/uprating"), &json!({ "from": "2026-06-01", "share": 250 })).expect(200);
    // £133.25 a week for 92 days: 175,128.57 → 175,129p, less 39,429p: 135,700p, 4,272p more.
    assert_eq!(raised["put_in_pence"], 4_272);

    let one_off = json!({ "reason": "one-off", "source": "learning", "amount_pence": 5_000, "note": "A course" });
    let first = fay.post_once(&format!("{path}/moves"), "course", &one_off).expect(201);
    assert_eq!(fay.post_once(&format!("{path}/moves"), "course", &one_off).expect(201)["id"], first["id"]);
    let settled = json!({ "reason": "settlement", "amount_pence": 5_000, "note": "By hand" });
    fay.post_once(&format!("{path}/moves"), "other", &settled).refused(422, "invalid-input");
    let taken = json!({ "reason": "clawback", "source": "learning", "amount_pence": 1, "note": "By hand" });
    fay.post_once(&format!("{path}/moves"), "taken", &taken).refused(422, "needs-notice");
    let back = format!("{path}/moves/{}/reversal", first["id"].as_str().unwrap());
    fay.post_once(&back, "back", &json!({ "note": "Given twice" })).expect(201);
    assert_eq!(fay.get(&format!("{path}/moves")).expect(200)["moves"].as_array().unwrap().len(), 2);

    let whole = fay.get(&path).expect(200);
    let period = whole["periods"][0]["id"].as_str().unwrap();
    fay.post(&format!("{path}/periods/{period}/closing"), &json!(null)).refused(409, "period-runs");
    let amira = town.api_of("Amira");
    let id = given["budget_id"].as_str().unwrap();
    assert_eq!(amira.get(&format!("/budgets/{id}/terms")).expect(200)["terms"].as_array().unwrap().len(), 2);
    town.api_of("Noor").get(&format!("/budgets/{id}/terms")).refused(404, "not-found");
    town.holds_together();
}

#[test]
fn amira_asks_to_have_her_budget_held_otherwise_and_gets_an_answer() {
    let town = Town::open();
    let amira = town.person("Amira");
    let budget = town.budget_of("Amira");
    let page = amira.open(&format!("/budgets/{budget}")).go("How it is held").expect("Paid to me");
    page.press("Ask the council", &[("from", "2026-05-01")])
        .expect_status(422)
        .expect("Choose how the budget should be held.");
    let fields = [("route", "council-managed"), ("from", "2026-07-01"), ("words", "Bills make me ill")];
    let asked = page.press("Ask the council", &fields).expect("You have asked.").expect("Bills make me ill");
    assert!(!asked.has_button("Ask the council"), "one at a time");
    let twice = json!({ "funding_route": "trust", "from": "2026-07-01" });
    town.api_of("Amira").post(&format!("/budgets/{budget}/holding-requests"), &twice).refused(409, "asked-already");

    let fay = town.person("Fay");
    let list = fay.open("/finance/budgets?which=asked").expect("Amira Example");
    let shown = list.go("Amira Example").expect("Bills make me ill");
    shown.press("Say no", &[]).expect_status(422).expect("Say why");
    shown.press("It is arranged", &[("answer", "We pay from 1 July on.")]).expect("The person is told.");
    town.letter("Amira", "Your budget is held as you asked");
    amira.open(&format!("/budgets/{budget}/holding")).expect("We pay from 1 July on.");

    // From that day on it is held so, and the same things can be bought.
    let change = fay.open(&format!("/finance/budgets/{budget}/change"));
    let fields =
        [("from", "2026-07-01"), ("direct-payment", "40"), ("council-managed", "60"), ("reason", "She asked for it")];
    change.press("Change it", &fields).expect("The budget is changed");
    town.person("Amira").open(&format!("/budgets/{budget}/holding")).expect("Paid to me");
    until(&town, "2026-07-01");
    let held = town.person("Amira").open(&format!("/budgets/{budget}/holding"));
    held.expect("Kept by the council").expect("60 %").expect("Paid to me");
    assert_eq!(town.holder("Amira").who().name(), "Amira Example");
    crate::buying::buys(&town.person("Amira"), "Lunch club", "2").expect_status(200);
    town.holds_together();
}

#[test]
fn a_provider_accounts_for_a_fund_and_is_asked_until_it_does() {
    let town = Town::open();
    let fields = [("council-managed", ""), ("individual-service-fund", "100"), ("period", "month")];
    let form = town.person("Fay").open("/finance/budgets/new");
    let nobody =
        form.press("Give this budget", &[("person", "amira@example.org"), ("rate", "70"), fields[0], fields[1]]);
    nobody.expect_status(422).expect("individual service fund");
    let all = [fields[0], fields[1], fields[2], ("rate", "70"), ("provider", "Sale Neighbours")];
    let budget = sets_up(&town, "Amira", &all);

    // Every two weeks money goes to the provider in advance: £140 on 1, 15 and 29 June (there the last two days: £20).
    let due = |by: &str| {
        let told = town.api_of("Fay").get(&format!("/finance/due?by={by}")).expect(200);
        let of_this = |each: &&serde_json::Value| each["budget_id"] == budget.to_string();
        told["due"].as_array().unwrap().iter().find(of_this).map_or(0, |each| each["amount_pence"].as_i64().unwrap())
    };
    assert_eq!(
        [due("2026-06-01"), due("2026-06-14"), due("2026-06-15"), due("2026-06-29")],
        [14_000, 14_000, 28_000, 30_000]
    );
    until(&town, "2026-06-02");
    moves(&town, budget, What::HandOver(FundingRoute::ServiceFund), 30_000).unwrap();

    // A quarter of a week's £70 goes on at the end of a month, £17.50; £282.50 go back.
    until(&town, "2026-07-01");
    assert_eq!(part(&town, budget, AccountKind::Available)[0], 1_750 + 31_000);

    // On 1 July the return for the quarter is there; 30 days later it is due, and then it is late.
    let pat = town.person("Pat");
    let desk = pat.open("/provider/funds").expect("Amira Example").expect("due on 31 July 2026").expect("£300");
    assert!(desk.link("Amira Example, 1 June 2026 to 30 June 2026").contains("/returns/"));
    until(&town, "2026-08-01");
    town.letter("Pat", "A return about an individual service fund is late");
    town.pass(TimeDelta::days(5));
    town.work_of_the_day();
    assert_eq!(town.letters_of_kind("returns late"), 1, "asked again after two weeks, not before");
    town.pass(TimeDelta::days(9));
    town.work_of_the_day();
    assert_eq!(town.letters_of_kind("returns late"), 2);

    let pat = town.person("Pat");
    let form = pat.open("/provider/funds").expect("late").go("Amira Example, 1 June 2026 to 30 June 2026");
    let form = form.expect("£300 that came");
    let wrong = form.press("File it", &[("spent", "20"), ("balance", "300")]).expect_status(422);
    wrong.expect("This does not add up");
    let other = form.press("File it", &[("spent", "20"), ("balance", "280"), ("hours", "1.5")]).expect_status(422);
    let other = other.expect("£20 differ. Say why.");
    let fields = [("spent", "20"), ("balance", "280"), ("hours", "1.5"), ("note", "A taxi that is not invoiced yet")];
    other.press("File it", &fields).expect("The return is filed.");

    let fay = town.person("Fay");
    let returns = fay.open("/finance/returns").expect("balance £280; the ledger says £300").expect("A taxi");
    returns.press("Send it back", &[]).expect_status(422);
    returns.press("Send it back", &[("words", "Send us the receipt")]).expect("sent back");
    town.letter("Pat", "A return about an individual service fund was sent back");
    let again =
        pat.open("/provider/funds").go("Amira Example, 1 June 2026 to 30 June 2026").expect("Send us the receipt");
    again.press("File it", &[("spent", "0"), ("balance", "300"), ("note", "")]).expect("The return is filed.");
    fay.open("/finance/returns").expect("agrees with the ledger").press("Take it", &[]).expect("The return is taken.");

    // Nobody else sees the fund.
    assert_eq!(town.person("Olu").open(&format!("/provider/funds/{budget}")).status(), 404);
    assert!(!town.person("Olu").open("/provider/funds").says("Amira"));
    assert!(!town.person("Finn").open("/finance/returns").says("Amira"));
    pat.open(&format!("/provider/funds/{budget}")).expect("up to £17.50").expect("Came from the council");
    let told = town.api_of("Pat").get("/provider/funds").expect(200);
    assert_eq!(
        (told["funds"][0]["balance_pence"].as_i64(), told["returns"][0]["state"].as_str()),
        (Some(30_000), Some("accepted"))
    );
    let id = told["returns"][0]["id"].as_str().unwrap();
    let filed = json!({ "opening_pence": 0, "received_pence": 0, "spent_pence": 0, "balance_pence": 0 });
    town.api_of("Pat").post(&format!("/provider/funds/returns/{id}"), &filed).refused(409, "accepted-already");
    town.api_of("Olu").post(&format!("/provider/funds/returns/{id}"), &filed).refused(404, "not-found");
    town.holds_together();
}

#[test]
fn all_budgets_are_uprated_once() {
    let town = Town::open();
    let budget = sets_up(&town, "Amira", &[]);
    let fay = town.person("Fay");
    let form = fay.open("/finance/uprating");
    form.press("Uprate them", &[("from", "2026-05-01"), ("percent", "2.5")])
        .expect_status(422)
        .expect("Choose today or a later day.");
    form.press("Uprate them", &[("from", "2027-04-06"), ("percent", "x")]).expect_status(422);
    form.press("Uprate them", &[("from", "2026-06-01"), ("percent", "10")]).expect("1 budget is uprated.");
    form.press("Uprate them", &[("from", "2026-06-01"), ("percent", "10")]).expect("There was no budget");
    // £143 a week for 365 days: 745,642.86 → 745,643p.
    assert_eq!(part(&town, budget, AccountKind::Available)[0], 745_643);
    assert_eq!(town.money_of("Noor")[0], 50_000, "what was given as one amount stays");
    assert_eq!(date("2026-06-01").to_string(), "2026-06-01");
    town.holds_together();
}

#[test]
fn a_budget_that_cannot_be_closed_is_told_to_finance_officers_and_the_others_go_on() {
    use diesel::connection::SimpleConnection;
    let town = Town::without_followers();
    let monthly = |name: &str| Agreed {
        period_length: PeriodLength::Month,
        ..Agreed::weekly(PersonId::named(name), Money::pounds(70), date("2026-06-01"))
    };
    let budgets = ["Amira", "Noor"].map(|name| gives(&town, &monthly(name)).unwrap().budget);
    until(&town, "2026-06-30");
    // What holds for Amira's has got lost, as a hand in the database may do.
    let terms = |value: &str| {
        let sql = format!("UPDATE budget_terms SET withdrawn_at = {value} WHERE budget_id = '{}'", budgets[0]);
        town.connect().batch_execute(&sql).unwrap();
    };
    terms("'2026-06-30 10:00:00'");
    until(&town, "2026-07-01");
    // Noor's June is closed and July is there; nothing half was done to Amira's.
    assert_eq!(part(&town, budgets[1], AccountKind::Available)[0], 30_000 + 31_000);
    assert_eq!(part(&town, budgets[0], AccountKind::Available)[0], 30_000);
    let list = town.person("Fay").open("/finance/budgets").expect("These need you").expect("Amira Example");
    list.expect("What is stored about it does not fit together.").expect("Since 1 July 2026");
    let told = town.api_of("Fay").get("/finance/budgets").expect(200);
    assert_eq!(told["held_up"][0]["budget_id"], budgets[0].to_string());
    assert_eq!(told["held_up"].as_array().unwrap().len(), 1);
    assert!(!town.person("Finn").open("/finance/budgets").says("These need you"), "another council");
    // Put right, it is closed the next day, and nobody is asked to look any more.
    terms("NULL");
    until(&town, "2026-07-02");
    assert_eq!(part(&town, budgets[0], AccountKind::Available)[0], 30_000 + 31_000);
    assert!(!town.person("Fay").open("/finance/budgets").says("These need you"));
    assert_eq!(wrong(&town), [""; 0]);
}

#[test]
fn an_authority_that_rounds_to_pounds_gives_pounds_and_pays_holders_to_the_penny_of_them() {
    use diesel::connection::SimpleConnection;
    let town = Town::without_followers();
    let sql = format!(
        "INSERT INTO authority_settings (authority_id, setting, value, changed_at, changed_by)
         VALUES ('{}', 'round to pence', 100, '2026-05-20 10:00:00', '{}')",
        crate::a_year_of_money::trafford(),
        PersonId::named("Ada")
    );
    town.connect().batch_execute(&sql).unwrap();
    let agreed = Agreed {
        period_length: PeriodLength::Month,
        holders: waymark::budgets::shares::Shares::all(waymark::budgets::terms::Holder::of(
            FundingRoute::DirectPayment,
        )),
        ..Agreed::weekly(PersonId::named("Noor"), Money::pounds(200), date("2026-06-01"))
    };
    let budget = gives(&town, &agreed).unwrap().budget;
    // June: 20,000p × 30 / 7 = 85,714.28p: to the pound £857. July, counted from 1 June: 61 days are 174,285.71p, £1,743,
    // less £857: £886. So the parts of a year are whole pounds and add up to the year.
    assert_eq!(part(&town, budget, AccountKind::Available)[0], 85_700);
    until(&town, "2026-07-01");
    assert_eq!(part(&town, budget, AccountKind::Available)[0], 85_700 + 88_600);
    // What is handed over is a part of these, to the penny: 85,700 × 28 / 30 = 79,986.67 → 79,987; then the rest.
    let due = |by: &str| {
        let by = date(by);
        let read = move |conn: &mut waymark::db::Conn| {
            waymark::budgets::due::due_of(conn, crate::a_year_of_money::trafford(), &[budget], by)
        };
        town.app.db.read_now(read).unwrap()[0].amount.as_pence()
    };
    assert_eq!([due("2026-06-01"), due("2026-06-30")], [79_987, 85_700]);
    assert_eq!(wrong(&town), [""; 0]);
}
