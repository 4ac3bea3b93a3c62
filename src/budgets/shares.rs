//! The noun: parts of a whole in percent, which add up to 100; and money split by them to the penny. Pure.
//!
//! A share is kept in hundredths of a percent. Splitting is by largest remainder: everybody gets the whole pence of
//! their part, and the pennies that are left go to the largest remainders, earlier ones first where they are equal. So
//! the parts always add up to the whole.

use crate::money::Money;

/// All of it, in hundredths of a percent.
pub const WHOLE: i32 = 10_000;

/// Parts that do not make a whole.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAWhole {
    /// They add up to something else than 100 %.
    #[error("the shares add up to {} %: they have to add up to exactly 100 %", percent(*.0))]
    Sum(i64),
    /// One of them is nothing, or more than everything.
    #[error("each share has to be more than 0 % and at most 100 %")]
    Part,
    /// The same one stands twice.
    #[error("each one can stand there once only")]
    Twice,
}

/// Parts of a whole, in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares<T>(Vec<(T, i32)>);

impl<T: PartialEq> Shares<T> {
    /// Parts in hundredths of a percent, if they make a whole.
    pub fn new(parts: Vec<(T, i32)>) -> Result<Self, NotAWhole> {
        if parts.iter().any(|(_, share)| !(1..=WHOLE).contains(share)) {
            return Err(NotAWhole::Part);
        }
        let sum: i64 = parts.iter().map(|(_, share)| i64::from(*share)).sum();
        if sum != i64::from(WHOLE) {
            return Err(NotAWhole::Sum(sum));
        }
        let twice =
            parts.iter().enumerate().any(|(at, (part, _))| parts.iter().skip(at + 1).any(|(other, _)| other == part));
        if twice {
            return Err(NotAWhole::Twice);
        }
        Ok(Self(parts))
    }

    /// Everything in one part.
    #[must_use]
    pub fn all(of: T) -> Self {
        Self(vec![(of, WHOLE)])
    }

    /// Parts as their rows are, which were a whole when they were written.
    pub(super) fn stored(parts: Vec<(T, i32)>) -> Self {
        Self(parts)
    }

    /// The parts.
    #[must_use]
    pub fn parts(&self) -> &[(T, i32)] {
        &self.0
    }

    /// An amount split by the shares.
    pub fn split(&self, amount: Money) -> impl Iterator<Item = (&T, Money)> {
        let weights: Vec<i64> = self.0.iter().map(|(_, share)| i64::from(*share)).collect();
        self.0.iter().map(|(part, _)| part).zip(split(amount, &weights))
    }
}

/// Splits an amount in the proportion of some weights, by largest remainder. Nothing where there are no weights.
///
/// No part is more than its weight where the amount is no more than all weights together: so money that is drawn in
/// the proportion of what is there never takes more than is there.
#[must_use]
pub fn split(amount: Money, weights: &[i64]) -> Vec<Money> {
    let whole: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if whole <= 0 {
        return vec![Money::ZERO; weights.len()];
    }
    let amount = i128::from(amount.as_pence());
    let (sign, amount) = (amount.signum(), amount.abs());
    let exact: Vec<i128> = weights.iter().map(|weight| amount * i128::from(*weight)).collect();
    let mut parts: Vec<i128> = exact.iter().map(|part| part / whole).collect();
    let mut left = amount - parts.iter().sum::<i128>();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|at| std::cmp::Reverse(exact.get(*at).map_or(0, |part| part % whole)));
    for at in order {
        if left == 0 {
            break;
        }
        if let Some(part) = parts.get_mut(at) {
            *part += 1;
            left -= 1;
        }
    }
    parts.into_iter().map(|part| Money::pence(i64::try_from(part * sign).unwrap_or_default())).collect()
}

/// Hundredths of a percent as people write them: "58", "33.33".
#[must_use]
pub fn percent(hundredths: i64) -> String {
    match (hundredths / 100, hundredths % 100) {
        (whole, 0) => whole.to_string(),
        (whole, part) if part % 10 == 0 => format!("{whole}.{}", part / 10),
        (whole, part) => format!("{whole}.{part:02}"),
    }
}

/// What somebody typed as percent, in hundredths: "58", "33.33", "17 %".
#[must_use]
pub fn read_percent(typed: &str) -> Option<i32> {
    let typed = typed.trim().trim_end_matches('%').trim();
    let (whole, part) = typed.split_once('.').unwrap_or((typed, ""));
    let digits = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 || whole.len() > 3 {
        return None;
    }
    let part: i32 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<i32>().ok()?.checked_mul(100)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pence(parts: &[Money]) -> Vec<i64> {
        parts.iter().map(|part| part.as_pence()).collect()
    }

    /// Seeds/003: a service that three authorities paid for, 58, 17 and 25 per cent.
    #[test]
    fn staffordshires_58_17_and_25_percent_add_up_to_the_penny() {
        let split = [5_800, 1_700, 2_500];
        for (amount, expected) in [
            // £100.00: 58.00 + 17.00 + 25.00, nothing is left over.
            (10_000, [5_800, 1_700, 2_500]),
            // £100.01: 58.0058, 17.0017 and 25.0025: the one penny goes to the largest remainder, 0.58 of a penny.
            (10_001, [5_801, 1_700, 2_500]),
            // 3p: 1.74, 0.51 and 0.75: 1 + 0 + 0, and two pennies to 0.75 and 0.74.
            (3, [2, 0, 1]),
            // £0.99: 57.42, 16.83, 24.75: 57 + 16 + 24 = 97, and two pennies to 0.83 and 0.75.
            (99, [57, 17, 25]),
            (-10_001, [-5_801, -1_700, -2_500]),
        ] {
            assert_eq!(pence(&super::split(Money::pence(amount), &split)), expected, "{amount}");
        }
    }

    #[test]
    fn shares_of_99_99_percent_are_no_whole() {
        let refused = Shares::new(vec![("a", 5_800), ("b", 1_700), ("c", 2_499)]).unwrap_err();
        assert_eq!(refused.to_string(), "the shares add up to 99.99 %: they have to add up to exactly 100 %");
        assert_eq!(Shares::new(vec![("a", 10_001)]), Err(NotAWhole::Part));
        assert_eq!(Shares::new(vec![("a", 10_000), ("b", 0)]), Err(NotAWhole::Part));
        assert_eq!(Shares::new(vec![("a", 5_000), ("a", 5_000)]), Err(NotAWhole::Twice));
        assert_eq!(Shares::<&str>::new(Vec::new()), Err(NotAWhole::Sum(0)));
        assert_eq!(Shares::new(vec![("a", 3_333), ("b", 3_333), ("c", 3_334)]).unwrap().parts().len(), 3);
    }

    #[test]
    fn percent_is_read_as_people_write_it() {
        for (typed, hundredths) in [
            ("58", Some(5_800)),
            (" 33.33 %", Some(3_333)),
            ("0.5", Some(50)),
            ("100", Some(10_000)),
            ("33.333", None),
            ("-1", None),
            ("", None),
            ("1e3", None),
            ("½", None),
        ] {
            assert_eq!(read_percent(typed), hundredths, "{typed}");
        }
        assert_eq!([5_800, 3_333, 50, 9_999].map(percent), ["58", "33.33", "0.5", "99.99"]);
    }

    proptest! {
        #[test]
        fn parts_add_up_and_never_exceed_what_is_there(
            weights in prop::collection::vec(0..1_000_000_i64, 1..8),
            part in 0..=1_000_i64,
        ) {
            let whole: i64 = weights.iter().sum();
            let amount = whole * part / 1_000;
            let parts = pence(&split(Money::pence(amount), &weights));
            prop_assert_eq!(parts.iter().sum::<i64>(), amount);
            for (part, weight) in parts.iter().zip(&weights) {
                prop_assert!((0..=*weight).contains(part));
            }
        }
    }
}
