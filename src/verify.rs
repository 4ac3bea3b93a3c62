//! `waymark verify`: proves that what is stored holds together, and names what does not.

use std::collections::BTreeMap;

use crate::app::App;
use crate::demand;
use crate::log::{self, EventKind, Position};
use crate::start::Failure;
use crate::{audit, budgets, payments, purchasing, reviews, search};

/// One thing that was proved, with whatever was found wrong.
pub struct Proof {
    /// What should hold.
    pub what: &'static str,
    /// What does not; empty if it holds.
    pub wrong: Vec<String>,
}

/// Proves everything; a proof that found something wrong does not keep the others from being tried.
pub fn verify(app: &App, done: impl Fn(&Proof)) -> Result<Vec<Proof>, Failure> {
    let mut proofs = Vec::new();
    let mut prove = |what: &'static str, wrong: Vec<String>| {
        let proof = Proof { what, wrong };
        done(&proof);
        proofs.push(proof);
    };
    prove(
        "every transfer balances, every balance is the sum of its legs, nothing is below zero",
        app.db.read_now(budgets::verify::differences)?,
    );
    prove("every budget's money is where its purchases say", app.db.read_now(purchasing::verify::differences)?);
    prove("every payment of a run moved its money once", app.db.read_now(payments::verify::differences)?);
    prove("nobody has touched who looked at whose records", app.db.read_now(audit::verify::broken_links)?);
    prove("the stars of each service are those of its reviews", app.db.read_now(reviews::store::wrong_counts)?);
    prove("the followers are not behind the log", followers_behind(app)?);
    prove("the search index holds what the database holds", index_differs(app)?);
    prove("the demand cube is what a recount gives", app.db.read_now(demand::differences)?);
    Ok(proofs)
}

fn followers_behind(app: &App) -> Result<Vec<String>, Failure> {
    let mut wrong = Vec::new();
    let behind = search::follow::behind(&app.index, &app.db)?;
    if behind > 0 {
        wrong.push(format!("the search index is {behind} events behind"));
    }
    let position: Position = app.db.read_now(|conn| log::position_of(conn, demand::FOLLOWER))?;
    let kinds = [EventKind::PurchaseRequested, EventKind::PurchaseDeclined, EventKind::DeliveryConfirmed];
    let behind = app.db.read_now(|conn| log::behind(conn, position, &kinds))?;
    if behind > 0 {
        wrong.push(format!("the demand cube is {behind} events behind"));
    }
    Ok(wrong)
}

fn index_differs(app: &App) -> Result<Vec<String>, Failure> {
    let today = app.clock.now().date();
    let mut indexed: BTreeMap<_, u64> = app.index.all_ids().into_iter().collect();
    let mut wrong = Vec::new();
    for (id, fingerprint) in search::follow::expected(&app.db, &app.taxonomy, today)? {
        match indexed.remove(&id) {
            None => wrong.push(format!("service {id} is not in the index")),
            Some(held) if held != fingerprint => wrong.push(format!("service {id} stands otherwise in the index")),
            Some(_) => {}
        }
    }
    wrong.extend(indexed.keys().map(|id| format!("the index holds service {id}, which is not in the catalogue")));
    wrong.truncate(20);
    Ok(wrong)
}
