//! Anybody says that an entry is wrong; somebody answers by a day.

use chrono::TimeDelta;
use serde_json::json;

use crate::support::{Person, Seen, Town, service_id};

fn says_wrong(person: &Person, service: &str, email: &str) -> Seen {
    let form = person.open(&format!("/services/{}", service_id(service))).go("This is wrong");
    form.press("Tell them", &[("what", "price"), ("words", "Lunch costs £9 now."), ("email", email)])
}

#[test]
fn a_visitor_says_that_the_price_is_wrong_and_gets_an_answer() {
    let town = Town::open();
    let thanks = says_wrong(&town.visitor(), "Lunch club", "vera@example.net").expect_status(200);
    thanks.expect("They answer by 28 May 2026.").expect("The answer comes by e-mail");

    let letter = town.letter("Pat", "Somebody says that \u{201c}Lunch club\u{201d} is wrong");
    assert!(!letter.words.contains("vera"), "nobody learns who it was");
    let pat = town.person("Pat");
    let report = pat.open(&town.link_in(&letter)).expect("Lunch costs £9 now.").expect("They would like an answer");
    assert!(!report.says("vera"));

    let unsure = report.press("Answer", &[]).expect_status(422);
    assert_eq!(unsure.problems(), ["Choose what came of it."]);
    let silent = report.press("Answer", &[("resolution", "is right")]).expect_status(422);
    assert_eq!(silent.problems(), ["Say why it is right, so that whoever asked understands."]);
    let done = silent.press("Answer", &[("resolution", "put right"), ("reason", "It is £9 from today.")]);
    done.expect("That is answered.").expect("put right").expect("Nobody waits for an answer.");

    let answer = town.letter("vera@example.net", "About \u{201c}Lunch club\u{201d}");
    assert!(
        answer.words.contains("You were right.") && answer.words.contains("It is £9 from today."),
        "{}",
        answer.words
    );
    let again = report.press("Answer", &[("resolution", "put right")]).expect_status(409);
    again.expect("This was answered already.");
    town.holds_together();
}

#[test]
fn the_page_says_so_only_when_nobody_answered_in_time() {
    let town = Town::open();
    says_wrong(&town.visitor(), "Lunch club", "").expect_status(200);
    let page = || town.visitor().open(&format!("/services/{}", service_id("Lunch club")));
    assert!(!page().says("may be out of date"));
    town.pass(TimeDelta::days(8)); // 28 May: the last day, after a bank holiday
    assert!(!page().says("may be out of date"));
    town.pass(TimeDelta::hours(13)); // 23:00 UTC is midnight here
    page().expect("Somebody says that this may be out of date.");

    let mo = town.person("Mo");
    let hub = mo.open("/moderation").expect("1 is overdue").expect("The first by 28 May 2026");
    let report = hub.go("What people say is wrong").expect("overdue").go("Lunch club");
    let report = report.expect("This was due on 28 May 2026.");
    report.press("Answer", &[("resolution", "is right"), ("reason", "I rang them: £8 is right.")]).expect("is right");
    let page = page().expect("Last checked 29 May 2026 after somebody asked");
    assert!(!page.says("may be out of date"));
}

#[test]
fn closing_takes_the_entry_out_of_the_searches() {
    let town = Town::open();
    says_wrong(&town.visitor(), "Garden tidy", "").expect_status(200);
    let report = town.person("Olu").open("/provider/reports").go("Garden tidy");
    report.press("Answer", &[("resolution", "closed for a while")]).expect("closed");
    town.visitor().open(&format!("/services/{}", service_id("Garden tidy"))).expect_status(404);
    town.visitor().open(&format!("/services/{}/wrong", service_id("Garden tidy"))).expect_status(404);
    town.holds_together();
}

#[test]
fn somebody_else_sees_and_answers_nothing() {
    let town = Town::open();
    says_wrong(&town.visitor(), "Lunch club", "").expect_status(200);
    let reports = town.api_of("Pat").get("/provider/reports").expect(200);
    let id = reports["reports"][0]["id"].as_str().unwrap().to_owned();

    for (who, side) in [("Olu", "provider"), ("Milly", "moderation"), ("Amira", "provider"), ("Carol", "moderation")] {
        town.person(who).open(&format!("/{side}/reports/{id}")).expect_status(404);
        let document = json!({ "resolution": "closed for good", "reason": "gone" });
        let path = format!("/{side}/reports/{id}/answer");
        town.api_of(who).post(&path, &document).refused(404, "not-found");
    }
    assert!(town.api_of("Olu").get("/provider/reports").expect(200)["reports"].as_array().unwrap().is_empty());
    assert!(town.api_of("Milly").get("/moderation/reports").expect(200)["reports"].as_array().unwrap().is_empty());
    let answered = town
        .api_of("Mo")
        .post(&format!("/moderation/reports/{id}/answer"), &json!({ "resolution": "is right", "reason": "We asked." }));
    assert_eq!(answered.expect(200)["state"], "is right");
}

#[test]
fn bad_input_is_refused_and_floods_are_slowed() {
    let town = Town::open();
    let vera = town.visitor();
    let form = vera.open(&format!("/services/{}/wrong", service_id("Lunch club")));
    let empty = form.press("Tell them", &[]).expect_status(422);
    assert_eq!(empty.problems(), ["Choose what is wrong.", "Say what is wrong, as well as you know."]);
    let long = "x".repeat(2_001);
    for (fields, problem) in [
        ([("what", "price"), ("words", long.as_str()), ("email", "")], "Shorten it to 2,000 letters or fewer."),
        ([("what", "changed"), ("words", "x"), ("email", "")], "Choose what is wrong."),
        (
            [("what", "price"), ("words", "x"), ("email", "vera@")],
            "Enter an e-mail address such as name@example.org, or leave it empty.",
        ),
    ] {
        let csrf = form.hidden("csrf");
        let mut fields = fields.to_vec();
        fields.push(("csrf", csrf.as_str()));
        let refused = vera.post(&format!("/services/{}/wrong", service_id("Lunch club")), &fields).expect_status(422);
        assert_eq!(refused.problems(), [problem]);
    }
    vera.post(&format!("/services/{}/wrong", service_id("Lunch club")), &[("what", "price")]).expect_status(403);

    let tell = || form.press("Tell them", &[("what", "closed")]).status();
    let told: Vec<u16> = (0..6).map(|_| tell()).collect();
    assert_eq!(told, [200, 200, 200, 200, 200, 429]);
    town.pass(TimeDelta::minutes(61));
    assert_eq!(tell(), 200);
    assert_eq!(town.letters_of_kind("entry is wrong"), 1, "the provider gets one letter a day about an entry");

    let path = format!("/services/{}/reports", service_id("Garden tidy"));
    let told: Vec<u16> = (0..31).map(|_| town.api().post(&path, &json!({ "what": "closed" })).status).collect();
    assert!(told[..29].iter().all(|status| *status == 201) && told[30] == 429, "{told:?}");
    town.api().post(&path, &json!({ "what": "nonsense" })).refused(400, "bad-json");
}

#[test]
fn a_concern_about_safety_is_told_whom_to_ring() {
    let town = Town::open();
    let page = town.visitor().open(&format!("/services/{}", service_id("Lunch club"))).go("Report a concern");
    let page = page.expect("999").expect("Trafford: adult social care").expect("Lunch club");
    page.expect("This council has not told us its number yet.");

    let ada = town.person("Ada");
    let form = ada.open("/authority").go("Whom to ring");
    let wrong = form.press("Change it", &[("adult_care", "ring the bell"), ("website", "javascript:alert(1)")]);
    assert_eq!(wrong.expect_status(422).problems().len(), 2);
    form.press("Change it", &[("adult_care", "0161 496 0001"), ("website", "https://www.example.org/safe")]);
    town.visitor().open(&format!("/concern?service={}", service_id("Lunch club"))).expect("0161 496 0001");
    town.visitor().open("/concern").expect_status(200);
    town.visitor().open("/concern?service=nonsense").expect_status(200);
}
