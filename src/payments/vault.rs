//! Seals account numbers: AES-256-GCM with a key that is not in the database.
//!
//! The key is a file beside the database (`payments.key`, made at the first start, readable by its owner alone). Several
//! nodes share the same file. Who has a copy of the database has no account numbers; who loses the key asks payees again.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};

use crate::error::AppError;
use crate::ids::random_bytes;

/// What account numbers are sealed with. Cheap to clone; does not print.
#[derive(Clone)]
pub struct Vault(Arc<LessSafeKey>);

/// What every sealed text is bound to.
const CONTEXT: &[u8] = b"waymark payee account 1";

impl Vault {
    /// The vault of an installation: reads its key, or makes one.
    pub fn open(data_dir: &Path) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let file = data_dir.join("payments.key");
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
    pub fn seal(&self, text: &str) -> Result<String, AppError> {
        let nonce = random_bytes::<NONCE_LEN>();
        let mut sealed = text.as_bytes().to_vec();
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(CONTEXT), &mut sealed)
            .map_err(|_cause| AppError::unexpected("an account number could not be sealed"))?;
        let mut whole = nonce.to_vec();
        whole.append(&mut sealed);
        Ok(STANDARD.encode(whole))
    }

    /// Opens what [`Vault::seal`] sealed.
    pub fn unseal(&self, sealed: &str) -> Result<String, AppError> {
        let broken = || AppError::unexpected("an account number cannot be opened with the key of this installation");
        let whole = STANDARD.decode(sealed).map_err(|_cause| broken())?;
        let (nonce, rest) = whole.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce: [u8; NONCE_LEN] = nonce.try_into().map_err(|_cause| broken())?;
        let mut rest = rest.to_vec();
        let text = self
            .0
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(CONTEXT), &mut rest)
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
        let (first, second) = (ours.seal("12345678").unwrap(), ours.seal("12345678").unwrap());
        assert_ne!(first, second);
        assert!(!first.contains("12345678"));
        assert_eq!(ours.unseal(&first).unwrap(), "12345678");
        assert!(theirs.unseal(&first).is_err());
        let mut changed = first.clone().into_bytes();
        changed[20] = if changed[20] == b'A' { b'B' } else { b'A' };
        assert!(ours.unseal(std::str::from_utf8(&changed).unwrap()).is_err());
        assert!(ours.unseal("").is_err() && ours.unseal("????").is_err());
        assert!(Vault::of(&[7; 31]).is_none());
    }

    #[test]
    fn the_key_is_made_once_and_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let sealed = Vault::open(folder.path()).unwrap().seal("x").unwrap();
        assert_eq!(Vault::open(folder.path()).unwrap().unseal(&sealed).unwrap(), "x");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(folder.path().join("payments.key")).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        fs::write(folder.path().join("payments.key"), "short").unwrap();
        assert!(Vault::open(folder.path()).is_err());
    }
}
