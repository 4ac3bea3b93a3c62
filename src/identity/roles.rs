//! Every role. To hold the value is to be allowed: only this file builds them, from a session or a token.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::app::App;
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::{AuthorityId, BudgetId, OrganizationId, PersonId, PurchaseId};
use crate::web::page::Visitor;
use crate::web::session::{API_PREFIX, bearer_token, session_token};

use super::sign_in::{IDLE, hash_of};
use super::{Membership, RoleName, Standing, store};

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

/// A person with an account who has signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    person: PersonId,
    name: String,
    memberships: Vec<Membership>,
}

impl SignedIn {
    /// Who.
    #[must_use]
    pub fn person(&self) -> PersonId {
        self.person
    }

    /// The name that pages show.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first role they were granted; none for budget holders.
    #[must_use]
    pub fn role(&self) -> Option<RoleName> {
        self.memberships.first().map(|membership| membership.role)
    }

    /// A person whom this program knows by other means than a request: for commands, the bench and the demo town.
    pub fn known(conn: &mut Conn, person: PersonId) -> diesel::QueryResult<Option<Self>> {
        let Some(name) = store::name(conn, person)? else { return Ok(None) };
        let memberships = store::memberships(conn, person)?;
        Ok(Some(Self { person, name, memberships }))
    }

    /// The page that is theirs.
    #[must_use]
    pub fn home_path(&self) -> &'static str {
        self.home().1
    }

    /// What they are here, their own page, and its name in the navigation.
    fn home(&self) -> (&'static str, &'static str, &'static str) {
        match self.role() {
            None => ("Budget holder", "/budgets", "My budget"),
            Some(RoleName::ProviderMember) => ("Provider", "/provider", "Provider desk"),
            Some(RoleName::Commissioner) => ("Commissioner", "/demand", "Demand"),
            Some(RoleName::FinanceOfficer) => ("Finance officer", "/finance", "Invoices"),
            Some(RoleName::SupportPlanner) => ("Support planner", "/account", "My account"),
            Some(RoleName::CareManager) => ("Care manager", "/account", "My account"),
            Some(RoleName::AuthorisedOfficer) => ("Authorised officer", "/account", "My account"),
            Some(RoleName::SafeguardingLead) => ("Safeguarding lead", "/moderation", "Moderation"),
            Some(RoleName::Moderator) => ("Moderator", "/moderation", "Moderation"),
            Some(RoleName::AuthorityAdministrator) => ("Authority administrator", "/authority", "Our authority"),
            Some(RoleName::Auditor) => ("Auditor", "/authority", "Our authority"),
        }
    }

    /// How the top of each page shows them.
    fn as_visitor(&self) -> Visitor {
        let (role_label, home_path, home_label) = self.home();
        Visitor {
            name: self.name.clone(),
            role_label: role_label.into(),
            home_path: home_path.into(),
            home_label: home_label.into(),
            acting_for: None,
        }
    }

    fn membership(&self, role: RoleName) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.role == role)
    }
}

/// Someone who may spend from one personal budget: the person it is for.
#[derive(Clone, Debug)]
pub struct BudgetHolder {
    who: SignedIn,
    budget: BudgetId,
    authority: AuthorityId,
}

impl BudgetHolder {
    /// The right of a person to spend from a budget, where there is one.
    pub fn find(conn: &mut Conn, who: &SignedIn, budget: BudgetId) -> diesel::QueryResult<Option<Self>> {
        let authority = crate::budgets::store::spending_right(conn, who, budget)?;
        Ok(authority.map(|authority| Self { who: who.clone(), budget, authority }))
    }

    /// Who.
    #[must_use]
    pub fn who(&self) -> &SignedIn {
        &self.who
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

macro_rules! of_an_authority {
    ($($role:ident),+) => {$(
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
                let authority = who.membership(RoleName::$role)?.authority_id?;
                Some(Self { who: who.clone(), authority })
            }
        }
    )+};
}
of_an_authority!(Commissioner, FinanceOfficer, Moderator, AuthorityAdministrator);

/// The budget holder of one purchase.
#[derive(Clone, Debug)]
pub struct PurchaseParty {
    holder: BudgetHolder,
    purchase: PurchaseId,
}

impl PurchaseParty {
    /// Whose budget paid for it.
    #[must_use]
    pub fn holder(&self) -> &BudgetHolder {
        &self.holder
    }

    /// Which purchase.
    #[must_use]
    pub fn purchase(&self) -> PurchaseId {
        self.purchase
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
                let person = app.keys.person(token, now).ok_or(AppError::SignInFirst)?;
                Some(app.db.read(move |conn| SignedIn::known(conn, person)).await?.ok_or(AppError::SignInFirst)?)
            }
        }
    } else {
        match session_token(request) {
            None => None,
            Some(token) => by_session(&app, hash_of(&token), now).await?,
        }
    };
    if let Some(who) = &found {
        request.extensions_mut().insert(Rc::new(who.as_visitor()));
    }
    request.extensions_mut().insert(Rc::new(found.clone()));
    Ok(found)
}

async fn by_session(app: &App, token: String, now: UtcTime) -> Result<Option<SignedIn>, AppError> {
    let hash = token.clone();
    let found = app
        .db
        .read(move |conn| {
            let Some(row) = store::session(conn, &hash, now, now - IDLE)? else { return Ok(None) };
            let memberships = store::memberships(conn, row.person)?;
            let who = SignedIn { person: row.person, name: row.name, memberships };
            Ok::<_, diesel::result::Error>(Some((who, row.last_seen_at)))
        })
        .await?;
    if let Some((_, seen)) = &found
        && now - *seen > TOUCH
    {
        app.db.write(move |tx| store::touch_session(tx, &token, now)).await?;
    }
    Ok(found.map(|(who, _)| who))
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
    SignedIn: request => signed_in(&request).await;
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
    AuthorityAdministrator: request => {
        AuthorityAdministrator::find(&signed_in(&request).await?).ok_or(AppError::NotFound)
    };
    BudgetHolder: request => {
        let who = signed_in(&request).await?;
        let budget = path_id(&request, "budget_id")?;
        let found = app(&request)?.db.read(move |conn| BudgetHolder::find(conn, &who, budget)).await?;
        found.ok_or(AppError::NotFound)
    };
    PurchaseParty: request => {
        let who = signed_in(&request).await?;
        let purchase = path_id(&request, "purchase_id")?;
        let found = app(&request)?.db.read(move |conn| {
            let Some(budget) = crate::purchasing::store::budget_of(conn, &who, purchase)? else { return Ok(None) };
            let holder = BudgetHolder::find(conn, &who, budget)?;
            Ok::<_, diesel::result::Error>(holder.map(|holder| PurchaseParty { holder, purchase }))
        }).await?;
        found.ok_or(AppError::NotFound)
    };
}
