-- The papers that providers show: what was sent, what became of it, and who was reminded; and who was suspended.
CREATE TABLE paper_files (
    verification_id  TEXT PRIMARY KEY NOT NULL REFERENCES verifications (id),
    sent_by          TEXT NOT NULL REFERENCES people (id),
    issued_on        DATE,
    -- The name of the file below DATA_DIR/papers: random, never what somebody called it.
    file_key         TEXT UNIQUE,
    file_kind        TEXT CHECK (file_kind IN ('pdf', 'png', 'jpeg')),
    CHECK ((file_key IS NULL) = (file_kind IS NULL))
);

-- What became of a paper, step by step: never changed.
CREATE TABLE paper_steps (
    id               TEXT PRIMARY KEY NOT NULL,
    verification_id  TEXT NOT NULL REFERENCES verifications (id),
    step             TEXT NOT NULL CHECK (step IN ('sent', 'checked', 'refused', 'withdrawn')),
    taken_at         TIMESTAMP NOT NULL,
    taken_by         TEXT NOT NULL REFERENCES people (id),
    expires_on       DATE,
    reason           TEXT,
    CHECK (step NOT IN ('refused', 'withdrawn') OR reason IS NOT NULL)
);
CREATE INDEX paper_steps_by_verification ON paper_steps (verification_id, taken_at);
CREATE TRIGGER paper_steps_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON paper_steps
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- That a paper ends soon (1), very soon (2), or has ended (3): each is told once.
CREATE TABLE paper_reminders (
    verification_id  TEXT NOT NULL REFERENCES verifications (id),
    step             INTEGER NOT NULL CHECK (step BETWEEN 1 AND 3),
    reminded_on      DATE NOT NULL,
    PRIMARY KEY (verification_id, step)
);
CREATE INDEX verifications_by_end ON verifications (state, expires_on);

-- Who was suspended, by whom and why, and when that was lifted: never changed.
CREATE TABLE organization_steps (
    id               TEXT PRIMARY KEY NOT NULL,
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    step             TEXT NOT NULL CHECK (step IN ('suspended', 'lifted')),
    taken_at         TIMESTAMP NOT NULL,
    taken_by         TEXT NOT NULL REFERENCES people (id),
    reason           TEXT NOT NULL CHECK (reason <> '')
);
CREATE INDEX organization_steps_by_organization ON organization_steps (organization_id, taken_at);
CREATE TRIGGER organization_steps_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON organization_steps
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
