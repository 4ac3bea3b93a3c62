//! Money as a picture: one bar cut into parts, with the same figures beside it.

use crate::money::Money;

use super::Budget;
use super::views::{MoneyPicture, Part};

/// One part on its way into a picture: its colour, what it is called, a few words on it, and how much.
pub type Slice<'a> = (&'a str, &'a str, &'a str, Money);

/// Draws parts as one bar; parts of nothing are left out of the bar but kept beside it.
#[must_use]
pub fn picture(total_label: &str, slices: &[Slice<'_>]) -> MoneyPicture {
    let whole: i64 = slices.iter().map(|slice| slice.3.as_pence()).sum();
    let mut parts = Vec::with_capacity(slices.len());
    let mut before = 0;
    for (class, label, about, amount) in slices {
        let x = thousandths(before, whole);
        before += amount.as_pence();
        parts.push(Part {
            label: (*label).into(),
            class: (*class).into(),
            amount: amount.to_string(),
            about: (*about).into(),
            percent: amount.percent_of(Money::pence(whole)),
            x,
            width: thousandths(before, whole) - x,
        });
    }
    MoneyPicture { total: Money::pence(whole).to_string(), total_label: total_label.into(), parts }
}

/// Where `part` of `whole` ends on a bar of a thousand.
fn thousandths(part: i64, whole: i64) -> u32 {
    if whole <= 0 {
        return 0;
    }
    u32::try_from(i128::from(part) * 1000 / i128::from(whole)).unwrap_or(0)
}

/// The four parts of a budget.
#[must_use]
pub fn of_budget(budget: &Budget) -> MoneyPicture {
    picture(
        "put into this budget",
        &[
            ("available", "Available", "yours to spend", budget.available.balance),
            ("committed", "Committed", "set aside for what you have asked for", budget.committed.balance),
            ("owed", "Owed", "delivered and confirmed, about to be paid", budget.owed.balance),
            ("paid", "Paid", "already paid to providers", budget.paid.balance),
        ],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_widths_add_up_to_the_whole_bar() {
        let third = Money::pence(3_333);
        let drawn = picture("", &[("a", "", "", third), ("b", "", "", third), ("c", "", "", Money::pence(3_334))]);
        assert_eq!(drawn.parts.iter().map(|part| part.width).sum::<u32>(), 1000);
        assert_eq!(drawn.total, "£100");
        assert_eq!(picture("", &[("a", "", "", Money::ZERO)]).parts[0].width, 0);
    }
}
