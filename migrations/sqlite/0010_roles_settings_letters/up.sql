-- Every role of the field; what an authority may set; letters.
ALTER TABLE memberships RENAME TO memberships_before;
DROP INDEX memberships_by_person;

CREATE TABLE memberships (
    id               TEXT PRIMARY KEY NOT NULL,
    person_id        TEXT NOT NULL REFERENCES people (id),
    role             TEXT NOT NULL CHECK (role IN ('provider member', 'support planner', 'care manager', 'commissioner',
                   'authorised officer', 'finance officer', 'safeguarding lead', 'moderator', 'authority administrator',
                   'auditor')),
    authority_id     TEXT REFERENCES authorities (id),
    organization_id  TEXT REFERENCES organizations (id),
    -- What a provider member may do: an owner everything, a manager all but members, staff the daily work.
    standing         TEXT CHECK (standing IN ('owner', 'manager', 'staff')),
    granted_at       TIMESTAMP NOT NULL,
    UNIQUE (person_id, role, authority_id, organization_id),
    CHECK ((role = 'provider member') = (organization_id IS NOT NULL)),
    CHECK ((role = 'provider member') = (standing IS NOT NULL)),
    CHECK (role <> 'provider member' OR authority_id IS NULL),
    CHECK (role IN ('provider member', 'support planner') OR authority_id IS NOT NULL)
);
CREATE INDEX memberships_by_person ON memberships (person_id);
CREATE INDEX memberships_by_organization ON memberships (organization_id);
CREATE INDEX memberships_by_authority ON memberships (authority_id, role);

INSERT INTO memberships (id, person_id, role, authority_id, organization_id, standing, granted_at)
SELECT id, person_id, role, authority_id, organization_id, CASE WHEN organization_id IS NULL THEN NULL ELSE 'owner' END, granted_at
FROM memberships_before;
DROP TABLE memberships_before;

-- What an authority set differently from the defaults (places/settings.rs).
CREATE TABLE authority_settings (
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    setting       TEXT NOT NULL,
    value         BIGINT NOT NULL,
    changed_at    TIMESTAMP NOT NULL,
    changed_by    TEXT NOT NULL REFERENCES people (id),
    PRIMARY KEY (authority_id, setting)
);

-- Letters on their way: written with the facts they tell, sent after the commit. Once sent, the words are wiped.
CREATE TABLE letters (
    id            TEXT PRIMARY KEY NOT NULL,
    kind          TEXT NOT NULL CHECK (kind <> ''),
    address       TEXT NOT NULL CHECK (address <> ''),
    subject       TEXT NOT NULL,
    words         TEXT NOT NULL,
    html          TEXT NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'given up')),
    tries         INTEGER NOT NULL CHECK (tries >= 0),
    next_try_at   TIMESTAMP NOT NULL,
    last_problem  TEXT,
    queued_at     TIMESTAMP NOT NULL,
    sent_at       TIMESTAMP,
    CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX letters_by_state ON letters (state, next_try_at);
