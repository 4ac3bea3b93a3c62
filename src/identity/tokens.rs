//! Tokens for programs: short-lived JWTs signed with Ed25519, the key named by `kid`.

use chrono::TimeDelta;
use ed25519_dalek::SigningKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{EncodePrivateKey, EncodePublicKey};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode};
use serde::{Deserialize, Serialize};

use crate::clock::UtcTime;
use crate::db::Db;
use crate::ids::{PersonId, random_token};

use super::store;

/// A token lasts so long.
pub(super) const LASTS: TimeDelta = TimeDelta::minutes(60);

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
}

struct Key {
    kid: String,
    signs: EncodingKey,
    checks: DecodingKey,
}

/// The keys of one installation: the newest signs, all check.
pub struct SigningKeys(Vec<Key>);

type Failure = Box<dyn std::error::Error + Send + Sync>;

impl SigningKeys {
    /// Reads the keys, making the first one where there is none.
    pub fn load(db: &Db, now: UtcTime) -> Result<Self, Failure> {
        let mut kept = db.read_now(store::signing_keys)?;
        if kept.is_empty() {
            let (kid, private, public) = new_key()?;
            db.write_now(move |tx| store::insert_signing_key(tx, &kid, &private, &public, now))?;
            kept = db.read_now(store::signing_keys)?;
        }
        let key = |(kid, private, public): (String, String, String)| {
            let signs = EncodingKey::from_ed_pem(private.as_bytes())?;
            Ok(Key { kid, signs, checks: DecodingKey::from_ed_pem(public.as_bytes())? })
        };
        Ok(Self(kept.into_iter().map(key).collect::<Result<_, Failure>>()?))
    }

    /// Signs a token for a person.
    pub(super) fn issue(&self, person: PersonId, now: UtcTime) -> Result<String, Failure> {
        let key = self.0.first().ok_or("there is no signing key")?;
        let header = Header { kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        let now = now.and_utc().timestamp();
        let claims = Claims {
            sub: person,
            iss: ISSUER.into(),
            aud: ISSUER.into(),
            iat: now,
            nbf: now,
            exp: now + LASTS.num_seconds(),
        };
        Ok(encode(&header, &claims, &key.signs)?)
    }

    /// Who a token is for, if we signed it and it still holds. The algorithm is ours to choose, not the token's.
    pub(super) fn person(&self, token: &str, now: UtcTime) -> Option<PersonId> {
        let kid = decode_header(token).ok()?.kid?;
        let key = self.0.iter().find(|key| key.kid == kid)?;
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_issuer(&[ISSUER]);
        rules.set_audience(&[ISSUER]);
        rules.validate_exp = false; // by our own clock, below
        let claims = decode::<Claims>(token, &key.checks, &rules).ok()?.claims;
        let now = now.and_utc().timestamp();
        let leeway = 120;
        (claims.nbf <= now + leeway && now < claims.exp + leeway).then_some(claims.sub)
    }
}

fn new_key() -> Result<(String, String, String), Failure> {
    let seed: [u8; 32] = hex::decode(random_token())?.try_into().map_err(|_short| "a seed has 32 bytes")?;
    let key = SigningKey::from_bytes(&seed);
    let private = key.to_pkcs8_pem(LineEnding::LF)?.to_string();
    let public = key.verifying_key().to_public_key_pem(LineEnding::LF)?;
    let kid = random_token().chars().take(16).collect();
    Ok((kid, private, public))
}
