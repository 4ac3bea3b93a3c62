//! What is close to a search that finds little: the same without one of its filters, or in a wider circle.

use crate::app::App;
use crate::error::AppError;
use crate::web::page::Link;

use super::asked::Asked;
use super::counts::MILES;
use super::{Found, panel};

/// With fewer results than this, what is close is offered too.
const LITTLE: usize = 3;

/// No more other searches are tried.
const MOST_TRIED: usize = 8;

/// How many of the best are shown.
const SHOWN: u32 = 3;

/// A search that finds more.
pub(super) struct Close {
    asked: Asked,
    /// "Within 10 miles", "Without “4 stars and up”".
    pub(super) reason: String,
    pub(super) found: Found,
}

impl Close {
    /// The way there.
    pub(super) fn link(&self, results: String) -> Link {
        let mut reason = self.reason.clone();
        if let Some(first) = reason.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        Link { label: format!("{results} {reason}"), href: self.asked.address(1) }
    }
}

/// Searches that find more than this one, if it found little: a wider circle first, then those that find most.
pub(super) fn close_to(app: &App, asked: &Asked, found: &Found) -> Result<Vec<Close>, AppError> {
    if found.total >= LITTLE {
        return Ok(Vec::new());
    }
    let mut tried: Vec<(Asked, String)> = Vec::new();
    if let Ok(miles) = asked.within.trim().parse::<u32>() {
        let wider = MILES.into_iter().filter(|step| *step > miles);
        tried.extend(wider.map(|step| {
            (Asked { within: step.to_string(), page: String::new(), ..asked.clone() }, format!("Within {step} miles"))
        }));
    }
    let circles = tried.len();
    for (name, value) in asked.filters_on() {
        tried.push((asked.without(name, value), format!("Without “{}”", panel::label(app, name, value))));
    }
    if asked.filters_on().len() > 1 {
        tried.push((asked.without_filters(), "Without any filter".into()));
    }
    let mut close = Vec::new();
    let mut widened = false;
    for (number, (asked, reason)) in tried.into_iter().take(MOST_TRIED).enumerate() {
        if widened && number < circles {
            continue; // the smallest circle that has more is enough
        }
        let search = asked.understood(app, SHOWN)?.search;
        let more = app.index.find(&search).map_err(AppError::unexpected)?;
        if more.total > found.total {
            widened |= number < circles;
            close.push((number < circles, Close { asked, reason, found: more }));
        }
    }
    let keeps = |close: &Close| !close.asked.filters_on().is_empty(); // of the filters, something
    close.sort_by(|(wider_a, a), (wider_b, b)| {
        let order = wider_b.cmp(wider_a).then_with(|| keeps(b).cmp(&keeps(a)));
        order.then_with(|| b.found.total.cmp(&a.found.total))
    });
    Ok(close.into_iter().map(|(_, close)| close).take(4).collect())
}
