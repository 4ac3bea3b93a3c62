//! What people keep, compare and show to others: also without an account.

use serde_json::json;

use crate::support::{Person, Seen, Town, service_id};

fn keeps(person: &Person, name: &str) -> Seen {
    person.open(&format!("/services/{}", service_id(name))).press("Keep", &[])
}

fn names(page: &Seen) -> Vec<String> {
    page.all(".keep__name")
}

#[test]
fn a_visitor_keeps_compares_shares_and_signs_in_and_the_list_comes_along() {
    let town = Town::open();
    let visitor = town.visitor();
    visitor.open("/shortlist").expect("Nothing on it yet");
    let kept = keeps(&visitor, "Lunch club");
    assert!(kept.has_button("Kept"), "the page goes on where it was: {}", kept.path);
    assert!(kept.path.starts_with("/services/"));
    let results = visitor.open("/search?q=library").press("Keep", &[]);
    assert!(results.path.starts_with("/search?q=library"), "{}", results.path);
    let list = visitor.open("/shortlist").expect("This list is kept in this browser").expect("0161 496 0000");
    assert_eq!(names(&list).len(), 2);

    let compared = list.press("Compare side by side", &[]);
    assert_eq!(compared.heading(), "Side by side");
    let compared = compared.expect("Price a session").expect("£8").expect("Free").expect("Places and waiting");
    let near = compared.press("Show distances", &[("near", "M33 7ZF")]);
    near.expect("away");

    let shared = list.press("Make a link", &[]);
    let link = shared.one(".share-link");
    let path = format!("/shared/{}", link.rsplit('/').next().unwrap());
    let seen = town.visitor().open(&path).expect_status(200);
    assert_eq!(names(&seen), names(&list));
    assert_eq!(seen.answer.header("x-robots-tag"), Some("noindex, nofollow"));
    assert!(!seen.has_button("Take it off"), "whoever has the link only reads");

    visitor.sign_in("amira@example.org");
    let own = visitor.open("/shortlist");
    assert_eq!(names(&own), names(&list));
    let noted = own.press("Save the note", &[("note", "Ask Noor <b>first</b>")]).expect("Ask Noor <b>first</b>");
    assert_eq!(names(&town.person("Amira").open("/shortlist")).len(), 2, "it is hers on every device");
    let seen = town.visitor().open(&path).expect_status(200);
    assert!(!seen.says("Ask Noor"), "a note to oneself is on no link");

    noted.press("Withdraw the link", &[]);
    assert_eq!(town.visitor().open(&path).status(), 404);
    let left = visitor.open("/shortlist").press("Take it off", &[]);
    assert_eq!(names(&left).len(), 1);
}

#[test]
fn two_lists_become_one_at_sign_in() {
    let town = Town::open();
    keeps(&town.person("Amira"), "Lunch club");
    let visitor = town.visitor();
    keeps(&visitor, "Lunch club");
    keeps(&visitor, "Sale Library");
    visitor.open("/shortlist").press("Make a link", &[]);
    let path = format!("/shared/{}", visitor.open("/shortlist").one(".share-link").rsplit('/').next().unwrap());
    visitor.sign_in("amira@example.org");
    assert_eq!(names(&visitor.open("/shortlist")).len(), 2, "nothing stands twice");
    assert_eq!(names(&town.visitor().open(&path)).len(), 2, "the link that was given away goes on");
    // The browser keeps nothing of it when she signs out.
    visitor.open("/shortlist").press("Sign out", &[]);
    visitor.open("/shortlist").expect("Nothing on it yet");
}

#[test]
fn nobody_sees_or_changes_anothers_list() {
    let town = Town::open();
    let amira = town.person("Amira");
    keeps(&amira, "Lunch club");
    let (noor, visitor) = (town.person("Noor"), town.visitor());
    for somebody in [&noor, &visitor] {
        somebody.open("/shortlist").expect("Nothing on it yet");
    }
    let lunch = service_id("Lunch club");
    let csrf = noor.csrf();
    noor.post(&format!("/shortlist/services/{lunch}/removal"), &[("csrf", &csrf)]);
    noor.post(&format!("/shortlist/services/{lunch}/note"), &[("csrf", &csrf), ("note", "mine")]).expect_status(404);
    noor.post("/shortlist/link/withdrawal", &[("csrf", &csrf)]);
    assert_eq!(names(&amira.open("/shortlist")), ["Lunch club"]);
    assert_eq!(visitor.open("/shared/0000").status(), 404);
    // A form from elsewhere does nothing.
    assert_eq!(amira.post(&format!("/shortlist/services/{lunch}/removal"), &[]).status(), 403);
    assert_eq!(names(&amira.open("/shortlist")), ["Lunch club"]);
    // Nobody is sent to another site.
    let csrf = amira.csrf();
    let body = format!("csrf={csrf}&next=%2F%2Fevil.example");
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = amira.send("POST", &format!("/shortlist/services/{lunch}"), &kind, Some(body.as_bytes()));
    assert_eq!(answer.header("location"), Some("/"));
}

#[test]
fn a_program_keeps_a_shortlist() {
    let town = Town::open();
    let (amira, lunch) = (town.api_of("Amira"), service_id("Lunch club"));
    let path = format!("/shortlist/services/{lunch}");
    assert_eq!(amira.put(&path, &json!({ "note": "Ask" })).status, 204);
    assert_eq!(amira.put(&path, &json!({})).status, 204, "again, and the note stays");
    let list = amira.get("/shortlist").expect(200);
    assert_eq!(list["entries"][0]["service_id"], lunch.as_str());
    assert_eq!(list["entries"][0]["note"], "Ask");
    assert_eq!(list["link"], serde_json::Value::Null);
    let long = "x".repeat(501);
    amira.put(&path, &json!({ "note": long })).refused(422, "invalid-input");
    let unknown = service_id("Nothing");
    assert_eq!(amira.put(&format!("/shortlist/services/{unknown}"), &json!({})).status, 404);
    let link = amira.post("/shortlist/link", &serde_json::Value::Null).expect(201)["link"].as_str().unwrap().to_owned();
    let token = link.rsplit('/').next().unwrap();
    let shared = town.api().get(&format!("/shared-shortlists/{token}")).expect(200);
    assert_eq!(shared["services"][0]["name"], "Lunch club");
    assert_eq!(amira.delete("/shortlist/link").status, 204);
    assert_eq!(town.api().get(&format!("/shared-shortlists/{token}")).status, 404);
    assert_eq!(amira.delete(&path).status, 204);
    assert_eq!(amira.get("/shortlist").expect(200)["entries"], json!([]));
    assert_eq!(town.api().get("/shortlist").status, 401);

    let garden = service_id("Garden tidy");
    let compared = town.api().get(&format!("/comparison?service={lunch}&service={garden}&near=M33")).expect(200);
    assert_eq!(
        compared["services"][1]["prices"][0],
        json!({ "unit": "visit", "rate": "any time", "amount_pence": 2_500 })
    );
    assert!(compared["services"][0]["distance_metres"].as_u64().unwrap() < 5_000);
    town.api().get("/comparison").refused(422, "invalid-input");
    town.api().get(&format!("/comparison?service={lunch}&near=Nowhereville")).refused(422, "invalid-input");
}

#[test]
fn a_list_has_an_end() {
    let town = Town::open();
    let now = town.app.clock.now();
    // Fifty other services stand on it already.
    town.app
        .db
        .write_now(move |tx: &mut waymark::db::Conn| {
            let who = waymark::identity::SignedIn::known(tx, waymark::ids::PersonId::named("Amira"))?.unwrap();
            let keeper = waymark::shortlists::ListKeeper::of(&who);
            for number in 0..50 {
                let name = format!("Copy {number}");
                crate::saved_searches::open_service(tx, &name, "A copy", now);
                waymark::shortlists::keep(tx, &keeper, service_id(&name), now).unwrap();
            }
            Ok::<_, diesel::result::Error>(())
        })
        .unwrap();
    let amira = town.api_of("Amira");
    amira.put(&format!("/shortlist/services/{}", service_id("Lunch club")), &json!({})).refused(409, "shortlist-full");
    assert_eq!(amira.get("/shortlist").expect(200)["entries"].as_array().unwrap().len(), 50);
}
