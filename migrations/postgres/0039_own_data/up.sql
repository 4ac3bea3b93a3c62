-- What people take with them: a copy of everything about them, made in the background and kept for a week.
CREATE TABLE data_copies (
    id         TEXT PRIMARY KEY NOT NULL,
    person_id  TEXT NOT NULL REFERENCES people (id),
    state      TEXT NOT NULL CHECK (state IN ('asked', 'ready', 'gone')),
    asked_at   TIMESTAMP NOT NULL,
    ready_at   TIMESTAMP,
    -- When it is wiped.
    ends_at    TIMESTAMP,
    -- The file itself.
    content    BYTEA,
    CHECK ((state = 'ready') = (content IS NOT NULL)),
    CHECK ((state = 'asked') = (ready_at IS NULL)),
    CHECK ((ready_at IS NULL) = (ends_at IS NULL))
);
CREATE INDEX data_copies_by_person ON data_copies (person_id, asked_at);
CREATE INDEX data_copies_by_state ON data_copies (state, asked_at);

-- When somebody closed their account.
ALTER TABLE people ADD COLUMN closed_at TIMESTAMP;
