//! The noun: a plan, and how it comes to be agreed. Pure.

use crate::clock::UtcTime;
use crate::db::text_enum;
use crate::ids::{AuthorityId, PersonId, SupportPlanId};

use super::content::PlanContent;

text_enum! {
    /// How far a plan has come.
    pub enum PlanState {
        /// Somebody writes it.
        Writing = "being written",
        /// Handed over: the council looks at it.
        WithCouncil = "with the council",
        /// The council asks for changes.
        SentBack = "sent back",
        /// The council has signed; the person has not yet.
        ToSign = "to be signed",
        /// Both have signed.
        Agreed = "agreed",
    }
}

text_enum! {
    /// What happens to a plan.
    pub enum PlanEvent {
        /// The person, or who plans with them, hands it over.
        HandedOver = "handed over",
        /// They want it back before the council has answered.
        TakenBack = "taken back",
        /// The council asks for changes.
        SentBack = "sent back",
        /// The council agrees and signs.
        CouncilSigned = "signed by the council",
        /// The person signs.
        PersonSigned = "signed",
        /// The person does not agree to what the council has decided.
        PersonDeclined = "not signed",
        /// Somebody begins to change what was agreed.
        ChangeBegun = "change begun",
    }
}

/// A step that a plan cannot take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a plan that is {from} cannot be {event}")]
pub struct IllegalStep {
    /// Where it stands.
    pub from: PlanState,
    /// What was to happen.
    pub event: PlanEvent,
}

impl PlanState {
    /// The only way a plan moves. Read it as the diagram.
    pub fn after(self, event: PlanEvent) -> Result<Self, IllegalStep> {
        use PlanEvent as E;
        match (self, event) {
            (Self::Writing | Self::SentBack, E::HandedOver) => Ok(Self::WithCouncil),
            (Self::WithCouncil, E::TakenBack) => Ok(Self::Writing),
            (Self::WithCouncil, E::SentBack) => Ok(Self::SentBack),
            (Self::WithCouncil, E::CouncilSigned) => Ok(Self::ToSign),
            (Self::ToSign, E::PersonSigned) => Ok(Self::Agreed),
            (Self::ToSign, E::PersonDeclined) => Ok(Self::SentBack),
            (Self::Agreed, E::ChangeBegun) => Ok(Self::Writing),
            (from, event) => Err(IllegalStep { from, event }),
        }
    }

    /// Whether it is being written.
    #[must_use]
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Writing | Self::SentBack)
    }
}

text_enum! {
    /// What the council looks at before it agrees a plan (seeds/002, step 3).
    pub enum Check {
        /// It keeps the person well.
        Healthy = "healthy, safe and well",
        /// It broadly meets the outcomes.
        Outcomes = "outcomes",
        /// Risks are handled.
        Risk = "risk",
        /// It fits the money.
        Affordable = "affordable",
    }
}

impl Check {
    /// The question.
    #[must_use]
    pub const fn question(self) -> &'static str {
        match self {
            Self::Healthy => "Does the plan keep the person healthy, safe and well?",
            Self::Outcomes => "Does it meet the outcomes, broadly?",
            Self::Risk => "Are the risks handled in a way that the person can live with?",
            Self::Affordable => "Does it fit the money?",
        }
    }

    /// Its name in forms.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Outcomes => "outcomes",
            Self::Risk => "risk",
            Self::Affordable => "affordable",
        }
    }
}

/// One person's plan.
#[derive(Clone, Debug)]
pub struct SupportPlan {
    /// Which.
    pub id: SupportPlanId,
    /// Of whose council; none for who has come by themselves.
    pub authority: Option<AuthorityId>,
    /// Whose.
    pub person: PersonId,
    /// How far it has come.
    pub state: PlanState,
    /// What is being written.
    pub content: PlanContent,
    /// Counts up with each change.
    pub revision: i64,
    /// The newest version; 0 before the first.
    pub version: i32,
    /// When it last changed.
    pub changed_at: UtcTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_of_a_plan() {
        let mut table = String::new();
        for from in PlanState::ALL {
            for event in PlanEvent::ALL {
                if let Ok(to) = from.after(*event) {
                    table += &format!("{from} → {event} → {to}\n");
                }
            }
        }
        assert_eq!(
            table,
            "being written → handed over → with the council\n\
             with the council → taken back → being written\n\
             with the council → sent back → sent back\n\
             with the council → signed by the council → to be signed\n\
             sent back → handed over → with the council\n\
             to be signed → signed → agreed\n\
             to be signed → not signed → sent back\n\
             agreed → change begun → being written\n"
        );
    }
}
