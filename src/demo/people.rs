//! The people of the demo town that a visitor can sign in as, and their stories. All of them are invented.

use crate::budgets::FundingRoute;
use crate::identity::NeedGroup;
use crate::ids::PersonId;

/// The password that all of them share.
pub const PASSWORD: &str = "demo-waymark-2026";

/// The authority that most of the town belongs to.
pub const TRAFFORD: &str = "E08000009";
const MANCHESTER: &str = "E08000003";

/// Somebody to sign in as.
#[derive(Clone, Copy, Debug)]
pub struct DemoPerson {
    /// The first part of their e-mail address.
    pub key: &'static str,
    /// Their name.
    pub name: &'static str,
    /// "Budget holder, Trafford".
    pub role_label: &'static str,
    /// One or two sentences about them.
    pub story: &'static str,
    /// What they do in the town.
    pub does: Does,
}

/// What somebody does in the town.
#[derive(Clone, Copy, Debug)]
pub enum Does {
    /// Has one or more personal budgets.
    Holds(Holds),
    /// Works the account of this provider.
    WorksFor(&'static str),
    /// Sees the demand of the authority with this code.
    Commissions(&'static str),
    /// Settles the invoices of the authority with this code.
    Settles(&'static str),
    /// Handles reviews, reports and approvals for the authority with this code.
    Moderates(&'static str),
    /// Looks after people, roles and settings of the authority with this code.
    Administers(&'static str),
    /// Agrees and reviews the plans of people of the authority with this code.
    CaresFor(&'static str),
    /// Reads everything of the authority with this code.
    Audits(&'static str),
}

/// The life behind a budget.
#[derive(Clone, Copy, Debug)]
pub struct Holds {
    /// Where they live.
    pub ward_code: &'static str,
    /// When they were born.
    pub birth_year: i32,
    /// What their support is mostly about.
    pub need: NeedGroup,
    /// How each budget is held, and how many pounds a year it has.
    pub budgets: &'static [(FundingRoute, i32)],
    /// How much faster than the year goes they may spend, and what part of the budget at most, in percent.
    pub thrift: (i32, i32),
}

/// Everybody to sign in as, in the order in which they are shown.
pub const PEOPLE: [DemoPerson; 14] = [
    DemoPerson {
        key: "amira",
        name: "Amira Khan",
        role_label: "Budget holder, Trafford",
        story: "58, lives in Sale Moor with multiple sclerosis. The council keeps one budget for her, and she has a direct \
                payment for her personal assistant. A delivery waits for her answer, and there is something to rate.",
        does: Does::Holds(Holds {
            ward_code: "E05015255",
            birth_year: 1968,
            need: NeedGroup::Physical,
            budgets: &[(FundingRoute::CouncilManaged, 7_200), (FundingRoute::DirectPayment, 3_600)],
            thrift: (4, 78),
        }),
    },
    DemoPerson {
        key: "george",
        name: "George Whitworth",
        role_label: "Budget holder, Trafford",
        story: "84, lives in Urmston. His direct payment is all but spent until April: try to buy more than there is.",
        does: Does::Holds(Holds {
            ward_code: "E05015259",
            birth_year: 1942,
            need: NeedGroup::Older,
            budgets: &[(FundingRoute::DirectPayment, 3_900)],
            thrift: (35, 97),
        }),
    },
    DemoPerson {
        key: "leon",
        name: "Leon Baptiste",
        role_label: "Budget holder, Trafford",
        story: "26, lives in Old Trafford and likes to be on stage. His money is an individual service fund. He has disputed \
                a day that did not happen, and called something off.",
        does: Does::Holds(Holds {
            ward_code: "E05015253",
            birth_year: 2000,
            need: NeedGroup::Learning,
            budgets: &[(FundingRoute::ServiceFund, 8_500)],
            thrift: (4, 78),
        }),
    },
    DemoPerson {
        key: "maureen",
        name: "Maureen Okafor",
        role_label: "Provider, home care agency",
        story: "Runs the desk of Wrenmoor Care at Home: requests to answer, visits to record, invoices on their way.",
        does: Does::WorksFor("Wrenmoor Care at Home"),
    },
    DemoPerson {
        key: "bisi",
        name: "Bisi Adeyemi",
        role_label: "Provider, personal assistant",
        story: "A personal assistant in Sale who works for a handful of people, Amira among them.",
        does: Does::WorksFor("Bisi A."),
    },
    DemoPerson {
        key: "colin",
        name: "Colin Hargreaves",
        role_label: "Provider, lunch club",
        story: "Cooks for the Soup Spoon Society in Sale, which asks £8.25 for lunch and a song.",
        does: Does::WorksFor("Soup Spoon Society"),
    },
    DemoPerson {
        key: "priya",
        name: "Priya Raman",
        role_label: "Commissioner, Trafford",
        story: "Looks for what is missing in Trafford: night sitting is asked for and seldom found, day centres grow empty.",
        does: Does::Commissions(TRAFFORD),
    },
    DemoPerson {
        key: "tom",
        name: "Tom Ashworth",
        role_label: "Commissioner, Manchester",
        story: "Sees Manchester only, whatever he tries.",
        does: Does::Commissions(MANCHESTER),
    },
    DemoPerson {
        key: "janet",
        name: "Janet Brookes",
        role_label: "Finance officer, Trafford",
        story: "Settles the invoices that come to Trafford, and makes the payment runs that Samuel approves.",
        does: Does::Settles(TRAFFORD),
    },
    DemoPerson {
        key: "samuel",
        name: "Samuel Osei",
        role_label: "Finance officer, Trafford",
        story: "The second pair of eyes: approves the payment runs that Janet makes, and looks after direct payments.",
        does: Does::Settles(TRAFFORD),
    },
    DemoPerson {
        key: "sunita",
        name: "Sunita Rao",
        role_label: "Moderator, Trafford",
        story: "Checks providers' papers, approves what they write, and answers when somebody says that an entry is wrong.",
        does: Does::Moderates(TRAFFORD),
    },
    DemoPerson {
        key: "helen",
        name: "Helen Marsh",
        role_label: "Authority administrator, Trafford",
        story: "Looks after Trafford's people, roles and settings.",
        does: Does::Administers(TRAFFORD),
    },
    DemoPerson {
        key: "ruth",
        name: "Ruth Oyelaran",
        role_label: "Care manager, Trafford",
        story: "Care manager of Amira, Leon, George and some others: plans to check and agree, reviews that are due.",
        does: Does::CaresFor(TRAFFORD),
    },
    DemoPerson {
        key: "grace",
        name: "Grace Lindqvist",
        role_label: "Auditor, Trafford",
        story: "Reads what Trafford's offices read, and changes nothing. Whose records she opens, they can read that she did.",
        does: Does::Audits(TRAFFORD),
    },
];

impl DemoPerson {
    /// Their id, the same in every demo town.
    #[must_use]
    pub fn id(&self) -> PersonId {
        PersonId::named(&format!("demo person:{}", self.key))
    }

    /// Their e-mail address, which no mail reaches.
    #[must_use]
    pub fn email(&self) -> String {
        format!("{}@demo.waymark.example", self.key)
    }

    /// Where signing in leads.
    #[must_use]
    pub fn next(&self) -> &'static str {
        match self.does {
            Does::Holds(_) => "/budgets",
            Does::WorksFor(_) => "/provider",
            Does::Commissions(_) => "/demand",
            Does::Settles(_) => "/finance",
            Does::Moderates(_) => "/moderation",
            Does::Administers(_) | Does::Audits(_) => "/authority",
            Does::CaresFor(_) => "/care",
        }
    }

    /// Two letters for the round badge.
    #[must_use]
    pub fn initials(&self) -> String {
        self.name.split(' ').filter_map(|part| part.chars().next()).collect()
    }
}
