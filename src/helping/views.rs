//! The structs behind the templates: who acts for whom.
use crate::web::page::{Choice, Errors, Page, Pagination};
use askama::Template;

/// Who may act for me.
#[derive(Template)]
#[template(path = "helping/helpers.html")]
pub struct HelpersPage {
    pub page: Page,
    pub now: Vec<HelperLine>,
    pub asked: Vec<HelperLine>,
    pub before: Vec<HelperLine>,
}

/// One who acts for somebody, or one for whom somebody acts.
#[derive(Clone, Debug, Default)]
pub struct HelperLine {
    /// Their name, or the address of the invitation.
    pub name: String,
    /// "Family or friend"
    pub kind: String,
    /// "look, plan and buy"
    pub may: String,
    /// "since 20 May 2026, until 31 May 2026"
    pub when: String,
    /// "Recorded by your council: lasting power of attorney, 3 March 2024"
    pub ground: String,
    /// Where to end it; none where somebody else has to.
    pub end_path: Option<String>,
}

/// Asking somebody to act for me.
#[derive(Template)]
#[template(path = "helping/invite.html")]
pub struct InviteHelperPage {
    pub page: Page,
    pub email: String,
    pub kinds: Vec<Choice>,
    pub scopes: Vec<Choice>,
    pub until: String,
    pub today: String,
    pub errors: Errors,
}

/// For whom I act.
#[derive(Template)]
#[template(path = "helping/helping.html")]
pub struct HelpingPage {
    pub page: Page,
    /// Whether the visitor records such things for an authority.
    pub records: bool,
    /// Whether a second factor comes first.
    pub waits: bool,
    pub now: Vec<HelperLine>,
    pub before: Vec<HelperLine>,
}

/// An invitation to act for somebody.
#[derive(Template)]
#[template(path = "helping/invitation.html")]
pub struct HelpInvitationPage {
    pub page: Page,
    pub name: String,
    pub kind: String,
    pub may: String,
    pub until: Option<String>,
    pub token: String,
    /// Whether it went to the address of the account that is signed in.
    pub mine: bool,
    /// Whether anybody is signed in.
    pub signed_in: bool,
}

/// What a council has recorded, and the form that records.
#[derive(Template)]
#[template(path = "helping/council.html")]
pub struct CouncilHelpersPage {
    pub page: Page,
    pub authority: String,
    pub lines: Vec<CouncilLine>,
    pub pagination: Pagination,
    pub person: String,
    pub email: String,
    pub kinds: Vec<Choice>,
    pub scopes: Vec<Choice>,
    pub evidence: String,
    pub until: String,
    pub today: String,
    pub errors: Errors,
}

/// One who acts for somebody of the council.
#[derive(Clone, Debug, Default)]
pub struct CouncilLine {
    pub person: String,
    pub helper: HelperLine,
    /// "now", "asked", "ended"
    pub state: String,
}
