//! Settings: read once from the command line and the environment, refused at the start if wrong.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use crate::db::{DatabaseUrl, UnknownScheme};

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

/// What a server takes besides.
#[derive(Args, Clone, Debug)]
pub struct Serving {
    /// Where the installation is.
    #[command(flatten)]
    pub place: Place,
    /// Address and port to listen on
    #[arg(long, env = "WAYMARK_BIND", default_value = "127.0.0.1:8080", value_name = "ADDR")]
    pub bind: SocketAddr,
    /// Cookies for https only: set this wherever people come over https
    #[arg(long, env = "WAYMARK_SECURE_COOKIES")]
    pub secure_cookies: bool,
    /// Logs as JSON lines
    #[arg(long, env = "WAYMARK_LOG_JSON")]
    pub log_json: bool,
}
