//! What the address of the demand page says, checked: the same for the page, the CSV and `/api/v1`.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::clock::month_number;
use crate::error::{AppError, FieldError};

use super::view::Request;
use super::{Measure, NotReleased};

/// The query of the address, as it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    /// people, purchases, units, spend, declined.
    pub measure: String,
    /// 1, 3, 6, 12 or 24.
    pub months: String,
    /// The last month, `2026-03`.
    pub to: String,
    /// A ward's code.
    pub ward: String,
    /// A category's id.
    pub category: String,
    /// A funding route.
    pub route: String,
}

impl Asked {
    /// The request that this makes.
    pub fn understood(&self) -> Result<Request, AppError> {
        let mut wrong = Vec::new();
        let measure = match self.measure.as_str() {
            "" => Some(Measure::People),
            word => word.parse().ok(),
        };
        if measure.is_none() {
            wrong.push(FieldError::new("measure", "Choose people, purchases, units, spend or declined."));
        }
        let months = match self.months.as_str() {
            "" => Some(12),
            text => text.parse().ok(),
        };
        if months.is_none() {
            wrong.push(FieldError::new("months", "Choose a period of 1, 3, 6, 12 or 24 months."));
        }
        let to_month = match self.to.as_str() {
            "" => None,
            text => match NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d") {
                Ok(day) => Some(month_number(day)),
                Err(_no_month) => {
                    wrong.push(FieldError::new("to", "Choose a month, such as 2026-03."));
                    None
                }
            },
        };
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        match (measure, months) {
            (Some(measure), Some(months)) if wrong.is_empty() => Ok(Request {
                measure,
                months,
                to_month,
                ward: some(&self.ward),
                category: some(&self.category),
                funding_route: some(&self.route),
            }),
            _ => Err(AppError::invalid(wrong)),
        }
    }

    /// The same as the query of an address.
    #[must_use]
    pub fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("measure", &self.measure),
            ("months", &self.months),
            ("to", &self.to),
            ("ward", &self.ward),
            ("category", &self.category),
            ("route", &self.route),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.finish()
    }
}

impl From<NotReleased> for AppError {
    fn from(error: NotReleased) -> Self {
        let field = match &error {
            NotReleased::NotAPeriod => "months",
            NotReleased::NotOver => "to",
            NotReleased::TwiceTheSame => "columns",
            NotReleased::Unknown(_) => "filter",
            NotReleased::Database(_) => {
                return match error {
                    NotReleased::Database(cause) => cause.into(),
                    other => Self::unexpected(other),
                };
            }
        };
        let mut sentence = error.to_string();
        sentence.push('.');
        if let Some(first) = sentence.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Self::invalid(vec![FieldError::new(field, sentence)])
    }
}
