//! Why a budget was not set up, changed, closed or moved as somebody asked.

use chrono::NaiveDate;

use actix_web::http::StatusCode;

use crate::clock::long_date;
use crate::error::{AppError, FieldError, Refusal};
use crate::money::Money;

use super::NotEnoughMoney;
use super::shares::NotAWhole;

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum MoneyError {
    /// The sources do not add up.
    #[error("where the money comes from: {0}")]
    Sources(NotAWhole),
    /// The holders do not add up.
    #[error("who holds the money: {0}")]
    Holders(NotAWhole),
    /// A budget of nothing.
    #[error("say how much the budget is: more than nothing, and at most {}", MOST)]
    Rate,
    /// Days that make no time.
    #[error("choose a last day after the first, at most ten years later")]
    Time,
    /// A first day that is too far away.
    #[error("choose a first day within a year of today")]
    TooFar,
    /// More than the budget.
    #[error("the person cannot pay more than the budget is: at most {0} a week")]
    Contribution(Money),
    /// Bridging that has no time.
    #[error("bridging payments need an amount a week and a last day after the change")]
    Bridging,
    /// A holder without a name, or a fund without its provider.
    #[error("say who holds the money as {0}")]
    WhoHolds(String),
    /// A provider that is not there.
    #[error("we do not know this provider")]
    NoSuchProvider,
    /// Before the budget's first day, or after its last.
    #[error("choose a day of the budget: from {} until {}", long_date(*.0), long_date(.1.pred_opt().unwrap_or(*.1)))]
    OutsideTheBudget(NaiveDate, NaiveDate),
    /// A closed period is what it is.
    #[error("the period until {} is closed. Choose a later day, or move the difference as a one-off amount", long_date(.0.pred_opt().unwrap_or(*.0)))]
    PeriodClosed(NaiveDate),
    /// A period that still runs.
    #[error("this period runs until {}. It can be closed on the day after", long_date(.0.pred_opt().unwrap_or(*.0)))]
    PeriodRuns(NaiveDate),
    /// It is closed already.
    #[error("this period is closed already")]
    ClosedAlready,
    /// The one before is open.
    #[error("close the period before this one first")]
    EarlierPeriodOpen,
    /// Prices were not raised in the past.
    #[error(
        "a budget is uprated from today on or later. For days that are past, pay the difference as a one-off amount"
    )]
    UpratingInThePast,
    /// By nothing, or by too much.
    #[error("choose a percentage of more than 0 and at most 50")]
    Uprating,
    /// The same again.
    #[error("that is what holds already: nothing would change")]
    NothingChanges,
    /// Terms that have begun.
    #[error("this has begun already. Change the budget from a later day on instead")]
    HasBegun,
    /// Not so much there.
    #[error("there is {there} there, and you asked for {asked}")]
    NotSoMuch {
        /// What there is.
        there: Money,
        /// What was asked for.
        asked: Money,
    },
    /// Nothing, or more than we can count.
    #[error("enter an amount of more than nothing and at most {}", MOST)]
    Amount,
    /// Money is not taken back by hand.
    #[error(
        "money is taken back only after a notice with a reason and a way to appeal: give one under Direct payments, and carry \
         it out there once its day has come"
    )]
    NeedsNotice,
    /// No reason.
    #[error("say why, in up to 500 letters")]
    Why,
    /// Two budgets that money does not pass between.
    #[error("money can go to another budget of the same person only")]
    OtherBudget,
    /// The same source twice, or one that the budget has not got.
    #[error("choose two different sources of this budget")]
    OtherSource,
    /// The same key came with something else.
    #[error("this form was already used for something else. Open the page again")]
    KeyUsedDifferently,
    /// The transfer was turned back already, or cannot be.
    #[error("this movement cannot be reversed: it is reversed already, or part of a purchase")]
    NotReversible,
    /// More than can be counted.
    #[error("these amounts are more than we can count")]
    TooMuch,
    /// There is not enough money.
    #[error(transparent)]
    NotEnoughMoney(#[from] NotEnoughMoney),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

/// The largest rate or amount.
pub(super) const MOST: Money = Money::pounds(1_000_000);

impl MoneyError {
    /// The field of a form that it is about, where it is about one.
    const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Sources(_) => Some("sources"),
            Self::Holders(_) | Self::WhoHolds(_) | Self::NoSuchProvider => Some("holders"),
            Self::Rate => Some("rate"),
            Self::Time => Some("ends_on"),
            Self::TooFar => Some("starts_on"),
            Self::Contribution(_) => Some("contribution"),
            Self::Bridging => Some("bridging"),
            Self::OutsideTheBudget(..) | Self::PeriodClosed(_) | Self::UpratingInThePast => Some("from"),
            Self::Uprating => Some("percent"),
            Self::NotSoMuch { .. } | Self::Amount | Self::TooMuch => Some("amount"),
            Self::Why | Self::NeedsNotice => Some("reason"),
            Self::OtherBudget => Some("budget"),
            Self::OtherSource => Some("source"),
            _ => None,
        }
    }

    /// A stable name for programs.
    pub(super) const fn code(&self) -> &'static str {
        match self {
            Self::Sources(_) | Self::Holders(_) => "shares-are-no-whole",
            Self::PeriodClosed(_) | Self::ClosedAlready => "period-closed",
            Self::PeriodRuns(_) | Self::EarlierPeriodOpen => "period-runs",
            Self::UpratingInThePast => "uprating-in-the-past",
            Self::NothingChanges => "nothing-changes",
            Self::HasBegun => "has-begun",
            Self::NotSoMuch { .. } | Self::NotEnoughMoney(_) => "not-enough-money",
            Self::KeyUsedDifferently => "key-used-differently",
            Self::NotReversible => "not-reversible",
            Self::NeedsNotice => "needs-notice",
            _ => "invalid-input",
        }
    }
}

impl From<MoneyError> for AppError {
    fn from(error: MoneyError) -> Self {
        let error = match error {
            MoneyError::Database(cause) => return cause.into(),
            other => other,
        };
        let refused = Self::refused(error.code(), &error);
        match (error.field(), refused) {
            (Some(field), Self::Refused(refusal)) => Self::Refused(Refusal {
                status: StatusCode::UNPROCESSABLE_ENTITY,
                fields: vec![FieldError::new(field, refusal.sentence.clone())],
                ..refusal
            }),
            (_, other) => other,
        }
    }
}
