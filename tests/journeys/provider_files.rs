//! A provider sends many services at once, looks at the report, and imports them.

use serde_json::{Value, json};

use crate::support::{Person, Seen, Town, service_id};

/// Sends a file as the page's form does.
fn sends(person: &Person, bytes: &[u8]) -> Seen {
    let csrf = person.open("/provider/sheet").hidden("csrf");
    let mut body = format!("--line\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n").into_bytes();
    body.extend(b"--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"C:\\\\my services.csv\"\r\nContent-Type: text/csv\r\n\r\n");
    body.extend(bytes);
    body.extend(b"\r\n--line--\r\n");
    let kind = [("Content-Type", "multipart/form-data; boundary=line")];
    let answer = person.send("POST", "/provider/sheet", &kind, Some(&body));
    match answer.header("location") {
        Some(path) => person.open(path),
        None => {
            assert!(answer.status >= 400);
            let text = answer.text();
            assert!(text.contains("<h1"), "{text}");
            Seen::of(person, "/provider/sheet", answer)
        }
    }
}

const GOOD: &str = "reference,name,category,kind,description,place,postcode,address,price_1_amount,price_1_unit,phone,tuesday\n\
    club-1,Card club,Social clubs and friendship groups,community group,Whist and rummy with tea in the break.,people come to it,M33 7ZF,2 High Street,3.50,session,0161 496 0111,14:00-16:00\n\
    club-2,Café club,Lunch clubs,community group,Coffee and cake and a good chat.,people come to it,M33 7ZF,2 High Street,2,session,0161 496 0111,\n";

#[test]
fn a_file_is_looked_at_first_then_imported_and_sending_it_again_changes_nothing() {
    let town = Town::open();
    let pat = town.person("Pat");
    let template = pat.send("GET", "/provider/sheet/template.csv", &[], None);
    assert_eq!(template.status, 200);
    assert!(template.text().contains("reference") && template.text().contains("lunch-tue"));

    // As Excel in Britain writes it: Windows-1252.
    let windows: Vec<u8> = GOOD.chars().map(|c| if c == 'é' { 0xe9 } else { u8::try_from(c).unwrap() }).collect();
    let report =
        sends(&pat, &windows).expect("What the file would do").expect("Every row is fine.").expect("Café club");
    town.holds_together();
    assert!(!town.visitor().open("/search?q=card+club").main().contains("Card club"), "nothing is imported yet");
    let done = report.press("Import 2", &[]).expect("The file is imported.");
    town.holds_together();
    town.visitor().open("/search?q=card+club").expect("Card club");
    pat.open("/provider/services").expect("Café club").expect("Card club");

    let twice = pat.post(&format!("{}/import", done.path.split('?').next().unwrap()), &[("csrf", &pat.csrf())]);
    twice.expect_status(200);
    let again = sends(&pat, &windows).expect("There is nothing to import");
    assert_eq!(again.all(".tile__value"), ["0", "0", "2", "0"]);
    let dearer = GOOD.replace("3.50", "4");
    let changed = sends(&pat, dearer.as_bytes());
    assert_eq!(changed.all(".tile__value"), ["0", "1", "1", "0"]);
    changed.press("Import 1", &[]);
    town.holds_together();
    town.visitor().open("/search?q=card+club").expect("£4 a session");
    town.holds_together();
}

#[test]
fn nothing_is_imported_while_a_row_is_refused_unless_the_good_ones_are_wanted() {
    let town = Town::open();
    let pat = town.person("Pat");
    let before = town.counts();
    let bad = format!(
        "{GOOD}club-3,=cmd|' /C calc'!A0,Lunch clubs,community group,Never mind this one.,people come to it,M33 7ZF,,2,session,0161 496 0111,\nclub-3,Twice,No such thing,community group,short,people come to it,Atlantis,,x,fortnight,call me,noon\n"
    );
    let report = sends(&pat, bad.as_bytes()).expect("Nothing has been imported.");
    assert_eq!(report.all(".tile__value"), ["2", "0", "0", "2"]);
    let report = report.expect("begins like a formula").expect("is there twice").expect("pounds and pence");
    assert_eq!(town.counts(), before);
    let path = report.path.clone();
    let csrf = pat.csrf();
    pat.post(&format!("{path}/import"), &[("csrf", &csrf)]).expect_status(409).expect("nothing was imported");
    assert_eq!(town.counts(), before);

    let csv = pat.send("GET", &format!("{path}/report.csv"), &[], None).text();
    assert!(csv.lines().count() == 5 && !csv.contains(",=cmd"), "{csv}");
    pat.open(&path).press("Import the good ones (2)", &[]).expect("The file is imported.");
    town.holds_together();
    town.visitor().open("/search?q=card+club").expect("Card club");
    town.holds_together();
}

#[test]
fn files_that_are_none_are_refused_and_nothing_is_half_done() {
    let town = Town::open();
    let pat = town.person("Pat");
    for bad in [&b""[..], b"\0\0\0", b"name\nClub\n", b"reference,colour\n1,red\n", &[b'x'; 3_000_000]] {
        let refused = sends(&pat, bad);
        assert!([422, 413].contains(&refused.status()), "{} {}", refused.status(), refused.main());
    }
    let no_token = b"--line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.csv\"\r\n\r\nreference\n1\r\n--line--\r\n";
    let kind = [("Content-Type", "multipart/form-data; boundary=line")];
    assert_eq!(pat.send("POST", "/provider/sheet", &kind, Some(no_token)).status, 403);
}

#[test]
fn the_export_is_a_file_that_changes_nothing_and_another_provider_sees_none_of_it() {
    let town = Town::open();
    let (pat, olu) = (town.api_of("Pat"), town.api_of("Olu"));
    let export = pat.get("/provider/services.csv").answer.text();
    assert!(export.contains("Lunch club") && !export.contains("Garden tidy"));
    let told =
        pat.send("POST", "/provider/uploads", &[("Content-Type", "text/csv")], Some(export.as_bytes())).expect(201);
    let outcomes: Vec<&str> =
        told["rows"].as_array().unwrap().iter().map(|row| row["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["unchanged", "unchanged"], "{told}");
    let id = told["id"].as_str().unwrap();
    olu.get(&format!("/provider/uploads/{id}")).refused(404, "not-found");
    olu.post(&format!("/provider/uploads/{id}/import"), &json!({})).refused(404, "not-found");
    let stolen =
        olu.send("POST", "/provider/uploads", &[("Content-Type", "text/csv")], Some(export.as_bytes())).expect(201);
    assert!(stolen["rows"].as_array().unwrap().iter().all(|row| row["service_id"] == Value::Null), "{stolen}");
    assert!(!olu.get("/provider/services.csv").answer.text().contains(service_id("Lunch club").as_str()));
}
