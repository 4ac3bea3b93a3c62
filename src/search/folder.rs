//! The folder of the index: which of its sub-folders holds the segments that count.
//!
//! A rebuild writes into a sub-folder of its own. The file `CURRENT` names the one that counts and the version of its
//! fields; it is replaced in one step, so that a crash leaves either the old index or the new one.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::fields::SCHEMA_VERSION;

const CURRENT: &str = "CURRENT";
const SEGMENTS: &str = "segments-";

/// The sub-folder that counts, if it is there and of this version.
pub(super) fn current(dir: &Path) -> Option<PathBuf> {
    let text = fs::read_to_string(dir.join(CURRENT)).ok()?;
    let (version, name) = text.trim().split_once(' ')?;
    let is_ours =
        version.parse() == Ok(SCHEMA_VERSION) && name.starts_with(SEGMENTS) && !name.contains(['/', '\\', '.']);
    let path = dir.join(name);
    (is_ours && path.is_dir()).then_some(path)
}

/// Makes an empty sub-folder that does not count yet.
pub(super) fn fresh(dir: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(dir)?;
    let mut number = 1_u32;
    loop {
        let path = dir.join(format!("{SEGMENTS}{number}"));
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(cause) => return Err(cause),
        }
    }
}

/// Makes `path` the sub-folder that counts.
pub(super) fn make_current(dir: &Path, path: &Path) -> io::Result<()> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let new = dir.join("CURRENT.new");
    let mut file = fs::File::create(&new)?;
    writeln!(file, "{SCHEMA_VERSION} {name}")?;
    file.sync_all()?;
    fs::rename(&new, dir.join(CURRENT))?;
    fs::File::open(dir)?.sync_all()
}

/// Removes every sub-folder of segments but `keep`; one that cannot be removed is left for the next time.
pub(super) fn remove_others(dir: &Path, keep: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let is_segments = entry.file_name().to_str().is_some_and(|name| name.starts_with(SEGMENTS));
        if is_segments
            && entry.path() != keep
            && let Err(cause) = fs::remove_dir_all(entry.path())
        {
            tracing::warn!(error = %cause, "an old search index could not be removed");
        }
    }
}
