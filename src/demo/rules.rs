//! What budgets of the demo town's main council may be used for, and two people who challenge that.

use chrono::{Days, TimeDelta};

use crate::budgets;
use crate::catalogue::taxonomy::Taxonomy;
use crate::clock::{UtcTime, day};
use crate::db::Conn;
use crate::error::AppError;
use crate::identity::SignedIn;
use crate::ids::{PersonId, SpendingChallengeId};
use crate::places::reference::authority_id;
use crate::spending_rules::{Challenge, ChallengeState, NewRule, store};
use crate::working_days::working_days_after;

use super::people::TRAFFORD;

struct Rule<'a> {
    category: &'a str,
    says: &'a str,
    words: &'a str,
    ground: &'a str,
    question: &'a str,
    limit: (&'a str, &'a str),
    days_ago: u64,
}

const RULES: [Rule<'_>; 6] = [
    Rule {
        category: "care-homes",
        says: "not allowed",
        words: "A budget does not pay for living in a care home. A short break away from home is fine.",
        ground: "Care and Support (Direct Payments) Regulations 2014: no more than four weeks in a care home in any twelve \
                 months. Short breaks are listed apart.",
        question: "",
        limit: ("", ""),
        days_ago: 410,
    },
    Rule {
        category: "nursing-homes",
        says: "not allowed",
        words: "A budget does not pay for living in a nursing home.",
        ground: "Care Act 2014 s.22: the NHS pays for nursing care. The same Regulations of 2014 as for care homes.",
        question: "",
        limit: ("", ""),
        days_ago: 410,
    },
    Rule {
        category: "mobility-equipment",
        says: "needs a question",
        words: "Before you buy walking or wheelchair equipment, we ask whether you can have it free.",
        ground: "Care and Support (Preventing Needs for Care and Support) Regulations 2014: aids and minor adaptations up to \
                 £1,000 are free of charge.",
        question: "Has anybody told you whether the equipment service or the NHS would provide it free?",
        limit: ("", ""),
        days_ago: 230,
    },
    Rule {
        category: "gardening",
        says: "allowed",
        words: "Gardening is fine where you cannot do it yourself. For a big job, talk to us first.",
        ground: "Decision of the Executive Member for Adult Social Care, minute 34, so that large sums are planned together.",
        question: "",
        limit: ("250", "purchase"),
        days_ago: 120,
    },
    Rule {
        category: "arts",
        says: "allowed",
        words: "Arts, music and crafts are fine. You need not say how they help.",
        ground: "People told us in the consultation on choice and control that they were asked too often.",
        question: "",
        limit: ("", ""),
        days_ago: 120,
    },
    Rule {
        category: "handyperson",
        says: "allowed",
        words: "Small repairs are fine, up to £300 from one budget.",
        ground: "Larger repairs are paid by the Disabled Facilities Grant (Housing Grants Act 1996), which is not part of a budget.",
        question: "",
        limit: ("300", "budget"),
        days_ago: 60,
    },
];

/// Writes all of it.
pub(super) fn write(tx: &mut Conn, now: UtcTime) -> Result<(), AppError> {
    let council = authority_id(TRAFFORD);
    let helen = person("helen");
    let taxonomy = Taxonomy::of(crate::catalogue::store::terms(tx)?);
    for rule in &RULES {
        let typed = NewRule {
            category: rule.category.into(),
            says: rule.says.into(),
            question: rule.question.into(),
            limit: rule.limit.0.into(),
            limit_per: rule.limit.1.into(),
            words: rule.words.into(),
            ground: rule.ground.into(),
            ..NewRule::default()
        };
        let set_at = now - TimeDelta::days(i64::try_from(rule.days_ago).unwrap_or(0) + 20);
        let from_on = day(now) - Days::new(rule.days_ago);
        let checked = typed.checked(&taxonomy, day(now))?.beginning_on(from_on);
        store::insert(tx, council, helen, &checked, set_at)?;
    }
    let told = [
        (
            "leon",
            "care-homes",
            12,
            "My friends from the drama company go there for two weeks in August. It is a holiday, not a home.",
        ),
        (
            "amira",
            "gardening",
            2,
            "The hedge has grown over the path and my wheelchair does not get through. It costs £290, once.",
        ),
    ];
    for (key, category, days_ago, words) in told {
        challenge(tx, key, category, days_ago, words, now)?;
    }
    Ok(())
}

fn person(key: &str) -> PersonId {
    PersonId::named(&format!("demo person:{key}"))
}

fn challenge(
    tx: &mut Conn,
    key: &str,
    category: &str,
    days_ago: i64,
    words: &str,
    now: UtcTime,
) -> Result<(), AppError> {
    let council = authority_id(TRAFFORD);
    let rules = store::rules_of(tx, council)?;
    let Some(rule) = rules.iter().find(|rule| rule.category.as_deref() == Some(category)) else { return Ok(()) };
    let Some(service) = store::some_service_of(tx, category)? else { return Ok(()) };
    let Some(who) = SignedIn::known(tx, person(key))? else { return Ok(()) };
    let today = day(now);
    let open = budgets::store::budgets_of(tx, &who)?
        .into_iter()
        .find(|budget| budget.person_id == who.person() && budget.starts_on <= today && today < budget.ends_on);
    let Some(budget) = open else { return Ok(()) };
    let raised_at = now - TimeDelta::days(days_ago);
    let challenge = Challenge {
        id: SpendingChallengeId::named(&format!("demo challenge:{key}")),
        authority_id: council,
        rule_id: rule.id,
        budget_id: budget.id,
        person_id: who.person(),
        service_id: service,
        words: words.to_owned(),
        raised_by: who.person(),
        raised_at,
        due_on: working_days_after(day(raised_at), 5),
        state: ChallengeState::Open,
        answered_by: None,
        answered_at: None,
        reason: None,
    };
    Ok(store::insert_challenge(tx, &challenge)?)
}
