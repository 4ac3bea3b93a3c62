//! The noun: somebody on their way in. What a session proves and what its person may be decide together how far it is.

use crate::db::text_enum;
use crate::ids::{MembershipId, PersonId, SessionId};

use super::person::{Membership, RoleName};

text_enum! {
    /// Over what somebody came.
    pub enum Way {
        /// A page, with a session.
        Page = "page",
        /// `/api/v1`, with a token.
        Api = "api",
        /// A command on the machine itself.
        Command = "command",
    }
}

text_enum! {
    /// How somebody has proven who they are.
    pub enum Proven {
        /// With a password.
        Password = "password",
        /// With a password and a code.
        SecondFactor = "second factor",
        /// At an identity provider that asked for a second factor, or whose word is enough.
        IdentityProvider = "identity provider",
        /// By pressing a name, which only the demo town allows.
        Demo = "demo",
    }
}

impl Proven {
    /// Whether this counts as two factors. The demo town's people have nothing to lose.
    #[must_use]
    pub const fn is_strong(self) -> bool {
        !matches!(self, Self::Password)
    }
}

/// Who needs no second factor. No setting chooses this: an installation that serves people has `Nobody`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Waiver {
    /// Everybody whose role asks for one needs one.
    #[default]
    Nobody,
    /// The demo town's listed people sign in with a password that stands on the page.
    DemoPeople,
    /// For tests of other things.
    Everybody,
}

impl Waiver {
    /// Whether this person needs none.
    #[must_use]
    pub fn spares(self, person: PersonId) -> bool {
        match self {
            Self::Nobody => false,
            Self::DemoPeople => crate::demo::people::PEOPLE.iter().any(|listed| listed.id() == person),
            Self::Everybody => true,
        }
    }
}

/// A role, and the name of whom it is held for.
#[derive(Clone, Debug)]
pub struct Granted {
    /// The role.
    pub membership: Membership,
    /// "Trafford", "Sale Neighbours"; empty for a support planner of nobody's.
    pub body: String,
}

impl Granted {
    /// Whether both can be held at once: for the same organisation or authority, and neither or both reading as an auditor,
    /// who must not change what they look at.
    fn goes_with(&self, other: &Self) -> bool {
        let (one, two) = (&self.membership, &other.membership);
        let audits = |membership: &Membership| membership.role == RoleName::Auditor;
        one.authority_id == two.authority_id && one.organization_id == two.organization_id && audits(one) == audits(two)
    }

    /// "Commissioner, Trafford"
    #[must_use]
    pub fn words(&self) -> String {
        let role = self.membership.role.label();
        if self.body.is_empty() { role.to_owned() } else { format!("{role}, {}", self.body) }
    }
}

/// How far somebody has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// A code of the second factor is still asked for.
    Code,
    /// The second factor has to be set up first.
    SetUp,
    /// Roles conflict, and one has to be chosen.
    Choose,
    /// In.
    In,
}

/// What the database says of a session, or of a person that a token or a command speaks for.
#[derive(Clone, Debug)]
pub(super) struct Arrival {
    pub(super) session: Option<SessionId>,
    pub(super) person: PersonId,
    pub(super) name: String,
    pub(super) proven: Proven,
    pub(super) has_second_factor: bool,
    pub(super) has_budget: bool,
    pub(super) chosen: Option<MembershipId>,
    pub(super) for_oneself: bool,
    pub(super) granted: Vec<Granted>,
}

impl Arrival {
    /// How far they have come.
    #[must_use]
    pub(super) fn stage(&self, waiver: Waiver) -> Stage {
        let strong = self.proven.is_strong();
        if self.has_second_factor && !strong {
            Stage::Code
        } else if self.needs_second_factor(waiver) && !strong {
            Stage::SetUp
        } else if self.must_choose() {
            Stage::Choose
        } else {
            Stage::In
        }
    }

    /// Whether one of their roles asks for a second factor: every granted role sees other people's data (decision 0009).
    #[must_use]
    pub(super) fn needs_second_factor(&self, waiver: Waiver) -> bool {
        !self.granted.is_empty() && !waiver.spares(self.person)
    }

    /// Whether they have roles for different bodies.
    #[must_use]
    pub(super) fn roles_conflict(&self) -> bool {
        self.granted.first().is_some_and(|first| !self.granted.iter().all(|each| each.goes_with(first)))
    }

    fn chosen_role(&self) -> Option<&Granted> {
        self.granted.iter().find(|granted| Some(granted.membership.id) == self.chosen)
    }

    fn must_choose(&self) -> bool {
        !self.for_oneself && self.roles_conflict() && self.chosen_role().is_none()
    }

    /// The roles that hold: those that go with the chosen one; all where none conflict; none for who is here for themselves.
    #[must_use]
    pub(super) fn held(&self) -> Vec<Granted> {
        if self.for_oneself {
            return Vec::new();
        }
        match self.chosen_role() {
            Some(chosen) => {
                let mut held: Vec<Granted> =
                    self.granted.iter().filter(|granted| granted.goes_with(chosen)).cloned().collect();
                held.sort_by_key(|granted| Some(granted.membership.id) != self.chosen);
                held
            }
            None if self.roles_conflict() => Vec::new(),
            None => self.granted.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::ids::{AuthorityId, OrganizationId};

    use super::super::person::Standing;
    use super::*;

    fn role(name: RoleName, authority: Option<&str>, organization: Option<&str>) -> Granted {
        let membership = Membership {
            id: MembershipId::named(&format!("{name}{authority:?}{organization:?}")),
            role: name,
            authority_id: authority.map(AuthorityId::named),
            organization_id: organization.map(OrganizationId::named),
            standing: organization.map(|_| Standing::Owner),
        };
        Granted { membership, body: authority.or(organization).unwrap_or_default().to_owned() }
    }

    fn somebody(proven: Proven, granted: Vec<Granted>) -> Arrival {
        Arrival {
            session: None,
            person: PersonId::named("somebody"),
            name: "Somebody".into(),
            proven,
            has_second_factor: false,
            has_budget: false,
            chosen: None,
            for_oneself: false,
            granted,
        }
    }

    #[test]
    fn whoever_sees_other_people_needs_a_second_factor() {
        let commissioner = || vec![role(RoleName::Commissioner, Some("Trafford"), None)];
        let stage = |proven, granted| somebody(proven, granted).stage(Waiver::Nobody);
        assert_eq!(stage(Proven::Password, Vec::new()), Stage::In);
        assert_eq!(stage(Proven::Password, commissioner()), Stage::SetUp);
        assert_eq!(stage(Proven::SecondFactor, commissioner()), Stage::In);
        assert_eq!(stage(Proven::IdentityProvider, commissioner()), Stage::In);
        assert_eq!(somebody(Proven::Password, commissioner()).stage(Waiver::Everybody), Stage::In);
        assert_eq!(somebody(Proven::Password, commissioner()).stage(Waiver::DemoPeople), Stage::SetUp, "not listed");
        let with_code = Arrival { has_second_factor: true, ..somebody(Proven::Password, Vec::new()) };
        assert_eq!(with_code.stage(Waiver::Nobody), Stage::Code, "who has one is always asked");
        assert_eq!(with_code.stage(Waiver::Everybody), Stage::Code);
    }

    #[test]
    fn roles_for_different_bodies_are_never_held_together() {
        let provider = role(RoleName::ProviderMember, None, Some("Lunch club"));
        let finance = role(RoleName::FinanceOfficer, Some("Trafford"), None);
        let commissioner = role(RoleName::Commissioner, Some("Trafford"), None);
        let auditor = role(RoleName::Auditor, Some("Trafford"), None);
        let held = |arrival: &Arrival| arrival.held().iter().map(|each| each.membership.role).collect::<Vec<_>>();

        let both = somebody(Proven::SecondFactor, vec![finance.clone(), commissioner.clone()]);
        assert_eq!(both.stage(Waiver::Nobody), Stage::In);
        assert_eq!(held(&both), [RoleName::FinanceOfficer, RoleName::Commissioner]);

        let mut three = somebody(Proven::SecondFactor, vec![provider.clone(), finance, commissioner.clone()]);
        assert_eq!((three.stage(Waiver::Nobody), held(&three)), (Stage::Choose, vec![]));
        three.chosen = Some(commissioner.membership.id);
        assert_eq!(three.stage(Waiver::Nobody), Stage::In);
        assert_eq!(held(&three), [RoleName::Commissioner, RoleName::FinanceOfficer]);
        three.chosen = Some(provider.membership.id);
        assert_eq!(held(&three), [RoleName::ProviderMember]);
        three.chosen = Some(MembershipId::named("ended meanwhile"));
        assert_eq!((three.stage(Waiver::Nobody), held(&three)), (Stage::Choose, vec![]));
        three.for_oneself = true;
        assert_eq!((three.stage(Waiver::Nobody), held(&three)), (Stage::In, vec![]));

        let audits = somebody(Proven::SecondFactor, vec![commissioner, auditor]);
        assert_eq!(audits.stage(Waiver::Nobody), Stage::Choose, "who audits changes nothing meanwhile");
    }
}
