//! The files of papers: known by their first bytes, kept under random names, never served as pages.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::db::text_enum;
use crate::ids::random_token;

/// The most bytes of one file.
pub(super) const LARGEST: usize = 5 * 1024 * 1024;

text_enum! {
    /// What a file is.
    pub enum FileKind {
        /// A document.
        Pdf = "pdf",
        /// A picture.
        Png = "png",
        /// A photograph.
        Jpeg = "jpeg",
    }
}

impl FileKind {
    /// What these bytes are, whatever the file is called.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [b'%', b'P', b'D', b'F', b'-', ..] => Some(Self::Pdf),
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            _ => None,
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// The folder of papers.
#[derive(Clone, Debug)]
pub struct Papers {
    folder: PathBuf,
}

impl Papers {
    /// The papers of a data folder.
    #[must_use]
    pub fn below(data_dir: &Path) -> Self {
        Self { folder: data_dir.join("papers") }
    }

    /// Keeps a file under a new random name, and tells the name.
    pub fn keep(&self, bytes: &[u8]) -> std::io::Result<String> {
        make_private(&self.folder)?;
        let key = random_token();
        let mut file = std::fs::File::create_new(self.path(&key)?)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(key)
    }

    /// The bytes of a file.
    pub fn read(&self, key: &str) -> std::io::Result<Vec<u8>> {
        std::fs::read(self.path(key)?)
    }

    /// Throws a file away that nobody refers to.
    pub fn forget(&self, key: &str) {
        if let Ok(path) = self.path(key) {
            drop(std::fs::remove_file(path));
        }
    }

    /// Only names that we made lead anywhere.
    fn path(&self, key: &str) -> std::io::Result<PathBuf> {
        if key.len() == 64 && key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            Ok(self.folder.join(key))
        } else {
            Err(std::io::Error::new(std::io::ErrorKind::NotFound, "no name of ours"))
        }
    }
}

#[cfg(unix)]
fn make_private(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_first_bytes() {
        assert_eq!(FileKind::of(b"%PDF-1.7\n"), Some(FileKind::Pdf));
        assert_eq!(FileKind::of(b"\x89PNG\r\n\x1a\n0"), Some(FileKind::Png));
        assert_eq!(FileKind::of(b"\xff\xd8\xff\xe0"), Some(FileKind::Jpeg));
        for other in [&b""[..], b"%PDF", b"<html>", b"MZ", b"PK\x03\x04", b"GIF89a", b" %PDF-1.7", b"<svg xmlns="] {
            assert_eq!(FileKind::of(other), None, "{other:?}");
        }
    }

    #[test]
    fn only_names_of_ours_are_read() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), "x").unwrap();
        let papers = Papers::below(folder.path());
        let key = papers.keep(b"%PDF-").unwrap();
        assert_eq!(papers.read(&key).unwrap(), b"%PDF-");
        for other in ["../secret", "", "/etc/passwd", &"a".repeat(64)] {
            assert!(papers.read(other).is_err(), "{other}");
        }
        papers.forget(&key);
        assert!(papers.read(&key).is_err());
    }
}
