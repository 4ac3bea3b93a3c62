//! The structs behind the templates: rules that explain themselves, and challenges.
use crate::purchasing::views::StateTag;
use crate::web::page::{Choice, Errors, Link, Page};
use askama::Template;

/// The authorities whose rules can be read.
#[derive(Template)]
#[template(path = "spending_rules/authorities.html")]
pub struct AuthoritiesPage {
    pub page: Page,
    pub authorities: Vec<Link>,
}

/// The rules of one authority, for everybody.
#[derive(Template)]
#[template(path = "spending_rules/rules.html")]
pub struct RulesPage {
    pub page: Page,
    pub authority: String,
    /// Those that hold today: not allowed, needs a question, allowed.
    pub groups: Vec<RuleGroup>,
    /// Whether none holds today.
    pub none_hold: bool,
    pub coming: Vec<RuleShown>,
    pub ended: Vec<RuleShown>,
    /// "2 people wait for an answer; 1 of them longer than promised."
    pub challenges: String,
    pub late: bool,
    /// "5 working days".
    pub within: String,
    /// Whether the visitor may set and end rules.
    pub edits: bool,
}

/// Rules that say the same.
#[derive(Clone, Debug, Default)]
pub struct RuleGroup {
    pub title: String,
    /// Its own word on the page.
    pub id: String,
    pub icon: String,
    pub rules: Vec<RuleShown>,
}

/// One rule as people read it.
#[derive(Clone, Debug, Default)]
pub struct RuleShown {
    pub id: String,
    /// "Gardening".
    pub about: String,
    pub words: String,
    pub says: StateTag,
    pub limit: Option<String>,
    pub question: Option<String>,
    pub ground: String,
    /// "Set by Helen Marsh, since 6 April 2026".
    pub since: String,
    /// Where it is ended, for who may.
    pub end_href: Option<String>,
}

/// Setting a rule.
#[derive(Template)]
#[template(path = "spending_rules/new.html")]
pub struct NewRulePage {
    pub page: Page,
    pub authority: String,
    pub categories: Vec<Choice>,
    pub kinds: Vec<Choice>,
    pub says: Vec<Choice>,
    pub limit_pers: Vec<Choice>,
    pub question: String,
    pub limit: String,
    pub words: String,
    pub ground: String,
    pub from_on: String,
    pub errors: Errors,
}

/// Ending a rule.
#[derive(Template)]
#[template(path = "spending_rules/end.html")]
pub struct EndRulePage {
    pub page: Page,
    pub rule: RuleShown,
    pub action: String,
    pub ends_on: String,
    pub errors: Errors,
}

/// One challenge, for the person it is for or for who answers.
#[derive(Template)]
#[template(path = "spending_rules/challenge.html")]
pub struct ChallengePage {
    pub page: Page,
    pub back: Link,
    pub heading: String,
    pub service: Link,
    /// Whose, for who answers.
    pub person: Option<String>,
    pub rule: RuleShown,
    pub rules_href: String,
    pub words: Vec<String>,
    pub raised: String,
    pub due: String,
    pub state: StateTag,
    pub overdue: bool,
    /// "Allowed by Helen Marsh on 22 May 2026".
    pub answered: Option<String>,
    pub reason: Option<String>,
    /// Where it can be bought now.
    pub buy_href: Option<String>,
    /// What can be done if the answer is wrong.
    pub appeal: bool,
    /// Where the answer goes, for who answers.
    pub answer_path: Option<String>,
    pub chosen: String,
    pub typed: String,
    pub errors: Errors,
}

/// Challenges in a list.
#[derive(Template)]
#[template(path = "spending_rules/challenges.html")]
pub struct ChallengesPage {
    pub page: Page,
    pub heading: String,
    pub lead: String,
    pub back: Link,
    pub open: Vec<ChallengeRow>,
    pub answered: Vec<ChallengeRow>,
    pub nothing: String,
}

/// One challenge in a list.
#[derive(Clone, Debug, Default)]
pub struct ChallengeRow {
    pub link: Link,
    pub who: String,
    pub rule: String,
    pub when: String,
    pub state: StateTag,
}

/// A rule that said no, or that asks something, on the page that buys.
#[derive(Clone, Debug, Default)]
pub struct RuleOnTheWay {
    pub rule: RuleShown,
    /// What it asks; none where it said no.
    pub question: Option<String>,
    pub answer: String,
    /// Where a challenge goes.
    pub challenge_path: String,
    pub within: String,
    pub rules_href: String,
    pub service_id: String,
    pub words: String,
}
