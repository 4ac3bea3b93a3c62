//! Every route of the program, as the source says it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A route: method and path.
pub type Route = (String, String);

/// Every `.route("…", method()` of a file.
fn routes_of(file: &Path) -> Vec<Route> {
    let text = fs::read_to_string(file).unwrap();
    let route = |part: &str| {
        let (path, rest) = part.split_once('"')?;
        let method = rest.trim_start_matches([',', ' ', '\n']).trim_start_matches("web::").split('(').next()?;
        Some((method.to_uppercase(), path.to_owned()))
    };
    text.split(".route(\"").skip(1).filter_map(route).collect()
}

/// Every source file below a folder.
pub fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
    files
}

/// Where the source is.
pub fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every route of the program: pages, and documents below `/api/v1`.
pub fn every_route() -> BTreeSet<Route> {
    let mut all = BTreeSet::new();
    for file in files_below(&source()) {
        if file.starts_with(source().join("bench")) {
            continue; // measures with a server of its own
        }
        let is_api = file.to_string_lossy().ends_with("api.rs");
        for (method, path) in routes_of(&file) {
            let is_feed = file.ends_with("open_referral/published.rs");
            if is_feed {
                all.insert((method, format!("/open-referral/v3{path}")));
                continue;
            }
            let path = match is_api || ["/openapi.json", "/docs"].contains(&path.as_str()) {
                true => format!("/api/v1{path}"),
                false => path,
            };
            all.insert((method, path));
        }
    }
    all
}
