//! What a bank would look at first: whether a file follows the schema of ISO 20022.

use std::io::Write;
use std::process::{Command, Stdio};

/// Reads a schema out of the `sepaxml` package, and validates what comes in.
const VALIDATE: &str = "
import os, sys, sepaxml, xmlschema
schema = os.path.join(os.path.dirname(sepaxml.__file__), 'schemas', 'pain.001.001.09.xsd')
xmlschema.XMLSchema(schema).validate(sys.stdin.read())
";

#[expect(clippy::disallowed_methods, reason = "which Python is a matter of the machine, not of the service")]
fn python() -> Option<String> {
    std::env::var("WAYMARK_BANK_PYTHON").ok()
}

/// Panics where a file is no valid pain.001.001.09. The schema is not ours to ship, so this tries only where
/// `WAYMARK_BANK_PYTHON` names a Python that has it, as in `script/test`.
#[track_caller]
pub fn a_bank_takes(xml: &str) {
    let Some(python) = python() else { return };
    let piped = |mut command: Command| command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut python = Command::new(python);
    python.args(["-c", VALIDATE]);
    let mut tried = piped(python).unwrap();
    tried.stdin.take().unwrap().write_all(xml.as_bytes()).unwrap();
    let told = tried.wait_with_output().unwrap();
    assert!(told.status.success(), "{xml}\n{}", String::from_utf8_lossy(&told.stderr));
}
