//! Somebody narrows what was found, searches for exact words, and says what is missing.

use diesel::RunQueryDsl;
use serde_json::json;
use waymark::db::Conn;
use waymark::search::Through;

use crate::support::Town;

#[derive(diesel::QueryableByName)]
struct Wish {
    #[diesel(sql_type = diesel::sql_types::Text)]
    words: String,
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    district: Option<String>,
    #[diesel(sql_type = diesel::sql_types::Nullable<diesel::sql_types::Text>)]
    category_id: Option<String>,
}

fn wishes(town: &Town) -> Vec<Wish> {
    let asked = diesel::sql_query("SELECT words, district, category_id FROM wanted_support ORDER BY id");
    match &mut town.connect() {
        Conn::Postgres(pg) => asked.load(pg).unwrap(),
        Conn::Sqlite(lite) => asked.load(lite).unwrap(),
    }
}

#[test]
fn every_filter_narrows_and_says_what_it_would_leave() {
    let town = Town::open();
    let visitor = town.visitor();

    let all = visitor.open("/search?near=M33+7");
    for title in ["Kind", "Category", "Distance", "Price", "Who it is for", "When it is on", "Who runs it"] {
        assert!(all.all(".filter__title").iter().any(|group| group.starts_with(title)), "{title}");
    }
    let near = visitor.open("/search?near=M33+7&within=1&age=70&day=monday&time=morning&need=older-people&free=1");
    assert_eq!(near.all(".card__name"), ["Sale Library"]);
    let chips = near.all(".chip").join("; ");
    for chip in ["within a mile", "for age 70", "on Monday", "in the morning", "older people", "free"] {
        assert!(chips.contains(chip), "{chip}: {chips}");
    }
    let without = near.go("within a mile");
    assert_eq!(without.all(".card__name").len(), 2);
    let free = visitor.open("/search?provider_type=in-house&has_places=1");
    assert_eq!(free.all(".card__name").len(), 2);
    assert!(visitor.open("/search?registered=1").heading().contains("0 services"));
}

#[test]
fn what_is_not_known_is_left_out_with_a_note_on_the_page_and_refused_by_the_api() {
    let town = Town::open();

    let page = town.visitor().open("/search?kind=spaceship&age=old&sort=magic&within=3&near=").expect_status(200);
    assert_eq!(page.all(".card__name").len(), 5, "the rest of the search is answered");
    let page = page.expect("We do not know the kind “spaceship”.").expect("Use an age in whole years");
    page.expect("We do not know the order “magic”.").expect("Say where: a postcode");

    let api = town.api();
    for (query, field) in [
        ("kind=spaceship", "kind"),
        ("category=older-people", "category"),
        ("need=libraries", "need"),
        ("accessibility=wings", "accessibility"),
        ("funding=gold", "funding"),
        ("provider_type=alien", "provider_type"),
        ("language=Klingon", "language"),
        ("day=someday", "day"),
        ("time=midnight", "time"),
        ("age=-1", "age"),
        ("min_rating=6", "min_rating"),
        ("free=maybe", "free"),
        ("within=0&near=M33", "within"),
        ("within=5", "within"),
        ("serves_home=1", "serves_home"),
        ("sort=magic", "sort"),
        ("sort=distance", "sort"),
        ("near=Atlantis", "near"),
        ("max_price=cheap", "max_price"),
        ("per_page=1000", "per_page"),
    ] {
        let refused = api.get(&format!("/services?{query}")).refused(422, "invalid-input");
        assert_eq!(refused["errors"][0]["field"], field, "{query}");
    }
}

#[test]
fn the_api_counts_and_orders_like_the_page() {
    let town = Town::open();
    let found =
        town.api().get("/services?near=M33+7&within=1&sort=checked&funding=direct+payment&age=65%2B").expect(200);
    assert_eq!(found["total"], found["services"].as_array().unwrap().len());
    let counts = &found["counts"];
    assert_eq!(counts["within_miles"]["25"], 5, "a filter is left out of its own counts");
    assert!(counts["ages"]["65+"].as_i64().unwrap() > 0 && counts["days"]["monday"].as_i64().unwrap() > 0);
    assert!(found["order"][0].as_str().unwrap().contains("checked last"));
}

#[test]
fn quotation_marks_mean_exactly_that() {
    let town = Town::open();
    let visitor = town.visitor();
    let put_right = visitor.open("/search?q=libary");
    assert!(put_right.one(".found__spelling").contains("We searched for library"));
    let exact = put_right.go("Search for “libary” instead");
    assert!(exact.heading().starts_with("Nothing found"), "{}", exact.heading());
    let meant = exact.go("library");
    assert_eq!(meant.all(".card__name").len(), 2);
    assert_eq!(visitor.open("/search?q=%22Sale+Library%22").all(".card__name"), ["Sale Library"]);
}

#[test]
fn a_search_that_finds_little_offers_what_is_close() {
    let town = Town::open();
    let nothing = town.visitor().open("/search?q=library&min_rating=4&near=M33+7");
    assert!(nothing.heading().starts_with("Nothing found"));
    let nothing = nothing.expect("Close to what you asked").expect("Without “4 stars and up”");
    assert_eq!(nothing.all(".close .card__name").len(), 2);
    assert_eq!(nothing.go("2 results without").all(".card__name").len(), 2);
}

#[test]
fn the_map_is_one_link_away_and_the_list_stays() {
    let town = Town::open();
    let list = town.visitor().open("/search?q=library&near=M33+7");
    let map = list.go("List with map");
    assert_eq!(map.all(".map-box--large .map-pin").len(), 2);
    assert_eq!(map.all(".card__name").len(), 2);
    assert!(map.go("List").all(".map-box--large").is_empty());
}

#[test]
fn somebody_says_what_is_missing_and_is_not_remembered() {
    let town = Town::open();

    let nothing = town.visitor().open("/search?q=xylophone+lessons&near=M33+7ND");
    let thanks = nothing.press(
        "Tell the council",
        &[("words", "Xylophone lessons, call 0161 496 0000 or joe@example.org"), ("category", "arts")],
    );
    assert_eq!(thanks.heading(), "Thank you for saying so", "{}", thanks.main());

    let api = town.api();
    let wish = json!({ "words": "A choir for men", "near": "Urmston", "submission_key": "0192f3a0-0000-7000-8000-000000000000" });
    for _ in 0..2 {
        assert_eq!(api.post("/wanted-support", &wish).status, 204);
    }
    let kept = wishes(&town);
    assert_eq!(kept.len(), 2, "sending the same one again counts once");
    assert_eq!(kept[0].words, "Xylophone lessons call or");
    assert_eq!((kept[0].district.as_deref(), kept[0].category_id.as_deref()), (Some("M33"), Some("arts")));

    let refused =
        api.post("/wanted-support", &json!({ "words": " ", "near": "Atlantis" })).refused(422, "invalid-input");
    assert_eq!(refused["errors"].as_array().unwrap().len(), 2);
    let again = town.visitor().open("/wanted").press("Tell the council", &[("words", ""), ("near", "Atlantis")]);
    assert_eq!((again.status(), again.problems().len()), (422, 2));
    assert_eq!(wishes(&town).len(), 2);
}

#[test]
fn searches_are_logged_without_names() {
    let town = Town::open();
    let visitor = town.visitor();
    for _ in 0..2 {
        visitor.open("/search?q=libary+joan+smithson&near=M33+7ND&free=1");
    }
    visitor.open("/search?q=libary&page=2");
    town.app.searches.write(&town.app.db).unwrap();

    let logged = town.app.db.read_now(|conn| waymark::search::store::searches_of(conn, town.today())).unwrap();
    assert_eq!(logged.len(), 1, "turning a page is not another search: {logged:?}");
    let (searched, times) = &logged[0];
    assert_eq!((searched.words.as_str(), *times, searched.through), ("library ? ?", 2, Through::Page));
    assert_eq!((searched.district.as_deref(), searched.filters.as_str()), (Some("M33"), "free=1"));
    assert!(searched.authority.is_some());
}

#[test]
fn suggestions_tell_what_they_are() {
    let town = Town::open();
    let api = town.api();
    let all = api.get("/suggestions?q=libr").expect(200);
    let kinds: Vec<&str> =
        all["suggestions"].as_array().unwrap().iter().map(|each| each["kind"].as_str().unwrap()).collect();
    assert!(kinds.contains(&"category") && kinds.contains(&"service"), "{all}");
    let places = api.get("/suggestions?q=urm&kind=place").expect(200);
    assert_eq!(places["suggestions"][0]["text"], "Urmston, Trafford");
    assert_eq!(api.get("/suggestions?q=libary").expect(200)["suggestions"][0]["kind"], "did you mean");
    api.get("/suggestions?q=libr&kind=spell").refused(422, "invalid-input");
    assert_eq!(api.get("/suggestions?q=%F0%9F%8F%A0").expect(200)["suggestions"].as_array().unwrap().len(), 0);
}

#[test]
fn hostile_searches_get_a_clear_answer() {
    let town = Town::open();
    let visitor = town.visitor();
    for query in [
        "%28%28%28%28a%2B%29%2B%29%2B%29%2B%24",
        "name%3Alibrary+AND+NOT+%28",
        "%22%22%22%22%22%22",
        "%5B%5E%5D*%3F%7C%5C",
        "%07%08%1B",
        "%27%3B+DROP+TABLE+services%3B--",
        "library%22+%22",
    ] {
        visitor.open(&format!("/search?q={query}")).expect_status(200);
        assert_eq!(town.api().get(&format!("/services?q={query}")).status, 200, "{query}");
        assert_eq!(town.api().get(&format!("/suggestions?q={query}")).status, 200, "{query}");
    }
    let long = "a".repeat(2_000);
    town.api().get(&format!("/services?q={long}")).refused(400, "query-too-long");
    let many: String = (0..2_000).map(|n| format!("&kind=k{n}")).collect();
    assert!(town.api().get(&format!("/services?q=x{many}")).status >= 400);
    town.holds_together();
}

#[test]
fn where_somebody_is_becomes_a_neighbourhood_and_nothing_else() {
    let town = Town::open();
    let api = town.api();

    let here = api.get("/places/nearest?latitude=53.42&longitude=-2.32").expect(200);
    let near = here["near"].as_str().unwrap().to_owned();
    assert!(near.starts_with("M33 "), "{near}");
    assert_eq!(town.visitor().open(&format!("/search?near={}", near.replace(' ', "+"))).status(), 200);
    for elsewhere in ["latitude=48.86&longitude=2.35", "latitude=1e300&longitude=0", "latitude=NaN&longitude=0", ""] {
        let refused = api.get(&format!("/places/nearest?{elsewhere}"));
        assert!([400, 422].contains(&refused.status), "{elsewhere}: {}", refused.status);
    }
}
