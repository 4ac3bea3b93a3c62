DROP TABLE attempts;
DROP TABLE known_devices;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
DROP TABLE account_links;
DROP TABLE sessions;
CREATE TABLE sessions (
    token_hash    TEXT PRIMARY KEY NOT NULL,
    person_id     TEXT NOT NULL REFERENCES people (id),
    created_at    TIMESTAMP NOT NULL,
    last_seen_at  TIMESTAMP NOT NULL,
    ends_at       TIMESTAMP NOT NULL
);
CREATE INDEX sessions_by_end ON sessions (ends_at);
ALTER TABLE people DROP COLUMN email_confirmed_at;
