//! The noun: how far a token reaches. A token without scopes reaches as far as its person.

use std::collections::BTreeSet;

use crate::db::text_enum;

use super::RoleName;

text_enum! {
    /// What a program may do in somebody's place.
    pub enum Scope {
        /// Look at budgets, purchases and whatever else is one's own.
        Read = "read",
        /// Buy, call off, say what was delivered, rate.
        Buy = "buy",
        /// Write a support plan.
        Plan = "plan",
        /// Work a provider's desk: answer, deliver, invoice.
        Deliver = "deliver",
        /// Settle the invoices of an authority.
        Settle = "settle",
        /// See the demand of an authority.
        Demand = "demand",
        /// Everything else that a role of an authority may do.
        Administer = "administer",
        /// Change one's account: helpers, copies of data, programs.
        Account = "account",
    }
}

impl Scope {
    /// As a form says it.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Read => "Read: look at budgets, purchases and whatever else is yours",
            Self::Buy => "Buy: ask for support, call it off, say what was delivered, rate",
            Self::Plan => "Plan: write your support plan, and the plans of people you may plan for",
            Self::Deliver => "Deliver: work your provider's desk",
            Self::Settle => "Settle: pay the invoices of your authority",
            Self::Demand => "Demand: see the figures of your authority",
            Self::Administer => "Administer: everything else that your role for an authority may do",
            Self::Account => "Account: change who may act for you, take data away, make other programs",
        }
    }

    /// The scope that using a role takes.
    pub(super) const fn of_role(role: RoleName) -> Self {
        match role {
            RoleName::ProviderMember => Self::Deliver,
            RoleName::FinanceOfficer => Self::Settle,
            RoleName::Commissioner => Self::Demand,
            _ => Self::Administer,
        }
    }
}

/// How far somebody's request reaches: everything for people, some scopes for programs.
#[derive(Clone, Debug, Default)]
pub struct Allowed(Option<BTreeSet<Scope>>);

impl Allowed {
    /// No further than these.
    #[must_use]
    pub fn only(scopes: impl IntoIterator<Item = Scope>) -> Self {
        Self(Some(scopes.into_iter().collect()))
    }

    /// Whether it reaches that far.
    #[must_use]
    pub fn may(&self, scope: Scope) -> bool {
        self.0.as_ref().is_none_or(|scopes| scopes.contains(&scope))
    }
}

/// Scopes as a row and a token hold them: words with a blank between them. Unknown words count for nothing.
#[must_use]
pub fn read_scopes(text: &str) -> Vec<Scope> {
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// The same, written.
#[must_use]
pub fn write_scopes(scopes: &[Scope]) -> String {
    Scope::ALL.iter().filter(|scope| scopes.contains(scope)).map(|scope| scope.as_str()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_reaches_no_further_than_its_scopes() {
        assert!(Scope::ALL.iter().all(|scope| Allowed::default().may(*scope)));
        let reads = Allowed::only(read_scopes("read nonsense"));
        assert!(reads.may(Scope::Read));
        assert!(Scope::ALL.iter().all(|scope| reads.may(*scope) == (*scope == Scope::Read)));
        assert!(!Allowed::only([]).may(Scope::Read));
        assert_eq!(write_scopes(&[Scope::Buy, Scope::Read, Scope::Buy]), "read buy");
    }
}
