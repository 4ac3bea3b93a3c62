//! Providers send papers, moderators check them; a provider is suspended and comes back.

use chrono::TimeDelta;
use serde_json::{Value, json};
use waymark::ids::OrganizationId;

use crate::buying::{buys, opens_first};
use crate::support::{Answer, Person, Town, service_id};

const PDF: &[u8] = b"%PDF-1.4\n% a paper of the tests\n";

/// Sends a paper with a file, as a browser does.
fn sends(person: &Person, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
    let csrf = person.open("/provider/papers/new").hidden("csrf");
    let mut body = Vec::new();
    for (name, value) in [("csrf", csrf.as_str())].iter().chain(fields) {
        body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").bytes());
    }
    if let Some((name, bytes)) = file {
        let head = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/html\r\n\r\n"
        );
        body.extend(head.bytes());
        body.extend(bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--x--\r\n");
    person.send("POST", "/provider/papers", &[("Content-Type", "multipart/form-data; boundary=x")], Some(&body))
}

fn insurance(town: &Town) -> String {
    let paper = json!({ "paper": "insurance", "detail": "Public liability, £5 million", "expires_on": "2026-08-31" });
    town.api_of("Pat").post("/provider/papers", &paper).expect(201)["id"].as_str().unwrap().to_owned()
}

fn lunch(town: &Town) -> crate::support::Seen {
    town.visitor().open(&format!("/services/{}", service_id("Lunch club")))
}

#[test]
fn pat_sends_her_insurance_mo_checks_it_and_the_badge_is_gone_the_day_after_its_last() {
    let town = Town::open();
    let pat = town.person("Pat");
    pat.open("/provider/papers").expect("People look for these").expect("Safeguarding policy");
    let fields = [("paper", "insurance"), ("detail", "Public liability, £5 million"), ("expires_on", "2026-08-31")];
    assert_eq!(sends(&pat, &fields, Some(("<b>.html", PDF))).status, 303);
    assert!(!lunch(&town).says("Public liability"), "nobody has looked yet");

    let mo = town.person("Mo");
    let paper = mo.open("/moderation").expect("1 waits").go("Papers to check").go("Insurance");
    let file = mo.send("GET", &paper.link("Download it"), &[], None);
    assert_eq!(file.body, PDF);
    assert_eq!(file.header("content-type"), Some("application/pdf"));
    assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"insurance.pdf\""));
    assert_eq!(file.header("x-content-type-options"), Some("nosniff"));
    let endless = paper.press("Checked", &[("expires_on", "")]).expect_status(422);
    assert_eq!(endless.problems(), ["Enter its last day: today or later."]);
    endless.press("Checked", &[("expires_on", "2026-08-31")]).expect("The paper is checked.");

    let told = lunch(&town).expect("Public liability, £5 million").expect("Checked by Trafford on 20 May 2026");
    drop(told.expect("holds until 31 August 2026"));
    let letter = town.letter("Pat", "Your paper \u{201c}Insurance\u{201d} is checked");
    assert!(letter.words.contains("It holds until 31 August 2026."));
    town.pass(TimeDelta::days(103) + TimeDelta::hours(12)); // 31 August, 22:00 UTC: 23:00 here
    assert!(lunch(&town).says("holds until 31 August 2026"));
    town.pass(TimeDelta::hours(1));
    assert!(!lunch(&town).says("Public liability"));
    town.person("Pat").open("/provider/papers").expect("Ended on 31 August 2026");
    town.holds_together();
}

#[test]
fn a_provider_is_reminded_once_for_each_step() {
    let town = Town::without_followers();
    let id = insurance(&town);
    let check = json!({ "expires_on": "2026-08-31" });
    town.api_of("Mo").post(&format!("/moderation/papers/{id}/check"), &check).expect(200);
    let mut told = Vec::new();
    for _ in 0..150 {
        town.pass(TimeDelta::days(1));
        let before = town.letters_of_kind("paper ends");
        town.work_of_the_day();
        town.work_of_the_day();
        if town.letters_of_kind("paper ends") > before {
            told.push(town.today().to_string());
        }
    }
    assert_eq!(told, ["2026-08-01", "2026-08-24", "2026-09-01"]);
    assert_eq!(town.letters_of_kind("paper ends"), 3);
}

#[test]
fn who_has_sent_the_new_paper_is_not_reminded_of_the_old() {
    let town = Town::without_followers();
    let id = insurance(&town);
    let check = json!({ "expires_on": "2026-08-31" });
    town.api_of("Mo").post(&format!("/moderation/papers/{id}/check"), &check).expect(200);
    town.pass(TimeDelta::days(60));
    let paper = json!({ "paper": "insurance", "detail": "The same again", "expires_on": "2027-08-31" });
    town.api_of("Pat").post("/provider/papers", &paper).expect(201);
    town.pass(TimeDelta::days(20));
    town.work_of_the_day();
    assert_eq!(town.letters_of_kind("paper ends"), 0);
}

#[test]
fn files_are_what_their_bytes_say_and_not_too_large() {
    let town = Town::open();
    let pat = town.person("Pat");
    let fields = [("paper", "identity"), ("detail", "passport")];
    let too_large = vec![b'%'; 5 * 1024 * 1024 + 1];
    for (bytes, problem) in [
        (&b"<html><script>alert(1)</script>"[..], "Choose a PDF, a PNG or a JPEG picture."),
        (b"PK\x03\x04", "Choose a PDF, a PNG or a JPEG picture."),
        (&too_large, "Choose a file of at most 5 MB."),
    ] {
        let refused = sends(&pat, &fields, Some(("paper.pdf", bytes)));
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains(problem), "{problem}");
    }
    let mut largest = PDF.to_vec();
    largest.resize(5 * 1024 * 1024, b' ');
    assert_eq!(sends(&pat, &fields, Some(("paper.pdf", &largest))).status, 303);
    assert_eq!(std::fs::read_dir(town.data_dir().join("papers")).unwrap().count(), 1, "nothing refused is kept");

    let wrong =
        sends(&pat, &[("paper", "crown"), ("detail", ""), ("issued_on", "2027-01-01"), ("expires_on", "soon")], None);
    assert_eq!(wrong.status, 422);
    for problem in ["Choose which paper it is.", "Write its number", "not after today", "Enter its last day"] {
        assert!(wrong.text().contains(problem), "{problem}");
    }
    let foreign = pat.send(
        "POST",
        "/provider/papers",
        &[("Content-Type", "multipart/form-data; boundary=x")],
        Some(b"--x--\r\n"),
    );
    assert_eq!(foreign.status, 403);
    let nonsense = pat.send("POST", "/provider/papers", &[("Content-Type", "multipart/form-data")], Some(b"what"));
    assert_eq!(nonsense.status, 400);
}

#[test]
fn somebody_else_sees_and_decides_nothing() {
    let town = Town::open();
    let pat = town.person("Pat");
    sends(&pat, &[("paper", "identity"), ("detail", "passport")], Some(("me.pdf", PDF)));
    let id = town.api_of("Pat").get("/provider/papers").expect(200)["papers"][0]["id"].as_str().unwrap().to_owned();
    for (who, path) in [
        ("Olu", format!("/provider/papers/{id}")),
        ("Olu", format!("/provider/papers/{id}/file")),
        ("Milly", format!("/moderation/papers/{id}")),
        ("Milly", format!("/moderation/papers/{id}/file")),
        ("Pat", format!("/moderation/papers/{id}/file")),
        ("Amira", format!("/provider/papers/{id}/file")),
    ] {
        assert_eq!(town.person(who).open(&path).status(), 404, "{who} {path}");
    }
    for what in ["check", "refusal", "withdrawal"] {
        let document = if what == "check" { json!({}) } else { json!({ "reason": "because" }) };
        let path = format!("/moderation/papers/{id}/{what}");
        town.api_of("Milly").post(&path, &document).refused(404, "not-found");
        town.api_of("Pat").post(&path, &document).refused(404, "not-found");
    }
    let refused = json!({ "reason": "The picture is too dark to read." });
    let path = format!("/moderation/papers/{id}/refusal");
    assert_eq!(town.api_of("Mo").post(&path, &refused).expect(200)["state"], "refused");
    town.api_of("Mo").post(&path, &refused).refused(409, "decided-already");
    town.person("Pat").open(&format!("/provider/papers/{id}")).expect("The picture is too dark to read.");
    town.letter("Pat", "was refused");
}

#[test]
fn a_registration_that_is_withdrawn_takes_its_services_out_of_the_searches() {
    let town = Town::open();
    let paper = json!({ "paper": "registration", "detail": "1-1234567890" });
    let id = town.api_of("Olu").post("/provider/papers", &paper).expect(201)["id"].as_str().unwrap().to_owned();
    let mo = town.api_of("Mo");
    mo.post(&format!("/moderation/papers/{id}/check"), &json!({})).expect(200);
    let garden = service_id("Garden tidy");
    let sql = format!(
        "UPDATE services SET regulated = TRUE, registration_number = '1-1234567890', registration_checked_on = '2026-05-20'
         WHERE id = '{garden}'"
    );
    diesel::connection::SimpleConnection::batch_execute(&mut town.connect(), &sql).unwrap();
    town.api().get(&format!("/services/{garden}")).expect(200);

    let silent = json!({ "reason": " " });
    mo.post(&format!("/moderation/papers/{id}/withdrawal"), &silent).refused(422, "invalid-input");
    let reason = json!({ "reason": "The regulator has cancelled it." });
    mo.post(&format!("/moderation/papers/{id}/withdrawal"), &reason).expect(200);

    town.api().get(&format!("/services/{garden}")).refused(404, "not-found");
    let letter = town.letter("Olu", "no longer counts");
    assert!(letter.words.contains("Garden tidy") && letter.words.contains("cancelled"), "{}", letter.words);
    let paper = town.person("Mo").open(&format!("/moderation/papers/{id}"));
    paper.expect("Checked on 20 May 2026 by Mo Example").expect("Withdrawn on 20 May 2026 by Mo Example");
    town.holds_together();
}

#[test]
fn a_suspended_provider_gets_nothing_new_and_people_decide_about_what_runs() {
    let town = Town::open();
    let amira = town.person("Amira");
    let running = buys(&amira, "Lunch club", "2");
    let pat = town.person("Pat");
    opens_first(&pat).press("Yes, agree", &[]);
    let asked = buys(&town.person("Noor"), "Lunch club", "1");
    let form = amira.open(&format!("/services/{}/buy", service_id("Lunch club")));

    let mo = town.person("Mo");
    let provider =
        mo.open("/moderation/providers?q=neighbours").go("Sale Neighbours").expect("2 purchases run with it.");
    let silent = provider.press("Suspend Sale Neighbours", &[]).expect_status(422);
    assert_eq!(silent.problems(), ["Say why, in up to 500 letters."]);
    let done = silent.press("Suspend Sale Neighbours", &[("reason", "We are looking into a concern.")]);
    let done = done.expect("The provider is suspended.").expect("Suspended on 20 May 2026 by Mo Example");

    lunch(&town).expect_status(404);
    form.press("Buy", &[("quantity", "1")]).expect_status(404);
    let agreement = format!("/provider{}/agreement", asked.path.split('?').next().unwrap());
    let csrf = pat.open("/provider").hidden("csrf");
    pat.post(&agreement, &[("csrf", &csrf)]).expect_status(409).expect("Your organisation is suspended");
    let letter = town.letter("Amira", "Sale Neighbours is suspended: what this means for you");
    assert!(letter.words.contains("Lunch club (agreed)"), "{}", letter.words);
    town.letter("Noor", "what this means for you");
    town.letter("Pat", "Sale Neighbours is suspended");
    town.within(std::time::Duration::from_secs(10), "the index forgets it", || {
        !town.visitor().open("/search?q=lunch").says("A cooked meal")
    });
    let agreed = format!("/provider{}", running.path.split('?').next().unwrap());
    pat.open(&agreed).press("Record it", &[("quantity", "1")]);
    amira.open(&running.path).press("Yes, it happened", &[]).expect("The delivery is confirmed");
    amira.open(&running.path).press("Cancel it", &[("reason", "I would rather not")]).expect("This is cancelled.");

    done.press("Lift it", &[("reason", "It is sorted out.")]).expect("The suspension is lifted.").expect("Lifted on");
    lunch(&town).expect_status(200);
    town.letter("Pat", "is no longer suspended");
    town.holds_together();
}

#[test]
fn another_council_suspends_nobody_here() {
    let town = Town::open();
    let id = OrganizationId::named("Sale Neighbours");
    let path = format!("/moderation/providers/{id}/suspension");
    for who in ["Milly", "Pat", "Ada", "Amira"] {
        town.api_of(who).post(&path, &json!({ "reason": "because" })).refused(404, "not-found");
    }
    town.person("Milly").open(&format!("/moderation/providers/{id}")).expect_status(404);
    assert!(!town.person("Milly").open("/moderation/providers").says("Sale Neighbours"));
    town.api().post(&path, &Value::Null).refused(401, "sign-in-first");
    let mo = town.api_of("Mo");
    mo.post(&format!("/moderation/providers/{id}/lifting"), &json!({ "reason": "x" })).refused(409, "so-already");
    assert_eq!(mo.post(&path, &json!({ "reason": "because" })).status, 204);
    mo.post(&path, &json!({ "reason": "because" })).refused(409, "so-already");
    assert_eq!(mo.get(&format!("/moderation/providers/{id}")).expect(200)["steps"][0]["reason"], "because");
}
