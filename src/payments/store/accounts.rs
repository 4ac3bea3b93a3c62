//! All SQL of payees' accounts.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::clock::UtcTime;
use crate::db::schema::{payee_accounts, people};
use crate::db::{Conn, among};
use crate::ids::{PayeeAccountId, PersonId};

use super::super::account::{Payee, PayeeKey, PayeeKind};

/// The accounts that one payee has or had.
macro_rules! of_payee {
    ($key:expr) => {
        payee_accounts::holder_kind
            .eq($key.kind)
            .and(payee_accounts::holder_id.eq($key.id.clone()))
            .and(payee_accounts::funding_route.eq($key.route.clone()))
            .and(payee_accounts::holder_name.eq($key.name.clone()))
            .and(payee_accounts::ended_at.is_null())
    };
}

/// The account that a payee has now, sealed.
pub fn account_of(conn: &mut Conn, payee: &Payee) -> QueryResult<Option<(PayeeAccountId, String)>> {
    let key = payee.key();
    payee_accounts::table
        .filter(of_payee!(key))
        .select((payee_accounts::id, payee_accounts::sealed))
        .first(conn)
        .optional()
}

/// The accounts that some payees have now.
pub fn accounts_of(conn: &mut Conn, payees: &[PayeeKey]) -> QueryResult<HashMap<PayeeKey, PayeeAccountId>> {
    let rows: Vec<(PayeeKind, String, String, String, PayeeAccountId)> = payee_accounts::table
        // All kinds, for the index begins with them.
        .filter(payee_accounts::holder_kind.eq_any(PayeeKind::ALL))
        .filter(among(payee_accounts::holder_id, payees.iter().map(|key| &key.id)))
        .filter(payee_accounts::ended_at.is_null())
        .select((
            payee_accounts::holder_kind,
            payee_accounts::holder_id,
            payee_accounts::funding_route,
            payee_accounts::holder_name,
            payee_accounts::id,
        ))
        .load(conn)?;
    Ok(rows.into_iter().map(|(kind, id, route, name, account)| (PayeeKey { kind, id, route, name }, account)).collect())
}

/// How the account that a payee has now is shown, since when it is theirs, and who gave it.
pub fn account_shown(conn: &mut Conn, payee: &Payee) -> QueryResult<Option<(String, UtcTime, String)>> {
    let key = payee.key();
    payee_accounts::table
        .inner_join(people::table)
        .filter(of_payee!(key))
        .select((payee_accounts::shown, payee_accounts::set_at, people::display_name))
        .first(conn)
        .optional()
}

/// Writes a payee's account; the one before ends.
pub(in super::super) fn insert_account(
    tx: &mut Conn,
    payee: &Payee,
    (sealed, shown): (&str, &str),
    by: PersonId,
    now: UtcTime,
) -> QueryResult<PayeeAccountId> {
    let key = payee.key();
    diesel::update(payee_accounts::table)
        .filter(of_payee!(key))
        .set(payee_accounts::ended_at.eq(Some(now)))
        .execute(tx)?;
    let id = PayeeAccountId::new();
    diesel::insert_into(payee_accounts::table)
        .values((
            payee_accounts::id.eq(id),
            payee_accounts::holder_kind.eq(key.kind),
            payee_accounts::holder_id.eq(key.id),
            payee_accounts::funding_route.eq(key.route),
            payee_accounts::holder_name.eq(key.name),
            payee_accounts::sealed.eq(sealed),
            payee_accounts::shown.eq(shown),
            payee_accounts::set_by.eq(by),
            payee_accounts::set_at.eq(now),
        ))
        .execute(tx)?;
    Ok(id)
}
