//! A plan in words and pictures, for every page that shows one.

use std::collections::HashMap;

use crate::allocation::AnsweredAs;
use crate::budgets::picture::picture;
use crate::clock::long_date;
use crate::money::Money;

use super::content::{Line, PlanContent};
use super::costing::{Costing, Rhythm};
use super::plan::Check;
use super::store::{Checked, Comment};
use super::views::{CheckShown, CommentShown, CostShown, EntryShown, LineShown, PlainPlan};

/// Where the entries of a plan are changed: its address, and whether they may be.
#[derive(Clone, Debug)]
pub(super) struct Whereabouts {
    pub(super) base: String,
    pub(super) may_write: bool,
    pub(super) may_comment: bool,
}

/// "Cate Example, care manager, 20 May 2026"
fn by(name: &str, by_as: AnsweredAs, at: crate::clock::UtcTime) -> String {
    match by_as {
        AnsweredAs::Themselves => format!("{name}, {}", long_date(at.date())),
        other => format!("{name}, {other}, {}", long_date(at.date())),
    }
}

pub(super) fn comment_shown(comment: &Comment, at: &Whereabouts) -> CommentShown {
    let settle = at.may_comment && comment.settled_at.is_none();
    CommentShown {
        words: comment.words.clone(),
        by: by(&comment.by, comment.by_as, comment.at),
        settle_path: settle.then(|| format!("{}/plan/comments/{}/settle", at.base, comment.id)),
        is_settled: comment.settled_at.is_some(),
    }
}

fn about(comments: &[Comment], key: &str, at: &Whereabouts) -> Vec<CommentShown> {
    comments.iter().filter(|each| each.about == key).map(|each| comment_shown(each, at)).collect()
}

fn entry(part: &str, key: &str, words: &str, more: Vec<String>, at: &Whereabouts) -> EntryShown {
    EntryShown {
        key: key.to_owned(),
        words: words.to_owned(),
        more: more.into_iter().filter(|each| !each.is_empty()).collect(),
        edit_href: format!("{}/plan/{part}/{key}", at.base),
        remove_path: format!("{}/plan/{part}/{key}/remove", at.base),
        comments: Vec::new(),
    }
}

/// What follows some words, where there is anything.
fn said(lead: &str, words: &str) -> String {
    if words.is_empty() { String::new() } else { format!("{lead}{words}") }
}

/// A plan with the comments of each entry.
pub(super) fn plain(content: &PlanContent, costing: &Costing, comments: &[Comment], at: &Whereabouts) -> PlainPlan {
    let costs: HashMap<&str, &super::LineCost> = costing.lines.iter().map(|line| (line.key.as_str(), line)).collect();
    let with = |mut shown: EntryShown| {
        shown.comments = about(comments, &shown.key, at);
        shown
    };
    let outcome = |each: &super::Outcome| {
        with(entry("outcomes", &each.key, &each.words, vec![said("I will know it by this: ", &each.sign)], at))
    };
    let risk = |each: &super::Risk| {
        let more =
            vec![format!("What is done about it: {}", each.handling), format!("{} risk", capital(each.level.as_str()))];
        with(entry("risks", &each.key, &each.words, more, at))
    };
    let person = |each: &super::CirclePerson| {
        let more = vec![each.relation.clone(), each.brings.clone()];
        with(entry("circle", &each.key, &each.name, more, at))
    };
    let line = |each: &Line| {
        let cost = costs.get(each.key.as_str());
        let weekly = cost.map(|cost| cost.weekly_pence).unwrap_or_default();
        let year = cost.map(|cost| cost.year_pence).unwrap_or_default();
        let more = vec![each.provider.clone(), said("For: ", content.outcome(&each.outcome)), each.note.clone()];
        LineShown {
            entry: with(entry("lines", &each.key, &each.words, more, at)),
            service_href: each.service_id.map(|id| format!("/services/{id}")),
            how: how(each),
            cost: match (each.is_free, each.rhythm) {
                (true, _) => "Free".into(),
                (false, Rhythm::Once) => format!("{} once", each.amount()),
                (false, Rhythm::Weekly) => format!("{} a week", each.amount()),
                (false, Rhythm::Monthly) => format!("{weekly} a week"),
            },
            year: if each.is_free { String::new() } else { format!("{year} in the year") },
            is_free: each.is_free,
            is_wanted: each.service_id.is_none() && !each.is_free,
        }
    };
    PlainPlan {
        matters: content.matters.clone(),
        outcomes: content.outcomes.iter().map(outcome).collect(),
        risks: content.risks.iter().map(risk).collect(),
        circle: content.circle.iter().map(person).collect(),
        lines: content.lines.iter().map(line).collect(),
        money: money(content, costing, false),
    }
}

pub(super) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// "2 sessions every week at £6.50 a session"
fn how(line: &Line) -> String {
    let often = match line.rhythm {
        Rhythm::Weekly => "every week",
        Rhythm::Monthly => "every month",
        Rhythm::Once => "once",
    };
    let unit = match (line.unit.as_str(), line.quantity) {
        ("" | "one-off", 1) => String::new(),
        ("" | "one-off", many) => format!("{many} times "),
        (unit, 1) => format!("1 {unit} "),
        (unit, many) => format!("{many} {unit}s "),
    };
    match (line.is_free, line.quantity) {
        (true, _) => format!("{unit}{often}"),
        (false, 1) if line.unit.is_empty() => format!("{} {often}", line.price_pence),
        (false, _) => format!("{unit}{often}, {} each", line.price_pence),
    }
}

/// What a plan costs beside the budget: as a picture and in words. `is_agreed`: against an agreed budget.
pub(super) fn money(content: &PlanContent, costing: &Costing, is_agreed: bool) -> CostShown {
    let left = costing.left_pence.unwrap_or(0);
    let parts = [
        ("paid", "Every week and month", "what goes on", costing.running_pence),
        ("committed", "Once", "things and events", costing.once_pence),
        ("owed", "Kept in hand", "for what nobody foresees", costing.contingency_pence),
        ("available", "Not planned yet", "free for more, or to keep", Money::pence(left.max(0))),
    ];
    let label = if left < 0 { "planned for the year" } else { "for the year" };
    let which = if is_agreed { "agreed" } else { "indicative" };
    let sentence = match costing.left_pence {
        None => {
            format!("The plan comes to {} for the year. There is no budget to set it against yet.", costing.total_pence)
        }
        Some(0) => format!("The plan uses the {which} budget to the penny."),
        Some(left) if left < 0 => format!("That is {} more than the {which} budget of the year.", Money::pence(-left)),
        Some(left) => format!("{} of the {which} budget of the year is not planned yet.", Money::pence(left)),
    };
    CostShown {
        picture: picture(label, &parts),
        sentence,
        is_over: left < 0,
        against: costing.budget_pence.map(|budget| {
            let (from, last) = (costing.year.from, costing.year.until.pred_opt().unwrap_or(costing.year.until));
            format!("{} budget: {budget} from {} to {}", capital(which), long_date(from), long_date(last))
        }),
        contingency_for: content.contingency_for.clone(),
    }
}

/// The four checks as they were answered.
pub(super) fn checks_shown(checks: &[Checked]) -> Vec<CheckShown> {
    let shown = |check: &Check| {
        let found = checks.iter().find(|each| each.check == *check);
        CheckShown {
            slug: check.slug().into(),
            question: check.question().into(),
            yes: found.is_some_and(|each| each.passed),
            no: found.is_some_and(|each| !each.passed),
            note: found.map(|each| each.note.clone()).unwrap_or_default(),
            by: found.map(|each| format!("{}, {}", each.by, long_date(each.at.date()))).unwrap_or_default(),
        }
    };
    Check::ALL.iter().map(shown).collect()
}
