//! Roles about one person's support plan.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use std::ops::Deref;
use std::rc::Rc;

use crate::allocation::AnsweredAs;
use crate::audit;
use crate::db::Conn;
use crate::error::AppError;
use crate::helping::RepresentativeKind;
use crate::ids::{AuthorityId, PersonId};
use crate::web::page::Visitor;

use super::{Answer, Scope, SignedIn, app, not_theirs, path_id, signed_in, store, written_down};

/// Someone who may read one person's plan: the person themself, or somebody who acts for them.
#[derive(Clone, Debug)]
pub struct PlanReader {
    who: SignedIn,
    person: PersonId,
    /// The name of the person it is for, where that is somebody else.
    acting_for: Option<String>,
    writes: bool,
    assigned: bool,
    kinds: Vec<RepresentativeKind>,
    authority: Option<AuthorityId>,
}

impl PlanReader {
    /// The right of somebody to read a person's plan, where there is one.
    pub fn find(conn: &mut Conn, who: &SignedIn, person: PersonId) -> diesel::QueryResult<Option<Self>> {
        if !who.allowed.may(Scope::Read) && !who.allowed.may(Scope::Plan) {
            return Ok(None);
        }
        let (acting_for, writes, assigned, kinds) = if person == who.person() {
            (None, true, false, Vec::new())
        } else {
            match crate::helping::store::rights(conn, who, person)? {
                Some(helped) => (Some(helped.name), helped.scopes.plan, helped.assigned, helped.kinds),
                None => return Ok(None),
            }
        };
        let authority = store::home_of(conn, person)?.map(|(authority, _)| authority);
        let writes = writes && who.allowed.may(Scope::Plan);
        Ok(Some(Self { who: who.clone(), person, acting_for, writes, assigned, kinds, authority }))
    }

    /// Who.
    #[must_use]
    pub fn who(&self) -> &SignedIn {
        &self.who
    }

    /// The person whose plan it is.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The name of the person whose plan it is, where that is somebody else than who asks.
    #[must_use]
    pub fn acting_for(&self) -> Option<&str> {
        self.acting_for.as_deref()
    }

    /// The name of the person whose plan it is.
    #[must_use]
    pub fn person_name(&self) -> &str {
        self.acting_for().unwrap_or_else(|| self.who.name())
    }

    /// The council that the person belongs to; none for who has come by themselves.
    #[must_use]
    pub fn authority(&self) -> Option<AuthorityId> {
        self.authority
    }

    /// Whether they may write it too.
    #[must_use]
    pub fn may_write(&self) -> bool {
        self.writes
    }

    /// Whether they are the care manager to whom the council has assigned the person.
    #[must_use]
    pub fn is_care_manager(&self) -> bool {
        self.assigned
    }

    /// Whether their signature is the person's: the person, or who stands in for them by law. Planners, friends and care
    /// managers help to write a plan, but do not sign it.
    #[must_use]
    pub fn may_sign(&self) -> bool {
        let by_law = self.kinds.iter().any(|kind| RepresentativeKind::BY_LAW.contains(kind));
        self.writes && (self.acting_for.is_none() || by_law)
    }

    /// As what they answer and write.
    #[must_use]
    pub fn answers_as(&self) -> AnsweredAs {
        let helps_to_plan =
            |kind: &RepresentativeKind| matches!(kind, RepresentativeKind::Planner | RepresentativeKind::Broker);
        if self.acting_for.is_none() {
            AnsweredAs::Themselves
        } else if self.assigned {
            AnsweredAs::CareManager
        } else if !self.kinds.is_empty() && self.kinds.iter().all(helps_to_plan) {
            AnsweredAs::Planner
        } else {
            AnsweredAs::Representative
        }
    }

    /// Says at the top of the page for whom somebody acts.
    pub fn announce(&self, request: &HttpRequest) {
        if let Some(name) = self.acting_for() {
            let visitor = Visitor { acting_for: Some(name.to_owned()), ..self.who.as_visitor() };
            request.extensions_mut().insert(Rc::new(visitor));
        }
    }
}

macro_rules! of_a_plan {
    ($($(#[$doc:meta])* $role:ident: $reader:ident => $may:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $role(PlanReader);

        impl Deref for $role {
            type Target = PlanReader;

            fn deref(&self) -> &PlanReader {
                &self.0
            }
        }

        impl $role {
            /// The same right, where it reaches that far.
            #[must_use]
            pub fn of($reader: PlanReader) -> Option<Self> {
                ($may).then_some(Self($reader))
            }

            /// The right of somebody over a person's plan, where there is one.
            pub fn find(conn: &mut Conn, who: &SignedIn, person: PersonId) -> diesel::QueryResult<Option<Self>> {
                Ok(PlanReader::find(conn, who, person)?.and_then(Self::of))
            }
        }
    )+};
}
of_a_plan! {
    /// Someone who writes one person's plan: the person themself, who may plan for them, a support planner by consent, or
    /// the care manager to whom the council has assigned them.
    Planner: reader => reader.writes;
    /// The care manager to whom the council has assigned one person: who agrees their plan and reviews it.
    AssignedCareManager: reader => reader.assigned && reader.writes;
    /// Someone whose signature under a plan is the person's.
    PlanSigner: reader => reader.may_sign();
}

from_request! {
    PlanReader: request => plan_reader(&request).await;
    Planner: request => Planner::of(plan_reader(&request).await?).ok_or(AppError::NotFound);
    PlanSigner: request => PlanSigner::of(plan_reader(&request).await?).ok_or(AppError::NotFound);
    AssignedCareManager: request => {
        AssignedCareManager::of(plan_reader(&request).await?).ok_or(AppError::NotFound)
    };
}

/// Whose plan: `{person_id}` in the address. Roles about one plan by its own id are found with `find`.
async fn plan_reader(request: &HttpRequest) -> Result<PlanReader, AppError> {
    let who = signed_in(request).await?;
    let person = path_id(request, "person_id")?;
    let asking = who.clone();
    let found = app(request)?.db.read(move |conn| PlanReader::find(conn, &asking, person)).await?;
    let Some(reader) = found else { return Err(not_theirs(request, who, Some(person)).await) };
    reader.announce(request);
    written_down(request, |now| audit::at_a_plan(&reader, now)).await?;
    Ok(reader)
}
