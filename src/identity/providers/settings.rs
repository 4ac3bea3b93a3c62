//! The providers that an installation trusts, as its file names them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::RwLock;
use std::time::Duration;

use jsonwebtoken::{Algorithm, EncodingKey};
use openidconnect::core::CoreProviderMetadata;
use serde::Deserialize;

use crate::clock::UtcTime;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// A provider that does not answer within this is down.
const PATIENCE: Duration = Duration::from_secs(10);

/// The file: one `[[provider]]` after the other.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    provider: Vec<Told>,
}

/// What the file tells of one provider.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    key: String,
    name: String,
    issuer: String,
    client_id: String,
    #[serde(default)]
    client_secret_file: Option<PathBuf>,
    #[serde(default)]
    private_key_file: Option<PathBuf>,
    #[serde(default)]
    private_key_id: Option<String>,
    #[serde(default = "usual_algorithm")]
    private_key_algorithm: Algorithm,
    #[serde(default = "usual_scopes")]
    scopes: Vec<String>,
    #[serde(default)]
    acr_values: Vec<String>,
    #[serde(default)]
    second_factor_amr: Vec<String>,
    #[serde(default)]
    second_factor_acr: Vec<String>,
    #[serde(default = "yes")]
    makes_accounts: bool,
}

fn usual_algorithm() -> Algorithm {
    Algorithm::ES256
}

fn usual_scopes() -> Vec<String> {
    vec!["profile".into(), "email".into()]
}

fn yes() -> bool {
    true
}

/// How we show a provider who we are.
pub(super) enum Proof {
    /// A shared secret.
    Secret(String),
    /// A signature (`private_key_jwt`).
    Key { key: EncodingKey, id: Option<String>, algorithm: Algorithm },
}

/// One provider.
pub struct Provider {
    /// What addresses call it.
    pub key: String,
    /// What people call it: "Trafford staff account".
    pub name: String,
    pub(super) issuer: String,
    pub(super) client_id: String,
    pub(super) proof: Proof,
    pub(super) scopes: Vec<String>,
    pub(super) acr_values: Vec<String>,
    pub(super) second_factor_amr: Vec<String>,
    pub(super) second_factor_acr: Vec<String>,
    pub(super) makes_accounts: bool,
    /// What it told of itself a short while ago.
    pub(super) known: RwLock<Option<(UtcTime, CoreProviderMetadata)>>,
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").field("key", &self.key).field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Provider {
    /// Whether this is the provider with that issuer.
    #[must_use]
    pub fn is(&self, issuer: &str) -> bool {
        self.issuer == issuer
    }
}

/// All providers of an installation, and the client that asks them.
pub struct Providers {
    list: Vec<Provider>,
    pub(super) client: reqwest::Client,
}

impl Providers {
    /// Reads the file; none where none is set.
    pub fn open(file: Option<&Path>) -> Result<Self, Failure> {
        // Redirects are not followed: a provider must not lead us to addresses inside our own network.
        let client =
            reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(PATIENCE).build()?;
        let Some(file) = file else { return Ok(Self { list: Vec::new(), client }) };
        let text = std::fs::read_to_string(file).map_err(|cause| format!("cannot read {}: {cause}", file.display()))?;
        let told: File = toml::from_str(&text)
            .map_err(|cause| format!("{} cannot be understood: {}", file.display(), cause.message()))?;
        let folder = file.parent().unwrap_or(Path::new("."));
        let list: Vec<Provider> =
            told.provider.into_iter().map(|told| provider(told, folder)).collect::<Result<_, Failure>>()?;
        for (nth, provider) in list.iter().enumerate() {
            if list.iter().skip(nth + 1).any(|other| other.key == provider.key || other.issuer == provider.issuer) {
                return Err(format!("two identity providers are called {} or have its issuer", provider.key).into());
            }
        }
        Ok(Self { list, client })
    }

    /// Each of them.
    #[must_use]
    pub fn all(&self) -> &[Provider] {
        &self.list
    }

    /// The one with this key.
    #[must_use]
    pub fn find(&self, key: &str) -> Option<&Provider> {
        self.list.iter().find(|provider| provider.key == key)
    }
}

fn provider(told: Told, folder: &Path) -> Result<Provider, Failure> {
    let key = told.key;
    let plain =
        !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if !plain {
        return Err(format!(
            "the key of an identity provider is made of small letters, digits and hyphens, not {key:?}"
        )
        .into());
    }
    let here = told.issuer.starts_with("http://127.0.0.1") || told.issuer.starts_with("http://localhost");
    if !told.issuer.starts_with("https://") && !here {
        return Err(format!("the issuer of {key} must begin with https://").into());
    }
    let read = |path: &Path| {
        let path = folder.join(path);
        std::fs::read_to_string(&path).map_err(|cause| format!("cannot read {}: {cause}", path.display()))
    };
    let proof = match (&told.client_secret_file, &told.private_key_file) {
        (Some(secret), None) => Proof::Secret(read(secret)?.trim().to_owned()),
        (None, Some(file)) => {
            let pem = read(file)?;
            let parsed = match told.private_key_algorithm {
                Algorithm::ES256 | Algorithm::ES384 => EncodingKey::from_ec_pem(pem.as_bytes()),
                Algorithm::EdDSA => EncodingKey::from_ed_pem(pem.as_bytes()),
                Algorithm::RS256 | Algorithm::PS256 => EncodingKey::from_rsa_pem(pem.as_bytes()),
                other => return Err(format!("{key}: {other:?} is no algorithm for a private key here").into()),
            };
            let parsed = parsed.map_err(|_the_key| format!("the private key of {key} cannot be read"))?;
            Proof::Key { key: parsed, id: told.private_key_id, algorithm: told.private_key_algorithm }
        }
        _ => return Err(format!("{key} needs either client_secret_file or private_key_file").into()),
    };
    Ok(Provider {
        key,
        name: told.name,
        issuer: told.issuer,
        client_id: told.client_id,
        proof,
        scopes: told.scopes,
        acr_values: told.acr_values,
        second_factor_amr: told.second_factor_amr,
        second_factor_acr: told.second_factor_acr,
        makes_accounts: told.makes_accounts,
        known: RwLock::default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(text: &str) -> Result<Providers, String> {
        drop(rustls::crypto::ring::default_provider().install_default());
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join("secret"), "very secret\n").unwrap();
        let file = folder.path().join("providers.toml");
        std::fs::write(&file, text).unwrap();
        Providers::open(Some(&file)).map_err(|cause| cause.to_string())
    }

    const GOOD: &str = "[[provider]]\nkey = \"council\"\nname = \"Council\"\nissuer = \"https://id.example\"\n\
                        client_id = \"waymark\"\nclient_secret_file = \"secret\"\n";

    #[test]
    fn a_file_is_read_and_its_secrets_are_not_shown() {
        let providers = open(GOOD).unwrap();
        let council = providers.find("council").unwrap();
        assert!(matches!(&council.proof, Proof::Secret(secret) if secret == "very secret"));
        assert!(!format!("{council:?}").contains("very secret"));
        assert!(open("").unwrap().all().is_empty());
    }

    #[test]
    fn what_is_wrong_is_said_at_the_start() {
        for (text, says) in [
            (GOOD.replace("council\"", "Council!\""), "small letters"),
            (GOOD.replace("https:", "http:"), "https://"),
            (GOOD.replace("client_secret_file = \"secret\"\n", ""), "needs either"),
            (GOOD.replace("\"secret\"", "\"nowhere\""), "cannot read"),
            (GOOD.replace("name =", "nam ="), "cannot be understood"),
            (format!("{GOOD}{GOOD}"), "two identity providers"),
        ] {
            let told = open(&text).err().unwrap_or_default();
            assert!(told.contains(says), "{told:?} does not say {says:?}");
        }
    }
}
