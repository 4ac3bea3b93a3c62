//! The verbs: making a program, giving it a token, revoking it.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::{AppError, FieldError};
use crate::identity::{Scope, SignedIn, read_scopes};
use crate::ids::{MembershipId, PersonId, ProgramId, random_token};

use super::store;

/// The most programs of one person that are not revoked.
const MOST: i64 = 50;

/// What a program is to be.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// What its person calls it.
    pub name: String,
    /// How far it reaches.
    pub scopes: Vec<Scope>,
    /// After how many days it ends.
    pub days: i64,
}

impl Wanted {
    /// Checks what can be checked without the database.
    pub fn checked(mut self) -> Result<Self, AppError> {
        let mut wrong = Vec::new();
        self.name = self.name.split_whitespace().collect::<Vec<_>>().join(" ");
        if self.name.is_empty() || self.name.chars().count() > 100 {
            wrong.push(FieldError::new("name", "Give it a name of at most 100 letters, so that you know it again."));
        }
        if self.scopes.is_empty() {
            wrong.push(FieldError::new("scopes", "Choose what it may do."));
        }
        if !(1..=366).contains(&self.days) {
            wrong.push(FieldError::new("days", "Choose after how many days it ends: 1 to 366."));
        }
        if wrong.is_empty() { Ok(self) } else { Err(AppError::invalid(wrong)) }
    }
}

/// Why there is no program, or no token.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// Too many.
    #[error("you have {MOST} programs already. Revoke one that you no longer need")]
    TooMany,
    /// A program makes none that reach further.
    #[error("a program cannot make another one that may do more than itself")]
    Further,
    /// No such one.
    #[error("we cannot find that")]
    NotHere,
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<ProgramError> for AppError {
    fn from(error: ProgramError) -> Self {
        match error {
            ProgramError::TooMany => Self::refused("too-many", error),
            ProgramError::Further => Self::refused_as(actix_web::http::StatusCode::FORBIDDEN, "scope-missing", error),
            ProgramError::NotHere => Self::NotFound,
            ProgramError::Database(cause) => cause.into(),
        }
    }
}

/// A program that was made: the only time that its secret is known.
#[derive(Clone, Debug)]
pub struct Made {
    /// Which.
    pub id: ProgramId,
    /// Its secret.
    pub secret: String,
}

impl Made {
    /// Id and secret in one word.
    #[must_use]
    pub fn personal_token(&self) -> String {
        format!("wm_{}_{}", self.id, self.secret)
    }
}

fn hash_of(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

/// Makes a program that acts with the rights of this person, in the role that they hold now.
pub fn make(tx: &mut Conn, who: &SignedIn, wanted: &Wanted, now: UtcTime) -> Result<Made, ProgramError> {
    if !wanted.scopes.iter().all(|scope| who.allowed().may(*scope)) {
        return Err(ProgramError::Further);
    }
    if store::count_open(tx, who, now)? >= MOST {
        return Err(ProgramError::TooMany);
    }
    let made = Made { id: ProgramId::new(), secret: random_token() };
    let role = who.granted().iter().map(|granted| granted.membership.id).find(|id| who.holds(*id));
    let ends_at = now + TimeDelta::days(wanted.days);
    store::insert(tx, who, made.id, &hash_of(&made.secret), wanted, role, now, ends_at)?;
    Ok(made)
}

/// Revokes a program: its tokens end at once. Revoking it again changes nothing.
pub fn revoke(tx: &mut Conn, who: &SignedIn, id: ProgramId, now: UtcTime) -> Result<(), ProgramError> {
    if store::revoke(tx, who, id, now)? { Ok(()) } else { Err(ProgramError::NotHere) }
}

/// Whom a program acts for: who, in which role, how far.
#[derive(Clone, Debug)]
pub struct Grant {
    pub(super) program: ProgramId,
    pub(super) person: PersonId,
    pub(super) role: Option<MembershipId>,
    pub(super) scopes: Vec<Scope>,
}

/// What these credentials give, no further than `narrower` where that is said; none where they are wrong.
pub fn token(
    tx: &mut Conn,
    (id, secret): (ProgramId, &str),
    narrower: Option<&str>,
    now: UtcTime,
) -> Result<Option<Grant>, ProgramError> {
    let Some(found) = store::open(tx, id, &hash_of(secret), now)? else { return Ok(None) };
    store::note_used(tx, id, now)?;
    let mut scopes = read_scopes(&found.scopes);
    if let Some(narrower) = narrower.filter(|text| !text.trim().is_empty()) {
        let narrower = read_scopes(narrower);
        scopes.retain(|scope| narrower.contains(scope));
    }
    Ok(Some(Grant { program: id, person: found.person_id, role: found.membership_id, scopes }))
}
