-- What became of roles, and why: written with each change, never rewritten.
CREATE TABLE role_changes (
    id               TEXT PRIMARY KEY NOT NULL,
    person_id        TEXT NOT NULL REFERENCES people (id),
    change           TEXT NOT NULL CHECK (change IN ('granted', 'ended', 'left')),
    role             TEXT NOT NULL,
    authority_id     TEXT REFERENCES authorities (id),
    organization_id  TEXT REFERENCES organizations (id),
    reason           TEXT NOT NULL,
    -- Who did it; none for a command on the machine itself.
    changed_by       TEXT REFERENCES people (id),
    changed_at       TIMESTAMP NOT NULL
);
CREATE INDEX role_changes_by_person ON role_changes (person_id, changed_at);
CREATE INDEX role_changes_by_authority ON role_changes (authority_id, changed_at);
CREATE INDEX role_changes_by_organization ON role_changes (organization_id, changed_at);
CREATE TRIGGER role_changes_refuse_update BEFORE UPDATE ON role_changes
BEGIN SELECT RAISE(ABORT, 'role_changes are never changed'); END;
CREATE TRIGGER role_changes_refuse_delete BEFORE DELETE ON role_changes
BEGIN SELECT RAISE(ABORT, 'role_changes are never changed'); END;

-- Roles offered by letter to whoever has the address; the link works once.
CREATE TABLE role_invitations (
    token_hash    TEXT PRIMARY KEY NOT NULL,
    id            TEXT NOT NULL UNIQUE,
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    role          TEXT NOT NULL CHECK (role <> '' AND role <> 'provider member'),
    email         TEXT NOT NULL CHECK (email <> ''),
    reason        TEXT NOT NULL,
    invited_by    TEXT NOT NULL REFERENCES people (id),
    invited_at    TIMESTAMP NOT NULL,
    ends_at       TIMESTAMP NOT NULL,
    -- Taken up, or taken back.
    closed_at     TIMESTAMP,
    taken_by      TEXT REFERENCES people (id)
);
CREATE INDEX role_invitations_by_authority ON role_invitations (authority_id, invited_at);

-- Who somebody is with an identity provider.
CREATE TABLE external_identities (
    issuer     TEXT NOT NULL CHECK (issuer <> ''),
    subject    TEXT NOT NULL CHECK (subject <> ''),
    person_id  TEXT NOT NULL REFERENCES people (id),
    linked_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX external_identities_by_person ON external_identities (person_id, issuer);

-- Somebody on their way to an identity provider and back.
CREATE TABLE provider_visits (
    state_hash     TEXT PRIMARY KEY NOT NULL,
    issuer         TEXT NOT NULL,
    -- Hash of the browser's cookie: whoever comes back with another one did not start here.
    browser_hash   TEXT NOT NULL,
    nonce          TEXT NOT NULL,
    code_verifier  TEXT NOT NULL,
    -- Who links an identity to their account; none for signing in.
    person_id      TEXT REFERENCES people (id),
    next           TEXT NOT NULL,
    ends_at        TIMESTAMP NOT NULL
);
CREATE INDEX provider_visits_by_end ON provider_visits (ends_at);
