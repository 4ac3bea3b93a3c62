//! The file of a SQLite database. SQLite goes on writing into a file that was deleted or replaced; whatever it then
//! acknowledged would be gone after a restart. So nothing is written unless the file is where it was opened.

use std::path::{Path, PathBuf};

/// A file, and which one it was when it was opened.
pub(super) struct DatabaseFile {
    path: PathBuf,
    /// None for a database that is no file.
    opened: Option<Identity>,
}

type Identity = (u64, u64);

impl DatabaseFile {
    /// The file that is open now.
    pub(super) fn of(path: &str) -> Self {
        Self { path: path.into(), opened: identity(Path::new(path)) }
    }

    /// Whether it is still where it was opened.
    pub(super) fn is_there(&self) -> bool {
        self.opened.is_none_or(|opened| identity(&self.path) == Some(opened))
    }
}

#[cfg(unix)]
fn identity(path: &Path) -> Option<Identity> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|told| (told.dev(), told.ino()))
}

#[cfg(not(unix))]
fn identity(path: &Path) -> Option<Identity> {
    path.exists().then_some((0, 0))
}
