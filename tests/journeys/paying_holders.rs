//! Payment runs pay whoever holds a budget: in steps, once, and never what somebody has had already.

use chrono::{NaiveDate, TimeDelta};
use serde_json::{Value, json};
use waymark::budgets::shares::Shares;
use waymark::budgets::terms::{Holder, PeriodLength};
use waymark::budgets::{self, AccountKind, Agreed, Change, FundingRoute, MoneyError, Source, What};
use waymark::db::Conn;
use waymark::ids::{BudgetId, OrganizationId, PersonId};
use waymark::money::Money;

use crate::a_year_of_money::{changes, date, gives, moves, trafford, until, wrong};
use crate::over_the_api::purchase;
use crate::payment_runs::{
    a_second_officer, answers, delivered_and_invoiced, gives_account, invoices, the_council_holds, upload,
};
use crate::support::{Api, Town, a_bank_takes, service_id};

/// What is due to the holders of a budget by a day: the way and pence.
fn due(town: &Town, budget: BudgetId, by: &str) -> Vec<(FundingRoute, i64)> {
    let by: NaiveDate = date(by);
    let read = move |conn: &mut Conn| budgets::due::due_of(conn, trafford(), &[budget], by);
    let due = town.app.db.read_now(read).unwrap();
    due.into_iter().map(|each| (each.holder.route, each.amount.as_pence())).collect()
}

/// What was handed over of a budget so far, in pence.
fn handed_over(town: &Town, budget: BudgetId) -> i64 {
    let all = town.app.db.read_now(|conn| budgets::store::balances(conn, trafford(), budget)).unwrap();
    -all.all_of(AccountKind::HandedOver).as_pence()
}

fn held(parts: Vec<(FundingRoute, i32)>) -> Shares<Holder> {
    Shares::new(parts.into_iter().map(|(route, share)| (Holder::of(route), share)).collect()).unwrap()
}

fn from_a_day(from: &str, holders: Shares<Holder>) -> Change {
    Change { from: date(from), holders: Some(holders), reason: "As they asked".into(), ..Change::default() }
}

/// A budget of a month at a time from 1 June.
fn monthly(name: &str, weekly: i32, holders: Shares<Holder>) -> Agreed {
    Agreed {
        period_length: PeriodLength::Month,
        holders,
        ..Agreed::weekly(PersonId::named(name), Money::pounds(weekly), date("2026-06-01"))
    }
}

const DIRECT: FundingRoute = FundingRoute::DirectPayment;
const COUNCIL: FundingRoute = FundingRoute::CouncilManaged;

#[test]
fn amira_says_where_her_direct_payment_goes_and_a_run_pays_it_once() {
    let town = Town::open();
    a_second_officer(&town);
    let (amira, fay, fred) = (town.person("Amira"), town.person("Fay"), town.person("Fred"));
    let budget = town.budget_of("Amira");

    // £120 for the 365 days from 6 April. By 22 May two steps of four weeks have begun: 12,000 × 56 / 365 = 1,841.09.
    // Noor has £500: 50,000 × 56 / 365 = 7,671.23. Nobody knows where to pay either of them.
    let runs = fay.open("/finance/runs").expect("Direct payments, to the people themselves").expect("£95.12");
    let runs = runs.expect("Amira Example: Direct payment").expect("£18.41").expect("£76.71");
    runs.press("List what is due", &[]).expect_status(422).expect("2 payments wait");

    let page = amira.open(&format!("/budgets/{budget}/holding")).expect("Nobody has said yet");
    let form = page.go("Say where it is paid").expect("Where your direct payment is paid");
    form.press("Keep this account", &[("name", "Amira Khan"), ("sort_code", "20-00"), ("number", "1")])
        .expect_status(422);
    gives_account(&amira, &format!("/budgets/{budget}/account"), "Amira Khan", "11223344");
    assert!(town.letter("Amira", "A bank account was changed").words.contains("ending 344"));
    amira.open(&format!("/budgets/{budget}/holding")).expect("It is paid into the account ending 344.");
    for other in ["Noor", "Pat", "Bela"] {
        assert_eq!(town.person(other).open(&format!("/budgets/{budget}/account")).status(), 404, "{other}");
    }

    let run = fay.open("/finance/runs").press("List what is due", &[("route", "direct payment")]).expect_status(200);
    let run = run.expect("£18.41").expect("1 payment").expect("Amira Example").expect("direct payment, Amira Example");
    let run = run.expect("Left out, without a bank account 1 payment");
    assert!(!run.says("11223344"));
    let path = run.path.split('?').next().unwrap().to_owned();
    let before = town.money_of("Amira");
    assert_eq!(handed_over(&town, budget), 0, "nothing is paid before it is approved");
    // Listed it is not due beside that, not even in a run of everything.
    fay.open("/finance/runs").press("List what is due", &[]).expect_status(422).expect("1 payment waits");

    fred.open(&path).press("Approve £18.41", &[]).expect("The run is approved.");
    assert_eq!(handed_over(&town, budget), 1_841);
    assert_eq!(town.money_of("Amira"), before, "what she can buy is the same, whoever holds it");
    assert_eq!(due(&town, budget, "2026-05-31"), [(DIRECT, 0)]);
    gives_account(&fay, "/finance/account", "Trafford Council", "87654321");
    let csv = fred.send("GET", &format!("{path}/payments.csv"), &[], None).text();
    assert!(csv.contains("WM-1-1,Amira Khan,200000,11223344,,18.41,Personal budget direct payment"), "{csv}");
    let xml = fred.send("GET", &format!("{path}/payments.xml"), &[], None).text();
    assert!(xml.contains("<InstdAmt Ccy=\"GBP\">18.41</InstdAmt>"), "{xml}");
    a_bank_takes(&xml);

    // The bank did not pay: it is due again, and the next run pays it. The same answer again changes nothing.
    let failed = "reference,status,reason\nWM-1-1,failed,Account closed\n";
    upload(&fay, &path, failed).expect_status(200).expect("Account closed").expect("failed, turned back £18.41");
    upload(&fay, &path, failed).expect_status(200);
    assert_eq!(handed_over(&town, budget), 0);
    amira.open("/account/looked").expect("turned back a failed payment for").expect("paid out money of");
    let again = fay.open("/finance/runs").press("List what is due", &[]).expect("Payment run 2").expect("£18.41");
    let second = again.path.split('?').next().unwrap().to_owned();
    fred.open(&second).press("Approve £18.41", &[]).expect("The run is approved.");
    upload(&fay, &second, "reference,status\nWM-2-1,paid\n").expect_status(200);
    assert_eq!(handed_over(&town, budget), 1_841);
    fay.open(&format!("/finance/budgets/{budget}")).expect("£18.41").expect("account ending 344");

    // Four weeks later, and no sooner, there is a third step: 12,000 × 84 / 365 = 2,761.64, less what she has.
    assert_eq!(due(&town, budget, "2026-05-31"), [(DIRECT, 0)]);
    assert_eq!(due(&town, budget, "2026-06-01"), [(DIRECT, 2_762 - 1_841)]);
    town.holds_together();
}

#[test]
fn what_was_handed_over_is_not_paid_again_by_the_council() {
    let town = Town::open();
    let (fay, pat, amira) = (town.api_of("Fay"), town.api_of("Pat"), town.api_of("Amira"));
    let budget = town.budget_of("Amira");
    invoices(&town, "Amira", 3);
    let all = fay.get("/finance/invoices").expect(200)["invoices"].as_array().unwrap().clone();
    assert!(all.iter().all(|invoice| invoice["funding_route"] == "direct payment"), "{all:?}");
    let id = all[0]["id"].as_str().unwrap();
    let path = |at: usize, whose: &str| {
        let text = |of: &str| all[at][of].as_str().unwrap().to_owned();
        format!("{whose}/purchases/{}/invoices/{}/payment", text("purchase_id"), text("id"))
    };

    // A run of what the council holds has none of them.
    let wanted = json!({ "pay_on": town.today().to_string(), "funding_route": "council-managed" });
    fay.post_once("/finance/payment-runs", "one", &wanted).refused(409, "nothing-due");
    // £106 are handed over by hand; of £120 the council has £14 left: that pays one lunch of £8, and not another.
    moves(&town, budget, What::HandOver(DIRECT), 10_600).unwrap();
    assert!(matches!(moves(&town, budget, What::HandOver(DIRECT), 1_401), Err(MoneyError::NotSoMuch { .. })));
    let settled = fay.post(&format!("/finance/invoices/{id}/settlement"), &Value::Null).expect(200);
    assert_eq!(settled["paid_by"], "council");
    let other = all[1]["id"].as_str().unwrap();
    let refused = fay.post(&format!("/finance/invoices/{other}/settlement"), &Value::Null);
    assert!(refused.refused(409, "handed-over").to_string().contains("£6"));

    // Amira has paid the second herself; the third came to the provider, who says so. Saying it twice changes nothing.
    let page = town.person("Amira").open(&format!("/purchases/{}", all[1]["purchase_id"].as_str().unwrap()));
    let page = page.expect("to be paid by the person, from the direct payment").press("It is paid", &[]);
    page.expect("The invoice is noted as paid.").expect("paid by the person, from the direct payment");
    assert_eq!(amira.post(&path(1, ""), &Value::Null).expect(200)["paid_by"], "holder");
    let desk = town.person("Pat").open(&format!("/provider/purchases/{}", all[2]["purchase_id"].as_str().unwrap()));
    desk.press("We have the money", &[]).expect("The invoice is noted as paid.");
    assert_eq!(pat.post(&path(2, "/provider"), &Value::Null).expect(200)["paid_by"], "holder");
    assert_eq!(town.money_of("Amira"), [12_000 - 2_400, 0, 0, 2_400]);
    for stranger in ["Noor", "Olu", "Bela"] {
        town.api_of(stranger).post(&path(1, ""), &Value::Null).refused(404, "not-found");
        town.api_of(stranger).post(&path(2, "/provider"), &Value::Null).refused(404, "not-found");
    }
    town.person("Amira").open("/account/looked").expect("paid an invoice for");

    // What the council holds, nobody else pays.
    the_council_holds(&town, "Noor");
    invoices(&town, "Noor", 1);
    let of_noor = fay.get("/finance/invoices").expect(200)["invoices"][0].clone();
    assert_eq!(of_noor["funding_route"], "council-managed");
    let path = format!(
        "/purchases/{}/invoices/{}/payment",
        of_noor["purchase_id"].as_str().unwrap(),
        of_noor["id"].as_str().unwrap()
    );
    town.api_of("Noor").post(&path, &Value::Null).refused(409, "paid-by-the-council");
    town.holds_together();
}

#[test]
fn who_holds_a_budget_from_a_day_on_is_due_its_days_and_what_is_left_over() {
    let town = Town::without_followers();
    // £70 a week, June: 30 days, £300. The council holds it; from the 16th Noor does.
    let budget = gives(&town, &monthly("Noor", 70, held(vec![(COUNCIL, 10_000)]))).unwrap().budget;
    assert!(due(&town, budget, "2026-06-10").is_empty());
    changes(&town, budget, &from_a_day("2026-06-16", held(vec![(DIRECT, 10_000)]))).unwrap();
    until(&town, "2026-06-16");
    // The step that has begun on 1 June goes until the 28th: 13 days of the 16th to the 28th, 30,000 × 13 / 30 = 13,000.
    // The council has paid nothing of its 15 days, 15,000: that is for Noor now.
    assert_eq!(due(&town, budget, "2026-06-16"), [(DIRECT, 28_000)]);
    // Had the council paid £100 of it, so much less would be.
    let paid = |pence: i64| {
        use diesel::connection::SimpleConnection;
        let sql = format!("UPDATE budgets SET council_paid_pence = {pence} WHERE id = '{budget}'");
        town.connect().batch_execute(&sql).unwrap();
    };
    paid(10_000);
    assert_eq!(due(&town, budget, "2026-06-16"), [(DIRECT, 18_000)]);
    assert_eq!(due(&town, budget, "2026-06-29"), [(DIRECT, 20_000)], "the last two days too");
    paid(0);

    // From the 22nd half of it is the council's again: the 22nd to the 28th count half, and what is left over stays.
    changes(&town, budget, &from_a_day("2026-06-22", held(vec![(DIRECT, 5_000), (COUNCIL, 5_000)]))).unwrap();
    // 6 days whole are 6,000; 7 days half are 3,500. Until the 22nd the 15,000 are hers besides.
    assert_eq!(due(&town, budget, "2026-06-16"), [(DIRECT, 24_500)]);
    assert_eq!(due(&town, budget, "2026-06-22"), [(DIRECT, 9_500)]);

    // Money once is due at once, as it is held on that day; not what was turned back; and less what was taken back.
    moves(&town, budget, What::OneOff(Source::SocialCare), 5_000).unwrap();
    assert_eq!(due(&town, budget, "2026-06-16"), [(DIRECT, 29_500)]);
    let once = town.app.db.read_now(|conn| budgets::store::moves_of(conn, trafford(), budget, 10)).unwrap()[0].id;
    let now = town.app.clock.now();
    let back = move |tx: &mut Conn| {
        let asked = (once, "By mistake", waymark::ids::SubmissionKey::new());
        budgets::reverse(tx, (trafford(), budget), None, asked, now).map(drop)
    };
    town.app.db.write_now(back).unwrap();
    assert_eq!(due(&town, budget, "2026-06-16"), [(DIRECT, 24_500)], "it was turned back");
    assert_eq!(wrong(&town), [""; 0]);
}

#[test]
fn a_fund_that_gave_back_is_paid_less_by_that_and_a_mixed_budget_by_its_shares() {
    let town = Town::without_followers();
    let fund = Holder {
        organization: Some(OrganizationId::named("Sale Neighbours")),
        ..Holder::of(FundingRoute::ServiceFund)
    };
    let budget = gives(&town, &monthly("Amira", 70, Shares::all(fund))).unwrap().budget;
    until(&town, "2026-06-01");
    // Two weeks at a time: 30,000 × 14 / 30; by the 29th all of June.
    assert_eq!(due(&town, budget, "2026-06-01"), [(FundingRoute::ServiceFund, 14_000)]);
    assert_eq!(due(&town, budget, "2026-06-29"), [(FundingRoute::ServiceFund, 30_000)]);
    until(&town, "2026-06-29");
    moves(&town, budget, What::HandOver(FundingRoute::ServiceFund), 30_000).unwrap();
    // Nothing was spent: a quarter of a week's £70 goes on, £17.50, and £282.50 are the council's again. They are with the
    // provider, so July's £310 are paid less by them: 14 days are 14,000, 28 are 28,000, and all of it 31,000.
    until(&town, "2026-07-01");
    assert_eq!(due(&town, budget, "2026-07-01"), [(FundingRoute::ServiceFund, 0)]);
    assert_eq!(due(&town, budget, "2026-07-29"), [(FundingRoute::ServiceFund, 31_000 - 28_250)]);
    // Or the provider gives them back, and is paid in full.
    moves(&town, budget, What::HandedBack(FundingRoute::ServiceFund), 28_250).unwrap();
    assert_eq!(due(&town, budget, "2026-07-01"), [(FundingRoute::ServiceFund, 14_000)]);

    // Three hold a budget of £100 a week: 42,857p for June's 30 days, of which the parts add up to the penny.
    let thirds = vec![(DIRECT, 3_333), (FundingRoute::ThirdParty, 3_333), (FundingRoute::Broker, 3_334)];
    let thirds = thirds.into_iter().map(|(route, share)| (Holder { name: "Sam".into(), ..Holder::of(route) }, share));
    let three = gives(&town, &monthly("Noor", 100, Shares::new(thirds.collect()).unwrap())).unwrap().budget;
    let parts = due(&town, three, "2026-06-30");
    assert_eq!(parts.iter().map(|(_, pence)| pence).sum::<i64>(), 42_857, "{parts:?}");
    assert_eq!(wrong(&town), [""; 0]);
}

/// The person chooses which part pays; a run pays the council's half to the provider and hands over the person's.
#[test]
fn amira_chooses_the_part_that_pays_and_one_run_pays_both_halves() {
    let town = Town::open();
    a_second_officer(&town);
    let (amira, fay, fred) = (town.person("Amira"), town.person("Fay"), town.person("Fred"));
    let budget = town.budget_of("Amira");
    let lunch = format!("/services/{}/buy", service_id("Lunch club"));
    assert!(!amira.open(&lunch).says("Which part of your budget pays?"), "there is only one");
    let halves = held(vec![(DIRECT, 6_000), (COUNCIL, 4_000)]);
    changes(&town, budget, &from_a_day(&town.today().to_string(), halves)).unwrap();

    // On the page: a part that she has not is refused and what she typed stays; the largest is chosen already.
    let form = amira.open(&lunch).expect("Which part of your budget pays?").expect("60 % of your budget");
    let refused = form.press("Buy", &[("part", "trust"), ("note", "By the side door")]).expect_status(409);
    refused.expect("No part of this budget is trust on that day").expect("By the side door");
    form.press("Buy", &[("part", "gold")]).expect_status(422).expect("Choose one of the parts of your budget.");
    assert_eq!(town.money_of("Amira"), [12_000, 0, 0, 0]);
    let council = form.press("Buy", &[("part", "council-managed")]).expect_status(200);
    let council = council.path.split(['?', '/']).nth(2).unwrap().to_owned();

    // Over the API: named, or the largest.
    let api = town.api_of("Amira");
    let path = format!("/budgets/{budget}/purchases");
    let document = |part: Value| {
        let mut document = purchase(&town, "Lunch club", 1);
        document["funding_route"] = part;
        document
    };
    api.post_once(&path, "trust", &document(json!("trust"))).refused(409, "no-such-part");
    api.post_once(&path, "gold", &document(json!("gold"))).refused(400, "bad-json");
    let direct = api.post_once(&path, "direct", &purchase(&town, "Lunch club", 1)).expect(201);
    assert_eq!(direct["funding_route"], "direct payment");
    let named = api.post_once(&path, "named", &document(json!("council-managed"))).expect(201);
    assert_eq!(named["funding_route"], "council-managed");
    let again = api.post_once(&path, "named", &document(json!("council-managed"))).expect(201);
    assert_eq!(again["id"], named["id"]);
    api.post_once(&path, "named", &document(json!("direct payment"))).refused(409, "key-used-differently");
    assert_eq!(api.get(&format!("/purchases/{council}")).expect(200)["funding_route"], "council-managed");
    for id in [council.as_str(), direct["id"].as_str().unwrap(), named["id"].as_str().unwrap()] {
        delivered_and_invoiced(&town, "Amira", id);
    }
    assert_eq!(town.money_of("Amira"), [12_000 - 2_400, 0, 2_400, 0]);

    // £120 for 365 days, two steps of four weeks: 44 days are all hers, 12 days by 60 %: 1,447 and 237.
    assert_eq!(due(&town, budget, "2026-05-31"), [(DIRECT, 1_684)]);
    gives_account(&amira, &format!("/budgets/{budget}/account"), "Amira Khan", "11223344");
    gives_account(&town.person("Pat"), "/provider/bank-account", "Sale Neighbours", "12345678");
    let run = fay.open("/finance/runs").press("List what is due", &[]).expect_status(200);
    let run = run.expect("3 payments").expect("£16.84").expect("£8");
    let path = run.path.split('?').next().unwrap().to_owned();
    fred.open(&path).press("Approve £32.84", &[]).expect("The run is approved.");
    assert_eq!(handed_over(&town, budget), 1_684);
    assert_eq!(town.money_of("Amira"), [12_000 - 2_400, 0, 800, 1_600], "her own half she pays herself");
    let page = amira.open(&format!("/purchases/{}", direct["id"].as_str().unwrap()));
    page.expect("to be paid by the person, from the direct payment").press("It is paid", &[]);
    assert_eq!(town.money_of("Amira"), [12_000 - 2_400, 0, 0, 2_400]);
    town.holds_together();
}

/// A trust gets what is due to it; another trust does not get it.
#[test]
fn another_trust_needs_an_account_of_its_own() {
    let town = Town::open();
    a_second_officer(&town);
    let (fay, fred) = (town.api_of("Fay"), town.api_of("Fred"));
    let budget = town.budget_of("Noor");
    let trust = |name: &str| Shares::all(Holder { name: name.into(), ..Holder::of(FundingRoute::Trust) });
    let today = town.today().to_string();
    changes(&town, budget, &from_a_day(&today, trust("Old Trust"))).unwrap();
    let account = json!({ "name": "Old Trust", "sort_code": "200000", "number": "12121212" });
    let path = format!("/finance/budgets/{budget}/bank-accounts/trust");
    assert_eq!(fay.put(&path, &account).status, 204);
    assert_eq!(fay.get(&path).expect(200)["bank_account"]["ends_with"], "account ending 212");
    fay.put(&path, &json!({ "name": "x" })).refused(422, "invalid-input");
    fay.put(&format!("/finance/budgets/{budget}/bank-accounts/broker"), &account).refused(404, "not-found");
    town.api_of("Finn").put(&path, &account).refused(404, "not-found");
    town.api_of("Noor").put(&format!("/budgets/{budget}/bank-account"), &account).refused(404, "not-found");
    assert!(town.letter("Noor", "A bank account was changed").words.contains("ending 212"));

    let wanted = json!({ "pay_on": today, "funding_route": "trust" });
    let run = fay.post_once("/finance/payment-runs", "one", &wanted).expect(201);
    assert_eq!(run["by_option"][0]["funding_route"], "trust");
    let (id, total) = (run["id"].as_str().unwrap().to_owned(), run["total_pence"].clone());
    let lines = fay.get(&format!("/finance/payment-runs/{id}/payments")).expect(200);
    assert_eq!(lines["payments"][0]["payee"], "Old Trust", "{lines}");
    assert_eq!(lines["payments"][0]["budget_id"], budget.as_str());

    // Before it is approved the trust is another one: the listed line is not paid, and says why.
    changes(&town, budget, &from_a_day(&today, held(vec![(COUNCIL, 10_000)]))).unwrap();
    let done = fred.post(&format!("/finance/payment-runs/{id}/approval"), &json!({ "total_pence": total })).expect(200);
    assert_eq!((&done["state"], &done["payments"], &done["total_pence"]), (&json!("settled"), &json!(0), &json!(0)));
    town.person("Fay").open(&format!("/finance/runs/{id}")).expect("less is due than when it was listed");
    assert_eq!(handed_over(&town, budget), 0);
    answers(&fay, &id, "reference,status\nWM-1-1,paid\n").refused(409, "rows-not-placed");

    changes(&town, budget, &from_a_day(&today, trust("New Trust"))).unwrap();
    fay.post_once("/finance/payment-runs", "two", &wanted).refused(409, "nothing-due");
    town.person("Fay").open("/finance/runs").expect("Noor Example: Trust: New Trust");
    town.holds_together();
}

#[test]
fn a_crash_between_two_steps_of_a_run_pays_nobody_twice() {
    let town = Town::without_followers();
    a_second_officer(&town);
    let names: Vec<String> = (0..12).map(|number| format!("Holder{number}")).collect();
    for name in &names {
        town.new_holder(name, crate::support::ASHTON, Money::pounds(365));
        gives_account(&town.person(name), &format!("/budgets/{}/account", town.budget_of(name)), name, "12345678");
    }
    let fay: Api = town.api_of("Fay");
    let wanted = json!({ "pay_on": town.today().to_string(), "funding_route": "direct payment" });
    let run = fay.post_once("/finance/payment-runs", "one", &wanted).expect(201);
    assert_eq!(run["payments"], 12);
    let id: waymark::ids::PaymentRunId = run["id"].as_str().unwrap().parse().unwrap();
    let now = town.app.clock.now() + TimeDelta::minutes(1);
    {
        use diesel::connection::SimpleConnection;
        let fred = PersonId::named("Fred");
        let sql = format!("UPDATE payment_runs SET state = 'approved', approved_by = '{fred}', approved_at = made_at");
        town.connect().batch_execute(&sql).unwrap();
    }
    // Five lines a step, from two threads at once, until nothing is left.
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let town = &town;
            scope.spawn(move || {
                let step = move |tx: &mut Conn| waymark::payments::settle_some(tx, id, 5, now);
                while town.app.db.write_now(step).unwrap() {}
            });
        }
    });
    for name in &names {
        // £365 for 365 days, two steps of 28 days.
        assert_eq!(handed_over(&town, town.budget_of(name)), 5_600, "{name}");
    }
    let state = fay.get(&format!("/finance/payment-runs/{id}")).expect(200);
    assert_eq!((&state["state"], &state["payments"]), (&json!("settled"), &json!(12)));
    fay.post_once("/finance/payment-runs", "two", &wanted).refused(409, "nothing-due");
    assert_eq!(wrong(&town), [""; 0]);
    let of_runs = town.app.db.read_now(waymark::payments::verify::differences).unwrap();
    assert!(of_runs.is_empty(), "{of_runs:?}");
}

#[test]
fn a_file_with_accounts_abroad_and_odd_names_is_one_that_banks_take() {
    let town = Town::open();
    a_second_officer(&town);
    let (fay, fred) = (town.api_of("Fay"), town.api_of("Fred"));
    let noor =
        json!({ "name": "=N\u{f6}or M\u{fc}ller & S\u{f8}n <O\u{2019}Neil>", "iban": "GB82 WEST 1234 5698 7654 32" });
    let amira = json!({ "name": "A".repeat(70), "sort_code": "20-00-00", "number": "1234567" });
    for (name, account) in [("Noor", noor), ("Amira", amira)] {
        let path = format!("/budgets/{}/bank-account", town.budget_of(name));
        assert_eq!(town.api_of(name).put(&path, &account).status, 204);
    }
    let council = json!({ "name": "Trafford Council", "iban": "GB82WEST12345698765432" });
    assert_eq!(fay.put("/finance/bank-account", &council).status, 204);
    town.api_of("Pat")
        .put("/provider/bank-account", &json!({ "name": "x", "iban": "GB00" }))
        .refused(422, "invalid-input");
    let wanted = json!({ "pay_on": town.today().to_string() });
    let run = fay.post_once("/finance/payment-runs", "one", &wanted).expect(201);
    let path = format!("/finance/payment-runs/{}", run["id"].as_str().unwrap());
    fred.post(&format!("{path}/approval"), &json!({ "total_pence": run["total_pence"] })).expect(200);
    let xml = fay.send("GET", &format!("{path}/pain-001"), &[], None).answer.text();
    assert!(xml.contains("<NbOfTxs>2</NbOfTxs>") && xml.contains("<IBAN>GB82WEST12345698765432</IBAN>"), "{xml}");
    a_bank_takes(&xml);
    let csv = town.person("Fred").send(
        "GET",
        &format!("/finance/runs/{}/payments.csv", run["id"].as_str().unwrap()),
        &[],
        None,
    );
    assert!(csv.text().contains(",\'=N"), "a spreadsheet takes no name for a formula: {}", csv.text());
}
