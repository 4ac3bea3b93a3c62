//! Tokens for programs: short-lived JWTs signed with Ed25519, the key named by `kid`.
//!
//! Keys rotate with overlap. A new key is published at once and signs ten minutes later, when every node and everybody who
//! checks has seen it; the one before it checks until its last token has ended. The algorithm is ours to choose, not the
//! token's; issuer, audience, beginning and end are checked, with two minutes for clocks that differ.

use std::sync::{PoisonError, RwLock};

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::TimeDelta;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use crate::clock::UtcTime;
use crate::db::{Conn, Db};
use crate::ids::{MembershipId, PersonId, ProgramId, random_token};
use crate::vault::{Sealed, Vault};

use super::scope::{Allowed, read_scopes};
use super::store;

/// A token lasts so long.
pub(super) const LASTS: TimeDelta = TimeDelta::minutes(60);

/// A program's token lasts so long: its program can get another at any time.
const PROGRAM_LASTS: TimeDelta = TimeDelta::minutes(15);

/// Clocks may differ by so much.
const LEEWAY: TimeDelta = TimeDelta::minutes(2);

/// A new key is published for so long before it signs.
const PUBLISHED_BEFORE: TimeDelta = TimeDelta::minutes(10);

/// Keys are read again after so long: so a node knows a new key well before it signs.
const READ_AGAIN: TimeDelta = TimeDelta::minutes(1);

/// Who issues tokens, and for whom.
const ISSUER: &str = "waymark";

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: PersonId,
    iss: String,
    aud: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    /// The role that was chosen, where roles conflict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role_id: Option<MembershipId>,
    /// The program it was given to, and how far it reaches; neither for a person's own token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    program_id: Option<ProgramId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

impl Claims {
    fn of(person: PersonId, role: Option<MembershipId>, lasts: TimeDelta, now: UtcTime) -> Self {
        let now = now.and_utc().timestamp();
        Self {
            sub: person,
            iss: ISSUER.into(),
            aud: ISSUER.into(),
            iat: now,
            nbf: now,
            exp: now + lasts.num_seconds(),
            role_id: role,
            program_id: None,
            scope: None,
        }
    }
}

/// Whom a token speaks for.
#[derive(Clone, Debug)]
pub(super) struct Bearer {
    pub(super) person: PersonId,
    pub(super) role: Option<MembershipId>,
    pub(super) program: Option<ProgramId>,
    /// When it was given: seconds since 1970.
    pub(super) given_at: i64,
    /// How far it reaches.
    pub(super) allowed: Allowed,
}

struct Key {
    kid: String,
    made_at: UtcTime,
    signs: EncodingKey,
    checks: DecodingKey,
    /// The public key, as RFC 8037 writes it.
    x: String,
}

/// The keys of one installation, the newest first.
pub struct SigningKeys {
    db: Db,
    vault: Vault,
    kept: RwLock<(UtcTime, Vec<Key>)>,
}

/// One public key, as `/.well-known/jwks.json` shows it.
#[derive(Debug, Serialize)]
pub struct PublicKey {
    kty: &'static str,
    crv: &'static str,
    alg: &'static str,
    #[serde(rename = "use")]
    used_for: &'static str,
    kid: String,
    x: String,
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Where the key that signs stands in a list of keys, the newest first: the newest that has been published long enough, or
/// else the oldest.
fn signer(made: &[UtcTime], now: UtcTime) -> Option<usize> {
    let ready = made.iter().position(|made_at| *made_at + PUBLISHED_BEFORE <= now);
    ready.or_else(|| made.len().checked_sub(1))
}

/// Whether the key at this place of the list still checks: as long as a token that it signed may hold.
fn still_checks(made: &[UtcTime], at: usize, now: UtcTime) -> bool {
    let newer = at.checked_sub(1).and_then(|newer| made.get(newer));
    newer.is_none_or(|newer| now < *newer + PUBLISHED_BEFORE + LASTS + LEEWAY)
}

impl SigningKeys {
    /// Reads the keys, making the first one where there is none that opens.
    pub fn load(db: &Db, vault: &Vault, now: UtcTime) -> Result<Self, Failure> {
        let mut keys = read(db, vault)?;
        if keys.is_empty() {
            // Long ago, so that it signs at once.
            add_key(db, vault, now - PUBLISHED_BEFORE)?;
            keys = read(db, vault)?;
        }
        Ok(Self { db: db.clone(), vault: vault.clone(), kept: RwLock::new((now, keys)) })
    }

    /// Makes a new key, and says what it is called. It signs in ten minutes.
    pub fn rotate(db: &Db, vault: &Vault, now: UtcTime) -> Result<String, Failure> {
        add_key(db, vault, now)
    }

    /// Looks for keys that were made meanwhile, where that is due or a token names one that is not known.
    fn refresh(&self, now: UtcTime, unknown: bool) -> Result<(), Failure> {
        let read_at = self.kept.read().unwrap_or_else(PoisonError::into_inner).0;
        let since = now - read_at;
        if since >= READ_AGAIN || since < TimeDelta::zero() || (unknown && since >= TimeDelta::seconds(5)) {
            let keys = read(&self.db, &self.vault)?;
            *self.kept.write().unwrap_or_else(PoisonError::into_inner) = (now, keys);
        }
        Ok(())
    }

    /// Signs a token for a person.
    pub(super) fn issue(&self, person: PersonId, role: Option<MembershipId>, now: UtcTime) -> Result<String, Failure> {
        self.sign(Claims::of(person, role, LASTS, now), now)
    }

    /// Signs a token for a program that acts for a person; says how long it lasts too.
    pub(crate) fn issue_to_program(
        &self,
        person: PersonId,
        role: Option<MembershipId>,
        program: ProgramId,
        scope: &str,
        now: UtcTime,
    ) -> Result<(String, TimeDelta), Failure> {
        let claims = Claims {
            program_id: Some(program),
            scope: Some(scope.to_owned()),
            ..Claims::of(person, role, PROGRAM_LASTS, now)
        };
        Ok((self.sign(claims, now)?, PROGRAM_LASTS))
    }

    fn sign(&self, claims: Claims, now: UtcTime) -> Result<String, Failure> {
        self.refresh(now, false)?;
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let made: Vec<UtcTime> = kept.1.iter().map(|key| key.made_at).collect();
        let key = signer(&made, now).and_then(|at| kept.1.get(at)).ok_or("there is no signing key")?;
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        Ok(encode(&header, &claims, &key.signs)?)
    }

    /// Whom a token speaks for, if we signed it and it still holds.
    pub(super) fn bearer(&self, token: &str, now: UtcTime) -> Option<Bearer> {
        let kid = decode_header(token).ok()?.kid?;
        let known = |kept: &[Key]| kept.iter().any(|key| key.kid == kid);
        let unknown = !known(&self.kept.read().unwrap_or_else(PoisonError::into_inner).1);
        if let Err(cause) = self.refresh(now, unknown) {
            tracing::warn!(error = %cause, "the signing keys could not be read again");
        }
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let made: Vec<UtcTime> = kept.1.iter().map(|key| key.made_at).collect();
        let at = kept.1.iter().position(|key| key.kid == kid).filter(|at| still_checks(&made, *at, now))?;
        let claims = claims_of(token, &kept.1.get(at)?.checks, now)?;
        // Who names a program without saying how far it reaches, reaches nothing.
        let allowed = match (&claims.program_id, &claims.scope) {
            (None, None) => Allowed::default(),
            (_, scope) => Allowed::only(read_scopes(scope.as_deref().unwrap_or_default())),
        };
        Some(Bearer {
            person: claims.sub,
            role: claims.role_id,
            program: claims.program_id,
            given_at: claims.iat,
            allowed,
        })
    }

    /// The keys that check, for whoever wants to check our tokens.
    pub fn published(&self, now: UtcTime) -> Result<Vec<PublicKey>, Failure> {
        self.refresh(now, false)?;
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let made: Vec<UtcTime> = kept.1.iter().map(|key| key.made_at).collect();
        let public = |(_, key): (usize, &Key)| PublicKey {
            kty: "OKP",
            crv: "Ed25519",
            alg: "EdDSA",
            used_for: "sig",
            kid: key.kid.clone(),
            x: key.x.clone(),
        };
        Ok(kept.1.iter().enumerate().filter(|(at, _)| still_checks(&made, *at, now)).map(public).collect())
    }
}

/// What a token says, if this key signed it, it is ours for us, and it holds now, give or take what clocks differ.
fn claims_of(token: &str, key: &DecodingKey, now: UtcTime) -> Option<Claims> {
    let mut rules = Validation::new(Algorithm::EdDSA);
    rules.set_issuer(&[ISSUER]);
    rules.set_audience(&[ISSUER]);
    rules.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
    rules.validate_exp = false; // by our own clock, below
    let claims = decode::<Claims>(token, key, &rules).ok()?.claims;
    let (now, leeway) = (now.and_utc().timestamp(), LEEWAY.num_seconds());
    let holds = claims.nbf <= now + leeway && now < claims.exp + leeway && claims.iat <= now + leeway;
    holds.then_some(claims)
}

/// Reads the keys that open. One that does not, as where the key of the installation was lost, neither signs nor checks.
fn read(db: &Db, vault: &Vault) -> Result<Vec<Key>, Failure> {
    let key = |kept: store::KeptKey| {
        // Keys of before they were sealed are as they are, until the next ones have replaced them.
        let is_plain = kept.private_key.starts_with("-----BEGIN");
        let private = if is_plain { Ok(kept.private_key) } else { vault.unseal(Sealed::SigningKey, &kept.private_key) };
        let Ok(private) = private else {
            tracing::warn!(kid = kept.kid, "a signing key does not open with the key of this installation");
            return Ok(None);
        };
        let signs = EncodingKey::from_ed_pem(private.as_bytes())?;
        let checks = DecodingKey::from_ed_pem(kept.public_pem.as_bytes())?;
        let public = ed25519_dalek::VerifyingKey::from_public_key_pem(&kept.public_pem)?;
        let x = BASE64_URL_SAFE_NO_PAD.encode(public.as_bytes());
        Ok(Some(Key { kid: kept.kid, made_at: kept.created_at, signs, checks, x }))
    };
    db.read_now(store::signing_keys)?.into_iter().filter_map(|kept| key(kept).transpose()).collect()
}

fn add_key(db: &Db, vault: &Vault, made_at: UtcTime) -> Result<String, Failure> {
    let (kid, private, public) = new_key()?;
    let private = vault.seal(Sealed::SigningKey, &private).map_err(|cause| cause.to_string())?;
    let named = kid.clone();
    db.write_now(move |tx: &mut Conn| store::insert_signing_key(tx, &kid, &private, &public, made_at))?;
    Ok(named)
}

fn new_key() -> Result<(String, String, String), Failure> {
    let seed: [u8; 32] = hex::decode(random_token())?.try_into().map_err(|_short| "a seed has 32 bytes")?;
    let key = SigningKey::from_bytes(&seed);
    let private = key.to_pkcs8_pem(LineEnding::LF)?.to_string();
    let public = key.verifying_key().to_public_key_pem(LineEnding::LF)?;
    let kid = random_token().chars().take(16).collect();
    Ok((kid, private, public))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_overlap_when_they_rotate() {
        let start = UtcTime::default();
        let at = |minutes| start + TimeDelta::minutes(minutes);
        let made = [at(100), at(0)]; // the newest first
        assert_eq!(signer(&made[1..], at(0)), Some(0), "an only key signs at once");
        assert_eq!(signer(&made, at(109)), Some(1), "the new one is only published");
        assert_eq!(signer(&made, at(110)), Some(0));
        assert!(still_checks(&made, 0, at(100_000)));
        assert!(still_checks(&made, 1, at(171)), "its last token ends at 170, and clocks differ");
        assert!(!still_checks(&made, 1, at(172)));
    }

    /// What our own key says of a token whose claims were changed before it was signed.
    fn told(change: impl Fn(&mut serde_json::Value)) -> Option<Claims> {
        let (_, private, public) = new_key().unwrap();
        let now = UtcTime::default() + TimeDelta::days(20_000);
        let mut claims = serde_json::to_value(Claims::of(PersonId::named("Amira"), None, LASTS, now)).unwrap();
        change(&mut claims);
        let signs = EncodingKey::from_ed_pem(private.as_bytes()).unwrap();
        let token = encode(&Header::new(Algorithm::EdDSA), &claims, &signs).unwrap();
        claims_of(&token, &DecodingKey::from_ed_pem(public.as_bytes()).unwrap(), now)
    }

    #[test]
    fn a_token_that_we_signed_holds_for_us_and_for_its_time_only() {
        assert_eq!(told(|_| ()).unwrap().sub, PersonId::named("Amira"));
        let later = |key: &'static str, seconds: i64| {
            told(move |claims| claims[key] = (claims[key].as_i64().unwrap() + seconds).into()).is_some()
        };
        for key in ["nbf", "iat"] {
            assert!(later(key, 119), "{key}: clocks differ by two minutes");
            assert!(!later(key, 121), "{key}: it is not of the future");
        }
        assert!(later("exp", -3_719), "exp: clocks differ by two minutes");
        assert!(!later("exp", -3_721), "exp: it has ended");
        for key in ["iss", "aud"] {
            for other in [json!("somebody else"), json!(""), json!(["somebody", "else"]), json!(null)] {
                assert!(told(|claims| claims[key] = other.clone()).is_none(), "{key}: {other}");
            }
        }
        for key in ["iss", "aud", "sub", "nbf", "exp", "iat"] {
            assert!(told(|claims| drop(claims.as_object_mut().unwrap().remove(key))).is_none(), "without {key}");
        }
    }
}
