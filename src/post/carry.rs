//! Carrying letters out: over SMTP, or into a folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::{Mailbox, MultiPart};
use lettre::transport::file::FileTransport;
use lettre::transport::smtp::SmtpTransport;
use lettre::{Message, Transport};

use crate::clock::Clock;
use crate::config::Mail;
use crate::db::{Conn, Db};

use super::store::{self, Taken};

/// Letters taken at once.
const AT_ONCE: i64 = 20;

/// A mail server that does not answer within this is down.
const PATIENCE: Duration = Duration::from_secs(20);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The way that letters leave.
#[derive(Clone)]
enum Wire {
    /// To a mail server.
    Smtp(SmtpTransport),
    /// Into a folder, as `.eml` files.
    Folder(PathBuf),
}

impl Wire {
    /// The mail server of this address: `smtps://user:password@host:465`, or `smtp://host:25?tls=required`.
    fn smtp(url: &str) -> Result<Self, Failure> {
        let server = SmtpTransport::from_url(url).map_err(
            |_cause_may_hold_the_password| "the mail server's address must look like smtps://user:password@host:465",
        )?;
        Ok(Self::Smtp(server.timeout(Some(PATIENCE)).build()))
    }

    /// Into this folder, which is made if it is missing.
    fn folder(folder: PathBuf) -> Result<Self, Failure> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self::Folder(folder))
    }

    fn send(&self, message: &Message) -> Result<(), Failure> {
        match self {
            Self::Smtp(server) => drop(server.send(message)?),
            Self::Folder(folder) => drop(FileTransport::new(folder).send(message)?),
        }
        Ok(())
    }
}

/// Where letters leave from, and where the links in them lead.
#[derive(Clone)]
pub struct Office {
    wire: Wire,
    from: Mailbox,
    /// Where people reach this installation: `https://waymark.example.org`, without a slash at the end.
    pub public_url: String,
    /// Where `.eml` files go when no mail server is set.
    pub folder: PathBuf,
}

impl Office {
    /// The office that these settings ask for.
    pub fn open(mail: &Mail, data_dir: &Path) -> Result<Self, Failure> {
        let from = &mail.mail_from;
        let from = from.parse().map_err(|cause| format!("the sender {from:?} is no e-mail address: {cause}"))?;
        let folder = data_dir.join("post");
        let wire = match &mail.smtp_url {
            Some(url) => Wire::smtp(url)?,
            None => Wire::folder(folder.clone())?,
        };
        let public_url = mail.public_url.trim_end_matches('/').to_owned();
        if !public_url.starts_with("http://") && !public_url.starts_with("https://") {
            return Err("the public address must begin with https:// or http://".into());
        }
        Ok(Self { wire, from, public_url, folder })
    }
}

/// Carries out what was queued.
pub struct Postman {
    db: Db,
    clock: Clock,
    office: Office,
}

impl Postman {
    /// A postman of this office.
    #[must_use]
    pub fn new(db: Db, clock: Clock, office: Office) -> Self {
        Self { db, clock, office }
    }

    /// Carries out the letters that are due; whether there were any.
    pub fn step(&self) -> Result<bool, Failure> {
        let now = self.clock.now();
        // Looks before it writes: an empty write would wake every follower.
        if !self.db.read_now(|conn| store::any_due(conn, now))? {
            return Ok(false);
        }
        let taken = self.db.write_now(move |tx: &mut Conn| store::take_due(tx, AT_ONCE, now))?;
        for letter in taken {
            let sent = self.message(&letter).and_then(|message| self.office.wire.send(&message));
            let now = self.clock.now();
            match sent {
                Ok(()) => {
                    let id = letter.id;
                    self.db.write_now(move |tx: &mut Conn| store::note_sent(tx, id, now))?;
                }
                Err(problem) => {
                    let problem = problem.to_string().replace(&letter.address, "(address)");
                    tracing::warn!(letter.id = %letter.id, letter.kind = letter.kind, "a letter could not be sent");
                    let keep = move |tx: &mut Conn| store::note_problem(tx, &letter, &problem, now);
                    self.db.write_now(keep)?;
                }
            }
        }
        Ok(true)
    }

    fn message(&self, letter: &Taken) -> Result<Message, Failure> {
        let both = MultiPart::alternative_plain_html(letter.words.clone(), letter.html.clone());
        let message = Message::builder()
            .from(self.office.from.clone())
            .to(Mailbox::new(None, letter.address.parse()?))
            .subject(&letter.subject)
            .message_id(Some(format!("<{}@{}>", letter.id, self.office.from.email.domain())))
            .multipart(both)?;
        Ok(message)
    }
}
