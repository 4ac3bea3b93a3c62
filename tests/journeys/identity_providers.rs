//! Signing in with an account that one has elsewhere, at a real OpenID provider.

use std::sync::Arc;

use chrono::TimeDelta;
use waymark::identity::{Providers, Waiver};

use crate::support::{Elsewhere, Person, Seen, Town, email};

/// A town with a provider elsewhere; none where the provider cannot be run.
fn town_with_a_provider(with_key: bool) -> Option<(Town, Elsewhere)> {
    let mut town = Town::open();
    // The provider lives by the machine's clock.
    let real = waymark::clock::Clock::of_the_machine().now();
    town.pass(real - town.app.clock.now());
    town.app.waiver = Waiver::Nobody;
    let base = town.serve_at_its_address();
    let key_file = with_key.then(|| town.data_dir().join("client-key.pem"));
    let elsewhere = Elsewhere::start(&format!("{base}/sign-in/from/elsewhere"), key_file.as_deref())?;
    let settings = elsewhere.settings(town.data_dir(), key_file.as_deref());
    town.app.providers = Arc::new(Providers::open(Some(&settings)).unwrap());
    town.serve_at_the_same_address();
    Some((town, elsewhere))
}

/// Where the page leads that says "on to Elsewhere".
fn address(page: &Seen) -> String {
    assert_eq!(page.heading(), "On to Elsewhere");
    page.link("Go on to Elsewhere")
}

fn back(town: &Town, person: &Person, to: &str) -> Seen {
    person.open(to.strip_prefix(&town.base).unwrap_or_else(|| panic!("it leads to {to}")))
}

/// Signs in at the provider, from our sign-in page and back.
fn signs_in(town: &Town, elsewhere: &Elsewhere, login: &str, amr: &str) -> (Person, Seen) {
    let person = town.visitor();
    let to = address(&person.open("/sign-in").press("Elsewhere", &[]));
    let seen = back(town, &person, &elsewhere.signs_in(&to, login, amr));
    (person, seen)
}

#[test]
fn people_sign_in_with_an_account_from_elsewhere() {
    let Some((town, elsewhere)) = town_with_a_provider(false) else { return };
    let (_, seen) = signs_in(&town, &elsewhere, "lea", "pwd");
    assert_eq!(seen.heading(), "Your account");
    assert!(seen.says("Lea Elsewhere") && seen.says("lea@example.org"));
    let (lea, seen) = signs_in(&town, &elsewhere, "lea", "pwd");
    assert!(seen.says("Lea Elsewhere"), "the same account");

    // It is her only way in, until she has a password.
    assert_eq!(lea.open("/account").press("Sign in without Elsewhere", &[]).status(), 409);

    // Nobody is taken for somebody because of an address.
    let (_, seen) = signs_in(&town, &elsewhere, "amira", "pwd");
    assert_eq!(seen.status(), 409);
    assert!(seen.says("There is an account with your e-mail address already"));
    let (_, seen) = signs_in(&town, &elsewhere, "amira-unconfirmed", "pwd");
    assert!(seen.says("Amira-unconfirmed Elsewhere") && seen.says("None yet"), "{}", seen.main());

    // Amira links it herself.
    let amira = town.person("Amira");
    let to = address(&amira.open("/account").press("Sign in with Elsewhere too", &[]));
    let linked = back(&town, &amira, &elsewhere.signs_in(&to, "amira", "pwd"));
    linked.expect("You can sign in that way");
    let (_, seen) = signs_in(&town, &elsewhere, "amira", "pwd");
    assert_eq!(seen.heading(), "Your budget");
    // Noor cannot take the same identity.
    let noor = town.person("Noor");
    let to = address(&noor.open("/account").press("Sign in with Elsewhere too", &[]));
    assert_eq!(back(&town, &noor, &elsewhere.signs_in(&to, "amira", "pwd")).status(), 409);
    amira.open("/account").press("Sign in without Elsewhere", &[]).expect("no longer sign in that way");
    let (_, seen) = signs_in(&town, &elsewhere, "amira", "pwd");
    assert_eq!(seen.status(), 409);
}

#[test]
fn what_was_not_begun_here_by_this_browser_ends_nowhere() {
    let Some((town, elsewhere)) = town_with_a_provider(false) else { return };
    let person = town.visitor();
    let to = address(&person.open("/sign-in").press("Elsewhere", &[]));
    let returned = elsewhere.signs_in(&to, "lea", "pwd");
    // Somebody else's browser, which was sent the address.
    let victim = town.visitor();
    victim.open("/sign-in");
    assert_eq!(back(&town, &victim, &returned).status(), 410);
    assert_eq!(victim.open("/account").heading(), "Sign in");
    // A state that was made up.
    let made_up = returned.replace("state=", "state=0");
    assert_eq!(back(&town, &person, &made_up).status(), 410);
    // The right one, and then once more.
    assert_eq!(back(&town, &person, &returned).heading(), "Your account");
    assert_eq!(back(&town, &person, &returned).status(), 410);
    // A code that was made up, for a visit that is right.
    let person = town.visitor();
    let to = address(&person.open("/sign-in").press("Elsewhere", &[]));
    let returned = elsewhere.signs_in(&to, "lea", "pwd");
    let forged = returned.replace("code=", "code=0");
    assert_eq!(back(&town, &person, &forged).status(), 503);
    // Too late.
    let person = town.visitor();
    let to = address(&person.open("/sign-in").press("Elsewhere", &[]));
    let returned = elsewhere.signs_in(&to, "lea", "pwd");
    town.pass(TimeDelta::minutes(10));
    assert_eq!(back(&town, &person, &returned).status(), 410);
    // Turned away there.
    let person = town.visitor();
    let to = address(&person.open("/sign-in").press("Elsewhere", &[]));
    let away = back(&town, &person, &elsewhere.signs_in(&to, "nobody", "pwd"));
    assert_eq!(away.status(), 403);
    assert!(away.says("You were not signed in at Elsewhere"));
    assert_eq!(town.visitor().open("/sign-in/from/nowhere?state=0").status(), 404);
}

#[test]
fn the_other_side_may_ask_for_the_second_factor_and_we_may_prove_ourselves_with_a_key() {
    let Some((town, elsewhere)) = town_with_a_provider(true) else { return };
    // Carol has a role that needs a second factor; she links her account once she has one.
    let carol = town.visitor();
    let page = carol.sign_in(&email("Carol")).press("Set it up", &[]);
    let secret = page.one(".secret code").replace(' ', "");
    let code = |town: &Town| waymark::identity::second_factor::code_now(&secret, town.app.clock.now()).unwrap();
    page.press("Turn it on", &[("code", &code(&town))]).expect("Keep your recovery codes");
    let to = address(&carol.open("/account").press("Sign in with Elsewhere too", &[]));
    back(&town, &carol, &elsewhere.signs_in(&to, "carol", "pwd")).expect("You can sign in that way");

    let (_, seen) = signs_in(&town, &elsewhere, "carol", "pwd");
    assert_eq!(seen.heading(), "Enter the code from your phone", "a password elsewhere is only one factor");
    let (_, seen) = signs_in(&town, &elsewhere, "carol", "mfa");
    assert_eq!((seen.path.as_str(), seen.status()), ("/demand", 200), "two factors elsewhere are two");
}
