//! The folder that letters go into where no mail server is set: readable on a page of the demo, and by tests.

use std::path::Path;

use mail_parser::MessageParser;

/// More than this is not read.
const MOST: usize = 200;

/// One letter as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// To whom.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// When, as RFC 3339.
    pub at: String,
    /// As plain text.
    pub words: String,
    /// As HTML.
    pub html: String,
}

/// The letters of a folder, newest first; what cannot be read is left out.
#[must_use]
pub fn received(folder: &Path) -> Vec<Received> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "eml"))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    files.sort_unstable_by(|a, b| b.cmp(a));
    files.truncate(MOST);
    files.into_iter().filter_map(|(_, path)| read(&std::fs::read(path).ok()?)).collect()
}

fn read(bytes: &[u8]) -> Option<Received> {
    let message = MessageParser::default().parse(bytes)?;
    Some(Received {
        to: message.to()?.first()?.address()?.to_owned(),
        subject: message.subject().unwrap_or_default().to_owned(),
        at: message.date().map(mail_parser::DateTime::to_rfc3339).unwrap_or_default(),
        words: message.body_text(0)?.into_owned(),
        html: message.body_html(0)?.into_owned(),
    })
}
