//! The verbs: a code from one's phone as a second factor (TOTP, RFC 6238), and recovery codes for when the phone is gone.
//!
//! - Six digits that change every thirty seconds; one step of clock difference is forgiven; no code is taken twice.
//! - Ten recovery codes, shown once, kept as hashes; each works once.

use qrcode::QrCode;
use qrcode::render::svg;
use totp_rs::{Builder, Totp};

use crate::app::App;
use crate::audit::{self, Actor, Deed, Entry, What, Why};
use crate::clock::UtcTime;
use crate::db::Conn;
use crate::error::AppError;
use crate::ids::{PersonId, random_bytes};
use crate::post;
use crate::vault::{Sealed, Vault};

use super::Way;
use super::attempts::{self, Trying};
use super::letters;
use super::password::slow_hash;
use super::register::LinkError;
use super::sign_in::{Whence, hash_of};
use super::store::{self, factors, sessions};

/// Bytes of a secret, as RFC 4226 recommends.
const SECRET: usize = 20;

/// Recovery codes given at once.
const CODES: usize = 10;

/// Letters of recovery codes: none that looks like another.
const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789w";

/// Why a code was not taken.
#[derive(Debug, thiserror::Error)]
pub enum CodeError {
    /// Not this one, or not any more.
    #[error("that code is not right, or it has been used. Wait for the next one and try again")]
    Wrong,
    /// No such recovery code, or used.
    #[error("that recovery code is not right, or it has been used. Each works once")]
    WrongRecovery,
    /// Set up already, or not begun.
    #[error("begin once more: this page is out of date")]
    OutOfDate,
    /// A role asks for it.
    #[error("your role needs a second factor, so it cannot be taken away")]
    Needed,
    /// Ours.
    #[error(transparent)]
    Other(#[from] AppError),
    /// Ours.
    #[error("the database failed")]
    Database(#[from] diesel::result::Error),
}

impl From<CodeError> for AppError {
    fn from(error: CodeError) -> Self {
        let unprocessable = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
        match error {
            CodeError::Wrong | CodeError::WrongRecovery => Self::refused_as(unprocessable, "wrong-code", error),
            CodeError::OutOfDate => Self::refused("out-of-date", error),
            CodeError::Needed => Self::refused("second-factor-needed", error),
            CodeError::Other(other) => other,
            CodeError::Database(cause) => cause.into(),
        }
    }
}

impl From<LinkError> for CodeError {
    fn from(error: LinkError) -> Self {
        Self::Other(error.into())
    }
}

/// What somebody needs to set up their app.
pub struct Setting {
    /// For typing.
    pub secret: String,
    /// For the camera: the path of an SVG drawing, and how wide it is.
    pub picture: String,
    /// How many units the drawing is wide.
    pub width: u32,
    /// For a phone that opens it: `otpauth://…`.
    pub address: String,
}

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

fn base32(bytes: &[u8]) -> String {
    let mut text = String::new();
    let (mut held, mut bits) = (0_u32, 0);
    for byte in bytes {
        held = (held << 8) | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[((held >> bits) & 31) as usize]));
        }
    }
    if bits > 0 {
        text.push(char::from(BASE32[((held << (5 - bits)) & 31) as usize]));
    }
    text
}

fn from_base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut held, mut bits) = (0_u32, 0);
    for letter in text.bytes() {
        let value = u32::try_from(BASE32.iter().position(|each| *each == letter)?).ok()?;
        held = ((held << 5) | value) & 0xFFFF;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from((held >> bits) & 255).ok()?);
        }
    }
    Some(bytes)
}

fn totp(secret: &str) -> Result<Totp, AppError> {
    let bytes = from_base32(secret).ok_or_else(|| AppError::unexpected("a secret cannot be read"))?;
    Builder::new().with_secret(bytes).build().map_err(|cause| AppError::unexpected(cause.to_string()))
}

fn seconds(now: UtcTime) -> u64 {
    u64::try_from(now.and_utc().timestamp()).unwrap_or(0)
}

/// The code that an app with this secret shows now: for tests and the demo.
pub fn code_now(secret: &str, now: UtcTime) -> Result<String, AppError> {
    Ok(totp(secret)?.generate(seconds(now)).to_string())
}

/// Begins: makes a secret that counts for nothing until a code of it was right. It is kept sealed.
pub(super) fn begin(tx: &mut Conn, vault: &Vault, person: PersonId, now: UtcTime) -> Result<(), CodeError> {
    let sealed = vault.seal(Sealed::SecondFactor, &base32(&random_bytes::<SECRET>()))?;
    Ok(factors::begin_factor(tx, person, &sealed, now)?)
}

/// The secret of a second factor, opened. One of before secrets were sealed is as it is.
fn secret_of(vault: &Vault, factor: &factors::Factor) -> Result<String, AppError> {
    let is_plain = from_base32(&factor.secret).is_some_and(|bytes| bytes.len() == SECRET);
    if is_plain { Ok(factor.secret.clone()) } else { vault.unseal(Sealed::SecondFactor, &factor.secret) }
}

/// What the page of somebody who has begun shows; none for who has not, or is done.
pub(super) fn setting(conn: &mut Conn, vault: &Vault, person: PersonId) -> Result<Option<Setting>, CodeError> {
    let Some(factor) = factors::factor(conn, person)?.filter(|factor| factor.confirmed_at.is_none()) else {
        return Ok(None);
    };
    let secret = secret_of(vault, &factor)?;
    let account = store::own_account(conn, person)?;
    let owner = account.email.unwrap_or(account.name);
    let owner = percent_encoding::utf8_percent_encode(&owner, percent_encoding::NON_ALPHANUMERIC);
    let address = format!("otpauth://totp/Waymark:{owner}?secret={secret}&issuer=Waymark");
    let code = QrCode::new(address.as_bytes()).map_err(AppError::unexpected)?;
    let drawing = code.render::<svg::Color<'_>>().module_dimensions(1, 1).build();
    let path = drawing.split(" d=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned();
    let width = u32::try_from(code.width()).unwrap_or(0) + 8; // with the quiet border of four on each side
    let secret = secret.as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join(" ");
    Ok(Some(Setting { secret, picture: path, width, address }))
}

/// Sets the second factor up with its first code, and keeps its recovery codes.
pub(super) fn confirm(
    tx: &mut Conn,
    app: &App,
    actor: Actor,
    (person, code, recovery): (PersonId, &str, &RecoveryCodes),
    now: UtcTime,
) -> Result<(), CodeError> {
    let factor = factors::lock_factor(tx, person)?.filter(|factor| factor.confirmed_at.is_none());
    let factor = factor.ok_or(CodeError::OutOfDate)?;
    take(tx, &app.vault, (person, &factor), code, now)?;
    factors::confirm_factor(tx, person, now)?;
    tell(tx, app, person, true, now)?;
    replace_codes(tx, actor, person, recovery, now)
}

/// Sets the second factor up without a phone: the codes on paper are all there is. Its secret is shown to nobody.
pub(super) fn on_paper(
    tx: &mut Conn,
    app: &App,
    actor: Actor,
    (person, codes): (PersonId, &RecoveryCodes),
    now: UtcTime,
) -> Result<(), CodeError> {
    begin(tx, &app.vault, person, now)?;
    let factor = factors::lock_factor(tx, person)?.filter(|factor| factor.confirmed_at.is_none());
    factor.ok_or(CodeError::OutOfDate)?;
    factors::confirm_factor(tx, person, now)?;
    tell(tx, app, person, true, now)?;
    replace_codes(tx, actor, person, codes, now)
}

/// Whether somebody has codes on paper and nothing else: no code of an app was ever taken.
pub(super) fn is_on_paper(conn: &mut Conn, person: PersonId) -> Result<bool, diesel::result::Error> {
    let factor = factors::factor(conn, person)?;
    Ok(factor.is_some_and(|factor| factor.confirmed_at.is_some() && factor.last_step == 0))
}

/// Takes a code of the second factor: each once.
pub(super) fn check(tx: &mut Conn, vault: &Vault, person: PersonId, code: &str, now: UtcTime) -> Result<(), CodeError> {
    let factor = factors::lock_factor(tx, person)?.filter(|factor| factor.confirmed_at.is_some());
    take(tx, vault, (person, &factor.ok_or(CodeError::OutOfDate)?), code, now)
}

fn take(
    tx: &mut Conn,
    vault: &Vault,
    (person, factor): (PersonId, &factors::Factor),
    code: &str,
    now: UtcTime,
) -> Result<(), CodeError> {
    let digits: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    let step = totp(&secret_of(vault, factor)?)?.check(&digits, seconds(now)).and_then(|step| i64::try_from(step).ok());
    let step = step.filter(|step| *step > factor.last_step).ok_or(CodeError::Wrong)?;
    Ok(factors::note_step(tx, person, step)?)
}

/// Takes a recovery code, hashed by [`recovery_hash`]: each once.
pub(super) fn recover(tx: &mut Conn, person: PersonId, hash: &str, now: UtcTime) -> Result<(), CodeError> {
    if factors::use_code(tx, person, hash, now)? { Ok(()) } else { Err(CodeError::WrongRecovery) }
}

/// New recovery codes: as they are shown, and as they are kept.
#[derive(Clone)]
pub(super) struct RecoveryCodes {
    pub(super) shown: Vec<String>,
    hashes: Vec<String>,
}

/// Makes recovery codes. Slow on purpose: never inside a transaction.
pub(super) async fn fresh_codes(app: &App, person: PersonId) -> Result<RecoveryCodes, AppError> {
    let shown: Vec<String> = (0..CODES).map(|_| recovery_code()).collect();
    let mut hashes = Vec::new();
    for code in &shown {
        hashes.push(recovery_hash(app, person, code).await?);
    }
    Ok(RecoveryCodes { shown, hashes })
}

/// Keeps these recovery codes instead of all before.
pub(super) fn replace_codes(
    tx: &mut Conn,
    actor: Actor,
    person: PersonId,
    codes: &RecoveryCodes,
    now: UtcTime,
) -> Result<(), CodeError> {
    factors::replace_codes(tx, person, &codes.hashes)?;
    changed(tx, actor, person, now)
}

/// Takes the second factor away. Tokens that were given with it end.
pub(super) fn remove(tx: &mut Conn, app: &App, actor: Actor, person: PersonId, now: UtcTime) -> Result<(), CodeError> {
    factors::remove_factor(tx, person)?;
    sessions::end_tokens(tx, person, now)?;
    tell(tx, app, person, false, now)?;
    changed(tx, actor, person, now)
}

/// Takes the second factor of somebody away by a command on the machine itself, and signs them out everywhere: for who has
/// lost phone and codes, once it is certain that it is them.
pub fn start_afresh_by_command(tx: &mut Conn, app: &App, person: PersonId, now: UtcTime) -> Result<(), AppError> {
    factors::remove_factor(tx, person)?;
    sessions::end_everything(tx, person, now)?;
    tell(tx, app, person, false, now)?;
    let by_hand = Actor::oneself(person, Way::Command);
    let changed = (Deed::Changed, Why::ToLookAfterRoles);
    let entry = Entry::new(by_hand, changed, person, (What::SecondFactor, ""), now);
    Ok(audit::record(tx, &[Entry { actor: None, ..entry }])?)
}

fn changed(tx: &mut Conn, actor: Actor, person: PersonId, now: UtcTime) -> Result<(), CodeError> {
    let changed = (Deed::Changed, Why::ForOneself);
    Ok(audit::record(tx, &[Entry::new(actor, changed, person, (What::SecondFactor, ""), now)])?)
}

fn tell(tx: &mut Conn, app: &App, person: PersonId, on: bool, now: UtcTime) -> Result<(), CodeError> {
    let account = store::own_account(tx, person)?;
    if let Some(email) = account.email {
        post::queue(tx, &letters::second_factor(&app.post, &email, &account.name, on)?, now)?;
    }
    Ok(())
}

/// Sixty bits in three groups: "k7wm-2hxa-9pqd".
fn recovery_code() -> String {
    let letters: Vec<u8> = random_bytes::<12>().iter().map(|byte| ALPHABET[usize::from(byte % 32)]).collect();
    letters.chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// What is kept of a recovery code. Sixty bits are few, so it is hashed like a password, salted with whose it is.
pub(super) async fn recovery_hash(app: &App, person: PersonId, code: &str) -> Result<String, AppError> {
    let code = code.to_owned();
    let hashed = app.passwords.in_turn(move || hash_code(person, &code)).await?;
    hashed.map_err(|cause| AppError::unexpected(cause.to_string()))
}

fn hash_code(person: PersonId, code: &str) -> Result<String, argon2::Error> {
    let letters: String = code.to_lowercase().chars().filter(char::is_ascii_alphanumeric).take(100).collect();
    slow_hash(&letters, hash_of(&format!("recovery:{person}")).as_bytes())
}

/// Counts a try at a code, and gives back one that was right.
pub(super) async fn counted<T>(
    app: &App,
    person: PersonId,
    whence: &Whence,
    trying: impl Future<Output = Result<T, CodeError>>,
) -> Result<T, CodeError> {
    let device = known_device(app, person, whence).await?;
    let who = Trying::at_a_code(person.as_str(), device.as_deref());
    attempts::take(app, &who).await?;
    let done = trying.await;
    if !matches!(done, Err(CodeError::Wrong | CodeError::WrongRecovery)) {
        attempts::give_back(app, &who).await?;
    }
    done
}

async fn known_device(app: &App, person: PersonId, whence: &Whence) -> Result<Option<String>, AppError> {
    let Some(device) = whence.device.clone() else { return Ok(None) };
    let asked = device.clone();
    let known = app.db.read(move |conn| store::sessions::device_of(conn, &asked, person)).await?;
    Ok(known.then_some(device))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_written_as_apps_read_them() {
        assert_eq!(base32(b"12345678901234567890"), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        for bytes in [&b"12345678901234567890"[..], &[0, 255, 1, 254, 7]] {
            assert_eq!(from_base32(&base32(bytes)).unwrap(), bytes);
        }
        assert_eq!(from_base32("GEZD1"), None);
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, the last six of eight digits.
        let secret = base32(b"12345678901234567890");
        for (at, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            let now = chrono::DateTime::from_timestamp(at, 0).unwrap().naive_utc();
            assert_eq!(code_now(&secret, now).unwrap(), code);
        }
    }

    #[test]
    fn recovery_codes_are_forgiving_to_type_and_tied_to_their_owner() {
        let code = recovery_code();
        assert_eq!(code.len(), 14);
        let (one, two) = (PersonId::named("one"), PersonId::named("two"));
        let hash = |person, code: &str| hash_code(person, code).unwrap();
        assert_eq!(hash(one, &code), hash(one, &code.to_uppercase().replace('-', " ")));
        assert_ne!(hash(one, &code), hash(two, &code));
    }
}
