-- Programs that act with the rights of whoever made them, within scopes. Only a hash of the secret is kept.
CREATE TABLE programs (
    id             TEXT PRIMARY KEY NOT NULL,
    person_id      TEXT NOT NULL REFERENCES people (id),
    name           TEXT NOT NULL CHECK (name <> ''),
    secret_hash    TEXT NOT NULL CHECK (length(secret_hash) = 64),
    -- Words with a blank between them.
    scopes         TEXT NOT NULL CHECK (scopes <> ''),
    -- The role that it acts in. No reference: a role that has ended is simply not found any more.
    membership_id  TEXT,
    created_at     TIMESTAMP NOT NULL,
    ends_at        TIMESTAMP NOT NULL,
    last_used_at   TIMESTAMP,
    revoked_at     TIMESTAMP
);
CREATE INDEX programs_by_person ON programs (person_id, created_at);
