//! Providers say that their entries are still right, by a link that needs no signing in.

use std::thread;

use chrono::TimeDelta;
use serde_json::json;
use waymark::start::Today;

use crate::support::{Town, service_id};

fn assured_on(town: &Town, service: &str) -> String {
    let path = format!("/services/{}", service_id(service));
    town.api().get(&path).expect(200)["assured_on"].as_str().unwrap().to_owned()
}

#[test]
fn pat_gets_one_letter_about_two_entries_and_presses_one_button() {
    let town = Town::open();
    town.pass(TimeDelta::days(90));
    let letter = town.letter("Pat", "Are these 2 entries of Sale Neighbours still right?");
    assert!(letter.words.contains("Lunch club (last checked 20 May 2026)"), "{}", letter.words);
    assert!(letter.html.contains("Look and answer"));
    let link = town.link_in(&letter);

    let pat = town.visitor();
    let asked = pat.open(&link).expect("Is this still right?").expect("A cooked meal around a table");
    let asked = asked.expect("£8 a session").expect("0161 496 0000").expect("1 High Street, Sale");
    pat.open(&link);
    assert_eq!(assured_on(&town, "Lunch club"), "2026-05-20", "opening the link changes nothing");

    let answered =
        asked.press("Yes, this is still right: Lunch club", &[]).expect("Everybody can see that it was checked today.");
    let answered = answered.expect("Answered on 18 August 2026: still right.");
    assert_eq!(assured_on(&town, "Lunch club"), "2026-08-18");
    assert_eq!(assured_on(&town, "Someone to sit with mum or dad"), "2026-05-20");
    pat.open(&format!("/services/{}", service_id("Lunch club"))).expect("Last checked 18 August 2026 by its provider");

    let again = asked.press("Yes, this is still right: Lunch club", &[]).expect_status(409);
    again.expect("This was answered already.");
    let done = answered.press("Yes, this is still right: Someone", &[]).expect("Everything here is answered.");
    assert!(!done.has_button("Yes"));
    town.work_of_the_day();
    assert_eq!(town.letters_of("Pat").len(), 1);
    town.holds_together();
}

#[test]
fn who_does_not_answer_is_asked_three_times_and_no_more() {
    let town = Town::without_followers();
    let mut letters = Vec::new();
    for _ in 0..60 {
        town.pass(TimeDelta::days(7));
        town.work_of_the_day();
        letters.push(town.letters_of_kind("still right"));
    }
    // Pat and Olu; Trafford Libraries has nobody to write to.
    let days: Vec<(i64, i64)> = (2..)
        .map(|week| week * 7)
        .zip(letters.windows(2).map(|pair| pair[1] - pair[0]))
        .filter(|(_, new)| *new > 0)
        .collect();
    assert_eq!(days, [(91, 2), (105, 2), (357, 2)], "the week of the 90th, the 104th and the 351st day");
}

#[test]
fn two_nodes_write_one_letter() {
    let town = Town::without_followers();
    town.pass(TimeDelta::days(100));
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let app = town.app.clone();
            thread::spawn(move || {
                let mut today = Today::new(&app);
                while today.step().unwrap() {}
            })
        })
        .collect();
    workers.into_iter().for_each(|worker| worker.join().unwrap());
    assert_eq!(town.letters_of_kind("still right"), 2, "one to Pat, one to Olu");
    assert_eq!(town.work_of_the_day(), 1, "only what is forgotten every day");
}

#[test]
fn no_letter_leaves_before_eight_in_the_morning_summer_time() {
    let town = Town::without_followers();
    town.pass(TimeDelta::days(100) - TimeDelta::minutes(3 * 60 + 1)); // 06:59 UTC is 07:59 here
    assert_eq!(town.work_of_the_day(), 0);
    town.pass(TimeDelta::minutes(1));
    assert!(town.work_of_the_day() > 0);
    assert_eq!(town.letters_of_kind("still right"), 2);
}

#[test]
fn a_council_that_asks_sooner_asks_sooner() {
    let town = Town::without_followers();
    town.api_of("Ada").put("/authority/settings/check-after-days", &json!({ "value": 30 })).expect(200);
    town.pass(TimeDelta::days(29));
    town.work_of_the_day();
    assert_eq!(town.letters_of_kind("still right"), 0);
    town.pass(TimeDelta::days(1));
    town.work_of_the_day();
    assert_eq!(town.letters_of_kind("still right"), 2);
}

#[test]
fn pat_says_what_has_changed_and_the_moderator_reads_it() {
    let town = Town::open();
    town.pass(TimeDelta::days(90));
    let link = town.link_in(&town.letter("Pat", "still right?"));
    let pat = town.visitor();

    let form = pat.open(&link).go("No, something has changed: Lunch club").expect("Sign in and change it");
    let silent = form.press("Send it", &[("words", " ")]).expect_status(422);
    assert_eq!(silent.problems(), ["Say what has changed, in up to 2,000 letters."]);
    silent.press("Send it", &[("words", "Lunch is £9 from July.")]).expect("The moderator reads what you wrote");

    assert_eq!(assured_on(&town, "Lunch club"), "2026-05-20");
    let mo = town.person("Mo");
    let hub = mo.open("/moderation").expect("What people say is wrong");
    let report = hub.go("What people say is wrong").go("Lunch club").expect("Lunch is £9 from July.");
    report.expect("The provider, by the link in our letter, said this");
}

#[test]
fn pat_says_twice_that_the_lunch_club_has_closed() {
    let town = Town::open();
    town.pass(TimeDelta::days(90));
    let link = town.link_in(&town.letter("Pat", "still right?"));
    let pat = town.visitor();

    let first = pat.open(&link).go("We have closed: Lunch club").press("Go on", &[("how", "good")]);
    let first = first.expect("You say that it is closed for good.");
    town.api().get(&format!("/services/{}", service_id("Lunch club"))).expect(200);
    let second = first.press("Yes, take it out", &[]).expect("It is no longer shown.");
    second.expect("Answered on 18 August 2026: closed for good.").expect("People cannot find it at the moment.");

    town.api().get(&format!("/services/{}", service_id("Lunch club"))).refused(404, "not-found");
    town.within(std::time::Duration::from_secs(10), "the index forgets it", || {
        !town.visitor().open("/search?q=lunch").says("A cooked meal")
    });
    town.letter("Pat", "is no longer shown");
    town.holds_together();
}

#[test]
fn a_link_ends_and_a_made_up_one_is_none() {
    let town = Town::open();
    town.pass(TimeDelta::days(90));
    let link = town.link_in(&town.letter("Pat", "still right?"));
    town.visitor().open(&format!("/still-right/{}", "0".repeat(64))).expect_status(404);
    town.visitor().open("/still-right/x").expect_status(404);
    let page = town.visitor().open(&link).expect_status(200);
    town.pass(TimeDelta::days(60));
    page.press("Yes, all 2 are still right", &[]).expect_status(410).expect("This link has ended.");
    town.visitor().open(&link).expect_status(410).expect("Sign in to look after your entries");
    assert_eq!(assured_on(&town, "Lunch club"), "2026-05-20");
    let path = format!("{}/services/{}/closed", link, service_id("Garden tidy"));
    town.visitor().open(&path).expect_status(410);
}

#[test]
fn a_link_is_only_for_its_own_entries() {
    let town = Town::open();
    town.pass(TimeDelta::days(90));
    let link = town.link_in(&town.letter("Pat", "still right?"));
    let garden = service_id("Garden tidy");
    let visitor = town.visitor();
    let csrf = visitor.open(&link).hidden("csrf");
    for (path, fields) in [
        (link.clone(), vec![("csrf", csrf.as_str()), ("service", garden.as_str())]),
        (format!("{link}/services/{garden}/closed"), vec![("csrf", csrf.as_str()), ("how", "good")]),
        (format!("{link}/services/{garden}/changed"), vec![("csrf", csrf.as_str()), ("words", "ours now")]),
    ] {
        visitor.post(&path, &fields).expect_status(404);
    }
    visitor.post(&link, &[("service", "all")]).expect_status(403);
    assert_eq!(assured_on(&town, "Garden tidy"), "2026-05-20");
    assert_eq!(assured_on(&town, "Lunch club"), "2026-05-20");
}

#[test]
fn a_member_and_a_moderator_say_it_while_signed_in_and_nobody_else_can() {
    let town = Town::open();
    town.pass(TimeDelta::days(200));
    let pat = town.person("Pat").open("/provider/freshness").expect("200 days ago").expect("please look");
    pat.press("Still right: Lunch club", &[]).expect("Checked today");
    assert_eq!(assured_on(&town, "Lunch club"), "2026-12-06");

    let mo = town.person("Mo").open("/moderation/freshness").expect("Sale Library").expect("Trafford Libraries");
    mo.press("They say it is right: Sale Library", &[]).expect("checked today");
    assert_eq!(assured_on(&town, "Sale Library"), "2026-12-06");
    town.visitor().open(&format!("/services/{}", service_id("Sale Library"))).expect("by the council");

    let check = |who: &str, path: &str| town.api_of(who).post(path, &serde_json::Value::Null);
    let garden = format!("/provider/services/{}/check", service_id("Garden tidy"));
    check("Pat", &garden).refused(404, "not-found");
    check("Amira", &garden).refused(404, "not-found");
    check("Milly", &format!("/moderation/services/{}/check", service_id("Garden tidy"))).refused(404, "not-found");
    assert!(town.person("Milly").open("/moderation/freshness").says("Every entry has been checked in time."));
    assert_eq!(assured_on(&town, "Garden tidy"), "2026-05-20");
    assert_eq!(check("Olu", &garden).status, 204);
    let list = town.api_of("Olu").get("/provider/freshness").expect(200);
    assert_eq!(list["entries"][0]["assured_on"], "2026-12-06");
    assert_eq!(list["entries"][0]["leaves_on"], "2027-12-06");
}

#[test]
fn a_program_answers_a_letter_once() {
    let town = Town::open();
    town.pass(TimeDelta::days(90));
    let link = town.link_in(&town.letter("Olu", "Garden tidy"));
    let api = town.api();
    let asked = api.get(&link).expect(200);
    assert_eq!(asked["questions"][0]["name"], "Garden tidy");
    let path = format!("{link}/services/{}/answer", service_id("Garden tidy"));
    api.post(&path, &json!({ "answer": "changed" })).refused(422, "invalid-input");
    assert_eq!(api.post(&path, &json!({ "answer": "still right" })).status, 204);
    api.post(&path, &json!({ "answer": "closed for good" })).refused(409, "answered-already");
    assert_eq!(assured_on(&town, "Garden tidy"), "2026-08-18");
}
