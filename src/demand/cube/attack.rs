//! Somebody who asks everything the gate answers, to find one person.
#![allow(clippy::unwrap_used, clippy::cast_precision_loss, reason = "tests")]

use diesel::prelude::*;
use rand::RngExt;
use rand_chacha::ChaCha12Rng;

use crate::db::schema::demand_noise as noise;
use crate::ids::seeded;
use crate::purchasing::PurchaseFact;

use super::follow::count;
use super::support::{CATEGORIES, Council, ROUTES, WARDS, last_month, now};
use super::{Dimension, Figure, Measure, Query, Released, Rules, Step, release, store};

/// How many pairs of populations, with the person and without, an attack is tried on.
const WORLDS: u32 = 150;

const MEASURES: [Measure; 3] = [Measure::People, Measure::Purchases, Measure::Units];

impl Council {
    /// Forgets everything, takes another secret, and counts these purchases.
    fn populate(&mut self, facts: &[PurchaseFact]) {
        self.worlds += 1;
        let secret = (noise::id.eq(1), noise::secret.eq(format!("secret {}", self.worlds)));
        self.conn
            .transaction(|tx| {
                store::empty(tx)?;
                diesel::delete(noise::table).execute(tx)?;
                crate::db::both(diesel::insert_into(noise::table).values(secret)).execute(tx)?;
                let facts: Vec<(Step, PurchaseFact)> =
                    facts.iter().map(|fact| (Step::Requested, fact.clone())).collect();
                count(tx, &facts)
            })
            .unwrap();
    }

    fn ask(&mut self, query: &Query) -> Released {
        release(&mut self.conn, self.authority, query, &Rules::default(), now()).unwrap()
    }

    /// So many people with one to six purchases each in the last twelve months, all over the council.
    fn crowd(&self, random: &mut ChaCha12Rng, people: u32) -> Vec<PurchaseFact> {
        let mut facts = Vec::new();
        for person in 0..people {
            for _ in 0..random.random_range(1..=6) {
                facts.push(PurchaseFact {
                    ward_code: WARDS[person as usize % WARDS.len()].into(),
                    category_id: CATEGORIES[random.random_range(0..CATEGORIES.len())].into(),
                    funding_route: ROUTES[random.random_range(0..ROUTES.len())].into(),
                    month: last_month() - random.random_range(0..12),
                    quantity: random.random_range(1..=8),
                    ..self.fact(&format!("person {person}"), &format!("provider {}", random.random_range(0..9)))
                });
            }
        }
        facts
    }
}

/// How much better than chance the best threshold on what was seen tells the two kinds of world apart: 0 to 1.
fn advantage(without: &[i64], with: &[i64]) -> f64 {
    let below = |seen: &[i64], limit: i64| seen.iter().filter(|one| **one <= limit).count() as f64 / seen.len() as f64;
    without.iter().chain(with).map(|limit| (below(without, *limit) - below(with, *limit)).abs()).fold(0.0, f64::max)
}

fn figure(figure: Figure) -> i64 {
    figure.released().unwrap_or(0)
}

/// Runs `look` on many worlds without and with one more person, and tells how well it finds the person.
fn attack(seed: u64, one_more: impl Fn(&Council) -> PurchaseFact, look: impl Fn(&mut Council) -> i64) -> f64 {
    let mut council = Council::open();
    let mut random = seeded(seed);
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..WORLDS {
        let mut facts = council.crowd(&mut random, 90);
        // Everybody in the first ward holds a direct payment; so the person is the only one who does not.
        facts
            .iter_mut()
            .filter(|fact| fact.ward_code == WARDS[0])
            .for_each(|fact| fact.funding_route = ROUTES[0].into());
        council.populate(&facts);
        without.push(look(&mut council));
        facts.push(one_more(&council));
        council.populate(&facts);
        with.push(look(&mut council));
    }
    let found = advantage(&without, &with);
    println!("advantage over guessing: {found}");
    found
}

fn only_one_with_a_broker(council: &Council) -> PurchaseFact {
    PurchaseFact { funding_route: ROUTES[2].into(), quantity: 3, ..council.fact("the one", "provider 1") }
}

#[test]
fn all_less_direct_payment_does_not_tell_whether_there_is_anybody_else() {
    for measure in MEASURES {
        let found = attack(1, only_one_with_a_broker, |council| {
            let query =
                Query { ward: Some(WARDS[0].into()), ..Query::of(measure, Dimension::FundingRoute, 12, last_month()) };
            let told = council.ask(&query);
            let direct = told.rows.iter().position(|row| row.id == ROUTES[0]).unwrap();
            figure(told.total) - figure(told.row_totals[direct])
        });
        assert!(found < 0.35, "{measure}: {found}");
    }
}

#[test]
fn whether_all_and_direct_payment_are_the_same_figure_tells_as_little() {
    let found = attack(2, only_one_with_a_broker, |council| {
        let query = Query {
            ward: Some(WARDS[0].into()),
            ..Query::of(Measure::People, Dimension::FundingRoute, 12, last_month())
        };
        let told = council.ask(&query);
        let direct = told.rows.iter().position(|row| row.id == ROUTES[0]).unwrap();
        i64::from(told.total == told.row_totals[direct])
    });
    assert!(found < 0.35, "{found}");
}

/// Four people live in the third ward, or five, one of whom the attack looks for in what is left of the total.
#[test]
fn a_withheld_ward_cannot_be_taken_off_the_total_and_the_others() {
    let mut council = Council::open();
    let mut random = seeded(3);
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..WORLDS {
        let crowd = council.crowd(&mut random, 90);
        for (people, seen) in [(3, &mut without), (4, &mut with)] {
            let few =
                |n| PurchaseFact { ward_code: WARDS[2].into(), ..council.fact(&format!("few {n}"), "provider 1") };
            let others = crowd.iter().filter(|fact| fact.ward_code != WARDS[2]).cloned();
            let facts: Vec<PurchaseFact> = others.chain((0..people).map(few)).collect();
            council.populate(&facts);
            let told = council.ask(&Query::of(Measure::People, Dimension::Ward, 12, last_month()));
            assert_eq!(told.row_totals.iter().filter(|figure| **figure == Figure::Suppressed).count(), 1);
            seen.push(figure(told.total) - told.row_totals.iter().map(|one| figure(*one)).sum::<i64>());
        }
    }
    let found = advantage(&without, &with);
    assert!(found < 0.35, "{found}");
}

/// The mean over every period that has the month in it, and over the category, its parent and all.
#[test]
fn averaging_over_periods_and_categories_does_not_find_a_person() {
    let month = last_month() - 5;
    let person = |council: &Council| PurchaseFact { month, ..only_one_with_a_broker(council) };
    let found = attack(4, person, |council| {
        let mut sum = 0;
        for months in [1, 3, 6] {
            for last in month..month + months {
                for category in [None, Some("help-at-home"), Some(CATEGORIES[0])] {
                    let query = Query {
                        ward: Some(WARDS[0].into()),
                        category: category.map(str::to_owned),
                        ..Query::of(Measure::People, Dimension::FundingRoute, months, last)
                    };
                    let told = council.ask(&query);
                    let routes: i64 = told.row_totals.iter().map(|one| figure(*one)).sum();
                    sum += if routes == 0 { 0 } else { figure(told.total) - routes };
                }
            }
        }
        sum
    });
    assert!(found < 0.35, "{found}");
}

#[test]
fn asking_a_thousand_times_in_any_table_gives_one_figure_for_each_cell() {
    let mut council = Council::open();
    let mut random = seeded(5);
    let facts = council.crowd(&mut random, 200);
    council.populate(&facts);
    let mut seen = std::collections::HashMap::new();
    for _ in 0..1000 {
        let dimensions = [Dimension::Ward, Dimension::Category, Dimension::FundingRoute, Dimension::Month];
        let rows = dimensions[random.random_range(0..4)];
        let columns = Some(dimensions[random.random_range(0..4)]).filter(|columns| *columns != rows);
        let some = |random: &mut ChaCha12Rng, words: &[&str]| {
            random.random_bool(0.3).then(|| words[random.random_range(0..words.len())].to_owned())
        };
        let query = Query {
            columns,
            ward: some(&mut random, &WARDS),
            category: some(&mut random, &["help-at-home", "things-to-do", "art"]),
            funding_route: some(&mut random, &ROUTES),
            ..Query::of(MEASURES[random.random_range(0..3)], rows, [1, 3, 12][random.random_range(0..3)], last_month())
        };
        let told = council.ask(&query);
        for (cell, figure) in every_cell(&told) {
            let before = *seen.entry(cell.clone()).or_insert(figure);
            assert_eq!(before, figure, "{cell}");
        }
    }
    assert!(seen.len() > 300, "{}", seen.len());
}

/// Every figure of a table with the cell that it is of.
fn every_cell(told: &Released) -> Vec<(String, Figure)> {
    let query = &told.query;
    let named = |row: Option<usize>, column: Option<usize>| {
        let mut coordinates = [query.ward.clone(), query.category.clone(), query.funding_route.clone()];
        let mut months = (query.from_month, query.to_month);
        let row = row.map(|row| (query.rows, row, &told.rows));
        let column = column.and_then(|column| Some((query.columns?, column, &told.columns)));
        for (dimension, index, headings) in [row, column].into_iter().flatten() {
            let id = Some(headings[index].id.clone());
            match dimension {
                Dimension::Ward => coordinates[0] = id,
                Dimension::Category => coordinates[1] = id,
                Dimension::FundingRoute => coordinates[2] = id,
                Dimension::Month => months = [query.from_month + i32::try_from(index).unwrap(); 2].into(),
            }
        }
        format!("{} {coordinates:?} {months:?}", query.measure)
    };
    let mut cells = vec![(named(None, None), told.total)];
    for (row, figure) in told.row_totals.iter().enumerate() {
        cells.push((named(Some(row), None), *figure));
        cells
            .extend(told.row(row).iter().enumerate().map(|(column, figure)| (named(Some(row), Some(column)), *figure)));
    }
    cells.extend(told.column_totals.iter().enumerate().map(|(column, figure)| (named(None, Some(column)), *figure)));
    cells
}
