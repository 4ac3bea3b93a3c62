//! The structs behind the templates: money as pictures that anybody understands.
use crate::budgets::meaning_shown::NumberField;
use crate::web::page::{Choice, Errors, Link, Page, Row};
use askama::Template;

/// A jar of money.
#[derive(Clone, Debug, Default)]
pub struct Jar {
    /// A word that is its own on the page.
    pub id: String,
    /// What the picture says, for who does not see it.
    pub told: String,
    /// From the bottom up.
    pub layers: Vec<Layer>,
}

/// One layer of a jar.
#[derive(Clone, Debug, Default)]
pub struct Layer {
    /// `left`, `promised` or `this`.
    pub class: String,
    pub y: i64,
    pub height: i64,
    /// Where its surface is.
    pub line: i64,
}

/// The way to the review.
#[derive(Clone, Debug, Default)]
pub struct Path {
    pub width: i64,
    pub stones: Vec<Stone>,
    pub flag_x: i64,
    /// "Each stone is one week."
    pub each: String,
}

/// One stone of the way.
#[derive(Clone, Debug, Default)]
pub struct Stone {
    pub x: i64,
    pub y: i64,
}

/// All the money of one person.
#[derive(Template)]
#[template(path = "my_money/money.html")]
pub struct MyMoneyPage {
    pub page: Page,
    pub own: bool,
    pub person: String,
    /// Others whose money the visitor may look at.
    pub others: Vec<Link>,
    /// None where no budget runs.
    pub shown: Option<Shown>,
    /// "Your next budget begins on 6 April 2027."
    pub coming: Option<String>,
    /// Where an amount is tried out.
    pub other_href: String,
    /// Things to try out.
    pub ideas: Vec<Idea>,
    /// What the promised money is for.
    pub promises: Vec<Promise>,
}

/// The pictures and figures.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    pub jar: Jar,
    /// "£1,020".
    pub left: String,
    pub promised: String,
    pub spent: String,
    pub whole: String,
    pub anything_promised: bool,
    pub anything_spent: bool,
    pub path: Path,
    /// "11 weeks until your review".
    pub until: String,
    /// "Your review is on 12 February 2027."
    pub mark: String,
    /// "About £92 each week until the money has to last".
    pub a_week: Option<String>,
    /// Whether the money goes faster than the time.
    pub goes_fast: bool,
    /// Exact figures, one row for each budget.
    pub rows: Vec<BudgetRow>,
    /// All together, where there are several.
    pub together: Option<BudgetRow>,
}

/// One budget in exact figures.
#[derive(Clone, Debug, Default)]
pub struct BudgetRow {
    pub name: Link,
    /// "direct payment".
    pub route: String,
    pub left: String,
    pub promised: String,
    pub owed: String,
    pub paid: String,
    pub whole: String,
    /// "12 February 2027".
    pub review: String,
    /// "5 April 2027".
    pub ends: String,
    pub statement_href: String,
    /// The same of each source, where there are several.
    pub sources: Vec<BudgetRow>,
    /// "1 June 2026 to 31 August 2026: £1,314.28 was put in", of the period that runs.
    pub period: Option<String>,
}

/// Something that the promised money is for.
#[derive(Clone, Debug, Default)]
pub struct Promise {
    pub link: Link,
    pub with: String,
    pub amount: String,
    pub kind_slug: String,
}

/// Something to try out.
#[derive(Clone, Debug, Default)]
pub struct Idea {
    pub link: Link,
    pub with: String,
    pub kind_slug: String,
}

/// "What if I buy this?"
#[derive(Template)]
#[template(path = "my_money/what_if.html")]
pub struct WhatIfPage {
    pub page: Page,
    pub own: bool,
    pub person: String,
    pub back_href: String,
    /// What is tried out; none while it is to be chosen.
    pub what: Option<String>,
    pub service_href: Option<String>,
    pub ideas: Vec<Idea>,
    pub other_href: String,
    /// Hidden fields of the form.
    pub hidden: Vec<(String, String)>,
    /// Budgets to choose from, where there are several.
    pub budgets: Vec<Choice>,
    /// Prices to choose from, where there are several.
    pub options: Vec<Choice>,
    /// Numbers to change.
    pub numbers: Vec<NumberField>,
    /// For something that has a price but is not in the catalogue.
    pub amount: Option<String>,
    pub often: Vec<Choice>,
    pub answer: Option<Answer>,
    pub errors: Errors,
}

/// What it would mean.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub now: Jar,
    pub then: Jar,
    /// "£1,020".
    pub left_now: String,
    /// "£640".
    pub left_then: String,
    /// "It costs £20 each week."
    pub costs: String,
    /// "You would have £640 left when your budget ends."
    pub leaves: String,
    /// Whether there is enough.
    pub enough: bool,
    /// "The money would be gone on 3 March 2027."
    pub gone: Option<String>,
    pub rows: Vec<Row>,
    pub remarks: Vec<String>,
    /// Where it can be bought.
    pub buy_href: Option<String>,
}
