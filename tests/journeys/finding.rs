//! Somebody looks for support.

use crate::support::Town;

#[test]
fn a_visitor_finds_the_library_with_a_typing_mistake_and_a_postcode() {
    let town = Town::open();

    let results = town.visitor().open("/").press("Search", &[("q", "libary near M33 7")]).expect_status(200);

    assert_eq!(results.all(".card__name")[0], "Sale Library");
    assert_eq!(results.all(".card__name").len(), 2, "the other library is further away, not lost");
    assert!(results.one(".found__spelling").contains("library"));
    assert!(results.one(".found__place").contains("M33 7"));
    assert!(results.one(".card__facts li").contains("away"));
    results.expect("Free").expect("Nobody can pay for a higher place");
}

#[test]
fn a_daughter_finds_someone_to_sit_with_mum_and_reads_about_it() {
    let town = Town::open();
    let daughter = town.visitor();

    let results = daughter.open("/search?q=someone+to+sit+with+mum");
    assert_eq!(results.all(".card__name")[0], "Someone to sit with mum or dad");
    assert!(results.one(".card__price").contains("£18"));

    let service = results.go("Someone to sit").expect_status(200);
    assert_eq!(service.heading(), "Someone to sit with mum or dad");
    let service = service.expect("Sale Neighbours").expect("Nobody has rated this yet").expect("M33 7ZF");
    assert!(service.go("Sign in to buy").heading().starts_with("Sign in"));
}

#[test]
fn filters_show_how_many_results_they_would_leave() {
    let town = Town::open();
    let visitor = town.visitor();

    let all = visitor.open("/search");
    assert!(all.heading().contains("5 services"), "{}", all.heading());
    let kinds = all.all(".filter .pick").join("; ");
    assert!(kinds.contains("support service 3") && kinds.contains("universal service 2"), "{kinds}");

    let libraries = visitor.open("/search?kind=universal+service");
    assert_eq!(libraries.all(".card__name").len(), 2);
    assert!(libraries.one(".chip").starts_with("universal service"));
    let cheap = visitor.open("/search?max_price=10&kind=support+service");
    assert_eq!(cheap.all(".card__name"), ["Lunch club"]);
}

#[test]
fn the_order_is_explained_and_can_be_chosen() {
    let town = Town::open();
    let visitor = town.visitor();

    visitor.open("/about-search").expect_status(200).expect("How results are ordered");
    let by_price = visitor.open("/search?kind=support+service&sort=price");
    assert_eq!(by_price.all(".card__name")[0], "Lunch club");
    let nearest = visitor.open("/search?near=M41&q=library&sort=distance");
    assert_eq!(nearest.all(".card__name")[0], "Urmston Library");
}

#[test]
fn what_is_not_there_ends_in_advice_rather_than_in_nothing() {
    let town = Town::open();

    let nothing = town.visitor().open("/search?q=xylophone+zeppelin").expect_status(200);

    assert!(nothing.heading().starts_with("Nothing found"), "{}", nothing.heading());
    nothing.expect("Try fewer or more everyday words");
    let lost = town.visitor().open("/services/0192f3a0-0000-7000-8000-000000000000").expect_status(404);
    assert_eq!(lost.heading(), "We cannot find that page");
}

#[test]
fn whoever_asks_for_a_private_page_signs_in_and_gets_there() {
    let town = Town::open();
    let amira = town.visitor();

    let door = amira.open(&format!("/budgets/{}", town.budget_of("Amira")));
    assert_eq!(door.heading(), "Sign in");
    let wrong = door.press("Sign in", &[("email", "amira@example.org"), ("password", "three red kites")]);
    assert_eq!(wrong.status(), 422);
    assert_eq!(
        wrong.problems(),
        ["That e-mail address and password do not belong together. Check both and try again."]
    );
    let budget = wrong.press("Sign in", &[("password", crate::support::PASSWORD)]);
    assert_eq!(budget.heading(), "Your budget");

    let home = budget.press("Sign out", &[]);
    assert!(home.path == "/" && home.all(".who").is_empty());
    assert_eq!(amira.open("/budgets").heading(), "Sign in");
}
