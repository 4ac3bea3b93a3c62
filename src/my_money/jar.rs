//! The pictures: money as a jar, time as a path of stones. Pure: where each shape stands.

use crate::money::Money;

use super::views::{Jar, Layer, Path, Stone};

/// Where the inside of the jar begins and how high it is, in the drawing's own units.
const TOP: i64 = 62;
const HIGH: i64 = 250;

/// No layer that holds money is thinner than this, so that it can be seen.
const THINNEST: i64 = 7;

/// The most stones on a path: further ahead, each stone stands for more weeks.
const MOST_STONES: i64 = 13;

/// Draws a jar: layers from the bottom up, each a share of `whole`; what is gone is air.
#[must_use]
pub(super) fn jar(id: &str, told: &str, whole: Money, layers: &[(&str, Money)]) -> Jar {
    let whole = whole.as_pence().max(1);
    let mut bottom = TOP + HIGH;
    let mut drawn = Vec::new();
    for (class, amount) in layers {
        let share = i128::from(amount.as_pence()) * i128::from(HIGH) / i128::from(whole);
        let mut height = i64::try_from(share).unwrap_or(0);
        if *amount > Money::ZERO {
            height = height.max(THINNEST);
        }
        let height = height.min(bottom - TOP);
        if height > 0 {
            bottom -= height;
            drawn.push(Layer { class: (*class).into(), y: bottom, height, line: bottom });
        }
    }
    Jar { id: id.into(), told: told.into(), layers: drawn }
}

/// Draws the way from today to a day that is so many weeks ahead.
#[must_use]
pub(super) fn path(weeks: i64) -> Path {
    let weeks = weeks.max(0);
    let each = (weeks + MOST_STONES - 1) / MOST_STONES;
    let stones = if each == 0 { 0 } else { (weeks + each - 1) / each };
    let stone = |place: i64| Stone { x: 70 + place * 42, y: if place % 2 == 0 { 58 } else { 44 } };
    Path {
        width: 70 + stones * 42 + 60,
        stones: (0..stones).map(stone).collect(),
        flag_x: 70 + stones * 42 + 6,
        each: match each {
            0 | 1 => "Each stone is one week.".into(),
            each => format!("Each stone is {each} weeks."),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whatever is in it, the layers fit into the jar, lie on each other, and none that holds money is invisible while
        /// there is room.
        #[test]
        fn layers_fit_into_the_jar(left in 0..5_000_000_i64, promised in 0..5_000_000_i64, spent in 0..5_000_000_i64) {
            let whole = Money::pence(left + promised + spent);
            let drawn = jar("a", "", whole, &[("left", Money::pence(left)), ("promised", Money::pence(promised))]);
            let mut bottom = TOP + HIGH;
            for layer in &drawn.layers {
                prop_assert_eq!(layer.y + layer.height, bottom);
                prop_assert!(layer.y >= TOP && layer.height > 0);
                bottom = layer.y;
            }
            prop_assert_eq!(drawn.layers.iter().any(|layer| layer.class == "left"), left > 0);
        }

        #[test]
        fn the_path_has_few_stones(weeks in 0..600_i64) {
            let drawn = path(weeks);
            prop_assert!(i64::try_from(drawn.stones.len()).unwrap() <= MOST_STONES);
            prop_assert_eq!(drawn.stones.is_empty(), weeks == 0);
        }
    }
}
