//! A real OpenID provider (npm `oidc-provider`), run for one test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use super::Person;

/// A provider that runs until it is dropped.
pub struct Elsewhere {
    process: Child,
    /// Held open: a provider that cannot write its notices stops.
    _notices: BufReader<ChildStdout>,
    /// Its address.
    pub issuer: String,
}

/// The folder with the provider's packages, installed once; none where there is no Node.js.
fn packages() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER.get_or_init(install).as_deref()
}

#[allow(clippy::disallowed_methods, reason = "tests read their settings here")]
fn required() -> bool {
    std::env::var("WAYMARK_PROVIDER_REQUIRED").is_ok_and(|text| !text.is_empty())
}

fn install() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("identity-provider");
    if !folder.join("node_modules/oidc-provider/lib/index.js").exists() {
        std::fs::create_dir_all(&folder).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/identity_provider");
        std::fs::copy(source.join("package.json"), folder.join("package.json")).unwrap();
        let installed = Command::new("npm")
            .args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"])
            .current_dir(&folder)
            .status();
        if !installed.is_ok_and(|status| status.success()) {
            assert!(!required(), "npm could not install oidc-provider");
            eprintln!("not run: there is no npm to install an OpenID provider with");
            return None;
        }
    }
    Some(folder)
}

impl Elsewhere {
    /// Starts a provider that sends people back to `return_to`; with a file, our client proves itself with the key that is
    /// written there. None where there is no Node.js.
    pub fn start(return_to: &str, key_file: Option<&Path>) -> Option<Self> {
        let packages = packages()?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/identity_provider/provider.mjs");
        let mut command = Command::new("node");
        command.arg(script).arg(return_to).args(key_file).env("OIDC_PROVIDER_FOLDER", packages);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut issuer = String::new();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        while !issuer.starts_with("http") {
            issuer.clear();
            assert!(lines.read_line(&mut issuer).unwrap() > 0, "the provider stopped");
        }
        Some(Self { process, _notices: lines, issuer: issuer.trim().to_owned() })
    }

    /// The file of settings that names it.
    pub fn settings(&self, folder: &Path, key_file: Option<&Path>) -> PathBuf {
        let proof = match key_file {
            Some(file) => format!("private_key_file = {file:?}\nprivate_key_id = \"waymark-1\""),
            None => {
                std::fs::write(folder.join("client-secret"), "a secret that only tests know\n").unwrap();
                "client_secret_file = \"client-secret\"".into()
            }
        };
        let file = folder.join("providers.toml");
        let text = format!(
            "[[provider]]\nkey = \"elsewhere\"\nname = \"Elsewhere\"\nissuer = \"{}\"\nclient_id = \"waymark\"\n\
             second_factor_amr = [\"mfa\"]\n{proof}\n",
            self.issuer
        );
        std::fs::write(&file, text).unwrap();
        file
    }

    /// Signs in there as `login`, having been sent to `address`; gives where that leads back to.
    pub fn signs_in(&self, address: &str, login: &str, amr: &str) -> String {
        let person = Person::at(&self.issuer);
        let mut method = "GET";
        let mut address = address.to_owned();
        let body = super::encoded(&[("login", login), ("amr", amr)]);
        for _ in 0..12 {
            let Some(path) = address.strip_prefix(&self.issuer) else { return address };
            let kind = [("Content-Type", "application/x-www-form-urlencoded")];
            let answer = match method {
                "POST" => person.send("POST", path, &kind, Some(body.as_bytes())),
                _ => person.send("GET", path, &[], None),
            };
            match answer.header("location") {
                Some(next) => {
                    method = "GET";
                    address = if next.starts_with('/') { format!("{}{next}", self.issuer) } else { next.to_owned() };
                }
                None => {
                    assert_eq!((method, answer.status), ("GET", 200), "{address}: {}", answer.text());
                    method = "POST"; // the login page posts to itself
                }
            }
        }
        panic!("the provider leads nowhere: {address}");
    }
}

impl Drop for Elsewhere {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
