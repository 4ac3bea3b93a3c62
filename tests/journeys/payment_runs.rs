//! Finance officers pay in runs: one makes, another approves, the bank answers.

use std::time::Duration;

use serde_json::{Value, json};
use waymark::budgets::shares::Shares;
use waymark::budgets::terms::Holder;
use waymark::budgets::{Change, FundingRoute};
use waymark::db::Conn;
use waymark::identity::RoleName;
use waymark::identity::store::grant;
use waymark::places::reference::authority_id;

use crate::a_year_of_money::changes;
use crate::support::{Api, Person, TRAFFORD, Town, a_bank_takes, email, option_id, service_id};

/// A second finance officer of Trafford.
pub(crate) fn a_second_officer(town: &Town) {
    somebody_new(town, "Fred", RoleName::FinanceOfficer);
}

/// Somebody else who has a role of Trafford.
pub(crate) fn somebody_new(town: &Town, name: &str, role: RoleName) {
    let (name, now) = (name.to_owned(), town.app.clock.now());
    let add = move |tx: &mut Conn| {
        let id = crate::support::add_person(tx, &name, now);
        grant(tx, id, role, Some(authority_id(TRAFFORD)), None, now)
    };
    town.app.db.write_now(add).unwrap();
}

/// From today on the council holds the budget of somebody, and pays what providers invoice.
pub(crate) fn the_council_holds(town: &Town, who: &str) {
    let change = Change {
        from: town.today(),
        holders: Some(Shares::all(Holder::of(FundingRoute::CouncilManaged))),
        reason: "As they asked".into(),
        ..Change::default()
    };
    changes(town, town.budget_of(who), &change).unwrap();
}

/// Lunches that were bought, delivered, confirmed and invoiced: so many invoices of £8.
pub(crate) fn invoices(town: &Town, who: &str, count: usize) {
    let holder = town.api_of(who);
    let path = format!("/budgets/{}/purchases", town.budget_of(who));
    for number in 0..count {
        let document = json!({
            "service_id": service_id("Lunch club").to_string(),
            "cost_option_id": option_id("Lunch club").to_string(),
            "quantity": 1,
            "starts_on": town.today().to_string(),
        });
        let purchase = holder.post_once(&path, &format!("{who}-{number}"), &document).expect(201);
        delivered_and_invoiced(town, who, purchase["id"].as_str().unwrap());
    }
}

/// One unit of a purchase that was asked for is agreed to, delivered, confirmed, and so invoiced.
pub(crate) fn delivered_and_invoiced(town: &Town, who: &str, purchase: &str) {
    let (holder, pat) = (town.api_of(who), town.api_of("Pat"));
    pat.post(&format!("/provider/purchases/{purchase}/agreement"), &Value::Null).expect(200);
    let delivered = json!({ "quantity": 1, "delivered_on": town.today().to_string() });
    let delivery = pat.post_once(&format!("/provider/purchases/{purchase}/deliveries"), "d", &delivered).expect(201);
    let confirm = format!("/purchases/{purchase}/deliveries/{}/confirmation", delivery["id"].as_str().unwrap());
    assert_eq!(holder.post(&confirm, &Value::Null).status, 204);
}

pub(crate) fn gives_account(person: &Person, path: &str, name: &str, number: &str) {
    let fields = [("name", name), ("sort_code", "20-00-00"), ("number", number)];
    person.open(path).press("Keep this account", &fields).expect("The account is changed").expect("account ending");
}

pub(crate) fn upload(person: &Person, path: &str, file: &str) -> crate::support::Seen {
    let csrf = person.open(path).hidden("csrf");
    let body = format!(
        "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x\r\nContent-Disposition: form-data; \
         name=\"file\"; filename=\"a\"\r\nContent-Type: text/csv\r\n\r\n{file}\r\n--x--\r\n"
    );
    let kind = [("Content-Type", "multipart/form-data; boundary=x")];
    let answer = person.send("POST", &format!("{path}/answers"), &kind, Some(body.as_bytes()));
    match answer.header("location") {
        Some(place) => person.open(place),
        None => crate::support::Seen::of(person, path, answer),
    }
}

pub(crate) fn answers(api: &Api, run: &str, file: &str) -> crate::support::Told {
    let path = format!("/finance/payment-runs/{run}/answers");
    api.send("POST", &path, &[("Content-Type", "text/csv")], Some(file.as_bytes()))
}

#[test]
fn fay_makes_a_run_fred_approves_it_and_the_bank_answers() {
    let town = Town::open();
    a_second_officer(&town);
    the_council_holds(&town, "Amira");
    the_council_holds(&town, "Noor");
    invoices(&town, "Amira", 2);
    invoices(&town, "Noor", 1);
    assert_eq!(town.money_of("Amira"), [10_400, 0, 1_600, 0]);
    let (fay, fred) = (town.person("Fay"), town.person("Fred"));

    // Nobody knows where to pay.
    let runs = fay.open("/finance").go("Payment runs").expect("£24").expect("3 invoices").expect("Sale Neighbours");
    let nothing = runs.press("List what is due", &[]).expect_status(422);
    nothing.expect("3 payments wait, and nobody has given a bank account for them");
    gives_account(&town.person("Pat"), "/provider/bank-account", "Sale Neighbours", "12345678");
    let told = town.letter("Pat", "A bank account was changed");
    assert!(told.words.contains("ending 678") && !told.words.contains("12345678"), "{}", told.words);

    let run = fay.open("/finance/runs").press("List what is due", &[]).expect_status(200);
    assert_eq!(run.heading(), "Payment run 1");
    let run =
        run.expect("£24").expect("3 payments").expect("Look twice: new bank accounts").expect("account ending 678");
    assert!(!run.has_button("Approve") && !run.says("12345678"));
    let path = run.path.split('?').next().unwrap().to_owned();
    // Started twice it is the same run; and whoever made it does not approve it.
    assert!(fay.open("/finance/runs").press("List what is due", &[]).path.starts_with(&path));
    assert!(fred.open("/finance/runs").press("List what is due", &[]).path.starts_with(&path));
    let csrf = fay.csrf();
    let alone = fay.post(&format!("{path}/approval"), &[("csrf", &csrf), ("total", "2400")]);
    alone.expect_status(409).expect("somebody else has to approve it");
    // Not somebody of another council either, nor anybody else.
    for other in ["Finn", "Ada", "Pat", "Amira", "Carol"] {
        assert_eq!(town.person(other).open(&path).status(), 404, "{other}");
    }
    let paid =
        town.api_of("Fay").get("/finance/invoices").expect(200)["invoices"][0]["id"].as_str().unwrap().to_owned();
    town.api_of("Fay").post(&format!("/finance/invoices/{paid}/settlement"), &Value::Null).refused(409, "in-a-run");
    assert_eq!(town.money_of("Amira"), [10_400, 0, 1_600, 0], "nothing is paid before it is approved");

    let wrong = fred.post(&format!("{path}/approval"), &[("csrf", &fred.csrf()), ("total", "2399")]);
    wrong.expect_status(409).expect("This run has changed");
    let approved = fred.open(&path).press("Approve £24", &[]).expect("The run is approved.");
    assert_eq!(town.money_of("Amira"), [10_400, 0, 0, 1_600]);
    assert_eq!(town.money_of("Noor")[3], 800);

    // For the bank: first the council's own account.
    assert_eq!(fred.send("GET", &format!("{path}/payments.xml"), &[], None).status, 409);
    gives_account(&fay, "/finance/account", "Trafford Council", "87654321");
    let xml = fred.send("GET", &approved.link("pain.001"), &[], None);
    let text = xml.text();
    assert!(xml.header("content-type").unwrap().starts_with("application/xml"), "{:?}", xml.headers);
    assert!(text.contains("<NbOfTxs>3</NbOfTxs><CtrlSum>24.00</CtrlSum>"), "{text}");
    assert!(
        text.contains("<EndToEndId>WM-1-3</EndToEndId>") && text.contains("12345678") && text.ends_with("</Document>")
    );
    a_bank_takes(&text);
    let csv = fred.send("GET", &format!("{path}/payments.csv"), &[], None).text();
    assert_eq!(csv.lines().count(), 4);
    assert!(csv.lines().nth(1).unwrap().starts_with("WM-1-1,Sale Neighbours,200000,12345678,,8.00,INV-"), "{csv}");

    // A row that cannot be placed refuses the whole file.
    let before = town.money_of("Amira");
    let refused = upload(
        &fay,
        &path,
        "reference,status,reason\nWM-1-1,failed,Closed\nWM-1-9,paid,\nWM-7-1,paid,\nWM-1-1,paid,\n",
    );
    let refused = refused.expect_status(422).expect("Nothing was done: 3 of the rows cannot be placed.");
    let refused = refused.expect("Row 3: no payment of this run is called “WM-1-9”");
    refused.expect("Row 5: WM-1-1 is there twice");
    upload(&fay, &path, "hello").expect_status(422).expect("neither a CSV");
    assert_eq!(town.money_of("Amira"), before);

    let read =
        upload(&fay, &path, "reference,status,reason\nWM-1-1,failed,Account closed\nWM-1-2,paid,\nWM-1-3,paid,\n");
    let read = read.expect_status(200).expect("The bank’s answer is taken in.").expect("Account closed");
    read.expect("read back by Fay Example: 2 paid, 1 failed").expect("failed, turned back £8");
    assert_eq!(town.money_of("Amira"), [10_400, 0, 800, 800], "what failed is owed again");
    upload(&fay, &path, "reference,status,reason\nWM-1-1,failed,\nWM-1-2,paid,\nWM-1-3,paid,\n").expect_status(200);
    assert_eq!(town.money_of("Amira"), [10_400, 0, 800, 800], "the same answer again changes nothing");
    upload(&fay, &path, "reference,status\nWM-1-1,paid\n").expect_status(422).expect("failed before");

    // It is due again, and another run pays it.
    let again = fred.open("/finance/runs").press("List what is due", &[]).expect("Payment run 2").expect("£8");
    let second = again.path.split('?').next().unwrap().to_owned();
    fay.open(&second).press("Approve £8", &[]).expect("The run is approved.");
    assert_eq!(town.money_of("Amira"), [10_400, 0, 0, 1_600]);
    let api = town.api_of("Fay");
    let failing = format!(
        "<Document><CstmrPmtStsRpt><OrgnlPmtInfAndSts><TxInfAndSts><OrgnlEndToEndId>{}</OrgnlEndToEndId><TxSts>{}</TxSts>\
         </TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>",
        "WM-2-1", "RJCT"
    );
    let id = second.rsplit('/').next().unwrap();
    assert_eq!(answers(&api, id, &failing).expect(200)["failed"], 1);
    assert_eq!(town.money_of("Amira"), [10_400, 0, 800, 800], "it can fail more than once");
    town.person("Amira").open("/account/looked").expect("turned back a failed payment for");
    town.holds_together();
}

#[test]
fn over_the_api_a_run_is_made_once_taken_back_and_pays_what_people_hold_in_one_way() {
    let town = Town::open();
    a_second_officer(&town);
    the_council_holds(&town, "Amira");
    invoices(&town, "Amira", 1);
    gives_account(&town.person("Pat"), "/provider/bank-account", "Sale Neighbours", "12345678");
    let (fay, fred) = (town.api_of("Fay"), town.api_of("Fred"));
    let pay_on = town.today().to_string();
    let wanted = json!({ "pay_on": pay_on, "funding_route": "council-managed" });
    let made = fay.post_once("/finance/payment-runs", "one", &wanted).expect(201);
    assert_eq!(fay.post_once("/finance/payment-runs", "one", &wanted).expect(201)["id"], made["id"]);
    assert_eq!(fred.post_once("/finance/payment-runs", "other", &wanted).expect(201)["id"], made["id"]);
    let trust = json!({ "pay_on": pay_on, "funding_route": "trust" });
    fay.post_once("/finance/payment-runs", "two", &trust).refused(409, "nothing-due");
    fay.post_once("/finance/payment-runs", "three", &json!({ "pay_on": "2026-05-19", "funding_route": "broker" }))
        .refused(422, "invalid-input");
    fay.post("/finance/payment-runs", &wanted).refused(422, "invalid-input");
    let path = format!("/finance/payment-runs/{}", made["id"].as_str().unwrap());
    fay.post(&format!("{path}/approval"), &json!({ "total_pence": 800 })).refused(409, "second-person");
    answers(&fay, made["id"].as_str().unwrap(), "reference,status\nWM-1-1,paid\n").refused(409, "rows-not-placed");
    assert_eq!(fay.post(&format!("{path}/withdrawal"), &Value::Null).expect(200)["state"], "withdrawn");
    fred.post(&format!("{path}/approval"), &json!({ "total_pence": 800 })).refused(409, "not-now");
    let next = fred.post_once("/finance/payment-runs", "next", &wanted).expect(201);
    let path = format!("/finance/payment-runs/{}", next["id"].as_str().unwrap());
    assert_eq!(fay.post(&format!("{path}/approval"), &json!({ "total_pence": 800 })).expect(200)["state"], "settled");
    fay.post(&format!("{path}/withdrawal"), &Value::Null).refused(409, "not-now");
    fay.get(&format!("{path}/pain-001")).refused(409, "no-account");
    for other in ["Finn", "Ada", "Amira", "Pat"] {
        town.api_of(other).get(&path).refused(404, "not-found");
    }
    // The database says it again.
    let mut conn = town.connect();
    for sql in [
        "UPDATE payment_runs SET approved_by = made_by WHERE approved_by IS NOT NULL",
        "UPDATE payment_lines SET amount_pence = 1",
        "DELETE FROM payment_lines",
        "UPDATE payment_run_steps SET note = 'x'",
        "UPDATE payee_accounts SET sealed = 'x'",
    ] {
        use diesel::connection::SimpleConnection;
        assert!(conn.batch_execute(sql).is_err(), "{sql}");
    }
    town.holds_together();
}

#[test]
fn an_account_is_checked_sealed_and_shown_by_its_last_digits() {
    let town = Town::open();
    let pat = town.person("Pat");
    let form = pat.open("/provider").go("Where you are paid");
    let wrong = form.press("Keep this account", &[("sort_code", "20-00"), ("number", "1234")]).expect_status(422);
    assert_eq!(wrong.problems().len(), 3, "{:?}", wrong.problems());
    gives_account(&pat, "/provider/bank-account", "Sale Neighbours", "12345678");
    let seen = pat.open("/provider/bank-account");
    assert!(seen.says("account ending 678") && !seen.answer.text().contains("12345678"));
    let rows = town.texts("SELECT sealed AS text FROM payee_accounts").concat();
    assert!(!rows.is_empty() && !rows.contains("12345678") && !rows.contains("Neighbours"));
    for other in ["Amira", "Fay", "Mo"] {
        assert_eq!(town.person(other).open("/provider/bank-account").status(), 404, "{other}");
    }
    for other in ["Amira", "Pat", "Ada"] {
        assert_eq!(town.person(other).open("/finance/account").status(), 404, "{other}");
    }
    town.within(Duration::from_secs(20), "the letter", || !town.letters_to(&email("Pat"), "bank account").is_empty());
}
