//! Passwords: argon2id with the crate's current defaults, hashed one after the other on threads of their own.
//!
//! Hashing is slow on purpose. So that a flood of sign-ins slows nobody else down, few threads do it (one for each four
//! processors), in a server they run only where nothing else wants the processor, they rest between two hashes while others
//! wait, and the queue before them is short: who finds it full is told to come back in a moment.
//!
//! What a password must be follows the National Cyber Security Centre: long enough, none of the commonest, nothing about
//! capitals, digits and signs, no changing for its own sake.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Instant;

use actix_web::http::StatusCode;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};
use tokio::sync::oneshot;

use crate::error::AppError;

/// The fewest letters of a password.
const SHORTEST: usize = 10;

/// The most letters of a password: more would only be work for us.
const LONGEST: usize = 256;

/// Passwords that wait to be hashed. At some twenty milliseconds each and forty of rest, the last waits for three seconds.
const QUEUE: usize = 48;

/// While others wait, a thread rests after each hash for so many times as long as it took: a flood takes a third of one
/// processor and no more.
const REST: u32 = 2;

/// The commonest passwords of ten letters and more, in small letters: nobody may take one of them.
static COMMONEST: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("../../data/common-passwords/commonest.txt").lines().collect());

/// Hashes a password for keeping.
pub fn hash(password: &str) -> Result<String, Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

/// Whether this is the password. Takes as long when there is no account, so that time does not tell.
fn is_right(password: &str, kept: Option<&str>) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MPm1eAUcQFFfFdGqQrCyVxiiLgMVJKzz6kcPYEGsMXI";
    let parsed = PasswordHash::new(kept.unwrap_or(NOBODY));
    let right = parsed.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    right && kept.is_some()
}

/// Why a password cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordRefused {
    /// Too short.
    #[error(
        "Use at least 10 letters or digits. Three words that have nothing to do with each other are easy to remember."
    )]
    Short,
    /// Too long.
    #[error("Use at most 256 letters.")]
    Long,
    /// One of the commonest, or one letter over and over.
    #[error("Too many people use that password, so it would be guessed first. Choose another one.")]
    Common,
    /// The name or the address of its owner.
    #[error("Choose a password that has nothing to do with your name, your e-mail address or Waymark.")]
    Own,
}

/// Hashes a short secret with a salt that its owner always has, so that it can be looked up by its hash.
pub(super) fn slow_hash(secret: &str, salt: &[u8]) -> Result<String, argon2::Error> {
    let mut hash = [0; 32];
    Argon2::default().hash_password_into(secret.as_bytes(), salt, &mut hash)?;
    Ok(hex::encode(hash))
}

/// Words that are on every page here, and so in the first guesses.
const OURS: &str = "waymark";

/// Whether somebody may take this password, whose name and e-mail address are `theirs`.
pub fn may_be_taken(password: &str, theirs: &[&str]) -> Result<(), PasswordRefused> {
    let letters = password.chars().count();
    let small = password.to_lowercase();
    let different = password.chars().collect::<HashSet<char>>().len();
    let its_owners = |word: &str| word.len() >= 4 && small.contains(word) && letters < word.chars().count() + 6;
    let whole = theirs.iter().flat_map(|text| text.split([' ', '@'])).chain([OURS]);
    let words = theirs.iter().flat_map(|text| text.split([' ', '@', '.'])).chain(whole).map(str::to_lowercase);
    match letters {
        ..SHORTEST => Err(PasswordRefused::Short),
        _ if letters > LONGEST => Err(PasswordRefused::Long),
        _ if different < 4 || COMMONEST.contains(small.as_str()) => Err(PasswordRefused::Common),
        _ if words.into_iter().any(|word| its_owners(&word)) => Err(PasswordRefused::Own),
        _ => Ok(()),
    }
}

/// Too many passwords wait to be hashed.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("many people are signing in just now. Try again in a few seconds: nothing was lost")]
pub struct Busy;

impl From<Busy> for AppError {
    fn from(busy: Busy) -> Self {
        Self::later(StatusCode::SERVICE_UNAVAILABLE, "busy", 3, busy)
    }
}

type Work = Box<dyn FnOnce() + Send>;

/// The queue that passwords are hashed in. Cheap to clone.
#[derive(Clone)]
pub struct Passwords {
    queue: SyncSender<Work>,
    waiting: Arc<AtomicUsize>,
    steps_back: Arc<AtomicBool>,
}

impl Passwords {
    /// Starts the threads.
    pub fn start() -> std::io::Result<Self> {
        let (queue, work_waits) = sync_channel::<Work>(QUEUE);
        let work_waits = Arc::new(Mutex::new(work_waits));
        let (waiting, steps_back) = (Arc::<AtomicUsize>::default(), Arc::<AtomicBool>::default());
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        for _ in 0..(processors / 4).max(1) {
            let work_waits = Arc::clone(&work_waits);
            let (waiting, steps_back) = (Arc::clone(&waiting), Arc::clone(&steps_back));
            let hash = move || work(&work_waits, &waiting, &steps_back);
            std::thread::Builder::new().name("passwords".into()).spawn(hash)?;
        }
        Ok(Self { queue, waiting, steps_back })
    }

    /// From now on every other thread goes first: for a server, whose pages should not wait for hashes.
    pub fn let_others_go_first(&self) {
        self.steps_back.store(true, Ordering::Relaxed);
    }

    /// Refuses early where the queue is full: before anything is counted or looked up.
    pub fn are_there_too_many(&self) -> Result<(), Busy> {
        if self.waiting.load(Ordering::Relaxed) < QUEUE { Ok(()) } else { Err(Busy) }
    }

    /// Whether this is the password that `kept` was made of; none is kept where there is no account.
    pub async fn is_right(&self, given: String, kept: Option<String>) -> Result<bool, AppError> {
        self.ask(move || is_right(&given, kept.as_deref())).await
    }

    /// Hashes a password for keeping.
    pub async fn hash(&self, password: String) -> Result<String, AppError> {
        self.ask(move || hash(&password)).await?.map_err(|cause| AppError::unexpected(cause.to_string()))
    }

    /// Does slow work in its turn: hashing that is not of a password.
    pub(super) async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, AppError> {
        self.ask(work).await
    }

    async fn ask<T: Send + 'static>(&self, question: impl FnOnce() -> T + Send + 'static) -> Result<T, AppError> {
        let (tell, told) = oneshot::channel();
        let waiting = Arc::clone(&self.waiting);
        let work: Work = Box::new(move || {
            waiting.fetch_sub(1, Ordering::Relaxed);
            if !tell.is_closed() {
                drop(tell.send(question())); // whoever asked may have gone away meanwhile
            }
        });
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let sent = self.queue.try_send(work);
        if sent.is_err() {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
        }
        match sent {
            Ok(()) => told.await.map_err(AppError::unexpected),
            Err(TrySendError::Full(_)) => Err(Busy.into()),
            Err(TrySendError::Disconnected(_)) => Err(AppError::unexpected("no thread hashes passwords")),
        }
    }
}

/// Does one after the other, until nobody can ask any more.
fn work(queue: &Mutex<Receiver<Work>>, waiting: &AtomicUsize, steps_back: &AtomicBool) {
    let mut stands_back = false;
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(work) = next else { return };
        if !stands_back && steps_back.load(Ordering::Relaxed) {
            stands_back = true;
            step_back();
        }
        let began = Instant::now();
        work();
        if waiting.load(Ordering::Relaxed) > 0 {
            std::thread::sleep(began.elapsed() * REST);
        }
    }
}

/// Lets this thread run only where nothing else wants the processor, with the system's own commands, which need no rights
/// for it: under Linux "idle", which steps aside at once for whatever wakes up; elsewhere a low priority, which shares. Where
/// there is neither, hashing is as fast as everything else.
fn step_back() {
    let Ok(place) = std::fs::read_link("/proc/thread-self") else { return };
    let Some(thread) = place.file_name() else { return };
    let asks = |program: &str, words: &[&str]| {
        let quiet = std::process::Stdio::null;
        let mut command = std::process::Command::new(program);
        let done = command.args(words).arg(thread).stdin(quiet()).stdout(quiet()).stderr(quiet()).status();
        done.is_ok_and(|status| status.success())
    };
    if !asks("chrt", &["-i", "-p", "0"]) && !asks("renice", &["-n", "19", "-p"]) {
        tracing::info!(
            "hashing of passwords has the priority of everything else: there is neither chrt nor renice here"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_opens_the_account() {
        let kept = hash("four red kites").unwrap();
        assert!(is_right("four red kites", Some(&kept)));
        assert!(!is_right("four red kite", Some(&kept)));
        assert!(!is_right("", None));
    }

    #[test]
    fn long_and_uncommon_is_enough() {
        let theirs = ["Amira Khan", "amira.khan@example.org"];
        for good in ["four red kites", "teapot lorry moon", "ünïcödé is fine", "amira likes long walks on the moor"]
        {
            assert_eq!(may_be_taken(good, &theirs), Ok(()), "{good}");
        }
        for (bad, why) in [
            ("", PasswordRefused::Short),
            ("K7!kd93$x", PasswordRefused::Short),
            ("password123", PasswordRefused::Common),
            ("PASSWORD1234", PasswordRefused::Common),
            ("aaaaaaaaaaaa", PasswordRefused::Common),
            ("amira.khan1", PasswordRefused::Own),
            ("amira12345", PasswordRefused::Own),
        ] {
            assert_eq!(may_be_taken(bad, &theirs), Err(why), "{bad}");
        }
        assert_eq!(may_be_taken(&"ab cd".repeat(60), &theirs), Err(PasswordRefused::Long));
    }

    #[actix_web::test]
    async fn who_finds_the_queue_full_is_told_so_at_once() {
        let passwords = Passwords::start().unwrap();
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let threads = (std::thread::available_parallelism().map_or(1, usize::from) / 4).max(1);
        for _ in 0..threads + QUEUE {
            let held = Arc::clone(&held);
            let wait: Work = Box::new(move || drop(held.lock().map(|held| held.recv())));
            let mut wait = Some(wait);
            while let Some(work) = wait.take() {
                if let Err(TrySendError::Full(work)) = passwords.queue.try_send(work) {
                    wait = Some(work); // until the threads have taken theirs
                }
            }
        }
        let full = passwords.is_right("four red kites".into(), None).await.unwrap_err();
        assert_eq!(actix_web::ResponseError::status_code(&full), StatusCode::SERVICE_UNAVAILABLE);
        drop(hold);
        while passwords.is_right("four red kites".into(), None).await.is_err() {
            std::thread::yield_now();
        }
    }
}
