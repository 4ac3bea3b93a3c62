//! A code from one's phone: who needs one, setting it up, losing the phone; and those who would rather do without.

use chrono::TimeDelta;
use diesel::connection::SimpleConnection;
use waymark::identity::Waiver;
use waymark::identity::second_factor::code_now;

use crate::accounts::registers;
use crate::support::{PASSWORD, Person, Seen, Town, email};

/// A town where nobody is spared.
fn strict() -> Town {
    let mut town = Town::open();
    town.app.waiver = Waiver::Nobody;
    town.serve_again();
    town
}

fn secret_on(page: &Seen) -> String {
    page.one(".secret code").replace(' ', "")
}

fn code(town: &Town, secret: &str) -> String {
    code_now(secret, town.app.clock.now()).unwrap()
}

/// Carol sets her phone up right after her password; gives her secret and her recovery codes.
fn sets_up(town: &Town, person: &Person, name: &str) -> (String, Vec<String>) {
    goes_on_to_set_up(town, &person.sign_in(&email(name)))
}

fn goes_on_to_set_up(town: &Town, why: &Seen) -> (String, Vec<String>) {
    assert_eq!(why.heading(), "Protect your account with your phone");
    let page = why.press("Set it up", &[]);
    let secret = secret_on(&page);
    let kept = page.press("Turn it on", &[("code", &code(town, &secret))]).expect_status(200);
    assert_eq!(kept.heading(), "Keep your recovery codes");
    (secret, kept.all(".codes code"))
}

#[test]
fn carol_sets_up_her_phone_right_after_the_password_and_sees_nothing_before() {
    let town = strict();
    let carol = town.visitor();
    carol.sign_in(&email("Carol"));
    for path in ["/demand", "/account", "/account/password", "/budgets"] {
        assert_eq!(carol.open(path).heading(), "Protect your account with your phone", "{path}");
    }
    let csrf = carol.open("/second-factor").hidden("csrf");
    assert_eq!(
        carol.post("/account/sessions/end", &[("csrf", &csrf)]).heading(),
        "Protect your account with your phone"
    );
    let search = carol.open("/search");
    assert!(search.all(".who").is_empty(), "nor is she shown as signed in");

    let before = carol.cookie("waymark_session").unwrap();
    let (secret, codes) = goes_on_to_set_up(&town, &carol.open("/sign-in"));
    assert_eq!(codes.len(), 10);
    assert_ne!(carol.cookie("waymark_session").unwrap(), before, "the session has another token");
    assert_eq!(carol.open("/demand").status(), 200);
    town.letter_to(&email("Carol"), "now takes a code");

    // Somewhere else the password alone leads nowhere; the code that was used is not taken again.
    let elsewhere = town.visitor();
    let asked = elsewhere.open("/demand").press("Sign in", &[("email", &email("Carol")), ("password", PASSWORD)]);
    assert_eq!(asked.heading(), "Enter the code from your phone");
    assert_eq!(elsewhere.open("/demand").heading(), "Enter the code from your phone");
    assert_eq!(elsewhere.open("/second-factor").heading(), "Enter the code from your phone", "nor to a new phone");
    let used = asked.press("Go on", &[("code", &code(&town, &secret))]).expect_status(422);
    assert!(used.problems()[0].contains("has been used"));
    town.pass(TimeDelta::seconds(30));
    let inside = used.press("Go on", &[("code", &code(&town, &secret))]);
    assert_eq!((inside.status(), inside.path.as_str()), (200, "/demand"), "and it leads on to where she was going");
    // A role that needs it cannot do without it.
    assert!(!carol.open("/second-factor").says("Sign in without a code again"));
}

#[test]
fn codes_of_the_neighbouring_steps_are_taken_and_none_further_away() {
    let town = strict();
    let (secret, _) = sets_up(&town, &town.visitor(), "Carol");
    let at = |seconds: i64| code_now(&secret, town.app.clock.now() + TimeDelta::seconds(seconds)).unwrap();
    town.pass(TimeDelta::minutes(5));
    let asked = || town.visitor().sign_in(&email("Carol"));
    assert_eq!(asked().press("Go on", &[("code", &at(-60))]).status(), 422);
    assert_eq!(asked().press("Go on", &[("code", &at(60))]).status(), 422);
    assert_eq!(asked().press("Go on", &[("code", &at(-30))]).status(), 200);
    assert_eq!(asked().press("Go on", &[("code", &at(-30))]).status(), 422, "not twice");
    let spaced = at(30);
    let spaced = format!("{} {}", &spaced[..3], &spaced[3..]);
    assert_eq!(asked().press("Go on", &[("code", &spaced)]).status(), 200);
    assert_eq!(asked().press("Go on", &[("code", &at(0))]).status(), 422, "nor an older one after a newer");
}

#[test]
fn guessing_codes_slows_down() {
    let town = strict();
    let (secret, codes) = sets_up(&town, &town.visitor(), "Carol");
    town.pass(TimeDelta::minutes(5));
    let thief = town.visitor();
    let asked = thief.sign_in(&email("Carol"));
    let statuses: Vec<u16> =
        (0..6).map(|guess| asked.press("Go on", &[("code", &format!("00000{guess}"))]).status()).collect();
    assert_eq!(statuses, [422, 422, 422, 422, 422, 429]);
    let elsewhere = town.visitor().sign_in(&email("Carol"));
    assert_eq!(elsewhere.press("Go on", &[("code", &code(&town, &secret))]).status(), 429, "wherever they come from");
    assert_eq!(asked.press("Use this code", &[("recovery", &codes[0])]).status(), 429);
    town.pass(TimeDelta::minutes(1));
    assert_eq!(elsewhere.press("Go on", &[("code", &code(&town, &secret))]).status(), 200);
}

#[test]
fn a_lost_phone_is_replaced_by_a_recovery_code_that_works_once() {
    let town = strict();
    let (_, codes) = sets_up(&town, &town.visitor(), "Carol");
    let carol = town.visitor();
    let asked = carol.sign_in(&email("Carol"));
    assert_eq!(asked.press("Use this code", &[("recovery", "aaaa-bbbb-cccc")]).status(), 422);
    let inside = asked.press("Use this code", &[("recovery", &codes[3].to_uppercase().replace('-', " "))]);
    assert_eq!(inside.status(), 200);
    let account = carol.open("/account").expect("9 recovery codes");
    assert_eq!(account.status(), 200);
    let again = town.visitor().sign_in(&email("Carol"));
    assert_eq!(again.press("Use this code", &[("recovery", &codes[3])]).status(), 422);
    // New ones replace all before.
    let page = carol.open("/second-factor");
    assert_eq!(page.press("Give me new recovery codes", &[("password", "wrong")]).status(), 422);
    let fresh = page.press("Give me new recovery codes", &[("password", PASSWORD)]).all(".codes code");
    assert_eq!(fresh.len(), 10);
    let again = town.visitor().sign_in(&email("Carol"));
    assert_eq!(again.press("Use this code", &[("recovery", &codes[4])]).status(), 422);
    assert_eq!(again.press("Use this code", &[("recovery", &fresh[0])]).status(), 200);
}

#[test]
fn a_citizen_may_have_one_and_may_give_it_up() {
    let town = strict();
    let lea = registers(&town, "lea@example.net");
    let page = lea.open("/second-factor");
    assert_eq!(page.press("Set it up", &[("password", "")]).status(), 422, "her password first");
    let page = page.press("Set it up", &[("password", "teapot lorry moon")]);
    let secret = secret_on(&page);
    assert_eq!(page.press("Turn it on", &[("code", "000000")]).status(), 422);
    page.press("Turn it on", &[("code", &code(&town, &secret))]).go("I have kept them").expect("takes a code");
    town.pass(TimeDelta::seconds(30));
    let asked = town
        .visitor()
        .open("/sign-in")
        .press("Sign in", &[("email", "lea@example.net"), ("password", "teapot lorry moon")]);
    assert_eq!(asked.heading(), "Enter the code from your phone");
    let page = lea.open("/second-factor");
    assert_eq!(page.press("Turn the code off", &[("password", "no")]).status(), 422);
    page.press("Turn the code off", &[("password", "teapot lorry moon")]).expect("no longer takes a code");
}

#[test]
fn a_new_password_does_not_replace_the_phone() {
    let town = strict();
    sets_up(&town, &town.visitor(), "Carol");
    let thief = town.visitor();
    thief.open("/forgotten").press("Send me the link", &[("email", &email("Carol"))]);
    let link = town.link_to(&email("Carol"), "Choose a new password");
    thief.follow_letter(&link).press("Use this password", &[("password", "teapot lorry moon")]);
    let asked =
        thief.open("/sign-in").press("Sign in", &[("email", &email("Carol")), ("password", "teapot lorry moon")]);
    assert_eq!(asked.heading(), "Enter the code from your phone");
}

#[test]
fn programs_need_the_code_too() {
    let town = strict();
    let document =
        |code: Option<String>| serde_json::json!({ "email": email("Carol"), "password": PASSWORD, "code": code });
    town.api().post("/tokens", &document(None)).refused(403, "second-factor-first");
    let (secret, _) = sets_up(&town, &town.visitor(), "Carol");
    town.api().post("/tokens", &document(None)).refused(422, "wrong-code");
    town.api().post("/tokens", &document(Some(code(&town, &secret)))).refused(422, "wrong-code");
    town.pass(TimeDelta::seconds(30));
    let fresh = code(&town, &secret);
    town.api().post("/tokens", &document(Some(fresh.clone()))).expect(200);
    town.api().post("/tokens", &document(Some(fresh))).refused(422, "wrong-code");
    // A citizen without one needs none.
    town.api_of("Amira").get("/me").expect(200);
}

#[test]
fn the_demo_spares_its_listed_people_and_nobody_else() {
    let mut town = Town::open_as_demo();
    let now = town.app.clock.now();
    let priya = waymark::demo::people::PEOPLE.iter().find(|listed| listed.key == "priya").unwrap().id();
    let trafford = Some(waymark::places::reference::authority_id("E08000009"));
    let give = move |tx: &mut waymark::db::Conn| {
        waymark::identity::store::grant(tx, priya, waymark::identity::RoleName::Commissioner, trafford, None, now)
    };
    town.app.db.write_now(give).unwrap();
    town.app.waiver = Waiver::DemoPeople;
    town.serve_again();
    let priya = town.visitor();
    let page = priya.open("/demo");
    assert!(page.says("a code from their phone"));
    assert_eq!(page.press("PR Priya Raman", &[]).status(), 200);
    assert!(priya.open("/account").says("Priya Raman"));
    // Carol is of the town, but not listed.
    assert_eq!(town.visitor().sign_in(&email("Carol")).heading(), "Protect your account with your phone");
}

#[test]
fn what_a_copy_of_the_database_tells_opens_nothing() {
    let mut town = strict();
    let carol = town.visitor();
    let (secret, _) = sets_up(&town, &carol, "Carol");
    let factors = town.texts("SELECT secret AS text FROM second_factors");
    assert!(factors.iter().all(|kept| !kept.contains(&secret) && kept.len() > 60), "{factors:?}");
    let keys = town.texts("SELECT private_pem AS text FROM signing_keys");
    assert!(!keys.is_empty() && keys.iter().all(|kept| !kept.contains("BEGIN")), "{keys:?}");

    // Secrets of before they were sealed go on.
    let sql = format!("UPDATE second_factors SET secret = '{secret}'");
    town.connect().batch_execute(&sql).unwrap();
    town.pass(TimeDelta::minutes(1));
    let again = town.visitor();
    again.sign_in(&email("Carol")).press("Go on", &[("code", &code(&town, &secret))]).expect_status(200);
    assert_eq!(again.open("/demand").status(), 200);

    // Where the key of the installation is lost, no signing key opens: tokens of before end, and new ones are given.
    let token = town.api_of("Amira").token().unwrap();
    town.api().with_token(&token).get("/me").expect(200);
    std::fs::remove_file(town.data_dir().join("vault.key")).unwrap();
    town.restart();
    assert_eq!(town.api().with_token(&token).get("/me").status, 401);
    town.api_of("Amira").get("/me").expect(200);
}
