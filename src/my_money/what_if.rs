//! "What if I buy this?": the plan behind something that has a price but is not in the catalogue. Pure.

use chrono::NaiveDate;

use crate::budgets::meaning::{AWeek, Meaning, Plan, Purse};
use crate::catalogue::{CostOption, Rate, Unit};
use crate::db::text_enum;
use crate::ids::{CostOptionId, ServiceId};
use crate::money::Money;

text_enum! {
    /// How often something is paid.
    pub enum Often {
        /// One time.
        Once = "once",
        /// Each week until the budget ends.
        EveryWeek = "every week",
    }
}

/// What an amount would mean for a purse, paid once or every week; none for nothing.
#[must_use]
pub fn of_an_amount(amount: Money, often: Often, purse: &Purse, today: NaiveDate) -> Option<Meaning> {
    let option = CostOption {
        id: CostOptionId::named("something with a price"),
        service_id: ServiceId::named("something with a price"),
        label: "Price".into(),
        unit: if often == Often::Once { Unit::Item } else { Unit::Week },
        amount_pence: amount,
        valid_from: today,
        valid_to: None,
        position: 1,
        rate: Rate::AnyTime,
        includes: String::new(),
        direct_pence: None,
        management_pence: None,
        overhead_pence: None,
    };
    let options = [option];
    Plan::of(&options, &AWeek { units: Some(1), ..AWeek::default() }, today, None).map(|plan| plan.meaning(purse))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budgets::FundingRoute;
    use crate::ids::BudgetId;
    use chrono::Days;

    #[test]
    fn an_amount_is_paid_once_or_each_week() {
        let today = NaiveDate::from_ymd_opt(2026, 5, 20).unwrap();
        let purse = Purse {
            budget: BudgetId::new(),
            name: "Mine".into(),
            route: FundingRoute::DirectPayment,
            available: Money::pounds(300),
            from: today,
            ends_on: today + Days::new(70),
            review_on: today + Days::new(35),
            home: None,
        };
        let once = of_an_amount(Money::pounds(120), Often::Once, &purse, today).unwrap();
        assert_eq!((once.left_at_review, once.left_at_end), (Some(Money::pounds(180)), Money::pounds(180)));
        let weekly = of_an_amount(Money::pounds(20), Often::EveryWeek, &purse, today).unwrap();
        assert_eq!((weekly.left_at_review, weekly.left_at_end), (Some(Money::pounds(200)), Money::pounds(100)));
        let too_much = of_an_amount(Money::pounds(50), Often::EveryWeek, &purse, today).unwrap();
        assert_eq!(too_much.weeks, 6);
        assert!(of_an_amount(Money::ZERO, Often::Once, &purse, today).is_none());
    }
}
