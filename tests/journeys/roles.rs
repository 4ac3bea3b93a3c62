//! Who may do what for an authority: inviting, giving, ending and giving back; and having two hats.

use waymark::db::Conn;
use waymark::identity::{RoleName, Waiver, store::grant};
use waymark::ids::{OrganizationId, PersonId};
use waymark::places::reference::authority_id;

use crate::payment_runs::somebody_new;
use crate::review_care::amira_rates;
use crate::support::{PASSWORD, Person, Town, email};

const TRAFFORD: &str = "E08000009";
const NEW: &str = "new.officer@example.net";

fn invites(ada: &Person, email: &str, role: &str) -> crate::support::Seen {
    let form = ada.open("/authority").go("People and roles").go("Invite somebody");
    form.press("Send the invitation", &[("email", email), ("role", role), ("reason", "Joins the team in May")])
}

#[test]
fn ada_invites_somebody_who_makes_an_account_and_sets_up_a_phone() {
    let mut town = Town::open();
    let ada = town.person("Ada");
    town.app.waiver = Waiver::Nobody;
    invites(&ada, NEW, "finance officer").expect("The invitation is on its way").expect(NEW);
    let link = town.link_to(NEW, "asks you to join");
    let newcomer = town.visitor();
    let page =
        newcomer.follow_letter(&link).expect("Trafford").expect("Finance officer").expect("Joins the team in May");
    assert_eq!(page.press("Make my account and join", &[("name", "Nia New"), ("password", "short")]).status(), 422);
    page.press("Make my account and join", &[("name", "Nia New"), ("password", "teapot lorry moon")])
        .expect_status(200);
    assert_eq!(newcomer.open("/finance").status(), 200, "this town spares her the phone");
    assert!(newcomer.open("/finance").all(".who").join(" ").contains("Finance officer, Trafford"));
    // The link is used up.
    assert_eq!(town.visitor().follow_letter(&link).status(), 410);
    let people = ada.open("/authority/people").expect("Nia New").expect("Nia New: Finance officer, granted");
    assert!(people.says("Joins the team in May"));
    // Where nobody is spared, the phone comes first.
    town.serve_again();
    let elsewhere = town.visitor();
    let asked = elsewhere.open("/sign-in").press("Sign in", &[("email", NEW), ("password", "teapot lorry moon")]);
    assert_eq!(asked.heading(), "Protect your account with your phone");
}

#[test]
fn somebody_with_an_account_takes_an_invitation_up_with_it_and_nobody_else_can() {
    let town = Town::open();
    let ada = town.person("Ada");
    invites(&ada, &email("Amira"), "support planner");
    let link = town.link_to(&email("Amira"), "asks you to join");
    // Noor has the link, but not the mailbox.
    let noor = town.person("Noor");
    let seen = noor.follow_letter(&link);
    assert!(!seen.has_button("Yes, I join"));
    let token = link.split("token=").nth(1).unwrap();
    let csrf = noor.csrf();
    assert_eq!(noor.post("/join", &[("csrf", &csrf), ("token", token)]).status(), 404);
    assert_eq!(noor.post("/join/account", &[("csrf", &csrf), ("token", token)]).status(), 409);

    let amira = town.visitor();
    let inside = amira
        .follow_letter(&link)
        .go("Sign in to join")
        .press("Sign in", &[("email", &email("Amira")), ("password", PASSWORD)]);
    inside.press("Yes, I join", &[]).expect("Support planner, Trafford");
    let csrf = amira.csrf();
    assert_eq!(amira.post("/join", &[("csrf", &csrf), ("token", token)]).status(), 410, "once");
}

#[test]
fn invitations_can_be_taken_back_and_end_by_themselves() {
    let town = Town::open();
    let ada = town.person("Ada");
    invites(&ada, NEW, "moderator");
    let link = town.link_to(NEW, "asks you to join");
    let aled = town.person("Aled");
    let (_, action, _) = ada.open("/authority/people").filled("Take back", &[]);
    let csrf = aled.csrf();
    assert_eq!(aled.post(&action, &[("csrf", &csrf)]).status(), 404, "another council's");
    ada.open("/authority/people").press("Take back", &[]).expect("taken back");
    assert_eq!(town.visitor().follow_letter(&link).status(), 410);

    invites(&ada, "later@example.net", "moderator");
    let link = town.link_to("later@example.net", "asks you to join");
    town.pass(chrono::TimeDelta::days(7));
    assert_eq!(town.visitor().follow_letter(&link).status(), 410);
}

#[test]
fn nobody_gives_roles_to_themselves_and_the_last_administrator_stays() {
    let town = Town::open();
    let ada = town.person("Ada");
    let refused = invites(&ada, &email("Ada"), "auditor").expect_status(422);
    assert!(refused.problems()[0].contains("Nobody gives a role to themselves"), "{:?}", refused.problems());
    let own = ada.open(&format!("/authority/people/{}", PersonId::named("Ada")));
    assert!(!own.has_button("Give the role"));
    let csrf = ada.csrf();
    let path = format!("/authority/people/{}/grant", PersonId::named("Ada"));
    let again = ada.post(&path, &[("csrf", &csrf), ("role", "auditor"), ("reason", "because")]);
    assert_eq!(again.status(), 422);
    let last = own.press("End the role", &[("reason", "I am tired")]).expect_status(422);
    assert!(last.problems()[0].contains("last administrator"), "{:?}", last.problems());
    let leave = ada.open("/account").press("Give back", &[]);
    assert_eq!(leave.status(), 409);
    // With a second one she may go.
    let mo = ada.open(&format!("/authority/people/{}", PersonId::named("Mo")));
    mo.press("Give the role", &[("role", "authority administrator"), ("reason", "Takes over")])
        .expect("The role is given");
    ada.open("/account").press("Give back", &[]).expect("given that role back");
    assert_eq!(ada.open("/authority").status(), 404);
    assert_eq!(town.person("Mo").open("/authority/people").status(), 200);
}

#[test]
fn two_administrators_cannot_end_each_other_at_once() {
    let town = Town::open();
    let now = town.app.clock.now() + chrono::TimeDelta::minutes(1);
    let make = move |tx: &mut Conn| {
        let trafford = Some(authority_id(TRAFFORD));
        grant(tx, PersonId::named("Mo"), RoleName::AuthorityAdministrator, trafford, None, now)
    };
    town.app.db.write_now(make).unwrap();
    let (ada, mo) = (town.person("Ada"), town.person("Mo"));
    let form = |who: &Person, of: &str| {
        let page = who.open(&format!("/authority/people/{}", PersonId::named(of)));
        let html = page.html();
        let ends = scraper::Selector::parse("form[action$='/end']").unwrap();
        // The administrator's role is the newest of Mo, and the only one of Ada.
        html.select(&ends).next_back().unwrap().attr("action").unwrap().to_owned()
    };
    let forms = [(&ada, form(&ada, "Mo"), ada.csrf()), (&mo, form(&mo, "Ada"), mo.csrf())];
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let press = |(who, path, csrf): &(&Person, String, String)| {
            let body = crate::support::encoded(&[("csrf", csrf), ("reason", "because")]);
            let kind = [("Content-Type", "application/x-www-form-urlencoded")];
            who.send("POST", path, &kind, Some(body.as_bytes())).status
        };
        let threads: Vec<_> = forms.iter().map(|form| scope.spawn(move || press(form))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
}

#[test]
fn a_role_that_ends_is_gone_at_the_next_press() {
    let town = Town::open();
    let (ada, fay) = (town.person("Ada"), town.person("Fay"));
    assert_eq!(fay.open("/finance").status(), 200);
    let page = ada.open(&format!("/authority/people/{}", PersonId::named("Fay")));
    assert_eq!(page.press("End the role", &[("reason", " ")]).status(), 422, "a reason is needed");
    page.press("End the role", &[("reason", "Has left the council")]).expect("The role has ended");
    assert_eq!(fay.open("/finance").status(), 404);
    assert!(fay.open("/search").all(".who").join(" ").contains("Citizen"));
    town.letter_to(&email("Fay"), "has ended");
    // Another council's people are not there.
    assert_eq!(ada.open(&format!("/authority/people/{}", PersonId::named("Finn"))).status(), 404);
    assert_eq!(town.person("Mo").open("/authority/people").status(), 404, "a moderator is no administrator");
}

#[test]
fn roles_that_conflict_are_held_one_at_a_time() {
    let town = Town::open();
    let now = town.app.clock.now();
    let pat = PersonId::named("Pat");
    let make = move |tx: &mut Conn| {
        let trafford = Some(authority_id(TRAFFORD));
        grant(tx, pat, RoleName::Commissioner, trafford, None, now)
    };
    town.app.db.write_now(make).unwrap();
    let who = town.visitor();
    let choose = who.open("/demand").press("Sign in", &[("email", &email("Pat")), ("password", PASSWORD)]);
    assert_eq!(choose.heading(), "Who are you here for?");
    assert_eq!(who.open("/provider").heading(), "Who are you here for?", "neither is held before");
    let before = who.cookie("waymark_session").unwrap();
    let demand = choose.press("Commissioner, Trafford", &[]);
    assert_eq!((demand.path.as_str(), demand.status()), ("/demand", 200));
    assert_ne!(who.cookie("waymark_session").unwrap(), before, "the session has another token");
    assert!(demand.all(".who").join(" ").contains("Commissioner, Trafford"));
    assert_eq!(who.open("/provider").status(), 404, "the other one is not held");
    // And back.
    let provider = who.open("/sign-in/role").press("Provider, Sale Neighbours", &[]);
    assert_eq!(provider.path, "/provider");
    assert_eq!(who.open("/demand").status(), 404);
    who.open("/sign-in/role").press("For myself", &[]);
    assert_eq!((who.open("/demand").status(), who.open("/provider").status()), (404, 404));
    // A role of somebody else cannot be chosen.
    let csrf = who.csrf();
    let nobodys = OrganizationId::named("nobody").to_string();
    assert_eq!(who.post("/sign-in/role", &[("csrf", &csrf), ("role", &nobodys)]).status(), 404);

    // Programs choose as well.
    let document =
        |role: Option<&str>| serde_json::json!({ "email": email("Pat"), "password": PASSWORD, "role_id": role });
    town.api().post("/tokens", &document(None)).refused(409, "choose-a-role");
    town.api().post("/tokens", &document(Some(&nobodys))).refused(422, "invalid-input");
}

#[test]
fn a_lost_phone_is_put_right_by_the_administrator() {
    let mut town = Town::open();
    let ada = town.person("Ada");
    let mo = town.person("Mo");
    let page = mo.open("/second-factor").press("Set it up", &[("password", PASSWORD)]);
    let secret = page.one(".secret code").replace(' ', "");
    let code = waymark::identity::second_factor::code_now(&secret, town.app.clock.now()).unwrap();
    page.press("Turn it on", &[("code", &code)]).expect("Keep your recovery codes");
    assert_eq!(town.visitor().sign_in(&email("Mo")).heading(), "Enter the code from your phone");
    let line = ada.open(&format!("/authority/people/{}", PersonId::named("Mo")));
    line.press("Let them set up a new phone", &[]).expect("They can set up a new phone");
    assert_eq!(mo.open("/account").heading(), "Sign in", "and every session of theirs has ended");
    town.app.waiver = Waiver::Nobody;
    town.serve_again();
    assert_eq!(town.visitor().sign_in(&email("Mo")).heading(), "Protect your account with your phone");
}

#[test]
fn the_same_over_the_api() {
    let town = Town::open();
    let ada = town.api_of("Ada");
    let people = ada.get("/authority/people").expect(200);
    let fay =
        people["people"].as_array().unwrap().iter().find(|each| each["role"] == "finance officer").unwrap().clone();
    let role = |name: &str| serde_json::json!({ "role": name, "reason": "Helps out" });
    let path = format!("/authority/people/{}/roles", fay["person_id"].as_str().unwrap());
    assert_eq!(ada.post(&path, &role("auditor")).status, 204);
    ada.post(&path, &role("auditor")).refused(409, "has-it");
    ada.post(&path, &role("provider member")).refused(409, "not-ours");
    let ending = format!("/authority/roles/{}/ending", fay["role_id"].as_str().unwrap());
    town.api_of("Aled").post(&ending, &serde_json::json!({ "reason": "because" })).refused(404, "not-found");
    assert_eq!(ada.post(&ending, &serde_json::json!({ "reason": "because" })).status, 204);
    let invitation = serde_json::json!({ "email": NEW, "role": "moderator", "reason": "New" });
    assert_eq!(ada.post("/authority/invitations", &invitation).status, 202);
    town.link_to(NEW, "asks you to join");
    town.api_of("Mo").post("/authority/invitations", &invitation).refused(404, "not-found");
    let mo = town.api_of("Mo");
    let me = mo.get("/me").expect(200);
    assert_eq!(
        mo.post(&format!("/me/roles/{}/leaving", me["roles"][0]["id"].as_str().unwrap()), &serde_json::Value::Null)
            .status,
        204
    );
    let pages = town.person("Amira");
    let amira = town.api_of("Amira");
    let sessions = amira.get("/me/sessions").expect(200);
    let id = sessions["sessions"][0]["id"].as_str().unwrap().to_owned();
    mo.post(&format!("/me/sessions/{id}/ending"), &serde_json::Value::Null).refused(404, "not-found");
    assert_eq!(amira.post(&format!("/me/sessions/{id}/ending"), &serde_json::Value::Null).status, 204);
    assert_eq!(pages.open("/account").heading(), "Sign in");
}

/// Every place that another role works at.
const OTHERS: [&str; 5] = ["/provider", "/finance", "/demand", "/authority", "/care"];

#[test]
fn a_safeguarding_lead_looks_into_what_may_be_harm_and_nowhere_else() {
    let town = Town::open();
    somebody_new(&town, "Sally", RoleName::SafeguardingLead);
    amira_rates(&town, 1, "Somebody there hit me.");
    let sally = town.person("Sally");
    let desk = sally.open("/moderation");
    assert!(desk.all(".who").join(" ").contains("Safeguarding lead, Trafford"));
    let review = desk.go("Reviews to look at").go("Lunch club").expect("This may tell of harm.");
    review
        .press("Decide", &[("decision", "published"), ("reason", "I have spoken with her.")])
        .expect("No review waits");

    let provider = sally.open("/moderation/providers?q=neighbours").go("Sale Neighbours");
    let done = provider.press("Suspend Sale Neighbours", &[("reason", "A concern was raised.")]);
    let done = done.expect("Suspended on 20 May 2026 by Sally Example");
    town.letter("Pat", "Sale Neighbours is suspended");
    done.press("Lift it", &[("reason", "It is sorted out.")]).expect("The suspension is lifted.");
    town.person("Amira").open("/account/looked").expect("Sally Example");

    for place in OTHERS {
        assert_eq!(sally.open(place).status(), 404, "{place}");
    }
    town.api_of("Sally").get(&format!("/budgets/{}", town.budget_of("Amira"))).refused(404, "not-found");
    town.person("Ada").open("/authority/people").expect("Sally Example Safeguarding lead");
    town.holds_together();
}

#[test]
fn an_authorised_officer_is_named_and_opens_nobodys_records() {
    let mut town = Town::open();
    somebody_new(&town, "Otto", RoleName::AuthorisedOfficer);
    let otto = town.person("Otto");
    let account = otto.open("/account");
    assert!(account.all(".who").join(" ").contains("Authorised officer, Trafford"));
    for place in OTHERS.into_iter().chain(["/moderation"]) {
        assert_eq!(otto.open(place).status(), 404, "{place}");
    }
    let api = town.api_of("Otto");
    assert_eq!(api.get("/me").expect(200)["roles"][0]["role"], "authorised officer");
    for path in ["/finance/invoices", "/authority/people", "/moderation/reviews", "/provider/purchases"] {
        api.get(path).refused(404, "not-found");
    }
    api.get(&format!("/budgets/{}", town.budget_of("Amira"))).refused(404, "not-found");
    account.press("Give back", &[]).expect("given that role back");
    assert!(!otto.open("/account").says("Authorised officer, Trafford"));

    // A role that will see contracts asks for the phone like every other one.
    somebody_new(&town, "Olga", RoleName::AuthorisedOfficer);
    town.app.waiver = Waiver::Nobody;
    town.serve_again();
    assert_eq!(town.visitor().sign_in(&email("Olga")).heading(), "Protect your account with your phone");
}
