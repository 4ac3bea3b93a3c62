//! Roles about one personal budget and what it pays for.

use std::ops::Deref;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::audit;
use crate::db::Conn;
use crate::error::AppError;
use crate::helping::Scopes;
use crate::ids::{AuthorityId, BudgetId, PersonId, PurchaseId};
use crate::web::page::Visitor;

use super::{Answer, Scope, SignedIn, app, not_theirs, path_id, signed_in, written_down};

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

from_request! {
    BudgetReader: request => budget_reader(&request).await;
    BudgetHolder: request => {
        let reader = budget_reader(&request).await?;
        reader.scopes.buy.then_some(BudgetHolder(reader)).ok_or(AppError::NotFound)
    };
    PurchaseReader: request => purchase_reader(&request).await;
    PurchaseParty: request => PurchaseParty::of(purchase_reader(&request).await?).ok_or(AppError::NotFound);
    PurchaseBuyer: request => PurchaseBuyer::of(purchase_reader(&request).await?).ok_or(AppError::NotFound);
    PurchaseOwner: request => PurchaseOwner::of(purchase_reader(&request).await?).ok_or(AppError::NotFound);
}

async fn budget_reader(request: &HttpRequest) -> Result<BudgetReader, AppError> {
    let who = signed_in(request).await?;
    let budget = path_id(request, "budget_id")?;
    let asking = who.clone();
    let find = move |conn: &mut Conn| {
        let found = BudgetReader::find(conn, &asking, budget)?;
        let whose = if found.is_none() { crate::budgets::store::whose(conn, budget)? } else { None };
        Ok::<_, diesel::result::Error>((found, whose))
    };
    let (found, whose) = app(request)?.db.read(find).await?;
    let Some(reader) = found else { return Err(not_theirs(request, who, whose.map(|(_, person)| person)).await) };
    reader.announce(request);
    written_down(request, |now| audit::at_a_budget(&reader, now)).await?;
    Ok(reader)
}

async fn purchase_reader(request: &HttpRequest) -> Result<PurchaseReader, AppError> {
    let who = signed_in(request).await?;
    let purchase = path_id(request, "purchase_id")?;
    let asking = who.clone();
    let find = move |conn: &mut Conn| {
        let found = PurchaseReader::find(conn, &asking, purchase)?;
        if found.is_some() {
            return Ok((found, None));
        }
        let Some(budget) = crate::purchasing::store::budget_of(conn, purchase)? else { return Ok((None, None)) };
        Ok::<_, diesel::result::Error>((None, crate::budgets::store::whose(conn, budget)?))
    };
    let (found, whose) = app(request)?.db.read(find).await?;
    let Some(reader) = found else { return Err(not_theirs(request, who, whose.map(|(_, person)| person)).await) };
    reader.holder.announce(request);
    written_down(request, |now| audit::at_a_purchase(&reader, now)).await?;
    Ok(reader)
}
