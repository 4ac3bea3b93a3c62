//! The noun: what somebody may do for somebody else. Pure.

use chrono::{Months, NaiveDate};

use crate::db::text_enum;
use crate::error::{AppError, FieldError};

text_enum! {
    /// On which ground somebody acts for somebody else.
    pub enum RepresentativeKind {
        /// Somebody close, by the person's own wish.
        Family = "family or friend",
        /// Somebody whom the person chose for this while they could.
        Attorney = "attorney",
        /// Somebody whom the Court of Protection chose.
        Deputy = "deputy",
        /// Somebody who receives a direct payment for a person who lacks capacity (Care Act 2014 s.32).
        SuitablePerson = "suitable person",
        /// Somebody who helps to plan, by consent and for a period.
        Planner = "support planner",
        /// Somebody who arranges support for pay, by consent and for a period.
        Broker = "broker",
        /// A practitioner of the council, for people assigned to them.
        CareManager = "care manager",
        /// Somebody of the council, while the person is on the phone.
        Phone = "helper on the phone",
    }
}

impl RepresentativeKind {
    /// Those that a person grants themselves.
    pub const BY_THE_PERSON: [Self; 3] = [Self::Family, Self::Planner, Self::Broker];
    /// Those that a council records on a legal ground.
    pub const BY_LAW: [Self; 3] = [Self::Attorney, Self::Deputy, Self::SuitablePerson];

    /// As a list says it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Family => "Family or friend",
            Self::Attorney => "Attorney (lasting power of attorney)",
            Self::Deputy => "Deputy (Court of Protection)",
            Self::SuitablePerson => "Suitable person (Care Act 2014, section 32)",
            Self::Planner => "Support planner",
            Self::Broker => "Broker",
            Self::CareManager => "Care manager",
            Self::Phone => "Helper on the phone",
        }
    }

    /// Whether planning is what it is for.
    #[must_use]
    pub const fn plans(self) -> bool {
        matches!(self, Self::Planner | Self::CareManager)
    }

    /// Whether it must not go on without an end.
    #[must_use]
    pub const fn needs_an_end(self) -> bool {
        matches!(self, Self::Planner | Self::Broker)
    }
}

/// What a representative may do besides looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    /// Write the support plan together with the person.
    pub plan: bool,
    /// Buy, call off, and say what was delivered.
    pub buy: bool,
    /// Say what was delivered, and look after statements and payments.
    pub money: bool,
}

impl Scopes {
    /// What the person themselves may.
    pub const ALL: Self = Self { plan: true, buy: true, money: true };

    /// Both together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self { plan: self.plan || other.plan, buy: self.buy || other.buy, money: self.money || other.money }
    }

    /// "look, buy and manage money"
    #[must_use]
    pub fn words(self) -> String {
        let more = [(self.plan, "plan"), (self.buy, "buy"), (self.money, "manage money")];
        let mut words = vec!["look"];
        words.extend(more.iter().filter(|(may, _)| *may).map(|(_, word)| *word));
        match words.split_last() {
            Some((last, [])) => (*last).to_owned(),
            Some((last, before)) => format!("{} and {last}", before.join(", ")),
            None => String::new(),
        }
    }
}

/// Who is to act for somebody, as it was asked for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// Where the invitation goes.
    pub email: String,
    /// On which ground.
    pub kind: RepresentativeKind,
    /// What they may do.
    pub scopes: Scopes,
    /// The last day; none: until somebody ends it.
    pub until: Option<NaiveDate>,
    /// The legal ground, where a council records it.
    pub evidence: String,
}

impl Wanted {
    /// Checks what can be checked without the database.
    pub fn checked(mut self, kinds: &[RepresentativeKind], today: NaiveDate) -> Result<Self, AppError> {
        let mut wrong = Vec::new();
        self.email = self.email.trim().to_lowercase();
        self.evidence = self.evidence.trim().into();
        self.scopes.plan |= self.kind.plans();
        if !kinds.contains(&self.kind) {
            wrong.push(FieldError::new("kind", "Choose who this is."));
        }
        let is_address = self.email.parse::<lettre::Address>().is_ok() && self.email.len() <= 200;
        if self.kind != RepresentativeKind::Phone && !is_address {
            wrong.push(FieldError::new("email", "Enter their e-mail address, such as name@example.org."));
        }
        match self.until {
            None if self.kind.needs_an_end() => {
                wrong.push(FieldError::new("until", "Choose the last day: planners and brokers help for a time."));
            }
            Some(until) if until < today => {
                wrong.push(FieldError::new("until", "Choose a last day that is today or later."));
            }
            Some(until) if until > today + Months::new(120) => {
                wrong.push(FieldError::new("until", "Choose a last day within the next ten years."));
            }
            _ => {}
        }
        let letters = self.evidence.chars().count();
        if RepresentativeKind::BY_LAW.contains(&self.kind) && letters == 0 {
            wrong.push(FieldError::new("evidence", "Say which document it stands on, and where it can be read."));
        }
        if letters > 500 {
            wrong.push(FieldError::new("evidence", "Use at most 500 letters."));
        }
        if wrong.is_empty() { Ok(self) } else { Err(AppError::invalid(wrong)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_told_in_words() {
        assert_eq!(Scopes::default().words(), "look");
        assert_eq!(Scopes { buy: true, ..Scopes::default() }.words(), "look and buy");
        assert_eq!(Scopes::ALL.words(), "look, plan, buy and manage money");
    }

    #[test]
    fn what_cannot_be_is_not_asked_for() {
        let today = NaiveDate::from_ymd_opt(2026, 5, 20).unwrap();
        let wanted = Wanted {
            email: " Hana@Example.org ".into(),
            kind: RepresentativeKind::Family,
            scopes: Scopes::default(),
            until: None,
            evidence: String::new(),
        };
        let checked = |wanted: Wanted| wanted.checked(&RepresentativeKind::BY_THE_PERSON, today);
        assert_eq!(checked(wanted.clone()).unwrap().email, "hana@example.org");
        assert!(checked(Wanted { email: "hana".into(), ..wanted.clone() }).is_err());
        assert!(
            checked(Wanted { kind: RepresentativeKind::Attorney, evidence: "x".into(), ..wanted.clone() }).is_err()
        );
        assert!(checked(Wanted { kind: RepresentativeKind::Broker, ..wanted.clone() }).is_err(), "without an end");
        assert!(checked(Wanted { kind: RepresentativeKind::Broker, until: Some(today), ..wanted.clone() }).is_ok());
        assert!(checked(Wanted { until: Some(today - chrono::Days::new(1)), ..wanted.clone() }).is_err());
        let by_law = Wanted { kind: RepresentativeKind::Deputy, ..wanted };
        assert!(by_law.clone().checked(&RepresentativeKind::BY_LAW, today).is_err(), "on no ground");
        assert!(
            Wanted { evidence: "Order of 3 March".into(), ..by_law }
                .checked(&RepresentativeKind::BY_LAW, today)
                .is_ok()
        );
    }
}
