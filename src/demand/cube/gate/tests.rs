#![allow(clippy::unwrap_used, reason = "tests")]

use crate::log::EventKind;
use crate::purchasing::PurchaseFact;

use super::super::support::{CATEGORIES, Council, ROUTES, WARDS, last_month, now};
use super::*;

fn ask(council: &mut Council, query: &Query) -> Result<Released, NotReleased> {
    release(&mut council.conn, council.authority, query, &Rules::default(), now())
}

fn by_ward(measure: Measure) -> Query {
    Query::of(measure, Dimension::Ward, 1, last_month())
}

#[test]
fn a_figure_about_four_people_is_withheld_like_one_about_nobody() {
    let mut council = Council::open();
    for n in 0..4 {
        let fact = council.fact(&format!("person {n}"), "provider");
        council.happened(EventKind::PurchaseRequested, &fact);
        council.happened(EventKind::PurchaseRequested, &fact);
    }
    council.follow();
    for measure in [Measure::People, Measure::Purchases, Measure::Units, Measure::Spend, Measure::Declined] {
        let told = ask(&mut council, &by_ward(measure)).unwrap();
        assert_eq!(told.row_totals, [Figure::Suppressed; 3], "{measure}");
        assert_eq!(told.total, Figure::Suppressed);
    }
}

#[test]
fn a_figure_about_five_people_is_near_the_truth_and_round() {
    let mut council = Council::open();
    for n in 0..200 {
        let fact = council.fact(&format!("person {n}"), "provider");
        council.happened(EventKind::PurchaseRequested, &fact);
    }
    for n in 0..5 {
        let fact = PurchaseFact { ward_code: WARDS[1].into(), ..council.fact(&format!("other {n}"), "provider") };
        council.happened(EventKind::PurchaseRequested, &fact);
    }
    council.follow();
    let told = ask(&mut council, &by_ward(Measure::People)).unwrap();
    let figures: Vec<Option<i64>> = told.row_totals.iter().map(|figure| figure.released()).collect();
    let [Some(many), Some(few), None] = figures.as_slice() else { panic!("{figures:?}") };
    assert!(many % 5 == 0 && (195..=205).contains(many), "{many}");
    assert!(few % 5 == 0 && (5..=10).contains(few), "{few}");
}

#[test]
fn who_only_asked_does_not_hide_the_one_who_was_served() {
    let mut council = Council::open();
    for n in 0..20 {
        let fact = council.fact(&format!("person {n}"), &format!("provider {n}"));
        council.happened(EventKind::PurchaseRequested, &fact);
        if n < 4 {
            council.happened(EventKind::DeliveryConfirmed, &fact);
            council.happened(EventKind::PurchaseDeclined, &fact);
        }
    }
    council.follow();
    assert!(ask(&mut council, &by_ward(Measure::People)).unwrap().total.released().is_some());
    assert_eq!(ask(&mut council, &by_ward(Measure::Spend)).unwrap().total, Figure::Suppressed);
    assert_eq!(ask(&mut council, &by_ward(Measure::Declined)).unwrap().total, Figure::Suppressed);
}

/// Spend of twenty people at so many providers, who take so many pence of each.
fn spend(takings: &[i64]) -> Figure {
    let mut council = Council::open();
    for n in 0..20 {
        for (provider, pence) in takings.iter().enumerate() {
            let fact = council.fact(&format!("person {n}"), &format!("provider {provider}"));
            council.happened(EventKind::DeliveryConfirmed, &PurchaseFact { amount_pence: *pence, ..fact });
        }
    }
    council.follow();
    ask(&mut council, &by_ward(Measure::Spend)).unwrap().total
}

#[test]
fn spend_needs_three_providers_none_of_whom_stands_out() {
    assert_eq!(spend(&[10_000, 10_000]), Figure::Suppressed);
    assert_eq!(spend(&[100_000, 20_000, 9_000]), Figure::Suppressed);
    // £6,000, moved by up to five times the £300 of one person.
    let told = spend(&[10_000, 10_000, 10_000]).released().unwrap();
    assert!(told % 1000 == 0 && (450_000..=750_000).contains(&told), "{told}");
}

#[test]
fn a_table_goes_down_the_list_of_categories() {
    let mut council = Council::open();
    for n in 0..30 {
        let category = CATEGORIES[n % 2].to_owned();
        let fact = PurchaseFact { category_id: category, ..council.fact(&format!("person {n}"), "provider") };
        council.happened(EventKind::PurchaseRequested, &fact);
    }
    council.follow();
    let top = Query { rows: Dimension::Category, ..by_ward(Measure::People) };
    let names = |told: &Released| told.rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
    let told = ask(&mut council, &top).unwrap();
    assert_eq!(names(&told), ["help-at-home", "things-to-do"]);
    let under = Query { category: Some("help-at-home".into()), columns: Some(Dimension::Ward), ..top };
    let below = ask(&mut council, &under).unwrap();
    assert_eq!(names(&below), ["home-care", "sitting"]);
    assert_eq!(below.total, told.row_totals[0], "the same cell, the same figure");
    assert!(below.row_totals.iter().all(|figure| figure.released().is_some()));
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let mut council = Council::open();
    let refused = |council: &mut Council, query: Query| ask(council, &query).unwrap_err().to_string();
    let fine = by_ward(Measure::People);
    let running = Query { from_month: last_month() + 1, to_month: last_month() + 1, ..fine.clone() };
    assert_eq!(refused(&mut council, running), "figures of a month appear when the month is over");
    let odd = Query { from_month: fine.to_month - 1, ..fine.clone() };
    assert_eq!(refused(&mut council, odd), "choose a period of 1, 3, 6, 12 or 24 months");
    let huge = Query { from_month: i32::MIN, to_month: i32::MAX, ..fine.clone() };
    assert_eq!(refused(&mut council, huge), "choose a period of 1, 3, 6, 12 or 24 months");
    let elsewhere = Query { ward: Some("W9".into()), ..fine.clone() };
    assert_eq!(refused(&mut council, elsewhere), "we do not know that ward");
    let twice = Query { columns: Some(Dimension::Ward), ..fine.clone() };
    assert_eq!(refused(&mut council, twice), "choose something else for the columns than for the rows");
    let route = Query { funding_route: Some(ROUTES[0].into()), ..fine };
    assert_eq!(ask(&mut council, &route).unwrap().total, Figure::Suppressed);
}
