-- Accounts that people look after themselves: confirmed addresses, sessions with a device and a chosen role, links that
-- work once, second factors, devices that are known, and how often somebody guessed.
ALTER TABLE people ADD COLUMN email_confirmed_at TIMESTAMP;
UPDATE people SET email_confirmed_at = created_at WHERE email IS NOT NULL;

-- Nothing here outlives an update but signing in again.
DROP TABLE sessions;
CREATE TABLE sessions (
    token_hash     TEXT PRIMARY KEY NOT NULL,
    -- What pages call it, so that the token itself is never shown.
    id             TEXT NOT NULL UNIQUE,
    person_id      TEXT NOT NULL REFERENCES people (id),
    -- How the person proved who they are.
    proven         TEXT NOT NULL CHECK (proven IN ('password', 'second factor', 'identity provider', 'demo')),
    -- The role chosen where roles conflict. No reference: a role that has ended is simply not found any more.
    membership_id  TEXT,
    -- Chosen to be here for oneself, with no role.
    for_oneself    BOOLEAN NOT NULL,
    -- For whom a representative is acting.
    acting_for     TEXT REFERENCES people (id),
    -- "Firefox on Windows"
    device         TEXT NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    last_seen_at   TIMESTAMP NOT NULL,
    ends_at        TIMESTAMP NOT NULL
);
CREATE INDEX sessions_by_end ON sessions (ends_at);
CREATE INDEX sessions_by_person ON sessions (person_id, ends_at);
CREATE INDEX sessions_by_acting_for ON sessions (acting_for);

-- Links in letters: each works once and not for long. Only a hash is kept.
CREATE TABLE account_links (
    token_hash  TEXT PRIMARY KEY NOT NULL,
    purpose     TEXT NOT NULL CHECK (purpose IN ('register', 'reset password', 'old address', 'new address')),
    -- Whose account; none where there is none yet.
    person_id   TEXT REFERENCES people (id),
    -- Where the letter went, or the address to be.
    email       TEXT NOT NULL CHECK (email <> ''),
    -- The name for an account to be.
    name        TEXT,
    created_at  TIMESTAMP NOT NULL,
    ends_at     TIMESTAMP NOT NULL,
    used_at     TIMESTAMP,
    CHECK ((purpose = 'register') = (person_id IS NULL)),
    CHECK ((purpose = 'register') = (name IS NOT NULL))
);
CREATE INDEX account_links_by_person ON account_links (person_id, purpose);
CREATE INDEX account_links_by_end ON account_links (ends_at);

CREATE TABLE second_factors (
    person_id     TEXT PRIMARY KEY NOT NULL REFERENCES people (id),
    secret        TEXT NOT NULL,
    -- When the first code was right; before that it counts for nothing.
    confirmed_at  TIMESTAMP,
    -- The time step of the newest code that was used: none is taken twice.
    last_step     BIGINT NOT NULL,
    created_at    TIMESTAMP NOT NULL
);

CREATE TABLE recovery_codes (
    person_id  TEXT NOT NULL REFERENCES people (id),
    code_hash  TEXT NOT NULL,
    used_at    TIMESTAMP,
    PRIMARY KEY (person_id, code_hash)
);

-- Browsers that somebody has signed in from: an attacker elsewhere cannot slow these down.
CREATE TABLE known_devices (
    token_hash    TEXT PRIMARY KEY NOT NULL,
    person_id     TEXT NOT NULL REFERENCES people (id),
    created_at    TIMESTAMP NOT NULL,
    last_used_at  TIMESTAMP NOT NULL
);
CREATE INDEX known_devices_by_person ON known_devices (person_id);

-- How often something was tried in vain, by hashes of who and where.
CREATE TABLE attempts (
    kind      TEXT NOT NULL CHECK (kind <> ''),
    subject   TEXT NOT NULL CHECK (subject <> ''),
    failures  INTEGER NOT NULL CHECK (failures >= 0),
    free_at   TIMESTAMP NOT NULL,
    last_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (kind, subject)
);
CREATE INDEX attempts_by_last ON attempts (last_at);
