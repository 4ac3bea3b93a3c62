//! Everything that a service tells, and what it means for a budget.

use chrono::{NaiveDate, TimeDelta};
use diesel::prelude::*;
use serde_json::json;
use waymark::budgets::FundingRoute;
use waymark::catalogue::{
    AreaKind, CheckState, CostOption, Details, Paper, Rate, Unit, Verification, read_opening_times, store,
};
use waymark::db::Conn;
use waymark::db::schema::{cost_options, services};
use waymark::ids::{CostOptionId, OrganizationId, VerificationId};
use waymark::money::Money;
use waymark::places::reference::authority_id;

use crate::support::{Town, option_id, service_id};

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Writes into the town's database.
fn write(town: &Town, write: impl Fn(&mut Conn) + Send + 'static) {
    let done = move |tx: &mut Conn| {
        write(tx);
        Ok::<_, diesel::result::Error>(())
    };
    town.app.db.write_now(done).unwrap();
}

fn price(name: &str, pence: i64, from: NaiveDate, to: Option<NaiveDate>) -> CostOption {
    CostOption {
        id: CostOptionId::named(name),
        service_id: service_id("Lunch club"),
        label: "standard price".into(),
        unit: Unit::Session,
        amount_pence: Money::pence(pence),
        valid_from: from,
        valid_to: to,
        position: 1,
        rate: Rate::AnyTime,
        includes: "Pudding and tea".into(),
        direct_pence: Some(Money::pence(pence - 300)),
        management_pence: Some(Money::pence(100)),
        overhead_pence: Some(Money::pence(200)),
    }
}

/// A change of price as a provider makes it: the old row gets a last day, the new one a first.
fn change_price(tx: &mut Conn, to: CostOption) {
    let last = to.valid_from.pred_opt();
    diesel::update(cost_options::table.find(option_id("Lunch club")))
        .set(cost_options::valid_to.eq(last))
        .execute(tx)
        .unwrap();
    let rows = [to];
    waymark::both!(tx, c => diesel::insert_into(cost_options::table).values(&rows).execute(c)).unwrap();
}

fn paper(paper: Paper, expires_on: Option<NaiveDate>, state: CheckState) -> Verification {
    Verification {
        id: VerificationId::named(&format!("{paper}")),
        organization_id: OrganizationId::named("Sale Neighbours"),
        paper,
        detail: "Public liability £5m".into(),
        state,
        sent_at: day(2026, 1, 3).into(),
        checked_by: Some("Trafford Council".into()),
        checked_on: (state != CheckState::Waiting).then(|| day(2026, 1, 5)),
        expires_on,
        reminded_on: None,
    }
}

fn tell_everything(town: &Town) {
    write(town, |tx| {
        let lunch = service_id("Lunch club");
        let details = Details {
            schedules: read_opening_times(lunch, "Tuesday and Thursday, noon to 2.30pm").unwrap(),
            areas: vec![
                (AreaKind::District, "M33".into()),
                (AreaKind::Authority, authority_id("E08000009").to_string()),
            ],
            funding: FundingRoute::ALL.iter().copied().filter(|route| *route != FundingRoute::ServiceFund).collect(),
            verifications: Vec::new(),
        };
        store::insert_details(tx, lunch, &details).unwrap();
        store::insert_verifications(
            tx,
            &[
                paper(Paper::Insurance, Some(day(2026, 12, 31)), CheckState::Checked),
                paper(Paper::Safeguarding, Some(day(2026, 5, 19)), CheckState::Checked),
                paper(Paper::References, None, CheckState::Waiting),
            ],
        )
        .unwrap();
        diesel::update(services::table.find(lunch))
            .set((services::minimum_age.eq(60), services::languages.eq("Urdu")))
            .execute(tx)
            .unwrap();
        change_price(tx, price("from June", 900, day(2026, 6, 1), None));
        let old = [price("long ago", 700, day(2022, 1, 1), Some(day(2023, 12, 31)))];
        waymark::both!(tx, c => diesel::insert_into(cost_options::table).values(&old).execute(c)).unwrap();
    });
}

#[test]
fn the_page_tells_everything_and_so_does_the_document() {
    let town = Town::open();
    tell_everything(&town);
    let lunch = service_id("Lunch club");
    let page = town.visitor().open(&format!("/services/{lunch}"));
    // It is Wednesday 20 May, 11 in the morning by the clock on the wall.
    for told in [
        "Next: tomorrow, noon",
        "Tuesday and Thursday",
        "noon to 2.30pm",
        "All of M33",
        "Everybody who lives in Trafford",
        "Ages 60 and over: adults (18 to 64) and older people (65 and over)",
        "Languages spoken: English, Urdu",
        "from 1 June 2026: £9",
        "until 31 December 2023: £7",
        "but not individual service fund",
        "Insurance: Public liability £5m",
        "Checked by Trafford Council on 5 January 2026, holds until 31 December 2026",
        "3 places free",
        "People wait about 7 days",
    ] {
        assert!(page.says(told), "{told:?} is not on the page:\n{}", page.main());
    }
    assert!(!page.says("Safeguarding policy"), "what has run out is no badge");
    assert!(!page.says("References"), "what nobody checked is no badge");

    let told = town.api().get(&format!("/services/{lunch}")).expect(200);
    assert_eq!(told["name"], "Lunch club");
    assert_eq!(told["eligibility"]["age_groups"], json!(["18-64", "65+"]));
    assert_eq!(told["availability"]["next_on"], "2026-05-21T12:00:00");
    assert_eq!(told["availability"]["areas"][1]["code"], "M33");
    assert_eq!(told["prices"][0]["now"]["amount_pence"], 800);
    assert_eq!(told["prices"][0]["coming"][0]["amount_pence"], 900);
    assert_eq!(told["prices"][0]["coming"][0]["made_of"]["direct_pence"], 600);
    assert_eq!(told["prices"][0]["past"][0]["valid_to"], "2023-12-31");
    assert_eq!(told["funding_accepted"].as_array().unwrap().len(), FundingRoute::ALL.len() - 1);
    assert_eq!(told["checks"].as_array().unwrap().len(), 1);
    assert_eq!(told["checks"][0]["paper"], "insurance");

    // On its first day the new price is the price, with how it is made up.
    town.pass(TimeDelta::days(12));
    let page = town.visitor().open(&format!("/services/{lunch}"));
    let page = page.expect("£9").expect("since 1 June 2026").expect("until 31 May 2026: £8");
    page.expect("How the price is made up").expect("Pudding and tea");
}

#[test]
fn a_change_of_price_never_alters_what_was_bought_before() {
    let town = Town::open();
    let amira = town.person("Amira");
    let receipt = crate::buying::buys(&amira, "Lunch club", "3").expect("£24").path;
    write(&town, |tx| change_price(tx, price("dearer", 1_500, day(2026, 5, 21), None)));
    town.pass(TimeDelta::days(2));

    let pat = town.person("Pat");
    crate::buying::opens_first(&pat).press("Yes, agree", &[]);
    crate::buying::opens_first(&pat).press("Record it", &[("quantity", "3")]);
    let amira = town.person("Amira");
    amira.open(&receipt).press("Yes, it happened", &[]).expect("£24");
    assert_eq!(town.money_of("Amira"), [9_600, 0, 2_400, 0], "three sessions at the price that was agreed");
    amira.open(&format!("/services/{}", service_id("Lunch club"))).expect("£15");
    let bought = crate::buying::buys(&amira, "Lunch club", "1").expect("£15");
    drop(bought);
    town.holds_together();
}

#[test]
fn amira_sees_what_it_means_for_her_budget_and_changes_the_week() {
    let town = Town::open();
    let amira = town.person("Amira");
    let page = amira.open(&format!("/services/{}", service_id("Lunch club")));
    // £120 at £8 a week last fifteen weeks; the review is in February.
    let page = page.expect("£8 a week for 1 session, lasts 15 weeks, runs out before your review");
    let twice = page.press("Work it out", &[("units", "2")]);
    let twice = twice.expect("£16 a week for 2 sessions, lasts 7 weeks").expect("it would need");
    let wrong = twice.press("Work it out", &[("units", "-3")]).expect("Enter a whole number from 0 to 168.");
    assert_eq!(wrong.status(), 200);

    amira.open("/search?q=lunch").expect("£8 a week for 1 session, lasts 15 weeks, runs out before your review");
    let noor = town.person("Noor").open("/search?q=lunch");
    noor.expect("£8 a week for 1 session, lasts 45 weeks, £206.28 left at your review");
    assert!(!town.visitor().open("/search?q=lunch").says("a week"), "a visitor has no budget");
    assert!(!town.person("Pat").open("/search?q=lunch").says("a week"), "nor has a provider");
}

#[test]
fn a_program_asks_what_it_means_and_nobody_elses_budget_answers() {
    let town = Town::open();
    let (budget, lunch) = (town.budget_of("Amira"), service_id("Lunch club"));
    let path = format!("/budgets/{budget}/meaning?service_id={lunch}");
    let told = town.api_of("Amira").get(&format!("{path}&units=3")).expect(200);
    assert_eq!(told["a_week_pence"], 2_400);
    assert_eq!((&told["weeks"], &told["runs_out_on"]), (&json!(5), &json!("2026-06-24")));
    assert_eq!(told["left_at_end_pence"], 0);
    town.api_of("Amira").get(&format!("{path}&units=x")).refused(422, "invalid-input");
    let library = service_id("Sale Library");
    town.api_of("Amira").get(&format!("/budgets/{budget}/meaning?service_id={library}")).refused(409, "no-price");
    assert_eq!(town.api_of("Noor").get(&path).status, 404);
    assert_eq!(town.api().get(&path).status, 401);
}
