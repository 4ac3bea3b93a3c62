//! A provider tells who it is, and decides who works its account.

use serde_json::json;
use waymark::post::received;

use crate::support::{Person, Seen, Town, email};

/// The letters to one address, once they have gone out; the newest last.
pub(crate) fn letters(town: &Town, address: &str, at_least: usize) -> Vec<waymark::post::Received> {
    let to = |address: &str| -> Vec<_> {
        let mut all = received(&town.app.post.folder);
        all.retain(|letter| letter.to.contains(address));
        all.reverse();
        all
    };
    let arrived = || to(address).len() >= at_least;
    town.within(std::time::Duration::from_secs(10), &format!("{at_least} letters to {address}"), arrived);
    to(address)
}

/// The path of the link in a letter.
pub(crate) fn link_in(letter: &waymark::post::Received, part: &str) -> String {
    let line = letter.words.lines().find(|line| line.contains(part)).unwrap_or_else(|| panic!("{}", letter.words));
    line[line.find(part).unwrap()..].trim().to_owned()
}

fn invites(owner: &Person, address: &str, standing: &str) -> Seen {
    owner.open("/provider/members").press("Send the invitation", &[("email", address), ("standing", standing)])
}

#[test]
fn pat_changes_the_profile_and_cards_show_the_new_name() {
    let town = Town::open();
    let pat = town.person("Pat");
    let form = pat.open("/provider").go("Profile").expect_status(200);

    let refused = form.press(
        "Save the profile",
        &[("name", ""), ("website", "javascript:alert(1)"), ("charity_number", "abc"), ("phone", "call")],
    );
    let refused = refused.expect_status(422);
    assert_eq!(refused.problems().len(), 4, "{:?}", refused.problems());
    let saved = refused.press(
        "Save the profile",
        &[
            ("name", "Sale Good Neighbours"),
            ("website", "www.example.org"),
            ("charity_number", "1062536"),
            ("phone", "0161 496 0000"),
            ("provider_type", "user-led organisation"),
        ],
    );
    saved.expect("Your profile is saved.");

    town.holds_together();
    town.visitor().open("/search?q=lunch+club").expect("Sale Good Neighbours").expect("user-led organisation");
    let told = town.api_of("Pat").get("/provider/organisation").expect(200);
    assert_eq!(
        (told["website"].as_str(), told["standing"].as_str()),
        (Some("https://www.example.org/"), Some("owner"))
    );
    let hidden = json!({ "name": "Mine", "provider_type": "personal assistant" });
    town.api_of("Pat").put("/provider/organisation", &hidden).refused(422, "invalid-input");
}

#[test]
fn a_new_member_comes_by_a_link_that_opens_once() {
    let town = Town::open();
    let pat = town.person("Pat");
    let bad = invites(&pat, "not an address", "staff").expect_status(422);
    assert_eq!(bad.problems(), ["Enter an e-mail address, like name@example.org."]);
    invites(&pat, &email("Noor"), "manager").expect("The invitation is on its way.").expect("Invited, not yet here");
    invites(&pat, &email("Noor"), "staff").expect_status(422).expect("has been invited already");

    let letter = letters(&town, &email("Noor"), 1).remove(0);
    let path = link_in(&letter, "/invitations/");
    let seen = town.visitor().open(&path).expect("Join Sale Neighbours").expect("a manager");
    assert!(!seen.has_button("Yes, join"));
    let bela = town.person("Bela");
    bela.open(&path).expect("You are signed in with another account");
    let stolen = bela.post(&format!("{path}/acceptance"), &[("csrf", &bela.csrf())]);
    assert_eq!(stolen.status(), 409, "{}", stolen.main());

    let noor = town.person("Noor");
    let desk = noor.open(&path).press("Yes, join", &[]).expect_status(200);
    assert_eq!(desk.heading(), "Sale Neighbours");
    noor.open(&path).expect_status(409).expect("does not hold any more");
    // A manager writes the profile, and does not decide about members.
    assert_eq!(noor.open("/provider/organisation").status(), 200);
    assert_eq!(noor.open("/provider/members").status(), 404);
    town.api_of("Noor").get("/provider/members").refused(404, "not-found");
    assert_eq!(town.api_of("Pat").get("/provider/members").expect(200)["members"].as_array().unwrap().len(), 2);
}

#[test]
fn an_invitation_ends_by_itself_or_when_it_is_taken_back() {
    let town = Town::open();
    let pat = town.person("Pat");
    invites(&pat, &email("Noor"), "staff");
    let first = link_in(&letters(&town, &email("Noor"), 1)[0], "/invitations/");
    pat.open("/provider/members").press("Take the invitation back", &[]).expect("is taken back");
    town.visitor().open(&first).expect_status(409);

    invites(&pat, &email("Noor"), "staff");
    let second = link_in(letters(&town, &email("Noor"), 2).last().unwrap(), "/invitations/");
    town.pass(chrono::TimeDelta::days(15));
    town.visitor().open(&second).expect_status(409).expect("does not hold any more");
    assert_eq!(town.visitor().open("/invitations/nonsense").status(), 409);
}

#[test]
fn the_last_owner_cannot_leave_and_two_owners_cannot_both() {
    let town = Town::open();
    let pat = town.person("Pat");
    let members = town.api_of("Pat").get("/provider/members").expect(200);
    let own = members["members"][0]["id"].as_str().unwrap().to_owned();
    let asked = pat.open(&format!("/provider/members/{own}/removal")).expect("Leave Sale Neighbours?");
    asked.press("Leave", &[]).expect_status(409).expect("always has an owner");
    town.api_of("Pat")
        .put(&format!("/provider/members/{own}"), &json!({ "standing": "staff" }))
        .refused(409, "last-owner");

    invites(&pat, &email("Noor"), "owner");
    let noor = town.person("Noor");
    noor.open(&link_in(&letters(&town, &email("Noor"), 1)[0], "/invitations/")).press("Yes, join", &[]);
    let apis = [town.api_of("Pat"), town.api_of("Noor")];
    let leaving =
        apis.map(|api| std::thread::spawn(move || api.send("DELETE", "/provider/membership", &[], None).status));
    let mut told = leaving.map(|one| one.join().unwrap());
    told.sort_unstable();
    assert_eq!(told, [204, 409], "one of two owners who leave at once stays");
}

#[test]
fn another_provider_sees_and_changes_nothing() {
    let town = Town::open();
    let pats = town.api_of("Pat").get("/provider/members").expect(200)["members"][0]["id"].as_str().unwrap().to_owned();
    let olu = town.api_of("Olu");
    olu.put(&format!("/provider/members/{pats}"), &json!({ "standing": "staff" })).refused(404, "not-found");
    olu.send("DELETE", &format!("/provider/members/{pats}"), &[], None).refused(404, "not-found");
    let person = town.person("Olu");
    assert_eq!(person.open(&format!("/provider/members/{pats}/removal")).status(), 404);
    for name in ["Amira", "Mo", "Fay"] {
        assert_eq!(town.person(name).open("/provider/organisation").status(), 404, "{name}");
    }
}
