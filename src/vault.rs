//! Seals what must not be read from a copy of the database: account numbers, secrets of second factors, the private keys that
//! tokens are signed with. AES-256-GCM, with a key that is not in the database.
//!
//! The key is a file beside the database (`vault.key`, made at the first start, readable by its owner alone). Several nodes
//! share the same file. Who has a copy of the database has none of these; who loses the key asks payees for their accounts and
//! people for their phones again, and every token ends.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::error::AppError;
use crate::ids::random_bytes;

/// What is sealed with the key of an installation. Cheap to clone; does not print.
#[derive(Clone)]
pub struct Vault(Arc<LessSafeKey>);

/// What a sealed text is: sealed as one, it does not open as another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealed {
    /// Where a payee is paid.
    PayeeAccount,
    /// What the codes of a phone are worked out from.
    SecondFactor,
    /// A private key that tokens are signed with.
    SigningKey,
}

impl Sealed {
    const fn context(self) -> &'static [u8] {
        match self {
            Self::PayeeAccount => b"waymark payee account 1",
            Self::SecondFactor => b"waymark second factor 1",
            Self::SigningKey => b"waymark signing key 1",
        }
    }
}

impl Vault {
    /// The vault of an installation: reads its key, or makes one.
    pub fn open(data_dir: &Path) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let file = data_dir.join("vault.key");
        let before = data_dir.join("payments.key"); // its name while only account numbers were sealed
        if !file.exists() && before.exists() {
            fs::rename(&before, &file).map_err(|cause| format!("cannot rename {}: {cause}", before.display()))?;
        }
        if !file.exists() {
            fs::create_dir_all(data_dir)?;
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(&file) {
                Ok(mut new) => new.write_all(hex::encode(random_bytes::<32>()).as_bytes())?,
                Err(cause) if cause.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(cause) => return Err(format!("cannot make {}: {cause}", file.display()).into()),
            }
        }
        let text = fs::read_to_string(&file).map_err(|cause| format!("cannot read {}: {cause}", file.display()))?;
        let bytes = hex::decode(text.trim()).map_err(|_cause| format!("{} is no key", file.display()))?;
        Self::of(&bytes).ok_or_else(|| format!("{} is no key", file.display()).into())
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).ok()?;
        Some(Self(Arc::new(LessSafeKey::new(key))))
    }

    /// Seals a text.
    pub fn seal(&self, what: Sealed, text: &str) -> Result<String, AppError> {
        let nonce = random_bytes::<NONCE_LEN>();
        let mut sealed = text.as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(what.context()), &mut sealed)
            .map_err(|_cause| AppError::unexpected("a secret could not be sealed"))?;
        let mut whole = nonce.to_vec();
        whole.append(&mut sealed);
        Ok(STANDARD.encode(whole))
    }

    /// Opens what [`Vault::seal`] sealed.
    pub fn unseal(&self, what: Sealed, sealed: &str) -> Result<String, AppError> {
        let broken = || AppError::unexpected("a secret cannot be opened with the key of this installation");
        let whole = STANDARD.decode(sealed).map_err(|_cause| broken())?;
        let (nonce, rest) = whole.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce: [u8; NONCE_LEN] = nonce.try_into().map_err(|_cause| broken())?;
        let mut rest = rest.to_vec();
        let text = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(what.context()), &mut rest)
            .map_err(|_cause| broken())?;
        String::from_utf8(text.to_vec()).map_err(|_cause| broken())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_same_key_alone_and_never_looks_the_same() {
        let (ours, theirs) = (Vault::of(&[7; 32]).unwrap(), Vault::of(&[8; 32]).unwrap());
        let (first, second) = (
            ours.seal(Sealed::PayeeAccount, "12345678").unwrap(),
            ours.seal(Sealed::PayeeAccount, "12345678").unwrap(),
        );
        assert_ne!(first, second);
        assert!(!first.contains("12345678"));
        assert_eq!(ours.unseal(Sealed::PayeeAccount, &first).unwrap(), "12345678");
        assert!(ours.unseal(Sealed::SecondFactor, &first).is_err(), "it is something else");
        assert!(theirs.unseal(Sealed::PayeeAccount, &first).is_err());
        let mut changed = first.clone().into_bytes();
        changed[20] = if changed[20] == b'A' { b'B' } else { b'A' };
        assert!(ours.unseal(Sealed::PayeeAccount, std::str::from_utf8(&changed).unwrap()).is_err());
        assert!(ours.unseal(Sealed::PayeeAccount, "").is_err() && ours.unseal(Sealed::PayeeAccount, "????").is_err());
        assert!(Vault::of(&[7; 31]).is_none());
    }

    #[test]
    fn the_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = Vault::open(folder.path()).unwrap().seal(Sealed::PayeeAccount, "x").unwrap();
        assert_eq!(Vault::open(folder.path()).unwrap().unseal(Sealed::PayeeAccount, &sealed).unwrap(), "x");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join("vault.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let place = |name: &str| folder.path().join(name);
        fs::rename(place("vault.key"), place("payments.key")).unwrap();
        assert_eq!(Vault::open(folder.path()).unwrap().unseal(Sealed::PayeeAccount, &sealed).unwrap(), "x");
        assert!(!place("payments.key").exists(), "the key of before has the name of today");
        fs::write(folder.path().join("vault.key"), "short").unwrap();
        assert!(Vault::open(folder.path()).is_err());
    }
}
