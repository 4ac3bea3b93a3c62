//! Settings: read once from the command line and the environment, refused at the start if wrong.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::catalogue::cqc::{self, Key};
use crate::db::{DatabaseUrl, UnknownScheme};
use crate::web::client::Network;

/// What every command that opens an installation takes.
#[derive(Args, Clone, Debug)]
pub struct Place {
    /// Folder for the SQLite file and the search index
    #[arg(long, env = "WAYMARK_DATA_DIR", default_value = "var", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// sqlite:PATH or postgres://…; by default a SQLite file in the data folder
    #[arg(long, env = "WAYMARK_DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

impl Place {
    /// The database to open.
    pub fn database(&self) -> Result<DatabaseUrl, UnknownScheme> {
        match &self.database_url {
            Some(url) => url.parse(),
            None => Ok(DatabaseUrl::Sqlite(self.data_dir.join("waymark.sqlite").to_string_lossy().into_owned())),
        }
    }

    /// Where the search index is kept.
    #[must_use]
    pub fn index_dir(&self) -> PathBuf {
        self.data_dir.join("index")
    }
}

/// How letters leave, and where their links lead. Does not print the server's password.
#[derive(Args, Clone)]
pub struct Mail {
    /// Where people reach this installation: the beginning of links in letters
    #[arg(long, env = "WAYMARK_PUBLIC_URL", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    pub public_url: String,
    /// Mail server, such as smtps://user:password@host:465; without one, letters go into DATA_DIR/post
    #[arg(long, env = "WAYMARK_SMTP_URL", value_name = "URL", hide_env_values = true)]
    pub smtp_url: Option<String>,
    /// The sender of letters
    #[arg(long, env = "WAYMARK_MAIL_FROM", default_value = "Waymark <post@waymark.example>", value_name = "SENDER")]
    pub mail_from: String,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail")
            .field("public_url", &self.public_url)
            .field("mail_from", &self.mail_from)
            .finish_non_exhaustive()
    }
}

impl Default for Mail {
    fn default() -> Self {
        Self {
            public_url: "http://127.0.0.1:8080".into(),
            smtp_url: None,
            mail_from: "Waymark <post@waymark.example>".into(),
        }
    }
}

/// What a server takes besides.
#[derive(Args, Clone, Debug)]
pub struct Serving {
    /// Where the installation is.
    #[command(flatten)]
    pub place: Place,
    /// How letters leave.
    #[command(flatten)]
    pub mail: Mail,
    /// Address and port to listen on
    #[arg(long, env = "WAYMARK_BIND", default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub bind: SocketAddr,
    /// Cookies for https only: set this wherever people come over https
    #[arg(long, env = "WAYMARK_SECURE_COOKIES")]
    pub secure_cookies: bool,
    /// Proxies whose X-Forwarded-For is believed: addresses or networks such as 10.0.0.0/8, with commas between
    #[arg(long, env = "WAYMARK_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORKS")]
    pub trusted_proxies: Vec<Network>,
    /// File that names the identity providers that people may sign in with (docs/operating.md)
    #[arg(long, env = "WAYMARK_IDENTITY_PROVIDERS", value_name = "FILE")]
    pub identity_providers: Option<PathBuf>,
    /// The key of the Care Quality Commission's API, which is then asked every day what changed
    #[arg(long, env = "WAYMARK_CQC_KEY", hide_env_values = true)]
    pub cqc_key: Option<Key>,
    /// Where that API is
    #[arg(long, env = "WAYMARK_CQC_ADDRESS", default_value = cqc::ADDRESS, hide = true)]
    pub cqc_address: String,
    /// Feeds of services may be fetched from inside our own network
    #[arg(long, env = "WAYMARK_FEEDS_MAY_BE_PRIVATE")]
    pub feeds_may_be_private: bool,
    /// Logs as JSON lines
    #[arg(long, env = "WAYMARK_LOG_JSON")]
    pub log_json: bool,
}
