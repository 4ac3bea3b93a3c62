//! A provider writes a service, small page by small page; people see it; a moderator approves where the council asks.

use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use waymark::db::Conn;
use waymark::ids::OrganizationId;
use waymark::places::reference::authority_id;
use waymark::places::settings::{self, Setting};

use crate::provider_members::{letters, link_in};
use crate::support::{Person, Seen, Town, email, option_id, service_id};

const TRAFFORD: &str = "E08000009";

/// Makes Trafford look after a provider, and ask to see its changes first.
fn trafford_approves(town: &Town, provider: &str) {
    let mut conn = town.connect();
    let sql = format!(
        "UPDATE organizations SET authority_id = '{}' WHERE id = '{}'",
        authority_id(TRAFFORD),
        OrganizationId::named(provider)
    );
    conn.batch_execute(&sql).unwrap();
    let ada = waymark::ids::PersonId::named("Ada");
    let now = town.app.clock.now();
    town.app
        .db
        .write_now(move |tx: &mut Conn| {
            let who = waymark::identity::SignedIn::known(tx, ada)?.unwrap();
            let ada = waymark::identity::AuthorityAdministrator::find(&who).unwrap();
            settings::set(tx, &ada, Setting::ApproveServices, 1, now).unwrap();
            Ok::<_, diesel::result::Error>(())
        })
        .unwrap();
}

fn own(name: &str) -> String {
    format!("/provider/services/{}", service_id(name))
}

/// Opens a part and saves it.
fn writes(person: &Person, service: &str, part: &str, fields: &[(&str, &str)]) -> Seen {
    person.open(&format!("{service}/parts/{part}")).press("Save", fields)
}

fn begins_a_club(pat: &Person) -> String {
    let new = pat.open("/provider").go("Services").go("Add a service");
    let refused = new.press("Save and go on", &[("name", ""), ("description", "Short")]).expect_status(422);
    assert_eq!(refused.problems().len(), 3, "{:?}", refused.problems());
    let tasks = refused.press(
        "Save and go on",
        &[
            ("name", "Tuesday card club"),
            ("category_id", "social-clubs"),
            ("kind", "community group"),
            ("description", "Whist, rummy and good company, with tea in the break."),
        ],
    );
    assert_eq!(tasks.heading(), "Tuesday card club");
    tasks.path.split('?').next().unwrap().to_owned()
}

#[test]
fn pat_writes_a_service_page_by_page_previews_it_and_publishes() {
    let town = Town::open();
    let pat = town.person("Pat");
    let service = begins_a_club(&pat);
    let id = service.rsplit('/').next().unwrap().to_owned();

    let early = pat.open(&service).press("Publish", &[]).expect_status(422);
    assert_eq!(
        early.problems(),
        [
            "Where: Say where it is.",
            "Prices: Say what it costs, or that it is free.",
            "Contact: Give at least one way to reach you."
        ]
    );
    assert_eq!(town.visitor().open(&format!("/services/{id}")).status(), 404, "a draft is not public");

    writes(&pat, &service, "where", &[("postcode", "nowhere")]).expect_status(422);
    writes(&pat, &service, "where", &[("postcode", "m33 7zf"), ("address", "2 High Street, Sale")]).expect("Saved.");
    writes(&pat, &service, "when", &[("TU_opens", "2pm"), ("TU_closes", "1pm")])
        .expect_status(422)
        .expect("ends before it begins");
    writes(&pat, &service, "when", &[("TU_opens", "2pm"), ("TU_closes", "4.30pm")]).expect_status(200);
    writes(&pat, &service, "who", &[("needs", "older-people"), ("minimum_age", "60")]).expect_status(200);
    writes(&pat, &service, "contact", &[("phone", "0161 496 0111")]).expect_status(200);
    let price = pat.open(&format!("{service}/parts/prices")).go("Add a price");
    price.press("Save the price", &[("amount", "x")]).expect_status(422).expect("pounds and pence");
    let prices = price.press(
        "Save the price",
        &[
            ("amount", "3.50"),
            ("unit", "session"),
            ("label", "Afternoon"),
            ("direct", "2.50"),
            ("management", "0.50"),
            ("overhead", "0.50"),
        ],
    );
    prices.expect("Afternoon: £3.50 a session");

    let preview = pat.open(&service).go("See it as people will");
    assert_eq!(preview.heading(), "Tuesday card club");
    preview.expect("A preview").expect("£3.50").expect("2 High Street").expect("2pm to 4.30pm");
    pat.open(&service).press("Publish", &[]).expect("It is published.");

    town.visitor().open(&format!("/services/{id}")).expect("Tuesday card club").expect("£3.50").expect("60 and over");
    town.holds_together();
    town.visitor().open("/search?q=card+club").expect("Tuesday card club");
    pat.open(&format!("{service}/history")).expect("Version 1").expect("approved").expect("£3.50");
    town.holds_together();
}

#[test]
fn a_price_changes_from_a_day_on_and_what_was_bought_keeps_its_price() {
    let town = Town::open();
    let (amira, pat) = (town.person("Amira"), town.person("Pat"));
    let receipt = crate::buying::buys(&amira, "Lunch club", "2").expect("£16");
    let service = own("Lunch club");
    let from = (town.today() + chrono::Days::new(14)).to_string();

    let price = pat.open(&format!("{service}/parts/prices")).go("Change").expect("New price");
    price.press("Save the price", &[("new_amount", "9"), ("new_from", &town.today().to_string())]).expect_status(422);
    price.press("Save the price", &[("new_amount", "9"), ("new_from", &from)]).expect("£9 from");
    pat.open(&service).press("Publish the changes", &[]).expect("It is published.");

    let public = format!("/services/{}", service_id("Lunch club"));
    assert_eq!(town.visitor().open(&public).one(".box__price"), "£8 per session");
    amira.open(&receipt.path).expect("£16");
    pat.open(&format!("{service}/history")).expect("£8").expect("£9");
    town.pass(chrono::TimeDelta::days(15));
    assert_eq!(town.visitor().open(&public).one(".box__price"), "£9 per session");
    let amira = town.person("Amira");
    amira.open(&receipt.path).expect("£16").expect("£8 a session");
    let bought = crate::buying::buys(&amira, "Lunch club", "1");
    bought.expect("£9");
    town.holds_together();
}

#[test]
fn publishing_unchanged_prices_keeps_them_and_removing_one_keeps_it_in_the_books() {
    let town = Town::open();
    let pat = town.api_of("Pat");
    let path = format!("/provider/services/{}", service_id("Lunch club"));
    let mut entry = pat.get(&path).expect(200)["entry"].clone();
    entry["name"] = json!("Lunch club on Tuesdays");
    pat.put(&format!("{path}/draft"), &json!({ "entry": entry })).expect(200);
    assert_eq!(pat.post(&format!("{path}/publication"), &Value::Null).expect(200)["state"], "approved");
    let after = pat.get(&path).expect(200);
    assert_eq!(after["entry"]["prices"][0]["id"], option_id("Lunch club").to_string());
    let mut entry = after["entry"].clone();
    entry["prices"] = json!([{ "label": "With tea", "unit": "session", "amount_pence": 950 }]);
    pat.put(&format!("{path}/draft"), &json!({ "entry": entry })).expect(200);
    pat.post(&format!("{path}/publication"), &Value::Null).expect(200);
    let mut conn = town.connect();
    let history = waymark::catalogue::rewrite::price_history(&mut conn, service_id("Lunch club")).unwrap();
    assert_eq!(history.len(), 2);
    assert!(history.iter().any(|price| price.id == option_id("Lunch club") && price.valid_to.is_some()));
    town.holds_together();
}

#[test]
fn two_members_who_write_at_once_lose_nothing() {
    let town = Town::open();
    let (pat, other) = (town.person("Pat"), town.person("Pat"));
    let service = own("Lunch club");
    let contact = format!("{service}/parts/contact");
    let (first, second) = (pat.open(&contact), other.open(&contact));
    let elsewhere = other.open(&format!("{service}/parts/access"));

    first.press("Save", &[("phone", "0161 496 0001")]).expect("Saved.");
    elsewhere.press("Save", &[("languages", "Urdu")]).expect("Saved.");
    let late = second.press("Save", &[("phone", "0161 496 0002")]).expect_status(409);
    let late = late.expect("Somebody else changed this").expect("0161 496 0001");
    pat.open(&service).expect("0161 496 0001");
    late.press("Save", &[]).expect("Saved.");
    pat.open(&service).expect("0161 496 0002").expect("Urdu");

    let api = town.api_of("Pat");
    let path = format!("/provider/services/{}", service_id("Lunch club"));
    let told = api.get(&path).expect(200);
    let draft = json!({ "revision": told["revision"], "entry": told["entry"] });
    api.put(&format!("{path}/draft"), &draft).expect(200);
    api.put(&format!("{path}/draft"), &draft).refused(409, "changed-meanwhile");
}

#[test]
fn a_regulated_activity_needs_a_checked_registration_and_the_database_says_so_too() {
    let town = Town::open();
    let pat = town.person("Pat");
    let service = own("Someone to sit with mum or dad");
    writes(&pat, &service, "registration", &[("personal_care", "yes"), ("registration_number", "1-555")])
        .expect("Saved.");
    let refused = pat.open(&service).press("Publish the changes", &[]).expect_status(409);
    refused.expect("regulated activity");
    town.visitor().open(&format!("/services/{}", service_id("Someone to sit with mum or dad"))).expect_status(200);

    let mut conn = town.connect();
    let forced = format!("UPDATE services SET regulated = TRUE WHERE id = '{}'", service_id("Lunch club"));
    assert!(conn.batch_execute(&forced).is_err(), "the database refuses it as well");
    let almost = [("registration_number", "1")];
    writes(&pat, &service, "registration", &almost).expect("Saved.");
    let checked = format!(
        "INSERT INTO verifications (id, organization_id, paper, detail, state, sent_at, checked_by, checked_on) VALUES \
         ('{}', '{}', 'registration', 'CQC 1-555', 'checked', '2026-05-01 10:00:00', 'Trafford', '2026-05-02')",
        service_id("paper"),
        OrganizationId::named("Sale Neighbours")
    );
    conn.batch_execute(&checked).unwrap();
    pat.open(&service).press("Publish the changes", &[]).expect_status(409); // "1" is no part of "1-555"
    writes(&pat, &service, "registration", &[("registration_number", "1-555")]);
    pat.open(&service).press("Publish the changes", &[]).expect("It is published.");
    let public = town.visitor().open(&format!("/services/{}", service_id("Someone to sit with mum or dad")));
    public.expect("Registration 1-555");
    conn.batch_execute("UPDATE verifications SET expires_on = '2026-05-01'").unwrap();
    writes(&pat, &service, "access", &[("languages", "Polish")]);
    pat.open(&service).press("Publish the changes", &[]).expect_status(409);
}

#[test]
fn a_moderator_sees_the_difference_sends_it_back_and_approves() {
    let town = Town::open();
    trafford_approves(&town, "Sale Neighbours");
    let (pat, mo, milly) = (town.person("Pat"), town.person("Mo"), town.person("Milly"));
    let service = own("Lunch club");
    let public = format!("/services/{}", service_id("Lunch club"));

    writes(&pat, &service, "what", &[("description", "A hot meal around a big table with other people.")]);
    pat.open(&service).press("Send for approval", &[]).expect("with the council");
    town.visitor().open(&public).expect("A cooked meal around a table");
    assert_eq!(pat.open(&format!("{service}/parts/what")).press("Save", &[]).status(), 409, "it waits");

    mo.open("/moderation").expect("Changes to approve");
    let list = mo.open("/moderation/changes").expect("Lunch club").expect("1 change");
    let change = list.go("Lunch club");
    assert_eq!(change.all("del").join(" "), "cooked", "{}", change.main());
    assert_eq!(change.all("ins").join(" "), "hot big");
    assert_eq!(milly.open(&change.path).status(), 404, "another council sees nothing");
    milly.open("/moderation/changes").expect("Nothing is waiting.");
    let silent = change.press("Send it back", &[]).expect_status(422);
    silent.press("Send it back", &[("reason", "Say when it is.")]).expect("on its way back");
    let told = letters(&town, &email("Pat"), 1);
    assert!(told[0].words.contains("Say when it is."), "{}", told[0].words);
    pat.open(&service).expect("Say when it is.").expect("sent back");
    town.visitor().open(&public).expect("A cooked meal around a table");

    writes(&pat, &service, "when", &[("TU_opens", "12"), ("TU_closes", "2pm")]);
    pat.open(&service).expect("A hot meal").press("Send for approval", &[]);
    let stolen = milly.post(&format!("{}/approval", change.path), &[("csrf", &milly.csrf())]);
    assert_eq!(stolen.status(), 404);
    let again = mo.open("/moderation/changes").expect("2 changes").go("Lunch club");
    again.press("Approve and publish", &[]).expect("It is published");
    town.visitor().open(&public).expect("A hot meal around a big table").expect("noon to 2pm");
    let told = letters(&town, &email("Pat"), 2);
    assert!(link_in(told.last().unwrap(), "/services/").ends_with(service_id("Lunch club").as_str()));
    mo.open(&again.path).expect("This is decided.");
    pat.open(&format!("{service}/history")).expect("superseded").expect("sent back").expect("approved");

    let mut conn = town.connect();
    let forged = "UPDATE service_versions SET document = '{}' WHERE state <> 'draft'";
    assert!(conn.batch_execute(forged).is_err(), "decided versions are never changed");
    assert!(conn.batch_execute("DELETE FROM service_versions WHERE state = 'superseded'").is_err());
    town.holds_together();
}

#[test]
fn a_provider_takes_its_change_back_and_throws_it_away() {
    let town = Town::open();
    trafford_approves(&town, "Sale Neighbours");
    let pat = town.person("Pat");
    let service = own("Lunch club");
    writes(&pat, &service, "contact", &[("phone", "0161 496 0009")]);
    pat.open(&service).press("Send for approval", &[]);
    pat.open(&service).press("Take it back", &[]).expect("You can go on writing.");
    pat.open(&service).press("Throw the draft away", &[]).expect("The draft is gone.");
    pat.open(&service).expect("This is public.").expect("0161 496 0000");
    town.person("Mo").open("/moderation/changes").expect("Nothing is waiting.");
}

#[test]
fn availability_in_one_press_and_it_stays_when_a_draft_is_published() {
    let town = Town::open();
    let pat = town.person("Pat");
    let service = own("Lunch club");
    writes(&pat, &service, "access", &[("languages", "Polish")]);
    let api = town.api_of("Pat");
    let path = format!("/provider/services/{}", service_id("Lunch club"));
    assert_eq!(api.put(&format!("{path}/availability"), &json!({ "places_free": 0, "waiting_days": 21 })).status, 204);
    let public = format!("/services/{}", service_id("Lunch club"));
    town.visitor().open(&public).expect("3 weeks");
    pat.open(&service).press("Publish the changes", &[]);
    town.visitor().open(&public).expect("3 weeks");
    api.put(&format!("{path}/availability"), &json!({ "places_free": -1 })).refused(422, "invalid-input");

    let csrf = pat.csrf();
    let places = [("csrf", csrf.as_str()), ("places_free", "2"), ("waiting_days", ""), ("press", "more")];
    pat.post(&format!("{service}/availability"), &places).expect("Everybody can see it.");
    town.visitor().open(&public).expect("3 places free");
    let wrong = [("csrf", csrf.as_str()), ("places_free", "many")];
    pat.post(&format!("{service}/availability"), &wrong).expect_status(422);
}

#[test]
fn a_service_is_closed_for_a_while_withdrawn_and_opened_again() {
    let town = Town::open();
    let pat = town.person("Pat");
    let service = own("Lunch club");
    let public = format!("/services/{}", service_id("Lunch club"));
    pat.open(&service).press("Close it for a while", &[]).expect("closed for a while");
    assert_eq!(town.visitor().open(&public).status(), 404);
    town.holds_together();
    assert!(!town.visitor().open("/search?q=lunch+club").main().contains("A cooked meal"));
    pat.open(&service).press("Open it again", &[]).expect("It is open again.");
    town.visitor().open(&public).expect_status(200);
    pat.open(&service).press("Withdraw it", &[]).expect("It is withdrawn");
    pat.open("/provider/services").expect("withdrawn");
    town.holds_together();
}

#[test]
fn somebody_else_neither_sees_nor_writes_and_staff_only_do_the_daily_work() {
    let town = Town::open();
    let pat = town.person("Pat");
    let (service, path) = (own("Lunch club"), format!("/provider/services/{}", service_id("Lunch club")));
    let draft = begins_a_club(&pat);
    let olu = town.person("Olu");
    let csrf = olu.csrf();
    for page in ["", "/parts/what", "/prices/1", "/preview", "/history"] {
        assert_eq!(olu.open(&format!("{service}{page}")).status(), 404, "{page}");
        assert_eq!(olu.open(&format!("{draft}{page}")).status(), 404, "{page}");
    }
    let before = town.counts();
    for verb in ["publication", "withdrawal", "closure", "reopening", "availability", "taking-back", "discarding"] {
        for one in [&service, &draft] {
            assert_eq!(olu.post(&format!("{one}/{verb}"), &[("csrf", &csrf)]).status(), 404, "{verb}");
        }
    }
    let entry = town.api_of("Pat").get(&path).expect(200)["entry"].clone();
    town.api_of("Olu").put(&format!("{path}/draft"), &json!({ "entry": entry })).refused(404, "not-found");
    town.api_of("Olu").post(&format!("{path}/publication"), &Value::Null).refused(404, "not-found");
    assert_eq!(town.counts(), before);

    pat.open("/provider/members").press("Send the invitation", &[("email", &email("Noor")), ("standing", "staff")]);
    let noor = town.person("Noor");
    noor.open(&link_in(&letters(&town, &email("Noor"), 1)[0], "/invitations/")).press("Yes, join", &[]);
    assert_eq!(noor.open(&service).status(), 404);
    assert_eq!(noor.open("/provider/services/new").status(), 404);
    let list = noor.open("/provider/services").expect_status(200).expect("Lunch club");
    assert!(!list.main().contains("Add a service"));
    let free = json!({ "places_free": 1 });
    assert_eq!(town.api_of("Noor").put(&format!("{path}/availability"), &free).status, 204);
    town.visitor().open(&format!("/services/{}", service_id("Lunch club"))).expect("1 place free");
}

#[test]
fn a_personal_assistant_has_a_page_after_five_small_pages() {
    let town = Town::open();
    let noor = town.person("Noor");
    let first = noor.open("/provider/start").expect("Step 1 of 5");
    let refused = first.press("Go on", &[("name", ""), ("postcode", "Atlantis")]).expect_status(422);
    assert_eq!(refused.problems().len(), 3, "{:?}", refused.problems());
    let what = refused
        .press("Go on", &[("provider_type", "personal assistant"), ("name", "Noor E."), ("postcode", "M33 7ZF")]);
    let what = what.expect("Step 2 of 5");
    let at = what.press("Go on", &[("description", "I help with shopping, cooking and getting out, at your pace.")]);
    let price = at.expect("Step 3 of 5").press("Go on", &[("miles", "6")]);
    let price = price.expect("Step 4 of 5");
    price.press("Go on", &[("free", "no"), ("amount", "")]).expect_status(422);
    let contact = price.press("Go on", &[("free", "no"), ("amount", "16.50"), ("MO_opens", "9"), ("MO_closes", "17")]);
    let contact = contact.expect("Step 5 of 5");
    contact.press("Go on", &[]).expect_status(422).expect("at least one way");
    let check = contact.press("Go on", &[("phone", "0161 496 0333")]).expect("Look once more").expect("£16.50 an hour");
    let published = check.press("Publish my page", &[]).expect("It is published.");
    let public = published.go("The public page now").expect("Personal assistant: Noor E.").expect("£16.50");
    assert!(!public.answer.text().contains("7ZF"), "a home address is never told");
    public.expect("within 6 miles of M33");
    town.holds_together();
    town.visitor().open("/search?q=personal+assistant").expect("Noor E.");
    assert_eq!(noor.open("/provider/start").heading(), "Your services", "once is enough");
    let told = town.api_of("Noor").get("/provider/organisation").expect(200);
    assert_eq!(
        (told["provider_type"].as_str(), told["standing"].as_str()),
        (Some("personal assistant"), Some("owner"))
    );
}
