//! The use case: somebody says where a payee is paid. Whoever it is about hears of it, and it is kept who changed it.

use crate::audit::{self, Entry};
use crate::budgets::terms::{self, Holder};
use crate::budgets::{self, FundingRoute};
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::AppError;
use crate::identity;
use crate::ids::{AuthorityId, BudgetId, PersonId};
use crate::post::{self, Told};

use super::account::{BankAccount, Payee, give_account};
use crate::vault::Vault;

/// An account that somebody gives, for whom, and who hears of it.
pub(super) struct Given {
    pub(super) payee: Payee,
    pub(super) by: PersonId,
    /// The person it is about, where it is about one's budget: they get a letter too, and read that it was changed.
    pub(super) about: Option<(PersonId, Entry)>,
    /// "The account that your direct payment is paid into".
    pub(super) what: &'static str,
}

/// Keeps an account, and writes to whoever should hear of it.
pub(super) fn keep(
    tx: &mut Conn,
    vault: &Vault,
    given: &Given,
    account: &BankAccount,
    now: UtcTime,
) -> Result<(), AppError> {
    give_account(tx, vault, &given.payee, account, given.by, now)?;
    let mut told = vec![given.by];
    if let Some((person, entry)) = &given.about {
        audit::record(tx, std::slice::from_ref(entry))?;
        told.extend(Some(*person).filter(|person| *person != given.by));
    }
    for person in told {
        if let Some(address) = identity::store::email(tx, person)? {
            let told = Told {
                heading: "A bank account was changed".into(),
                paragraphs: vec![
                    format!("{} is now the {}.", given.what, account.shown()),
                    "If this was not you, ring your council at once.".into(),
                ],
                ..Told::default()
            };
            post::queue(tx, &told.letter("account changed", &address)?, now)?;
        }
    }
    Ok(())
}

/// Who holds a budget in one way today, or will when it begins; none where nobody does.
pub(super) fn holder_of(
    conn: &mut Conn,
    (authority, budget): (AuthorityId, BudgetId),
    route: FundingRoute,
    now: UtcTime,
) -> diesel::QueryResult<Option<Holder>> {
    let all = budgets::store::terms(conn, authority, budget)?;
    let first = all.first().map_or_else(|| day(now), |first| first.starts_on);
    let held = terms::on(&all, day(now).max(first));
    let found = held.and_then(|held| held.holders.parts().iter().find(|(holder, _)| holder.route == route));
    Ok(found.map(|(holder, _)| holder.clone()).filter(|holder| holder.route.is_handed_over()))
}
