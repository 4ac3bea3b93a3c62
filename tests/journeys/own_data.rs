//! Taking one's data away, and closing an account.

use std::io::Read;
use std::time::Duration;

use chrono::TimeDelta;
use serde_json::Value;

use crate::buying::buys;
use crate::over_the_api::bought;
use crate::support::{Api, PASSWORD, Town, email};

/// The files in what somebody fetched.
fn files(content: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(content.to_vec())).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut read = |name: String| {
        let mut text = String::new();
        archive.by_name(&name).unwrap().read_to_string(&mut text).unwrap();
        (name, text)
    };
    let mut files: Vec<(String, String)> = Vec::new();
    for name in names {
        files.push(read(name));
    }
    files
}

#[test]
fn amira_takes_everything_about_herself_away() {
    let town = Town::open();
    let amira = town.person("Amira");
    buys(&amira, "Lunch club", "2");
    town.person("Pat").open("/provider");
    amira.open("/account/data").press("Ask for a copy", &[]).expect("You get a letter when it is ready.");
    let link = town.link_to(&email("Amira"), "Your data is ready");
    let page = amira.follow_letter(&link).expect("ready until 27 May 2026");
    let href = page.html();
    let href = href.select(&scraper::Selector::parse("main a[download]").unwrap()).next().unwrap();
    let path = href.attr("href").unwrap().to_owned();
    let answer = amira.send("GET", &path, &[], None);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/zip")));
    assert!(answer.header("content-disposition").unwrap().starts_with("attachment"));

    let files = files(&answer.body);
    let file = |name: &str| files.iter().find(|(each, _)| each == name).unwrap().1.clone();
    let everything: Value = serde_json::from_str(&file("everything.json")).unwrap();
    assert_eq!(everything["account"][0]["email"], email("Amira"));
    assert_eq!(everything["council"][0]["council"], "Trafford");
    assert_eq!(everything["purchases"][0]["service"], "Lunch club");
    assert_eq!(everything["purchases"][0]["total_pence"], 1_600);
    assert_eq!(everything["looks"].as_array().unwrap().len(), 2);
    assert_eq!(everything["looks"][1]["by"], "Pat Example");
    assert!(everything["movements"].as_array().unwrap().len() >= 3);
    assert!(
        file("purchases.csv").contains("Lunch club,Sale Neighbours,session,2,800,1600"),
        "{}",
        file("purchases.csv")
    );
    assert!(file("read-me.html").contains("Everything that Waymark holds about you"));
    for (name, text) in &files {
        assert!(!text.contains("$argon2"), "{name} holds a password");
        assert!(!text.contains("Noor"), "{name} speaks of somebody else");
    }

    // It is hers alone, and not for ever.
    assert_eq!(town.person("Noor").open(&path).status(), 404);
    assert_eq!(town.visitor().open(&path).heading(), "Sign in");
    town.pass(TimeDelta::days(8));
    let amira = town.person("Amira");
    assert_eq!(amira.open(&path).status(), 404);
    amira.open("/account/data").expect("wiped");
    let wiped = || count(&town, "SELECT count(*) AS rows FROM data_copies WHERE content IS NOT NULL") == 0;
    town.within(Duration::from_secs(10), "the copy is wiped", wiped);
    town.holds_together();
}

fn count(town: &Town, sql: &str) -> i64 {
    use diesel::RunQueryDsl;
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        rows: i64,
    }
    let mut conn = town.connect();
    let counted: Count = match &mut conn {
        waymark::db::Conn::Postgres(pg) => diesel::sql_query(sql).get_result(pg).unwrap(),
        waymark::db::Conn::Sqlite(lite) => diesel::sql_query(sql).get_result(lite).unwrap(),
    };
    counted.rows
}

#[test]
fn programs_take_it_away_too() {
    let town = Town::open();
    let amira = town.api_of("Amira");
    let id = amira.post("/me/data", &Value::Null).expect(202)["id"].as_str().unwrap().to_owned();
    let state = || amira.get("/me/data").expect(200)["copies"][0]["state"].as_str().unwrap().to_owned();
    town.within(Duration::from_secs(10), "the copy is made", || state() == "ready");
    let told = amira.get(&format!("/me/data/{id}"));
    assert_eq!((told.status, files(&told.answer.body).len() > 10), (200, true));
    town.api_of("Noor").get(&format!("/me/data/{id}")).refused(404, "not-found");
}

#[test]
fn a_closed_account_leaves_what_was_paid_and_nobodys_name() {
    let town = Town::open();
    let amira = town.person("Amira");
    let api = town.api_of("Amira");
    let id = bought(&town, &api, "Amira", "Lunch club", 1, "one")["id"].as_str().unwrap().to_owned();
    amira.open("/account/close").expect("1 of your purchases are still open");
    pays(&town, &api, &id);
    api.put(&format!("/purchases/{id}/review"), &serde_json::json!({ "stars": 5, "words": "Warm soup" }));

    let page = amira.open("/account/close").expect("What is kept, and why");
    assert_eq!(page.press("Close my account", &[("password", PASSWORD)]).status(), 422, "not sure");
    let page = amira.open("/account/close");
    assert_eq!(page.press("Close my account", &[("password", "wrong"), ("sure", "yes")]).status(), 422);
    let page = amira.open("/account/close");
    page.press("Close my account", &[("password", PASSWORD), ("sure", "yes")]).expect("Who you were is erased here");

    assert_eq!(amira.open("/budgets").heading(), "Sign in");
    assert_eq!(api.get("/me").status, 401, "tokens end too");
    let again = town.visitor();
    again.sign_in(&email("Amira"));
    assert_eq!(again.open("/budgets").heading(), "Sign in");
    let path = format!("/services/{}", crate::support::service_id("Lunch club"));
    let reviews = town.visitor().open(&path);
    reviews.expect("Warm soup");
    assert!(!town.visitor().open(&path).says("Amira"));
    assert_eq!(
        count(&town, "SELECT count(*) AS rows FROM people WHERE display_name LIKE 'Amira%' OR email LIKE 'amira%'"),
        0
    );
    assert_eq!(count(&town, "SELECT count(*) AS rows FROM people WHERE display_name = 'closed account'"), 1);
    assert_eq!(count(&town, "SELECT count(*) AS rows FROM purchases WHERE state = 'settled'"), 1);
    town.holds_together();
}

/// Delivered, confirmed and paid.
fn pays(town: &Town, holder: &Api, id: &str) {
    let pat = town.api_of("Pat");
    pat.post(&format!("/provider/purchases/{id}/agreement"), &Value::Null).expect(200);
    let delivered = serde_json::json!({ "quantity": 1, "delivered_on": town.today().to_string() });
    let delivery = pat.post_once(&format!("/provider/purchases/{id}/deliveries"), "d", &delivered).expect(201);
    let path = format!("/purchases/{id}/deliveries/{}/confirmation", delivery["id"].as_str().unwrap());
    assert_eq!(holder.post(&path, &Value::Null).status, 204);
    let invoice = holder.get(&format!("/purchases/{id}")).expect(200)["invoices"][0]["id"].as_str().unwrap().to_owned();
    town.api_of("Fay").post(&format!("/finance/invoices/{invoice}/settlement"), &Value::Null).expect(200);
}

#[test]
fn who_holds_a_role_hands_it_back_first() {
    let town = Town::open();
    let page = town.person("Fay").open("/account/close").expect("Give it back first");
    assert!(page.all("main button").is_empty());
}
