//! Passwords: argon2id with the crate's current defaults.

use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{Error, PasswordHasher, PasswordVerifier};

/// Hashes a password for keeping.
pub fn hash(password: &str) -> Result<String, Error> {
    Ok(Argon2::default().hash_password(password.as_bytes())?.to_string())
}

/// Whether this is the password. Takes as long when there is no account, so that time does not tell.
pub(super) fn is_right(password: &str, kept: Option<&str>) -> bool {
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$MPm1eAUcQFFfFdGqQrCyVxiiLgMVJKzz6kcPYEGsMXI";
    let parsed = PasswordHash::new(kept.unwrap_or(NOBODY));
    let right = parsed.is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok());
    right && kept.is_some()
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
}
