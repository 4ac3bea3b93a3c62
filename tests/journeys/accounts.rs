//! Making an account, forgetting its password, changing what belongs to it; and everybody who tries to get in otherwise.

use chrono::TimeDelta;
use waymark::db::Conn;
use waymark::identity::{self, Proven};
use waymark::ids::PersonId;

use crate::support::{Api, PASSWORD, Person, Town, email};

const LEA: &str = "lea.smith@example.net";
const GOOD: &str = "teapot lorry moon";

/// Lea makes an account, from the first page to her own.
pub(crate) fn registers(town: &Town, email: &str) -> Person {
    let lea = town.visitor();
    let sent = lea.open("/register").press("Send me the letter", &[("name", "Lea Smith"), ("email", email)]);
    assert_eq!((sent.heading().as_str(), sent.status()), ("Look into your mailbox", 200));
    let link = town.link_to(email, "Confirm your e-mail address");
    let choose = lea.follow_letter(&link);
    assert_eq!(choose.heading(), "Choose a password");
    choose.press("Make my account", &[("password", GOOD)]).expect("Your account is ready");
    lea
}

#[test]
fn lea_makes_an_account_and_is_a_citizen() {
    let town = Town::open();
    let lea = registers(&town, LEA);
    let account = lea.open("/account").expect("Lea Smith").expect(LEA);
    assert!(account.all(".who").join(" ").contains("Citizen"), "{:?}", account.all(".who"));
    assert_eq!(account.all(".nav__link").last().unwrap(), "My account");
    lea.open("/account/name").press("Change my name", &[("name", "  Lea   Smith-Jones ")]).expect("Lea Smith-Jones");
    assert_eq!(lea.open("/demand").status(), 404, "a citizen has no role");

    lea.open("/account").press("Sign out everywhere", &[]);
    assert_eq!(lea.open("/account").heading(), "Sign in");
    let back = lea.open("/sign-in").press("Sign in", &[("email", " LEA.Smith@example.net "), ("password", GOOD)]);
    assert_eq!(back.heading(), "Your account");
}

#[test]
fn a_registration_link_works_once_and_not_for_ever() {
    let town = Town::open();
    registers(&town, LEA);
    let link = town.link_to(LEA, "Confirm your e-mail address");
    let again = town.visitor().follow_letter(&link);
    assert_eq!((again.status(), again.heading().as_str()), (410, "That did not work"));
    assert!(again.says("does not work any more"));

    let late = "late@example.net";
    town.visitor().open("/register").press("Send me the letter", &[("name", "Late"), ("email", late)]);
    let link = town.link_to(late, "Confirm your e-mail address");
    let visitor = town.visitor();
    let form = visitor.follow_letter(&link);
    town.pass(TimeDelta::hours(24));
    assert_eq!(form.press("Make my account", &[("password", GOOD)]).status(), 410);
    assert_eq!(town.visitor().open("/register/confirm?token=").status(), 410);
    assert_eq!(town.visitor().open("/register/confirm?token=%00").status(), 400);
    assert_eq!(town.visitor().sign_in(late).status(), 422, "no account was made");
}

#[test]
fn looking_at_a_link_does_not_use_it_up_and_two_who_press_make_one_account() {
    let town = Town::open();
    town.visitor().open("/register").press("Send me the letter", &[("name", "Lea"), ("email", LEA)]);
    let link = town.link_to(LEA, "Confirm your e-mail address");
    let forms: Vec<_> = (0..4).map(|_| town.visitor().follow_letter(&link)).collect();
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let press = |form| scope.spawn(move || pressed(form));
        let pressing: Vec<_> = forms.iter().map(press).collect();
        pressing.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 410).count(), 3, "{statuses:?}");
}

fn pressed(form: &crate::support::Seen) -> u16 {
    form.press("Make my account", &[("password", GOOD)]).status()
}

#[test]
fn nobody_learns_whether_an_address_has_an_account() {
    let town = Town::open();
    let known = email("Amira");
    let ask = |path: &str, button: &str, address: &str| {
        let visitor = town.visitor();
        let page = visitor.open(path);
        let fields =
            if path == "/register" { vec![("name", "X"), ("email", address)] } else { vec![("email", address)] };
        let started = std::time::Instant::now();
        let answer = page.press(button, &fields);
        (answer.status(), answer.path.clone(), answer.main(), started.elapsed())
    };
    for (path, button) in [("/register", "Send me the letter"), ("/forgotten", "Send me the link")] {
        let there = ask(path, button, &known);
        let not = ask(path, button, "nobody.here@example.net");
        assert_eq!((there.0, &there.1, &there.2), (not.0, &not.1, &not.2), "{path}");
        let differ = there.3.abs_diff(not.3);
        assert!(differ < std::time::Duration::from_millis(150), "{path}: {differ:?}");
    }
    town.letter_to(&known, "You have an account on Waymark already");
    town.letter_to("nobody.here@example.net", "There is no account with this address");
    let wrong =
        |address: &str| town.visitor().open("/sign-in").press("Sign in", &[("email", address), ("password", "x")]);
    assert_eq!(wrong(&known).problems(), wrong("nobody.here@example.net").problems());
}

#[test]
fn a_forgotten_password_is_replaced_once_and_everything_else_is_signed_out() {
    let town = Town::open();
    let (amira, elsewhere) = (town.visitor(), town.person("Amira"));
    amira.open("/forgotten").press("Send me the link", &[("email", &email("Amira"))]);
    let link = town.link_to(&email("Amira"), "Choose a new password");
    let form = amira.follow_letter(&link);
    let short = form.press("Use this password", &[("password", "short")]).expect_status(422);
    assert!(short.problems()[0].contains("at least 10"), "{:?}", short.problems());
    let common = form.press("Use this password", &[("password", "password123")]).expect_status(422);
    assert!(common.problems()[0].contains("Too many people"), "{:?}", common.problems());
    form.press("Use this password", &[("password", GOOD)]).expect("Your password is changed");

    assert_eq!(form.press("Use this password", &[("password", "another good one")]).status(), 410);
    assert_eq!(elsewhere.open("/budgets").heading(), "Sign in");
    assert_eq!(town.visitor().sign_in(&email("Amira")).status(), 422, "the old password opens nothing");
    let back = amira.open("/sign-in").press("Sign in", &[("email", &email("Amira")), ("password", GOOD)]);
    assert_eq!(back.heading(), "Your budget");
    town.letter_to(&email("Amira"), "was changed");

    // A newer letter makes the older one worthless, and an hour is enough.
    town.visitor().open("/forgotten").press("Send me the link", &[("email", &email("Noor"))]);
    let first = town.link_to(&email("Noor"), "Choose a new password");
    town.visitor().open("/forgotten").press("Send me the link", &[("email", &email("Noor"))]);
    town.after_letters(&email("Noor"), "Choose a new password", 2);
    let second = town.link_to(&email("Noor"), "Choose a new password");
    assert_eq!(town.visitor().follow_letter(&first).status(), 410);
    assert_eq!(town.visitor().follow_letter(&second).status(), 200);
    town.pass(TimeDelta::minutes(61));
    assert_eq!(town.visitor().follow_letter(&second).status(), 410);
}

#[test]
fn amira_changes_her_password_and_stays_while_others_go() {
    let town = Town::open();
    let (amira, elsewhere) = (town.person("Amira"), town.person("Amira"));
    let before = amira.cookie("waymark_session").unwrap();
    let form = amira.open("/account/password");
    let wrong = form.press("Change my password", &[("current", "not this one"), ("password", GOOD)]).expect_status(422);
    assert!(wrong.problems()[0].contains("not your password"));
    let own = form.press("Change my password", &[("current", PASSWORD), ("password", "amira12345")]).expect_status(422);
    assert!(own.problems()[0].contains("nothing to do with your name"), "{:?}", own.problems());
    form.press("Change my password", &[("current", PASSWORD), ("password", GOOD)]).expect("Your password is changed");
    assert_ne!(amira.cookie("waymark_session").unwrap(), before, "the session has another token");
    assert_eq!(elsewhere.open("/account").heading(), "Sign in");
}

#[test]
fn another_address_needs_both_mailboxes() {
    let town = Town::open();
    let amira = town.person("Amira");
    let old = email("Amira");
    let begin = |to: &str| {
        let so_far = town.letters_to(&old, "Is your e-mail address").len();
        amira
            .open("/account/email")
            .press("Write to both", &[("email", to), ("password", PASSWORD)])
            .expect("both addresses");
        town.after_letters(&old, "Is your e-mail address", so_far + 1);
        (town.link_to(&old, "Is your e-mail address"), town.link_to(to, "Confirm your new e-mail address"))
    };
    let wrong =
        amira.open("/account/email").press("Write to both", &[("email", "new@example.net"), ("password", "no")]);
    assert_eq!(wrong.status(), 422);
    // One mailbox is not enough, nor is the consent to another address.
    let (first_old, _) = begin("first@example.net");
    town.visitor().follow_letter(&first_old).press("Yes, change it", &[]).expect("As soon as the other mailbox");
    town.pass(TimeDelta::minutes(1));
    let (_, new) = begin("second@example.net");
    town.visitor().follow_letter(&new).press("Yes, change it", &[]).expect("As soon as the other mailbox");
    assert!(amira.open("/account").says(&old));
    // The address of somebody else is not given away.
    let (agree, take) = begin(&email("Noor"));
    town.visitor().follow_letter(&agree).press("Yes, change it", &[]);
    assert_eq!(town.visitor().follow_letter(&take).press("Yes, change it", &[]).status(), 409);
    // Both.
    let (agree, take) = begin("amira@example.net");
    town.visitor().follow_letter(&take).press("Yes, change it", &[]).expect("As soon as");
    town.visitor().follow_letter(&agree).press("Yes, change it", &[]).expect("Your e-mail address is changed");
    assert_eq!(town.visitor().follow_letter(&agree).status(), 410);
    assert_eq!(town.visitor().sign_in("amira@example.net").status(), 200);
    assert_eq!(town.visitor().sign_in(&old).status(), 422);
}

#[test]
fn amira_sees_her_devices_and_signs_one_out() {
    let town = Town::open();
    let phone = town.visitor();
    let agent = [("User-Agent", "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) Version/17.0 Mobile Safari/604.1")];
    let page = phone.open("/sign-in");
    let (_, _, sent) = page.filled("Sign in", &[("email", &email("Amira")), ("password", PASSWORD)]);
    let sent: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&sent).finish();
    let headers = [agent[0], ("Content-Type", "application/x-www-form-urlencoded")];
    assert_eq!(phone.send("POST", "/sign-in", &headers, Some(sent.as_bytes())).status, 303);

    let amira = town.person("Amira");
    let account = amira.open("/account").expect("Safari on iPhone");
    assert_eq!(account.all(".list-box__row .tag").len(), 1, "one of them is this one");
    // Somebody else cannot, whatever they send.
    let noor = town.person("Noor");
    let (_, action, _) = account.filled("Sign out Safari on iPhone", &[]);
    let csrf = noor.csrf();
    assert_eq!(noor.post(&action, &[("csrf", &csrf)]).status(), 404);
    assert_eq!(phone.open("/account").heading(), "Your account");

    account.press("Sign out Safari on iPhone", &[]).expect("That device is signed out");
    assert_eq!(phone.open("/account").heading(), "Sign in");
    assert_eq!(amira.open("/account").heading(), "Your account");
}

#[test]
fn a_session_that_was_planted_is_nobodys() {
    let town = Town::open();
    let victim = town.visitor();
    let planted = "a".repeat(64);
    victim.plant("waymark_session", &planted);
    victim.plant("waymark_visit", &planted);
    assert_eq!(victim.sign_in(&email("Amira")).status(), 200);
    let session = victim.cookie("waymark_session").unwrap();
    assert_ne!(session, planted);
    let thief = town.visitor();
    thief.plant("waymark_session", &planted);
    assert_eq!(thief.open("/budgets").heading(), "Sign in");
    // Nor does the session of before stay open when somebody signs in again.
    victim.sign_in(&email("Amira"));
    thief.plant("waymark_session", &session);
    assert_eq!(thief.open("/budgets").heading(), "Sign in");
}

#[test]
fn guessing_slows_down_and_does_not_lock_amira_out() {
    let town = Town::open();
    let amira = town.visitor();
    amira.sign_in(&email("Amira")).expect_status(200);
    amira.open("/account").press("Sign out", &[]);

    let thief = town.visitor();
    let guess = |who: &Person, number: i32| {
        let guess = format!("guess number {number}");
        who.open("/sign-in").press("Sign in", &[("email", &email("Amira")), ("password", &guess)])
    };
    for number in 0..5 {
        assert_eq!(guess(&thief, number).status(), 422);
    }
    let stopped = guess(&thief, 5);
    assert_eq!((stopped.status(), stopped.heading().as_str()), (429, "Please wait a little"));
    let wait: i64 = stopped.answer.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=11).contains(&wait), "{wait}");
    assert_eq!(town.visitor().sign_in(&email("Amira")).status(), 429, "not even the right one, from there");
    // Amira's own browser is known, though it comes from the same address.
    amira.sign_in(&email("Amira")).expect_status(200);
    // And others are let in.
    assert_eq!(town.visitor().sign_in(&email("Noor")).status(), 200);
    // The wait grows.
    town.pass(TimeDelta::seconds(wait));
    assert_eq!(guess(&thief, 6).status(), 422);
    let longer: i64 = guess(&thief, 7).answer.header("retry-after").unwrap().parse().unwrap();
    assert!(longer > wait, "{longer} after {wait}");
    town.pass(TimeDelta::minutes(61));
    assert_eq!(town.visitor().sign_in(&email("Amira")).status(), 200, "and is forgotten");

    let api = town.api();
    let document = serde_json::json!({ "email": email("Noor"), "password": "wrong" });
    for _ in 0..5 {
        api.post("/tokens", &document).refused(422, "wrong-password");
    }
    let told = api.post("/tokens", &document);
    assert!(told.answer.header("retry-after").is_some());
    told.refused(429, "too-many-tries");
}

#[test]
fn letters_are_not_sent_without_end() {
    let town = Town::open();
    let ask = || town.visitor().open("/forgotten").press("Send me the link", &[("email", LEA)]).status();
    let statuses: Vec<u16> = (0..5).map(|_| ask()).collect();
    assert_eq!(statuses, [200, 200, 200, 200, 429]);
}

#[test]
fn nobody_is_led_elsewhere_after_signing_in() {
    let town = Town::open();
    for next in [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/%09/evil.example",
        "/..//evil.example",
        "\t//evil.example",
    ] {
        let visitor = town.visitor();
        let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let page = visitor.open(&format!("/sign-in?next={encoded}"));
        let (_, action, mut sent) = page.filled("Sign in", &[("email", &email("Amira")), ("password", PASSWORD)]);
        sent.retain(|(name, _)| name != "next");
        sent.push(("next".into(), next.into()));
        let sent: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&sent).finish();
        let kind = [("Content-Type", "application/x-www-form-urlencoded")];
        let answer = visitor.send("POST", &action, &kind, Some(sent.as_bytes()));
        let to = answer.header("location").unwrap();
        assert!(
            to.starts_with('/') && !to.starts_with("//") && !to.contains("evil") && !to.contains('\\')
                || to.starts_with("/%09"),
            "{next:?} led to {to}"
        );
    }
}

#[test]
fn every_answer_carries_its_guards() {
    let town = Town::open();
    for path in ["/", "/sign-in", "/api/v1/services", "/nowhere", "/static/favicon.svg"] {
        let answer = town.visitor().send("GET", path, &[], None);
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        assert!(answer.header("permissions-policy").unwrap().contains("camera=()"));
        assert_eq!(answer.header("strict-transport-security"), None, "only over https");
    }
}

#[test]
fn ten_thousand_sessions_make_no_difference() {
    let town = Town::open();
    let amira = town.person("Amira");
    let pages = || {
        let mut times: Vec<_> = (0..60)
            .map(|_| {
                let started = std::time::Instant::now();
                assert_eq!(amira.send("GET", "/account/name", &[], None).status, 200);
                started.elapsed()
            })
            .collect();
        times.sort_unstable();
        times[times.len() / 2]
    };
    let before = pages();
    let now = town.app.clock.now();
    let fill = move |tx: &mut Conn| {
        for _ in 0..2_500 {
            for name in ["Noor", "Bela", "Carol", "Fay"] {
                identity::sign_in(tx, PersonId::named(name), Proven::Password, "somewhere", now)?;
            }
        }
        Ok::<_, diesel::result::Error>(())
    };
    town.app.db.write_now(fill).unwrap();
    let after = pages();
    assert!(after < before * 3 + std::time::Duration::from_millis(2), "{after:?} after {before:?}");
}

#[test]
fn tokens_hold_as_long_as_they_say_and_keys_rotate() {
    let town = Town::open();
    let api = town.api_of("Amira");
    api.get("/me").expect(200);
    let keys = |town: &Town| {
        let answer = town.visitor().send("GET", "/.well-known/jwks.json", &[], None);
        let set: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        set["keys"].as_array().unwrap().clone()
    };
    let first = keys(&town);
    assert_eq!(first.len(), 1);
    assert_eq!((first[0]["kty"].as_str(), first[0]["alg"].as_str()), (Some("OKP"), Some("EdDSA")));
    waymark::identity::SigningKeys::rotate(&town.app.db, &town.app.vault, town.app.clock.now()).unwrap();
    town.pass(TimeDelta::minutes(2));
    assert_eq!(keys(&town).len(), 2, "both are published");
    api.get("/me").expect(200);
    let kid = |api: &Api| kid_of(&api.token().unwrap());
    assert_eq!(kid(&town.api_of("Amira")), first[0]["kid"], "the new one does not sign yet");
    town.pass(TimeDelta::minutes(9));
    let newer = town.api_of("Amira");
    assert_ne!(kid(&newer), first[0]["kid"]);
    api.get("/me").expect(200);
    newer.get("/me").expect(200);
    town.pass(TimeDelta::minutes(50));
    api.get("/me").expect(200); // 61 minutes: clocks may differ by two
    town.pass(TimeDelta::minutes(2));
    api.get("/me").refused(401, "sign-in-first");
    newer.get("/me").expect(200);
    town.pass(TimeDelta::minutes(10));
    assert_eq!(keys(&town).len(), 1, "the old key is gone with its last token");
}

fn kid_of(token: &str) -> String {
    header_of(token)["kid"].as_str().unwrap().to_owned()
}

fn header_of(token: &str) -> serde_json::Value {
    serde_json::from_slice(&unbase64(token.split('.').next().unwrap())).unwrap()
}

fn unbase64(text: &str) -> Vec<u8> {
    let value = |letter: u8| match letter {
        b'A'..=b'Z' => letter - b'A',
        b'a'..=b'z' => letter - b'a' + 26,
        b'0'..=b'9' => letter - b'0' + 52,
        b'-' => 62,
        _ => 63,
    };
    let (mut held, mut bits, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.bytes() {
        held = (held << 6) | u32::from(value(letter));
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    bytes
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let held = three.iter().fold(0_u32, |held, byte| (held << 8) | u32::from(*byte)) << (8 * (3 - three.len()));
        (0..=three.len()).for_each(|nth| text.push(char::from(LETTERS[(held >> (18 - 6 * nth) & 63) as usize])));
    }
    text
}

#[test]
fn forged_tokens_open_nothing() {
    let town = Town::open();
    let token = town.api_of("Amira").token().unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let claims: serde_json::Value = serde_json::from_slice(&unbase64(parts[1])).unwrap();
    let kid = kid_of(&token);
    let forged = |header: serde_json::Value, claims: &serde_json::Value, signature: &str| {
        format!("{}.{}.{signature}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()))
    };
    let mut noor = claims.clone();
    noor["sub"] = PersonId::named("Noor").to_string().into();
    // Signed by a key of the thief's own, under our kid; and with our public key as if it were a secret.
    let pem = waymark_key();
    let with = |algorithm, key: &jsonwebtoken::EncodingKey| {
        let header = jsonwebtoken::Header { kid: Some(kid.clone()), ..jsonwebtoken::Header::new(algorithm) };
        jsonwebtoken::encode(&header, &noor, key).unwrap()
    };
    let others = with(jsonwebtoken::Algorithm::EdDSA, &jsonwebtoken::EncodingKey::from_ed_pem(pem.as_bytes()).unwrap());
    let public = town.visitor().send("GET", "/.well-known/jwks.json", &[], None).text();
    let secret = with(jsonwebtoken::Algorithm::HS256, &jsonwebtoken::EncodingKey::from_secret(public.as_bytes()));
    let none = serde_json::json!({ "alg": "none", "typ": "JWT", "kid": kid });
    let eddsa = serde_json::json!({ "alg": "EdDSA", "typ": "JWT", "kid": kid });
    for (what, token) in [
        ("nothing", String::new()),
        ("words", "let me in".into()),
        ("alg:none", forged(none.clone(), &noor, "")),
        ("alg:none with a signature", forged(none, &noor, parts[2])),
        ("another person under the same signature", forged(eddsa.clone(), &noor, parts[2])),
        ("no signature", forged(eddsa, &claims, "")),
        ("another key", others),
        ("our public key as a secret", secret),
        ("an unknown kid", forged(serde_json::json!({ "alg": "EdDSA", "kid": "0000" }), &claims, parts[2])),
    ] {
        let told = town.api().send("GET", "/me", &[("Authorization", &format!("Bearer {token}"))], None);
        assert_eq!(told.status, 401, "{what}: {}", told.body);
    }
}

/// A key that is not ours.
fn waymark_key() -> String {
    // An Ed25519 private key as PKCS #8: a fixed beginning and 32 bytes.
    let mut der = vec![0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    der.extend([7; 32]);
    let text = base64(&der).replace('-', "+").replace('_', "/");
    format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
}

#[test]
fn letters_wait_while_the_mail_server_is_down() {
    let mut town = Town::without_followers();
    // Nothing listens there.
    let mail =
        waymark::config::Mail { smtp_url: Some("smtp://127.0.0.1:9".into()), ..waymark::config::Mail::default() };
    let folder = town.data_dir().to_owned();
    let office = waymark::post::Office::open(&mail, &folder).unwrap();
    let postman = waymark::post::Postman::new(town.app.db.clone(), town.app.clock.clone(), office);
    town.visitor().open("/forgotten").press("Send me the link", &[("email", &email("Amira"))]);
    assert!(postman.step().unwrap(), "it was tried");
    let troubled = || town.app.db.read_now(|conn| waymark::post::store::troubled(conn, 10)).unwrap();
    assert_eq!(troubled().len(), 1);
    assert!(!troubled()[0].2.contains("amira"), "{:?}", troubled());
    assert!(!postman.step().unwrap(), "and waits");
    town.pass(TimeDelta::minutes(3));
    assert!(postman.step().unwrap(), "and is tried again");
    assert_eq!(troubled()[0].1, 2);
    town.pass(TimeDelta::minutes(10));
    town.follow(); // the server is back
    town.link_to(&email("Amira"), "Choose a new password");
}

#[test]
fn over_https_cookies_carry_the_host_prefix() {
    let mut town = Town::open();
    town.serve_securely();
    let visitor = town.visitor();
    let page = visitor.open("/sign-in");
    assert_eq!(page.answer.header("strict-transport-security"), Some("max-age=31536000; includeSubDomains"));
    let (_, action, sent) = page.filled("Sign in", &[("email", &email("Amira")), ("password", PASSWORD)]);
    let sent: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&sent).finish();
    let kind = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = visitor.send("POST", &action, &kind, Some(sent.as_bytes()));
    let cookies: Vec<&str> =
        answer.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect();
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    for cookie in cookies {
        assert!(cookie.starts_with("__Host-waymark_"), "{cookie}");
        for rule in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(rule), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    // A cookie under the other name, which a neighbouring site could set, counts for nothing.
    let thief = town.visitor();
    thief.plant("waymark_session", &visitor.cookie("__Host-waymark_session").unwrap());
    assert_eq!(thief.open("/account").heading(), "Sign in");
}

#[test]
fn only_a_named_proxy_may_say_where_a_guess_comes_from() {
    let mut town = Town::open();
    let guess = |town: &Town, from: &str, number: usize| {
        let body = serde_json::json!({ "email": email("Amira"), "password": format!("guess {number}") }).to_string();
        let headers = [("Content-Type", "application/json"), ("X-Forwarded-For", from)];
        town.api().send("POST", "/tokens", &headers, Some(body.as_bytes())).status
    };
    let all: Vec<u16> = (0..6).map(|number| guess(&town, &format!("203.0.113.{number}"), number)).collect();
    assert_eq!(all, [422, 422, 422, 422, 422, 429], "a header that anybody can write counts for nothing");
    town.serve_behind("127.0.0.1");
    let all: Vec<u16> = (0..6).map(|number| guess(&town, &format!("203.0.113.{number}"), number)).collect();
    assert_eq!(all, [422; 6], "from a named proxy they are six addresses");
    let all: Vec<u16> = (0..6).map(|number| guess(&town, "198.51.100.7", number)).collect();
    assert_eq!(all, [422, 422, 422, 422, 422, 429]);
}
