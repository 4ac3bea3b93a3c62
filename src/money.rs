//! Money: whole pence in an `i64`, with checked arithmetic. Never a float.

use std::fmt;

use diesel::backend::Backend;
use diesel::deserialize::FromSqlRow;
use diesel::deserialize::{self, FromSql};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::BigInt;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount in whole pence. Below zero only as a leg of a transfer.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    AsExpression,
    FromSqlRow,
    ToSchema,
)]
#[diesel(sql_type = BigInt)]
#[serde(transparent)]
pub struct Money(i64);

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// So many pence.
    #[must_use]
    pub const fn pence(pence: i64) -> Self {
        Self(pence)
    }

    /// So many pounds.
    #[must_use]
    pub const fn pounds(pounds: i32) -> Self {
        Self(pounds as i64 * 100)
    }

    /// The amount as a number of pence.
    #[must_use]
    pub const fn as_pence(self) -> i64 {
        self.0
    }

    /// Both together, or `None` beyond what an `i64` holds.
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// What is left after taking `other`, or `None` if there is not that much.
    #[must_use]
    pub fn less(self, other: Self) -> Option<Self> {
        (self >= other).then_some(())?;
        self.0.checked_sub(other.0).map(Self)
    }

    /// So many times the amount, or `None` beyond what an `i64` holds.
    #[must_use]
    pub fn times(self, quantity: i32) -> Option<Self> {
        self.0.checked_mul(i64::from(quantity)).map(Self)
    }

    /// The same amount going the other way.
    #[must_use]
    pub fn negated(self) -> Self {
        Self(-self.0)
    }

    /// Which part of `whole` this is, in whole percent.
    #[must_use]
    pub fn percent_of(self, whole: Self) -> u32 {
        if whole.0 <= 0 {
            return 0;
        }
        u32::try_from((i128::from(self.0) * 100 + i128::from(whole.0) / 2) / i128::from(whole.0)).unwrap_or(0)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pence = self.0.unsigned_abs();
        let sign = if self.0 < 0 { "−" } else { "" };
        write!(f, "{sign}£{}", thousands(pence / 100))?;
        match pence % 100 {
            0 => Ok(()),
            rest => write!(f, ".{rest:02}"),
        }
    }
}

/// A whole number with commas: 12,345.
#[must_use]
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

impl<DB: Backend> ToSql<BigInt, DB> for Money
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for Money
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
        i64::from_sql(bytes).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_reads_as_people_write_it() {
        assert_eq!(Money::pence(0).to_string(), "£0");
        assert_eq!(Money::pence(5).to_string(), "£0.05");
        assert_eq!(Money::pence(123_456_700).to_string(), "£1,234,567");
        assert_eq!(Money::pence(-1850).to_string(), "−£18.50");
    }

    #[test]
    fn taking_more_than_there_is_gives_nothing() {
        assert_eq!(Money::pounds(5).less(Money::pounds(6)), None);
        assert_eq!(Money::pounds(5).less(Money::pounds(5)), Some(Money::ZERO));
        assert_eq!(Money::pence(i64::MAX).times(2), None);
    }
}
