//! The structs behind the templates: profile, members, and the row of links that every page of a provider has.
use crate::identity::{ProviderMember, Standing};
use crate::web::page::{Choice, Errors, Page};
use askama::Template;

/// The links between the pages of a provider.
#[derive(Clone, Debug, Default)]
pub struct DeskNav {
    pub links: Vec<DeskLink>,
}

/// One of them.
#[derive(Clone, Debug, Default)]
pub struct DeskLink {
    pub label: String,
    pub href: String,
    pub current: bool,
}

/// The links that a member may follow; `here` is the address of the one that is open.
#[must_use]
pub fn desk_nav(member: &ProviderMember, here: &str) -> DeskNav {
    let owner = member.standing() == Standing::Owner;
    let all = [
        ("Today", "/provider", true),
        ("Services", "/provider/services", true),
        ("Questions", "/provider/enquiries", true),
        ("Figures", "/provider/statistics", true),
        ("Funds", "/provider/funds", member.standing() != Standing::Staff),
        ("Spreadsheet", "/provider/sheet", member.standing() != Standing::Staff),
        ("Profile", "/provider/organisation", member.standing() != Standing::Staff),
        ("Members", "/provider/members", owner),
    ];
    let link = |(label, href, _): (&str, &str, bool)| DeskLink {
        label: label.into(),
        href: href.into(),
        current: href == here,
    };
    DeskNav { links: all.into_iter().filter(|(.., may)| *may).map(link).collect() }
}

/// The profile of a provider as a form.
#[derive(Template)]
#[template(path = "providers/organisation.html")]
pub struct OrganisationPage {
    pub page: Page,
    pub nav: DeskNav,
    pub name: String,
    pub about: String,
    pub types: Vec<Choice>,
    /// Why the type cannot be chosen, where it cannot.
    pub fixed_type: Option<String>,
    pub website: String,
    pub email: String,
    pub phone: String,
    pub charity_number: String,
    pub company_number: String,
    /// "Trafford", which looks after the entries.
    pub authority: Option<String>,
    pub errors: Errors,
}

/// Who works the account.
#[derive(Template)]
#[template(path = "providers/members.html")]
pub struct MembersPage {
    pub page: Page,
    pub nav: DeskNav,
    pub provider: String,
    pub members: Vec<MemberRow>,
    pub invited: Vec<InvitedRow>,
    pub email: String,
    pub standings: Vec<StandingChoice>,
    pub errors: Errors,
}

/// One member.
#[derive(Clone, Debug, Default)]
pub struct MemberRow {
    pub id: String,
    pub name: String,
    pub email: String,
    pub standing: String,
    pub since: String,
    pub is_you: bool,
    pub choices: Vec<Choice>,
}

/// Somebody who has not answered yet.
#[derive(Clone, Debug, Default)]
pub struct InvitedRow {
    pub id: String,
    pub email: String,
    pub standing: String,
    pub until: String,
}

/// A standing as a radio with what it allows.
#[derive(Clone, Debug, Default)]
pub struct StandingChoice {
    pub value: String,
    pub label: String,
    pub about: String,
    pub chosen: bool,
}

/// Asking once more before a member goes.
#[derive(Template)]
#[template(path = "providers/remove_member.html")]
pub struct RemoveMemberPage {
    pub page: Page,
    pub nav: DeskNav,
    pub name: String,
    pub provider: String,
    pub is_you: bool,
    pub back_href: String,
    pub path: String,
}
