-- Who looked at somebody's records, and who changed them: one chain of entries for each person, in which each entry holds
-- a hash of itself and of the one before.
CREATE TABLE audit_heads (
    person_id  TEXT PRIMARY KEY NOT NULL REFERENCES people (id),
    -- How long the chain is, and the hash that it ends with.
    length     BIGINT NOT NULL CHECK (length >= 0),
    hash       TEXT NOT NULL
);

CREATE TABLE audit_entries (
    -- Whose records.
    person_id        TEXT NOT NULL REFERENCES people (id),
    position         BIGINT NOT NULL CHECK (position > 0),
    -- Who; none for the program itself.
    actor_id         TEXT REFERENCES people (id),
    -- In which role, and for whom they hold it.
    role             TEXT,
    organization_id  TEXT REFERENCES organizations (id),
    authority_id     TEXT REFERENCES authorities (id),
    -- For whom they acted, where they acted for somebody else.
    acting_for       TEXT REFERENCES people (id),
    deed             TEXT NOT NULL CHECK (deed <> ''),
    what             TEXT NOT NULL CHECK (what <> ''),
    -- Which purchase or budget; empty where there is only one of its kind.
    subject_id       TEXT NOT NULL,
    why              TEXT NOT NULL CHECK (why <> ''),
    way              TEXT NOT NULL CHECK (way IN ('page', 'api', 'command')),
    recorded_at      TIMESTAMP NOT NULL,
    hash             TEXT NOT NULL CHECK (length(hash) = 64),
    PRIMARY KEY (person_id, position)
);
CREATE INDEX audit_entries_by_actor ON audit_entries (actor_id, recorded_at);

CREATE TRIGGER audit_entries_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_heads_refuse_delete BEFORE DELETE OR TRUNCATE ON audit_heads
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
