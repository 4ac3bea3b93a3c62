//! What people type, and what they get.

use crate::catalogue::taxonomy::Taxonomy;

use super::super::suggest::{SuggestionKind, suggestions};
use super::super::{Ages, Filters, Freshness, Home, Sort, explain_order};
use super::*;

#[test]
fn a_mistyped_word_is_put_right_and_the_nearest_comes_first() {
    let (_dir, index) = indexed(town());
    let found = index.find(&near_sale("libary")).unwrap();
    assert_eq!(names(&found), ["Sale Library", "Urmston Library", "Bolton Central Library"]);
    assert_eq!(found.corrected.as_deref(), Some("library"));
    assert_eq!(found.total, 3);
    assert!(found.hits[0].distance_metres.is_some_and(|metres| (290..310).contains(&metres)));
}

#[test]
fn a_word_that_is_there_is_left_alone() {
    let (_dir, index) = indexed(town());
    let found = index.find(&search("libraries")).unwrap();
    assert_eq!((found.total, found.corrected), (3, None));
}

#[test]
fn more_slips_of_the_pen_are_forgiven() {
    let (_dir, index) = indexed(town());
    for (typed, meant) in [("wheelchiar", "wheelchair"), ("gardning", "gardening"), ("weelchairs", "wheelchair")] {
        let found = index.find(&search(typed)).unwrap();
        assert!(found.total > 0, "{typed}");
        assert!(found.corrected.is_some_and(|put_right| put_right.starts_with(meant)), "{typed}");
    }
}

#[test]
fn everyday_words_are_understood() {
    let (_dir, index) = indexed(town());
    let found = index.find(&search("hoover")).unwrap();
    assert_eq!(names(&found).first().map(String::as_str), Some("Weekly clean"));
    assert!(found.understood[0].contains("cleaning"), "{:?}", found.understood);
    let found = index.find(&search("someone to sit with mum")).unwrap();
    let names = names(&found);
    assert_eq!(names.first().map(String::as_str), Some("Someone to sit with mum or dad"));
    assert!(names.iter().any(|name| name == "Evening respite at home"), "{names:?}");
}

#[test]
fn every_word_before_some_words() {
    let (_dir, index) = indexed(town());
    let found = index.find(&search("wheelchair sign")).unwrap();
    assert_eq!(names(&found), ["Amina, PA", "Transit wheelchair"]);
    assert!(found.relaxed);
    assert!(!index.find(&search("wheelchair")).unwrap().relaxed);
}

#[test]
fn filters_leave_their_own_choice_out_of_their_counts() {
    let (_dir, index) = indexed(town());
    let filters = Filters { kinds: vec!["equipment".into()], ..Filters::default() };
    let found = index.find(&Search { filters, ..search("") }).unwrap();
    assert_eq!(names(&found), ["Transit wheelchair"]);
    assert_eq!(found.counts.kinds.get("universal service"), Some(&3));
    assert_eq!(found.counts.kinds.get("equipment"), Some(&1));
    assert_eq!(found.counts.provider_types.get("private"), Some(&1));
    assert_eq!(found.counts.provider_types.get("in-house"), None);
    assert_eq!((found.counts.free, found.counts.priced, found.counts.four_stars), (0, 1, 1));
}

#[test]
fn a_category_takes_in_those_below_it() {
    let (_dir, index) = indexed(town());
    let filters = Filters { categories: vec!["community".into()], ..Filters::default() };
    let found = index.find(&Search { filters, ..search("") }).unwrap();
    assert_eq!(found.total, 3);
    assert_eq!(found.counts.categories.get("libraries"), Some(&3));
    assert_eq!(found.counts.categories.get("help-at-home"), Some(&5));
    assert_eq!(found.counts.categories.get("sitting-service"), Some(&2));
}

#[test]
fn every_filter_narrows() {
    let (_dir, index) = indexed(town());
    let total = |filters: Filters| index.find(&Search { filters, ..near_sale("") }).unwrap().total;
    let none = Filters::default();
    assert_eq!(total(none.clone()), 9);
    assert_eq!(total(Filters { free_only: true, ..none.clone() }), 3);
    assert_eq!(total(Filters { max_price_pence: Some(2_000), ..none.clone() }), 8);
    assert_eq!(total(Filters { min_rating: Some(40), ..none.clone() }), 1);
    assert_eq!(total(Filters { min_rating: Some(20), ..none.clone() }), 2);
    assert_eq!(total(Filters { registered_only: true, ..none.clone() }), 0);
    assert_eq!(total(Filters { has_places: true, ..none.clone() }), 9);
    assert_eq!(total(Filters { needs: vec!["sensory impairment".into()], ..none.clone() }), 1);
    assert_eq!(total(Filters { accessibility: vec!["step-free".into(), "bsl".into()], ..none.clone() }), 1);
    assert_eq!(total(Filters { accessibility: vec!["nowhere".into()], ..none.clone() }), 0);
    assert_eq!(total(Filters { provider_types: vec!["private".into()], ..none.clone() }), 1);
    // Amina is further away than that, and comes out to people.
    assert_eq!(total(Filters { within_metres: Some(1_000), ..none }), 7);
}

#[test]
fn order_by_distance_rating_and_price() {
    let (_dir, index) = indexed(town());
    let ordered = |sort| names(&index.find(&Search { sort, ..near_sale("") }).unwrap());
    assert_eq!(ordered(Sort::Distance).last().map(String::as_str), Some("Bolton Central Library"));
    assert_eq!(ordered(Sort::Relevance), ordered(Sort::Distance));
    assert_eq!(ordered(Sort::Rating)[..2], ["Transit wheelchair", "Amina, PA"]);
    assert_eq!(ordered(Sort::Price).last().map(String::as_str), Some("Transit wheelchair"));
    assert!(ordered(Sort::Price)[..3].iter().all(|name| name.contains("Library")));
}

#[test]
fn pages_go_on_where_the_last_one_ended() {
    let (_dir, index) = indexed(town());
    let page = |page| names(&index.find(&Search { page, per_page: 4, ..near_sale("") }).unwrap());
    let pages: Vec<String> = [page(1), page(2), page(3)].concat();
    assert_eq!(pages, names(&index.find(&near_sale("")).unwrap()));
    assert_eq!(page(0), page(1));
    assert!(page(4).is_empty() && page(u32::MAX).is_empty());
}

#[test]
fn nothing_typed_is_too_strange() {
    let (_dir, index) = indexed(town());
    let long = "library ".repeat(1_250);
    assert_eq!(index.find(&search(&long)).unwrap().total, 3);
    for words in
        ["\"", "name:library AND (", "🏠", "\0\u{7}", "***", "-- '; DROP", &"x".repeat(10_000), "the", "a b c", "ﷺ"]
    {
        let found = index.find(&Search { page: 0, per_page: 0, near: Some((f64::NAN, 1e300)), ..search(words) });
        assert!(found.is_ok(), "{words}");
    }
    assert_eq!(index.find(&search("🏠")).unwrap().total, 0);
    assert_eq!(index.find(&search("   ")).unwrap().total, 9);
    assert_eq!(index.find(&search("library: (sale)")).unwrap().hits[0].id, ServiceId::named("Sale Library"));
}

#[test]
fn names_are_suggested_while_somebody_types() {
    let (_dir, index) = indexed(town());
    let taxonomy = Taxonomy::of(Taxonomy::shipped().unwrap());
    let texts = |typed: &str, only| -> Vec<String> {
        suggestions(&index, &taxonomy, typed, only).into_iter().map(|suggestion| suggestion.text).collect()
    };
    let all = texts("libr", None);
    assert_eq!(all[0], "Libraries");
    assert!(all.contains(&"Sale Library".to_owned()) && all.contains(&"library".to_owned()), "{all:?}");
    assert_eq!(texts("sale l", Some(SuggestionKind::Service)), ["Sale Library"]);
    assert_eq!(texts("weekly cl", Some(SuggestionKind::Service)), ["Weekly clean"]);
    assert_eq!(texts("libary", None), ["library"]);
    assert!(texts("", None).is_empty() && texts("🏠", None).is_empty() && texts("\"'(", None).is_empty());
}

#[test]
fn the_order_is_explained() {
    let said = explain_order(&near_sale("library")).join(" ");
    assert!(said.contains("Nobody can pay") && said.contains("2 miles"), "{said}");
    assert!(explain_order(&near_sale(""))[0].contains("nearest"));
}

#[test]
fn who_it_is_for_what_it_takes_what_is_spoken_and_when() {
    let special = ServiceDocument {
        minimum_age: Some(8),
        maximum_age: Some(17),
        funding: vec!["direct payment".into()],
        languages: vec!["Polish".into(), "Urdu".into()],
        open: 0b100_000,
        ..service("Youth club", "social-clubs", "For young people.")
    };
    let (_dir, index) = indexed([town(), vec![special]].concat());
    let found = |filters: Filters| index.find(&Search { filters, ..search("") }).unwrap();
    let none = Filters::default();
    let age = |text| Filters { ages: Ages::read(text), ..none.clone() };
    assert_eq!((found(age("16")).total, found(age("70")).total, found(age("13-17")).total), (1, 9, 1));
    assert_eq!(found(age("16")).counts.ages.get("65+"), Some(&9), "an age is left out of its own counts");
    assert_eq!(found(Filters { funding: vec!["trust".into()], ..none.clone() }).total, 9);
    assert_eq!(found(Filters { funding: vec!["direct payment".into()], ..none.clone() }).total, 10);
    let polish = found(Filters { languages: vec!["Polish".into()], ..none.clone() });
    assert_eq!((polish.total, polish.counts.languages.get("Urdu")), (1, Some(&1)));
    assert_eq!(found(Filters { open: 0b111_000, ..none.clone() }).total, 1);
    let all = found(none);
    assert_eq!((all.counts.days.get("tuesday"), all.counts.parts.get("evening")), (Some(&1), Some(&1)));
    assert_eq!(index.languages(), ["Polish", "Urdu"]);
}

#[test]
fn what_comes_to_my_home_is_found_by_circle_district_and_council() {
    let far = |name: &str, areas: &[&str]| ServiceDocument {
        latitude: Some(SALE.0 + 1.0),
        areas: areas.iter().map(ToString::to_string).collect(),
        ..service(name, "home-care", "We come to you.")
    };
    let services = [far("By district", &["M33", "M41"]), far("By council", &["trafford"]), far("Elsewhere", &["M1"])];
    let online = ServiceDocument {
        latitude: None,
        longitude: None,
        ..service("By telephone", "counselling", "We talk on the telephone.")
    };
    let (_dir, index) = indexed([town(), services.to_vec(), vec![online]].concat());
    let home = Home { district: Some("M33".into()), authority: Some("trafford".into()) };
    let filters = Filters { serves_home: true, ..Filters::default() };
    let found = index.find(&Search { home: home.clone(), filters, ..near_sale("") }).unwrap();
    let ids: Vec<ServiceId> = found.hits.iter().map(|hit| hit.id).collect();
    for name in ["By district", "By council", "By telephone", "Amina, PA"] {
        assert!(ids.contains(&ServiceId::named(name)), "{name}");
    }
    assert_eq!(found.total, 4);
    let all = index.find(&Search { home, ..near_sale("") }).unwrap();
    assert_eq!((all.counts.serves_home, all.total), (4, 13));
    assert_eq!(all.counts.within_miles.get(&1), Some(&10), "what comes to me is near, however far its office");
}

#[test]
fn quotation_marks_mean_exactly_these_words() {
    let (_dir, index) = indexed(town());
    let total = |words: &str| index.find(&search(words)).unwrap().total;
    assert_eq!(total("\"Sale Library\""), 1);
    assert_eq!(total("\"Library Sale\""), 0);
    assert_eq!(total("\"sit with the person\""), 1);
    assert_eq!((total("\"hoover\""), total("hoover")), (0, 1));
    assert_eq!(total("“week”"), 1, "not weekly");
    let none = index.find(&search("\"libary\"")).unwrap();
    assert_eq!((none.total, none.corrected, none.did_you_mean.as_deref()), (0, None, Some("library")));
    assert_eq!(total("\"Sale Library"), total("Sale Library"), "a mark without its partner is none");
    assert_eq!(
        index.find(&search("bolton \"library\"")).unwrap().hits[0].id,
        ServiceId::named("Bolton Central Library")
    );
}

#[test]
fn stale_services_sink_and_then_leave() {
    let checked =
        |name: &str, days: i32| ServiceDocument { assured_on_days: days, ..service(name, "gardening", "Lawns.") };
    let (_dir, index) = indexed(vec![checked("Old", 19_700), checked("Stale", 19_750), checked("Fresh", 20_000)]);
    let on = |today| index.find(&Search { today: Some(today), ..search("lawns") }).unwrap();
    let found = on(20_050);
    let ids: Vec<ServiceId> = found.hits.iter().map(|hit| hit.id).collect();
    assert_eq!(ids, ["Fresh", "Stale", "Old"].map(ServiceId::named));
    assert!(found.hits[0].score > found.hits[1].score && found.hits[1].score > found.hits[2].score);
    assert_eq!((on(20_080).total, on(20_400).total), (2, 0));
    index.set_freshness(Freshness::default());
    let newest = index.find(&Search { sort: Sort::Freshness, ..search("") }).unwrap();
    assert_eq!(newest.hits[0].id, ServiceId::named("Fresh"));
}
