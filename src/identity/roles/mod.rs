//! Every role. To hold the value is to be allowed: only this folder builds them, from a session or a token.
//!
//! Here is who is asking; each family of roles has a file: whose money and purchases ([`budgets`]), whose plan
//! ([`plans`]), and for which provider or authority ([`organisations`]).

/// How a role is built from a request. Each family of roles says it for its own.
macro_rules! from_request {
    ($($role:ident: $request:ident => $build:expr;)+) => {$(
        impl FromRequest for $role {
            type Error = AppError;
            type Future = Answer<Self>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let $request = request.clone();
                Box::pin(async move { $build })
            }
        }
    )+};
}

mod budgets;
mod organisations;
mod plans;

pub use budgets::{BudgetHolder, BudgetReader, PurchaseBuyer, PurchaseOwner, PurchaseParty, PurchaseReader};
pub use organisations::{
    AuthorityAdministrator, AuthorityReader, CareDesk, Commissioner, FinanceOfficer, Moderator, Practitioner,
    ProviderManager, ProviderMember, ProviderOwner,
};
pub use plans::{AssignedCareManager, PlanReader, PlanSigner, Planner};

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::app::App;
use crate::audit::{self, Entry};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::{AuthorityId, MembershipId, PersonId, SessionId};
use crate::web::page::{Link, Visitor};
use crate::web::render::SECOND_FACTOR_FIRST;
use crate::web::session::{API_PREFIX, bearer_token, session_token};

use super::arriving::{Arrival, Granted, Proven, Stage, Waiver, Way};
use super::scope::{Allowed, Scope};
use super::sign_in::{IDLE, hash_of};
use super::{Membership, RoleName, store};

/// When a command asks, which knows no time: whatever ends some day has ended.
const END_OF_TIME: UtcTime = match chrono::NaiveDate::from_ymd_opt(9999, 12, 31) {
    Some(day) => day.and_time(chrono::NaiveTime::MIN),
    None => UtcTime::MAX,
};

/// A session is noted as used no more often than this.
const TOUCH: chrono::TimeDelta = chrono::TimeDelta::minutes(5);

/// Anybody at all: says in a route's arguments that the door is open on purpose.
#[derive(Clone, Debug)]
pub struct Anyone {
    visitor: Option<SignedIn>,
}

impl Anyone {
    /// Who it is, where we know.
    #[must_use]
    pub fn visitor(&self) -> Option<&SignedIn> {
        self.visitor.as_ref()
    }
}

/// A person with an account who has signed in. A role that was not chosen where roles conflict is not held.
#[derive(Clone, Debug)]
pub struct SignedIn {
    arrival: Arrival,
    held: Vec<Granted>,
    way: Way,
    asked_at: UtcTime,
    allowed: Allowed,
    /// Whether nothing more than the password is asked of them here.
    spared: bool,
}

impl SignedIn {
    pub(super) fn of(arrival: Arrival) -> Self {
        let way = if arrival.session.is_some() { Way::Page } else { Way::Command };
        Self { held: arrival.held(), arrival, way, asked_at: END_OF_TIME, allowed: Allowed::default(), spared: true }
    }

    /// Who.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.arrival.person
    }

    /// The name that pages show.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.arrival.name
    }

    /// The session, where there is one: none for programs and commands.
    #[must_use]
    pub fn session(&self) -> Option<SessionId> {
        self.arrival.session
    }

    /// Over what they came.
    #[must_use]
    pub fn way(&self) -> Way {
        self.way
    }

    /// When they ask: what may end is compared with it.
    #[must_use]
    pub fn asked_at(&self) -> UtcTime {
        self.asked_at
    }

    /// How far they reach: a program no further than its scopes.
    #[must_use]
    pub fn allowed(&self) -> &Allowed {
        &self.allowed
    }

    /// Whether they work in this role for this authority now.
    #[must_use]
    pub fn works_as(&self, role: RoleName, authority: AuthorityId) -> bool {
        let here = |membership: &Membership| membership.role == role && membership.authority_id == Some(authority);
        self.held.iter().any(|granted| here(&granted.membership))
    }

    /// The first role that they hold now; none for citizens.
    #[must_use]
    pub fn role(&self) -> Option<RoleName> {
        self.held.first().map(|granted| granted.membership.role)
    }

    /// Whom the role that they hold now is for: "Trafford"; empty for who is here for themselves.
    #[must_use]
    pub fn body(&self) -> &str {
        self.held.first().map_or("", |granted| granted.body.as_str())
    }

    /// Every role that they were granted, held now or not.
    #[must_use]
    pub fn granted(&self) -> &[Granted] {
        &self.arrival.granted
    }

    /// Whether they hold this role now.
    #[must_use]
    pub fn holds(&self, membership: MembershipId) -> bool {
        self.held.iter().any(|granted| granted.membership.id == membership)
    }

    /// Whether signing in takes a code.
    #[must_use]
    pub fn has_second_factor(&self) -> bool {
        self.arrival.has_second_factor
    }

    /// Whether one of their roles asks for a second factor here.
    #[must_use]
    pub fn needs_second_factor(&self, waiver: Waiver) -> bool {
        self.arrival.needs_second_factor(waiver)
    }

    /// Whether they have proven who they are as whoever sees the records of others has to: with two factors.
    #[must_use]
    pub fn may_see_others(&self) -> bool {
        self.spared || self.arrival.has_second_factor || self.arrival.proven.is_strong()
    }

    /// A person whom this program knows by other means than a request: for commands, the bench and the demo town.
    pub fn known(conn: &mut Conn, person: PersonId) -> diesel::QueryResult<Option<Self>> {
        Self::known_as(conn, person, None)
    }

    /// The same in a role that was chosen; where roles conflict and none is chosen, none is held.
    pub(super) fn known_as(
        conn: &mut Conn,
        person: PersonId,
        chosen: Option<MembershipId>,
    ) -> diesel::QueryResult<Option<Self>> {
        let Some(name) = store::open_name(conn, person)? else { return Ok(None) };
        let arrival = Arrival {
            session: None,
            person,
            name,
            proven: Proven::Password,
            has_second_factor: store::factors::factor(conn, person)?
                .is_some_and(|factor| factor.confirmed_at.is_some()),
            has_budget: store::sessions::has_budget(conn, person)?,
            chosen,
            for_oneself: false,
            granted: store::sessions::granted(conn, person)?,
        };
        Ok(Some(Self::of(arrival)))
    }

    /// The page that is theirs.
    #[must_use]
    pub fn home_path(&self) -> &'static str {
        self.home().1
    }

    /// What they are here, their own page, and its name in the navigation.
    fn home(&self) -> (&'static str, &'static str, &'static str) {
        let (path, label) = match self.role() {
            None if self.arrival.has_budget => return ("Budget holder", "/budgets", "My budget"),
            None => return ("Citizen", "/account", "My account"),
            Some(RoleName::ProviderMember) => ("/provider", "Provider desk"),
            Some(RoleName::Commissioner) => ("/demand", "Demand"),
            Some(RoleName::FinanceOfficer) => ("/finance", "Money"),
            Some(RoleName::SupportPlanner | RoleName::CareManager) => ("/helping", "My people"),
            Some(RoleName::AuthorisedOfficer) => ("/account", "My account"),
            Some(RoleName::SafeguardingLead | RoleName::Moderator) => ("/moderation", "Moderation"),
            Some(RoleName::AuthorityAdministrator | RoleName::Auditor) => ("/authority", "Our authority"),
        };
        (self.role().map_or("Citizen", RoleName::label), path, label)
    }

    /// How the top of each page shows them.
    fn as_visitor(&self) -> Visitor {
        let (role_label, home_path, home_label) = self.home();
        let body = self.held.first().map(|granted| granted.body.as_str()).filter(|body| !body.is_empty());
        Visitor {
            name: self.arrival.name.clone(),
            role_label: body.map_or_else(|| role_label.into(), |body| format!("{role_label}, {body}")),
            home_path: home_path.into(),
            home_label: home_label.into(),
            acting_for: None,
            plan: self.plan_link(),
            may_switch: !self.arrival.granted.is_empty()
                && (self.arrival.roles_conflict() || self.arrival.for_oneself || self.arrival.has_budget),
            has_money: self.arrival.has_budget && self.role().is_none(),
            reads_only: false,
        }
    }

    /// The way to one's own support plan, and to those that wait for a care manager.
    fn plan_link(&self) -> Option<Link> {
        let link = |label: &str, href: &str| Some(Link { label: label.into(), href: href.into() });
        match self.role() {
            None => link("My plan", "/support"),
            Some(RoleName::CareManager) => link("Plans and reviews", "/care"),
            Some(RoleName::SupportPlanner) => link("Plans", "/support"),
            Some(_) => None,
        }
    }

    /// A role that they hold, where they reach that far: every role of an authority or a provider is built from this.
    fn membership(&self, role: RoleName) -> Option<&Membership> {
        if !self.allowed.may(Scope::of_role(role)) {
            return None;
        }
        self.held.iter().map(|granted| &granted.membership).find(|membership| membership.role == role)
    }
}

/// Somebody with a session, however far they have come: what leads them in takes this, and nothing else does.
#[derive(Clone, Debug)]
pub struct Arriving {
    arrival: Arrival,
    stage: Stage,
    token: String,
}

impl Arriving {
    /// Who.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.arrival.person
    }

    /// How far they have come.
    #[must_use]
    pub fn stage(&self) -> Stage {
        self.stage
    }

    /// The session's token.
    #[must_use]
    pub(super) fn token(&self) -> &str {
        &self.token
    }

    /// The session.
    pub(super) fn arrival(&self) -> &Arrival {
        &self.arrival
    }
}

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, AppError>>>>;

/// Who is asking: looked up once for each request.
async fn visitor(request: &HttpRequest) -> Result<Option<SignedIn>, AppError> {
    let known = request.extensions().get::<Rc<Option<SignedIn>>>().cloned();
    if let Some(known) = known {
        return Ok((*known).clone());
    }
    let app = app(request)?;
    let now = app.clock.now();
    let found = if request.path().starts_with(API_PREFIX) {
        match bearer_token(request) {
            None => None,
            Some(token) => {
                let bearer = app.keys.bearer(token, now).ok_or(AppError::SignInFirst)?;
                let allowed = bearer.allowed.clone();
                let known = app.db.read(move |conn| {
                    let holds = match bearer.program {
                        Some(program) => crate::programs::store::still_holds(conn, program, now)?,
                        None => true,
                    };
                    let holds = holds && store::sessions::token_holds(conn, bearer.person, bearer.given_at)?;
                    if holds { SignedIn::known_as(conn, bearer.person, bearer.role) } else { Ok(None) }
                });
                let known = known.await?.ok_or(AppError::SignInFirst)?;
                Some(SignedIn { way: Way::Api, allowed, ..known })
            }
        }
    } else {
        match session_token(request) {
            None => None,
            Some(token) => by_session(&app, &token, now)
                .await?
                .filter(|who| who.stage == Stage::In)
                .map(|who| SignedIn::of(who.arrival)),
        }
    };
    if let Some(who) = &found {
        request.extensions_mut().insert(Rc::new(who.as_visitor()));
    }
    let found = found.map(|who| SignedIn { asked_at: now, spared: app.waiver.spares(who.person()), ..who });
    request.extensions_mut().insert(Rc::new(found.clone()));
    Ok(found)
}

async fn by_session(app: &App, token: &str, now: UtcTime) -> Result<Option<Arriving>, AppError> {
    let hash = hash_of(token);
    let asked = hash.clone();
    let found = app.db.read(move |conn| store::sessions::session(conn, &asked, now, now - IDLE)).await?;
    if let Some((_, seen)) = &found
        && now - *seen > TOUCH
    {
        app.db.write(move |tx| store::sessions::touch_session(tx, &hash, now)).await?;
    }
    Ok(found.map(|(arrival, _)| Arriving { stage: arrival.stage(app.waiver), arrival, token: token.to_owned() }))
}

async fn arriving(request: &HttpRequest) -> Result<Arriving, AppError> {
    // So that the page shows them as signed in, where they are.
    visitor(request).await?;
    let app = app(request)?;
    let token = session_token(request).ok_or(AppError::SignInFirst)?;
    by_session(&app, &token, app.clock.now()).await?.ok_or(AppError::SignInFirst)
}

async fn signed_in(request: &HttpRequest) -> Result<SignedIn, AppError> {
    visitor(request).await?.ok_or(AppError::SignInFirst)
}

/// Writes down that somebody reaches for what is another person's, before they see any of it: here, so that no page and no
/// program goes round it. What is one's own is nobody's business.
async fn written_down(request: &HttpRequest, look: impl FnOnce(UtcTime) -> Entry) -> Result<(), AppError> {
    let app = app(request)?;
    Ok(audit::looks(&app.db, vec![look(app.clock.now())]).await?)
}

/// What somebody is told who asks for something of `person` that they may not see: that it is not there. Who acts for that
/// person and has no second factor yet is led to setting one up.
async fn not_theirs(request: &HttpRequest, who: SignedIn, person: Option<PersonId>) -> AppError {
    let Some(person) = person.filter(|_| !who.may_see_others()) else { return AppError::NotFound };
    let Ok(app) = app(request) else { return AppError::NotFound };
    let acts_for = app.db.read(move |conn| crate::helping::store::acts_for(conn, &who, person)).await;
    match acts_for {
        Ok(true) => AppError::refused_as(
            StatusCode::FORBIDDEN,
            SECOND_FACTOR_FIRST,
            "whoever sees what is somebody else's signs in with a code too. Set that up on the page of your account first",
        ),
        Ok(false) => AppError::NotFound,
        Err(cause) => cause.into(),
    }
}

fn app(request: &HttpRequest) -> Result<Data<App>, AppError> {
    request.app_data::<Data<App>>().cloned().ok_or_else(|| AppError::unexpected("the app is missing"))
}

/// The id in the path; what is no id is not found.
fn path_id<T: FromStr>(request: &HttpRequest, name: &str) -> Result<T, AppError> {
    request.match_info().get(name).and_then(|text| text.parse().ok()).ok_or(AppError::NotFound)
}

from_request! {
    Anyone: request => Ok(Anyone { visitor: visitor(&request).await? });
    SignedIn: request => {
        let who = signed_in(&request).await?;
        let wanted = if request.method() == Method::GET { Scope::Read } else { Scope::Account };
        if !who.allowed.may(wanted) {
            let why = format!("this token lacks the scope \"{wanted}\": {}", wanted.about());
            return Err(AppError::refused_as(StatusCode::FORBIDDEN, "scope-missing", why));
        }
        Ok(who)
    };
    Arriving: request => arriving(&request).await;
}
