//! Who looked at the records of the people that a visitor can sign in as, and who acts for one of them: so that there is
//! something to read.

use chrono::TimeDelta;
use diesel::QueryResult;

use crate::audit::{self, Deed, Entry, What, Why};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::helping::{self, RepresentativeKind, Scopes};
use crate::identity::{BudgetReader, FinanceOfficer, ProviderMember, SignedIn};
use crate::{budgets, purchasing};

use super::people::{Does, PEOPLE};

/// Purchases of each budget that somebody has looked at.
const NEWEST: i64 = 8;

/// Writes who looked, and lets Amira look after Leon's budget with him.
pub(super) fn write(tx: &mut Conn, now: UtcTime) -> QueryResult<()> {
    let (mut members, mut officers) = (Vec::new(), Vec::new());
    for listed in &PEOPLE {
        let Some(who) = SignedIn::known(tx, listed.id())? else { continue };
        members.extend(ProviderMember::find(&who));
        officers.extend(FinanceOfficer::find(&who));
    }
    let mut looks = Vec::new();
    for listed in PEOPLE.iter().filter(|listed| matches!(listed.does, Does::Holds(_))) {
        let Some(who) = SignedIn::known(tx, listed.id())? else { continue };
        for summary in budgets::store::budgets_of(tx, &who)? {
            let Some(reader) = BudgetReader::find(tx, &who, summary.id)? else { continue };
            for purchase in purchasing::store::purchases_from(tx, &reader, 1, NEWEST)? {
                let asked = (purchase.requested_at + TimeDelta::minutes(95)).min(now);
                let subject = (What::Purchase, purchase.id.as_str());
                for member in members.iter().filter(|member| member.organization() == purchase.organization_id) {
                    let why = (Deed::LookedAt, Why::ToAnswerIt);
                    looks.push(Entry::new(member, why, who.person(), subject, asked));
                }
            }
        }
        for officer in &officers {
            let (why, at) = ((Deed::LookedAt, Why::ToPayInvoices), now - TimeDelta::hours(26));
            looks.push(Entry::new(officer, why, who.person(), (What::Purchases, ""), at));
        }
    }
    looks.sort_by_key(|look| look.at);
    audit::record(tx, &looks)?;
    let [amira, leon] = ["amira", "leon"].map(|key| PEOPLE.iter().find(|listed| listed.key == key));
    if let (Some(amira), Some(leon)) = (amira, leon)
        && SignedIn::known(tx, amira.id())?.is_some()
        && SignedIn::known(tx, leon.id())?.is_some()
    {
        let scopes = Scopes { plan: true, buy: true, money: false };
        helping::store::insert_agreed(
            tx,
            leon.id(),
            amira.id(),
            RepresentativeKind::Family,
            scopes,
            now - TimeDelta::days(40),
        )?;
    }
    Ok(())
}
