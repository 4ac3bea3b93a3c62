//! Every role. To hold the value is to be allowed: only this file builds them, from a session or a token.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::rc::Rc;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::http::{Method, StatusCode};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::app::App;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::helping::{RepresentativeKind, Scopes};
use crate::ids::{AuthorityId, BudgetId, MembershipId, OrganizationId, PersonId, PurchaseId, SessionId};
use crate::web::page::{Link, Visitor};
use crate::web::session::{API_PREFIX, bearer_token, session_token};

use super::arriving::{Arrival, Granted, Proven, Stage, Waiver, Way};
use super::scope::{Allowed, Scope};
use super::sign_in::{IDLE, hash_of};
use super::{Membership, RoleName, Standing, store};

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
}

impl SignedIn {
    pub(super) fn of(arrival: Arrival) -> Self {
        let way = if arrival.session.is_some() { Way::Page } else { Way::Command };
        Self { held: arrival.held(), arrival, way, asked_at: END_OF_TIME, allowed: Allowed::default() }
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
            Some(RoleName::FinanceOfficer) => ("/finance", "Invoices"),
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
        }
    }

    /// The way to one's own support plan, and to those that wait for a care manager.
    fn plan_link(&self) -> Option<Link> {
        let link = |label: &str, href: &str| Some(Link { label: label.into(), href: href.into() });
        match self.role() {
            None => link("My plan", "/support"),
            Some(RoleName::CareManager) => link("Plans and reviews", "/care"),
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

/// Someone who may look at one personal budget: the person it is for, or somebody who acts for them.
#[derive(Clone, Debug)]
pub struct BudgetReader {
    who: SignedIn,
    person: PersonId,
    /// The name of the person it is for, where that is somebody else.
    acting_for: Option<String>,
    scopes: Scopes,
    budget: BudgetId,
    authority: AuthorityId,
}

impl BudgetReader {
    /// The right of a person to look at a budget, where there is one.
    pub fn find(conn: &mut Conn, who: &SignedIn, budget: BudgetId) -> diesel::QueryResult<Option<Self>> {
        if !who.allowed.may(Scope::Read) && !who.allowed.may(Scope::Buy) {
            return Ok(None);
        }
        let Some((authority, person)) = crate::budgets::store::whose(conn, budget)? else { return Ok(None) };
        let (acting_for, scopes) = if person == who.person() {
            (None, Scopes::ALL)
        } else {
            match crate::helping::store::rights(conn, who, person)? {
                Some(helped) => (Some(helped.name), helped.scopes),
                None => return Ok(None),
            }
        };
        let scopes = if who.allowed.may(Scope::Buy) { scopes } else { Scopes::default() };
        Ok(Some(Self { who: who.clone(), person, acting_for, scopes, budget, authority }))
    }

    /// Who.
    #[must_use]
    pub fn who(&self) -> &SignedIn {
        &self.who
    }

    /// The person it is for.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The name of the person it is for, where that is somebody else than who asks.
    #[must_use]
    pub fn acting_for(&self) -> Option<&str> {
        self.acting_for.as_deref()
    }

    /// The name of the person it is for.
    #[must_use]
    pub fn person_name(&self) -> &str {
        self.acting_for().unwrap_or_else(|| self.who.name())
    }

    /// What they may do besides looking.
    #[must_use]
    pub fn scopes(&self) -> Scopes {
        self.scopes
    }

    /// Which budget.
    #[must_use]
    pub fn budget(&self) -> BudgetId {
        self.budget
    }

    /// Whose money it is.
    #[must_use]
    pub fn authority(&self) -> AuthorityId {
        self.authority
    }

    /// Says at the top of the page for whom somebody acts.
    pub fn announce(&self, request: &HttpRequest) {
        if let Some(name) = self.acting_for() {
            let visitor = Visitor { acting_for: Some(name.to_owned()), ..self.who.as_visitor() };
            request.extensions_mut().insert(Rc::new(visitor));
        }
    }
}

/// Someone who may spend from one personal budget: the person it is for, or somebody who may buy for them. Whoever may
/// spend may look.
#[derive(Clone, Debug)]
pub struct BudgetHolder(BudgetReader);

impl BudgetHolder {
    /// The right of a person to spend from a budget, where there is one.
    pub fn find(conn: &mut Conn, who: &SignedIn, budget: BudgetId) -> diesel::QueryResult<Option<Self>> {
        Ok(BudgetReader::find(conn, who, budget)?.filter(|reader| reader.scopes.buy).map(Self))
    }
}

impl Deref for BudgetHolder {
    type Target = BudgetReader;

    fn deref(&self) -> &BudgetReader {
        &self.0
    }
}

/// Someone who may look at one person's self-assessments, support plans and reviews: the person, or somebody who acts for
/// them, their care manager included.
#[derive(Clone, Debug)]
pub struct PlanReader {
    who: SignedIn,
    person: PersonId,
    /// The name of the person, where that is somebody else.
    acting_for: Option<String>,
    scopes: Scopes,
    kinds: Vec<RepresentativeKind>,
    authority: AuthorityId,
}

impl PlanReader {
    /// The right of somebody to look at what concerns a person, where there is one: the person has to belong to a council.
    pub fn find(conn: &mut Conn, who: &SignedIn, person: PersonId) -> diesel::QueryResult<Option<Self>> {
        if !who.allowed.may(Scope::Read) && !who.allowed.may(Scope::Plan) {
            return Ok(None);
        }
        let Some((authority, _)) = store::home_of(conn, person)? else { return Ok(None) };
        let (acting_for, scopes, kinds) = if person == who.person() {
            (None, Scopes::ALL, Vec::new())
        } else {
            match crate::helping::store::rights(conn, who, person)? {
                Some(helped) => (Some(helped.name), helped.scopes, helped.kinds),
                None => return Ok(None),
            }
        };
        let scopes = if who.allowed.may(Scope::Plan) { scopes } else { Scopes::default() };
        Ok(Some(Self { who: who.clone(), person, acting_for, scopes, kinds, authority }))
    }

    /// Who.
    #[must_use]
    pub fn who(&self) -> &SignedIn {
        &self.who
    }

    /// Whom it is about.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The name of the person, where that is somebody else than who asks.
    #[must_use]
    pub fn acting_for(&self) -> Option<&str> {
        self.acting_for.as_deref()
    }

    /// The name of the person.
    #[must_use]
    pub fn person_name(&self) -> &str {
        self.acting_for().unwrap_or_else(|| self.who.name())
    }

    /// Their council.
    #[must_use]
    pub fn authority(&self) -> AuthorityId {
        self.authority
    }

    /// Whether they are the person's care manager now.
    #[must_use]
    pub fn is_care_manager(&self) -> bool {
        self.kinds.contains(&RepresentativeKind::CareManager)
            && self.who.works_as(RoleName::CareManager, self.authority)
            && self.who.allowed.may(Scope::of_role(RoleName::CareManager))
    }

    /// Whether they may answer and write: the person, who may plan for them, or their care manager.
    #[must_use]
    pub fn may_write(&self) -> bool {
        self.who.allowed.may(Scope::Plan) && (self.scopes.plan || self.is_care_manager())
    }

    /// Whether their signature is the person's: the person, or who stands in for them by law. Planners, friends and care
    /// managers help to write a plan, but do not sign it.
    #[must_use]
    pub fn may_sign(&self) -> bool {
        let by_law = self.kinds.iter().any(|kind| RepresentativeKind::BY_LAW.contains(kind));
        self.may_write() && (self.acting_for.is_none() || by_law)
    }

    /// As what they answer and write.
    #[must_use]
    pub fn answers_as(&self) -> crate::allocation::AnsweredAs {
        use crate::allocation::AnsweredAs;
        let helps_to_plan =
            |kind: &RepresentativeKind| matches!(kind, RepresentativeKind::Planner | RepresentativeKind::Broker);
        if self.acting_for.is_none() {
            AnsweredAs::Themselves
        } else if self.is_care_manager() {
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
            /// The right of somebody, where it reaches that far.
            #[must_use]
            pub fn of($reader: PlanReader) -> Option<Self> {
                ($may).then_some(Self($reader))
            }
        }
    )+};
}
of_a_plan! {
    /// Someone who answers questions about a person's needs and writes their support plan.
    PlanWriter: reader => reader.may_write();
    /// Someone whose signature under a support plan is the person's.
    PlanSigner: reader => reader.may_sign();
    /// The care manager of one person: agrees their plan for the council, and reviews it.
    CareManager: reader => reader.is_care_manager();
}

/// Someone who works the account of one provider.
#[derive(Clone, Debug)]
pub struct ProviderMember {
    who: SignedIn,
    organization: OrganizationId,
    standing: Standing,
}

impl ProviderMember {
    /// Who.
    #[must_use]
    pub fn who(&self) -> &SignedIn {
        &self.who
    }

    /// For which provider.
    #[must_use]
    pub fn organization(&self) -> OrganizationId {
        self.organization
    }

    /// What they may do for it.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// The provider that a person works for, where there is one.
    #[must_use]
    pub fn find(who: &SignedIn) -> Option<Self> {
        let membership = who.membership(RoleName::ProviderMember)?;
        let (organization, standing) = membership.organization_id.zip(membership.standing)?;
        Some(Self { who: who.clone(), organization, standing })
    }
}

/// A provider member who may write its services and its profile: an owner or a manager.
#[derive(Clone, Debug)]
pub struct ProviderManager(ProviderMember);

/// A provider member who may also decide about members: an owner.
#[derive(Clone, Debug)]
pub struct ProviderOwner(ProviderMember);

macro_rules! of_a_provider {
    ($($role:ident: $($may:path)|+;)+) => {$(
        impl $role {
            /// The member that they are.
            #[must_use]
            pub fn member(&self) -> &ProviderMember {
                &self.0
            }

            /// Who.
            #[must_use]
            pub fn who(&self) -> &SignedIn {
                &self.0.who
            }

            /// For which provider.
            #[must_use]
            pub fn organization(&self) -> OrganizationId {
                self.0.organization
            }

            /// The right of a member, where their standing reaches that far.
            #[must_use]
            pub fn of(member: ProviderMember) -> Option<Self> {
                matches!(member.standing, $($may)|+).then_some(Self(member))
            }
        }
    )+};
}
of_a_provider! {
    ProviderManager: Standing::Owner | Standing::Manager;
    ProviderOwner: Standing::Owner;
}

/// Someone who reads the aggregated demand of one authority.
#[derive(Clone, Debug)]
pub struct Commissioner {
    who: SignedIn,
    authority: AuthorityId,
}

/// Someone who settles the invoices of one authority.
#[derive(Clone, Debug)]
pub struct FinanceOfficer {
    who: SignedIn,
    authority: AuthorityId,
}

/// Someone who handles reviews, reports, approvals and the checking of providers for one authority.
#[derive(Clone, Debug)]
pub struct Moderator {
    who: SignedIn,
    authority: AuthorityId,
}

/// Someone who looks after people, roles and settings of one authority.
#[derive(Clone, Debug)]
pub struct AuthorityAdministrator {
    who: SignedIn,
    authority: AuthorityId,
}

/// Someone who looks after people of one authority: whose plan they see is for [`CareManager`] to say.
#[derive(Clone, Debug)]
pub struct CareDesk {
    who: SignedIn,
    authority: AuthorityId,
}

/// Someone who may read what one authority has set: who looks after it, or an auditor.
#[derive(Clone, Debug)]
pub struct AuthorityReader {
    who: SignedIn,
    authority: AuthorityId,
}

macro_rules! of_an_authority {
    ($($role:ident: $($name:ident)|+;)+) => {$(
        impl $role {
            /// Who.
            #[must_use]
            pub fn who(&self) -> &SignedIn {
                &self.who
            }

            /// For which authority.
            #[must_use]
            pub fn authority(&self) -> AuthorityId {
                self.authority
            }

            /// The authority that a person has this role for, where there is one.
            #[must_use]
            pub fn find(who: &SignedIn) -> Option<Self> {
                let membership = None$(.or_else(|| who.membership(RoleName::$name)))+;
                let authority = membership?.authority_id?;
                Some(Self { who: who.clone(), authority })
            }
        }
    )+};
}
of_an_authority! {
    Commissioner: Commissioner;
    FinanceOfficer: FinanceOfficer;
    Moderator: Moderator | SafeguardingLead;
    AuthorityAdministrator: AuthorityAdministrator;
    CareDesk: CareManager;
    AuthorityReader: AuthorityAdministrator | Auditor;
}

/// Someone who may look at one purchase: the person it is for, or somebody who acts for them.
#[derive(Clone, Debug)]
pub struct PurchaseReader {
    holder: BudgetReader,
    purchase: PurchaseId,
}

impl PurchaseReader {
    /// The right of a person to look at a purchase, where there is one.
    pub fn find(conn: &mut Conn, who: &SignedIn, purchase: PurchaseId) -> diesel::QueryResult<Option<Self>> {
        let Some(budget) = crate::purchasing::store::budget_of(conn, purchase)? else { return Ok(None) };
        Ok(BudgetReader::find(conn, who, budget)?.map(|holder| Self { holder, purchase }))
    }

    /// Whose budget paid for it, and who asks.
    #[must_use]
    pub fn holder(&self) -> &BudgetReader {
        &self.holder
    }

    /// Which purchase.
    #[must_use]
    pub fn purchase(&self) -> PurchaseId {
        self.purchase
    }
}

macro_rules! of_a_purchase {
    ($($(#[$doc:meta])* $role:ident: $reader:ident => $may:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $role(PurchaseReader);

        impl Deref for $role {
            type Target = PurchaseReader;

            fn deref(&self) -> &PurchaseReader {
                &self.0
            }
        }

        impl $role {
            fn of($reader: PurchaseReader) -> Option<Self> {
                ($may).then_some(Self($reader))
            }
        }
    )+};
}
of_a_purchase! {
    /// Someone who says what was delivered on a purchase: the person it is for, or who may buy or manage money for them.
    PurchaseParty: reader => reader.holder.scopes.buy || reader.holder.scopes.money;
    /// Someone who may call a purchase off: the person it is for, or who may buy for them.
    PurchaseBuyer: reader => reader.holder.scopes.buy;
    /// The person a purchase is for, and nobody in their place.
    PurchaseOwner: reader => reader.holder.acting_for.is_none() && reader.holder.scopes.buy;
}

/// Someone of an authority who records who acts for its people: a care manager, or an administrator.
#[derive(Clone, Debug)]
pub struct Practitioner {
    who: SignedIn,
    role: RoleName,
    authority: AuthorityId,
}

impl Practitioner {
    /// Who.
    #[must_use]
    pub fn who(&self) -> &SignedIn {
        &self.who
    }

    /// In which of the two roles.
    #[must_use]
    pub fn role(&self) -> RoleName {
        self.role
    }

    /// For which authority.
    #[must_use]
    pub fn authority(&self) -> AuthorityId {
        self.authority
    }

    /// The authority that a person has one of these roles for, where there is one.
    #[must_use]
    pub fn find(who: &SignedIn) -> Option<Self> {
        let roles = [RoleName::CareManager, RoleName::AuthorityAdministrator];
        let membership = roles.iter().find_map(|role| who.membership(*role))?;
        Some(Self { who: who.clone(), role: membership.role, authority: membership.authority_id? })
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
    let found = found.map(|who| SignedIn { asked_at: now, ..who });
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

fn app(request: &HttpRequest) -> Result<Data<App>, AppError> {
    request.app_data::<Data<App>>().cloned().ok_or_else(|| AppError::unexpected("the app is missing"))
}

/// The id in the path; what is no id is not found.
fn path_id<T: FromStr>(request: &HttpRequest, name: &str) -> Result<T, AppError> {
    request.match_info().get(name).and_then(|text| text.parse().ok()).ok_or(AppError::NotFound)
}

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
    ProviderMember: request => ProviderMember::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    ProviderManager: request => {
        ProviderMember::find(&signed_in(&request).await?).and_then(ProviderManager::of).ok_or(AppError::NotFound)
    };
    ProviderOwner: request => {
        ProviderMember::find(&signed_in(&request).await?).and_then(ProviderOwner::of).ok_or(AppError::NotFound)
    };
    Commissioner: request => Commissioner::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    FinanceOfficer: request => FinanceOfficer::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    Moderator: request => Moderator::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    CareDesk: request => CareDesk::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    AuthorityReader: request => AuthorityReader::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    AuthorityAdministrator: request => {
        AuthorityAdministrator::find(&signed_in(&request).await?).ok_or(AppError::NotFound)
    };
    Practitioner: request => Practitioner::find(&signed_in(&request).await?).ok_or(AppError::NotFound);
    BudgetReader: request => budget_reader(&request).await;
    BudgetHolder: request => {
        let reader = budget_reader(&request).await?;
        reader.scopes.buy.then_some(BudgetHolder(reader)).ok_or(AppError::NotFound)
    };
    PlanReader: request => plan_reader(&request).await;
    PlanWriter: request => PlanWriter::of(plan_reader(&request).await?).ok_or(AppError::NotFound);
    PlanSigner: request => PlanSigner::of(plan_reader(&request).await?).ok_or(AppError::NotFound);
    CareManager: request => CareManager::of(plan_reader(&request).await?).ok_or(AppError::NotFound);
    PurchaseReader: request => purchase_reader(&request).await;
    PurchaseParty: request => PurchaseParty::of(purchase_reader(&request).await?).ok_or(AppError::NotFound);
    PurchaseBuyer: request => PurchaseBuyer::of(purchase_reader(&request).await?).ok_or(AppError::NotFound);
    PurchaseOwner: request => PurchaseOwner::of(purchase_reader(&request).await?).ok_or(AppError::NotFound);
}

async fn budget_reader(request: &HttpRequest) -> Result<BudgetReader, AppError> {
    let who = signed_in(request).await?;
    let budget = path_id(request, "budget_id")?;
    let found = app(request)?.db.read(move |conn| BudgetReader::find(conn, &who, budget)).await?;
    let reader = found.ok_or(AppError::NotFound)?;
    reader.announce(request);
    Ok(reader)
}

async fn plan_reader(request: &HttpRequest) -> Result<PlanReader, AppError> {
    let who = signed_in(request).await?;
    let person = path_id(request, "citizen_id")?;
    let found = app(request)?.db.read(move |conn| PlanReader::find(conn, &who, person)).await?;
    let reader = found.ok_or(AppError::NotFound)?;
    reader.announce(request);
    Ok(reader)
}

async fn purchase_reader(request: &HttpRequest) -> Result<PurchaseReader, AppError> {
    let who = signed_in(request).await?;
    let purchase = path_id(request, "purchase_id")?;
    let found = app(request)?.db.read(move |conn| PurchaseReader::find(conn, &who, purchase)).await?;
    let reader = found.ok_or(AppError::NotFound)?;
    reader.holder.announce(request);
    Ok(reader)
}
