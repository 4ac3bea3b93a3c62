//! What the demand figures need to know of one step of a purchase: carried by the event, so that followers need not ask.

use serde::{Deserialize, Serialize};

use crate::ids::{AuthorityId, OrganizationId, PersonId};

/// One requested, declined or delivered part of a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PurchaseFact {
    /// Whose citizen bought.
    pub authority: AuthorityId,
    /// The ward where the citizen lived when buying.
    pub ward_code: String,
    /// What was bought.
    pub category_id: String,
    /// How the budget is held.
    pub funding_route: String,
    /// Who bought.
    pub person: PersonId,
    /// From whom.
    pub organization: OrganizationId,
    /// The month it counts in, as [`crate::clock::month_number`]: of the request, or of the delivery.
    pub month: i32,
    /// How many units.
    pub quantity: i64,
    /// For how much.
    pub amount_pence: i64,
}
