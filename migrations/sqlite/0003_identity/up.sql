-- Who somebody is, what they may do, and how we know them from one request to the next.
CREATE TABLE people (
    id             TEXT PRIMARY KEY NOT NULL,
    display_name   TEXT NOT NULL,
    email          TEXT UNIQUE,
    password_hash  TEXT,
    created_at     TIMESTAMP NOT NULL
);

-- What the demand figures need to know of a citizen, apart from the name.
CREATE TABLE citizens (
    person_id     TEXT PRIMARY KEY NOT NULL REFERENCES people (id),
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    ward_code     TEXT NOT NULL REFERENCES wards (code),
    birth_year    INTEGER NOT NULL,
    need_group    TEXT NOT NULL CHECK (need_group IN ('older people', 'physical disability', 'learning disability',
                  'mental health', 'sensory impairment', 'autism', 'carers'))
);

CREATE TABLE memberships (
    id               TEXT PRIMARY KEY NOT NULL,
    person_id        TEXT NOT NULL REFERENCES people (id),
    role             TEXT NOT NULL CHECK (role IN ('provider member', 'commissioner', 'finance officer')),
    authority_id     TEXT REFERENCES authorities (id),
    organization_id  TEXT REFERENCES organizations (id),
    granted_at       TIMESTAMP NOT NULL,
    UNIQUE (person_id, role, authority_id, organization_id),
    CHECK ((role = 'provider member') = (organization_id IS NOT NULL)),
    CHECK ((role = 'provider member') = (authority_id IS NULL))
);
CREATE INDEX memberships_by_person ON memberships (person_id);

CREATE TABLE sessions (
    token_hash    TEXT PRIMARY KEY NOT NULL,
    person_id     TEXT NOT NULL REFERENCES people (id),
    created_at    TIMESTAMP NOT NULL,
    last_seen_at  TIMESTAMP NOT NULL,
    ends_at       TIMESTAMP NOT NULL
);
CREATE INDEX sessions_by_end ON sessions (ends_at);

CREATE TABLE signing_keys (
    kid          TEXT PRIMARY KEY NOT NULL,
    private_pem  TEXT NOT NULL,
    public_pem   TEXT NOT NULL,
    created_at   TIMESTAMP NOT NULL
);
