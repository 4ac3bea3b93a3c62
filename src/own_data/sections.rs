//! What a copy holds: one section for each kind of thing, with its columns and where they come from.

/// One section of a copy.
#[derive(Debug)]
pub struct Section {
    /// The name of its file.
    pub name: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// The tables that it covers.
    pub covers: &'static [&'static str],
    /// Its columns: what they are called, and the SQL that gives them, the same on both databases.
    pub columns: &'static [(&'static str, &'static str)],
    /// Where they come from; `{me}` stands for the person.
    pub from: &'static str,
}

/// Tables that speak of people and are in no copy, each with the reason.
pub const LEFT_OUT: &[(&str, &str)] = &[
    ("recovery_codes", "hashes of codes, which open the account"),
    ("account_links", "hashes of links, which open the account"),
    ("provider_visits", "minutes on the way to an identity provider"),
    ("audit_heads", "only the length of the chain of looks"),
    ("data_copies", "the copies themselves"),
    ("demand_members", "random numbers that protect the figures"),
    ("authority_settings", "what somebody decided in office, not about them"),
    ("setting_changes", "what somebody decided in office, not about them"),
    ("invitations", "what somebody offered for their organisation; roles taken up are in the section of roles"),
    ("service_versions", "what somebody wrote for their organisation"),
    ("service_uploads", "what somebody sent for their organisation"),
    ("service_checks", "what somebody said of an entry of the catalogue for their organisation"),
    ("wrong_reports", "what somebody answered in office"),
    ("spending_rules", "what somebody decided in office, not about them"),
    ("authority_contacts", "what somebody decided in office, not about them"),
    ("paper_files", "what somebody sent for their organisation"),
    ("paper_steps", "what somebody decided in office, not about them"),
    ("organization_steps", "what somebody decided in office, not about them"),
    ("review_replies", "what somebody answered for their organisation"),
    ("review_decisions", "what somebody decided in office, not about them"),
    ("role_invitations", "what somebody offered in office; roles taken up are in the section of roles"),
];

/// Every section, in the order in which a copy shows them.
pub const SECTIONS: &[Section] = &[
    Section {
        name: "account",
        title: "Your account",
        covers: &["people", "second_factors"],
        columns: &[
            ("id", "p.id"),
            ("name", "p.display_name"),
            ("email", "p.email"),
            ("email_confirmed", "CAST(p.email_confirmed_at AS TEXT)"),
            ("has_password", "CASE WHEN p.password_hash IS NULL THEN 'no' ELSE 'yes' END"),
            ("has_second_factor", "CASE WHEN f.confirmed_at IS NULL THEN 'no' ELSE 'yes' END"),
            ("since", "CAST(p.created_at AS TEXT)"),
        ],
        from: "people p LEFT JOIN second_factors f ON f.person_id = p.id WHERE p.id = {me}",
    },
    Section {
        name: "council",
        title: "What your council knows of you",
        covers: &["citizens"],
        columns: &[
            ("council", "a.name"),
            ("ward", "w.name"),
            ("birth_year", "c.birth_year"),
            ("need_group", "c.need_group"),
        ],
        from: "citizens c JOIN authorities a ON a.id = c.authority_id JOIN wards w ON w.code = c.ward_code
               WHERE c.person_id = {me}",
    },
    Section {
        name: "roles",
        title: "Your roles",
        covers: &["memberships"],
        columns: &[
            ("role", "m.role"),
            ("council", "a.name"),
            ("provider", "o.name"),
            ("standing", "m.standing"),
            ("since", "CAST(m.granted_at AS TEXT)"),
        ],
        from: "memberships m LEFT JOIN authorities a ON a.id = m.authority_id
               LEFT JOIN organizations o ON o.id = m.organization_id WHERE m.person_id = {me} ORDER BY m.granted_at",
    },
    Section {
        name: "role-changes",
        title: "How your roles changed",
        covers: &["role_changes"],
        columns: &[
            ("change", "r.change"),
            ("role", "r.role"),
            ("reason", "r.reason"),
            ("at", "CAST(r.changed_at AS TEXT)"),
        ],
        from: "role_changes r WHERE r.person_id = {me} ORDER BY r.changed_at",
    },
    Section {
        name: "sign-in",
        title: "Other ways to sign in",
        covers: &["external_identities"],
        columns: &[("issuer", "e.issuer"), ("subject", "e.subject"), ("since", "CAST(e.linked_at AS TEXT)")],
        from: "external_identities e WHERE e.person_id = {me} ORDER BY e.linked_at",
    },
    Section {
        name: "programs",
        title: "Programs that act for you",
        covers: &["programs"],
        columns: &[
            ("name", "g.name"),
            ("scopes", "g.scopes"),
            ("since", "CAST(g.created_at AS TEXT)"),
            ("ends", "CAST(g.ends_at AS TEXT)"),
            ("last_used", "CAST(g.last_used_at AS TEXT)"),
            ("revoked", "CAST(g.revoked_at AS TEXT)"),
        ],
        from: "programs g WHERE g.person_id = {me} ORDER BY g.created_at",
    },
    Section {
        name: "sessions",
        title: "Where you are signed in",
        covers: &["sessions"],
        columns: &[
            ("device", "s.device"),
            ("since", "CAST(s.created_at AS TEXT)"),
            ("last_used", "CAST(s.last_seen_at AS TEXT)"),
            ("ends", "CAST(s.ends_at AS TEXT)"),
        ],
        from: "sessions s WHERE s.person_id = {me} ORDER BY s.created_at",
    },
    Section {
        name: "devices",
        title: "Browsers that are known",
        covers: &["known_devices"],
        columns: &[("since", "CAST(d.created_at AS TEXT)"), ("last_used", "CAST(d.last_used_at AS TEXT)")],
        from: "known_devices d WHERE d.person_id = {me} ORDER BY d.created_at",
    },
    Section {
        name: "helpers",
        title: "Who may act for you, and for whom you act",
        covers: &["representatives"],
        columns: &[
            ("for", "p.display_name"),
            ("by", "COALESCE(h.display_name, r.email)"),
            ("kind", "r.kind"),
            ("may_plan", "CASE WHEN r.may_plan THEN 'yes' ELSE 'no' END"),
            ("may_buy", "CASE WHEN r.may_buy THEN 'yes' ELSE 'no' END"),
            ("may_manage_money", "CASE WHEN r.may_manage_money THEN 'yes' ELSE 'no' END"),
            ("ground", "r.evidence"),
            ("granted", "CAST(r.granted_at AS TEXT)"),
            ("taken_up", "CAST(r.accepted_at AS TEXT)"),
            ("ends", "CAST(r.ends_at AS TEXT)"),
            ("ended", "CAST(r.ended_at AS TEXT)"),
        ],
        from: "representatives r JOIN people p ON p.id = r.person_id LEFT JOIN people h ON h.id = r.helper_id
               WHERE r.person_id = {me} OR r.helper_id = {me} ORDER BY r.granted_at, r.id",
    },
    Section {
        name: "budgets",
        title: "Your budgets",
        covers: &["budgets"],
        columns: &[
            ("id", "b.id"),
            ("name", "b.name"),
            ("council", "a.name"),
            ("held_as", "b.funding_route"),
            ("starts", "CAST(b.starts_on AS TEXT)"),
            ("ends", "CAST(b.ends_on AS TEXT)"),
            ("review", "CAST(b.review_on AS TEXT)"),
        ],
        from: "budgets b JOIN authorities a ON a.id = b.authority_id WHERE b.person_id = {me} ORDER BY b.starts_on, b.id",
    },
    Section {
        name: "movements",
        title: "Every movement of money in your budgets",
        covers: &["transfers"],
        columns: &[
            ("budget_id", "b.id"),
            ("at", "CAST(t.recorded_at AS TEXT)"),
            ("reason", "t.reason"),
            ("part", "c.kind"),
            ("pence", "l.amount_pence"),
            ("about", "t.cause_id"),
            ("by", "p.display_name"),
        ],
        from: "budgets b JOIN accounts c ON c.owner_id = b.id JOIN legs l ON l.account_id = c.id
               JOIN transfers t ON t.id = l.transfer_id LEFT JOIN people p ON p.id = t.acted_by
               WHERE b.person_id = {me} ORDER BY t.recorded_at, t.id, c.kind",
    },
    Section {
        name: "purchases",
        title: "What you asked for and bought",
        covers: &["purchases"],
        columns: &[
            ("id", "u.id"),
            ("budget_id", "u.budget_id"),
            ("service", "s.name"),
            ("provider", "o.name"),
            ("unit", "u.unit"),
            ("quantity", "u.quantity"),
            ("unit_price_pence", "u.unit_price_pence"),
            ("total_pence", "u.total_pence"),
            ("state", "u.state"),
            ("note", "u.note"),
            ("starts", "CAST(u.starts_on AS TEXT)"),
            ("asked", "CAST(u.requested_at AS TEXT)"),
        ],
        from: "purchases u JOIN services s ON s.id = u.service_id JOIN organizations o ON o.id = u.organization_id
               WHERE u.budget_id IN (SELECT id FROM budgets WHERE person_id = {me}) ORDER BY u.requested_at, u.id",
    },
    Section {
        name: "steps",
        title: "What became of each of them",
        covers: &["purchase_steps"],
        columns: &[
            ("purchase_id", "t.purchase_id"),
            ("step", "t.event"),
            ("by", "p.display_name"),
            ("reason", "t.reason"),
            ("at", "CAST(t.taken_at AS TEXT)"),
        ],
        from: "purchase_steps t JOIN purchases u ON u.id = t.purchase_id LEFT JOIN people p ON p.id = t.person_id
               WHERE u.budget_id IN (SELECT id FROM budgets WHERE person_id = {me}) ORDER BY t.taken_at, t.position",
    },
    Section {
        name: "deliveries",
        title: "What was delivered",
        covers: &["deliveries"],
        columns: &[
            ("purchase_id", "d.purchase_id"),
            ("on", "CAST(d.delivered_on AS TEXT)"),
            ("quantity", "d.quantity"),
            ("pence", "d.amount_pence"),
            ("state", "d.state"),
            ("note", "d.note"),
            ("dispute", "d.dispute"),
            ("answered", "CAST(d.answered_at AS TEXT)"),
        ],
        from: "deliveries d JOIN purchases u ON u.id = d.purchase_id
               WHERE u.budget_id IN (SELECT id FROM budgets WHERE person_id = {me}) ORDER BY d.delivered_on, d.id",
    },
    Section {
        name: "invoices",
        title: "What was invoiced and paid",
        covers: &["invoices"],
        columns: &[
            ("id", "i.id"),
            ("purchase_id", "i.purchase_id"),
            ("pence", "i.amount_pence"),
            ("state", "i.state"),
            ("issued", "CAST(i.issued_at AS TEXT)"),
            ("paid", "CAST(i.settled_at AS TEXT)"),
        ],
        from: "invoices i JOIN purchases u ON u.id = i.purchase_id
               WHERE u.budget_id IN (SELECT id FROM budgets WHERE person_id = {me}) ORDER BY i.issued_at, i.id",
    },
    Section {
        name: "challenges",
        title: "Rules that you challenged",
        covers: &["spending_challenges"],
        columns: &[
            ("service", "s.name"),
            ("rule", "r.words"),
            ("words", "c.words"),
            ("raised", "CAST(c.raised_at AS TEXT)"),
            ("due", "CAST(c.due_on AS TEXT)"),
            ("state", "c.state"),
            ("answered", "CAST(c.answered_at AS TEXT)"),
            ("reason", "c.reason"),
        ],
        from: "spending_challenges c JOIN services s ON s.id = c.service_id JOIN spending_rules r ON r.id = c.rule_id
               WHERE c.person_id = {me} ORDER BY c.raised_at, c.id",
    },
    Section {
        name: "reviews",
        title: "What you said of services",
        covers: &["reviews"],
        columns: &[
            ("service", "s.name"),
            ("stars", "r.stars"),
            ("reliability", "r.reliability"),
            ("kindness", "r.kindness"),
            ("communication", "r.communication"),
            ("value", "r.value"),
            ("outcome", "r.outcome"),
            ("words", "r.words"),
            ("without_name", "CASE WHEN r.anonymous THEN 'yes' ELSE 'no' END"),
            ("at", "CAST(r.written_at AS TEXT)"),
        ],
        from: "reviews r JOIN services s ON s.id = r.service_id WHERE r.person_id = {me} ORDER BY r.written_at, r.id",
    },
    Section {
        name: "shortlist",
        title: "Your shortlist",
        covers: &["shortlists"],
        columns: &[("service", "s.name"), ("note", "e.note"), ("added", "CAST(e.added_at AS TEXT)")],
        from: "shortlists l JOIN shortlist_entries e ON e.shortlist_id = l.id JOIN services s ON s.id = e.service_id
               WHERE l.person_id = {me} ORDER BY e.added_at",
    },
    Section {
        name: "saved-searches",
        title: "Searches that you saved",
        covers: &["saved_searches"],
        columns: &[
            ("name", "q.name"),
            ("address", "q.address"),
            ("alerts", "q.alerts"),
            ("since", "CAST(q.created_at AS TEXT)"),
        ],
        from: "saved_searches q WHERE q.person_id = {me} ORDER BY q.created_at",
    },
    Section {
        name: "questions",
        title: "Questions that you asked providers",
        covers: &["enquiries"],
        columns: &[
            ("provider", "o.name"),
            ("service", "s.name"),
            ("question", "q.question"),
            ("asked", "CAST(q.asked_at AS TEXT)"),
            ("answer", "q.answer"),
            ("answered", "CAST(q.answered_at AS TEXT)"),
        ],
        from: "enquiries q JOIN organizations o ON o.id = q.organization_id JOIN services s ON s.id = q.service_id
               WHERE q.person_id = {me} ORDER BY q.asked_at, q.id",
    },
    Section {
        name: "looks",
        title: "Who looked at your records, and who changed them",
        covers: &["audit_entries"],
        columns: &[
            ("at", "CAST(e.recorded_at AS TEXT)"),
            ("by", "p.display_name"),
            ("role", "e.role"),
            ("provider", "o.name"),
            ("council", "a.name"),
            ("deed", "e.deed"),
            ("what", "e.what"),
            ("which", "e.subject_id"),
            ("why", "e.why"),
            ("over", "e.way"),
        ],
        from: "audit_entries e LEFT JOIN people p ON p.id = e.actor_id LEFT JOIN organizations o ON o.id = e.organization_id
               LEFT JOIN authorities a ON a.id = e.authority_id WHERE e.person_id = {me} ORDER BY e.position",
    },
    Section {
        name: "letters",
        title: "Letters to you",
        covers: &["letters"],
        columns: &[
            ("kind", "l.kind"),
            ("state", "l.state"),
            ("written", "CAST(l.queued_at AS TEXT)"),
            ("sent", "CAST(l.sent_at AS TEXT)"),
        ],
        from: "letters l WHERE l.address = (SELECT email FROM people WHERE id = {me}) ORDER BY l.queued_at, l.id",
    },
];
