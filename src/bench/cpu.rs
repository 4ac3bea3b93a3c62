//! How much processor time this process has used, where the system tells.

use std::time::Duration;

/// Processor time of this process so far; none where `/proc` does not tell.
pub(super) fn used() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(Duration::from_millis((user + system) * 10)) // a tick is a hundredth of a second on Linux
}

/// The most memory of this process that was in RAM since [`forget_peak`]; none where `/proc` does not tell.
pub(super) fn peak() -> Option<u64> {
    memory_of("self", "VmHWM:")
}

/// Begins anew to look for the most memory.
pub(super) fn forget_peak() {
    drop(std::fs::write("/proc/self/clear_refs", "5")); // where it cannot, the peak is that of the whole run
}

/// Memory of this process that is in RAM, in bytes; none where `/proc` does not tell.
pub(super) fn resident() -> Option<u64> {
    memory_of("self", "VmRSS:")
}

/// Memory of another process that is in RAM.
pub(super) fn resident_of(process: u32) -> Option<u64> {
    memory_of(&process.to_string(), "VmRSS:")
}

fn memory_of(process: &str, what: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(what))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024)
}
