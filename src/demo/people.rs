//! People to sign in as.

/// The password that all of them share.
pub const PASSWORD: &str = "demo-waymark-2026";

/// People of one role.
pub struct Group {
    /// The role.
    pub role: &'static str,
    /// What they can do here.
    pub about: &'static str,
    /// The people.
    pub people: &'static [Told],
}

/// One person.
pub struct Told {
    /// To sign in with.
    pub email: &'static str,
    /// What they are.
    pub role_label: &'static str,
    /// One sentence about them.
    pub story: &'static str,
    /// Where signing in leads.
    pub next: &'static str,
}

/// Everybody to sign in as, by role.
pub const GROUPS: &[Group] = &[];
/// tmp
pub fn table() -> String { String::new() }
