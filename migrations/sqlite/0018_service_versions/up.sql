-- A service as its provider writes it: one document for each version, with who, when and what became of it.
CREATE TABLE service_versions (
    id               TEXT PRIMARY KEY NOT NULL,
    -- No foreign key: a service is in the catalogue only once its first version is published.
    service_id       TEXT NOT NULL,
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    number           INTEGER NOT NULL CHECK (number >= 1),
    state            TEXT NOT NULL CHECK (state IN ('draft', 'waiting', 'approved', 'sent back', 'superseded')),
    document         TEXT NOT NULL,
    revision         INTEGER NOT NULL CHECK (revision >= 1),
    written_by       TEXT REFERENCES people (id),
    written_at       TIMESTAMP NOT NULL,
    submitted_at     TIMESTAMP,
    decided_by       TEXT REFERENCES people (id),
    decided_at       TIMESTAMP,
    reason           TEXT,
    UNIQUE (service_id, number),
    CHECK (state <> 'draft' OR decided_at IS NULL),
    CHECK (state <> 'waiting' OR submitted_at IS NOT NULL),
    CHECK (state NOT IN ('approved', 'sent back', 'superseded') OR decided_at IS NOT NULL),
    CHECK ((state = 'sent back') = (reason IS NOT NULL))
);
CREATE INDEX service_versions_by_organization ON service_versions (organization_id, state);
-- One version at a time is being written.
CREATE UNIQUE INDEX service_versions_open ON service_versions (service_id) WHERE state IN ('draft', 'waiting');
-- One is public.
CREATE UNIQUE INDEX service_versions_approved ON service_versions (service_id) WHERE state = 'approved';

-- What was decided stays as it was written.
CREATE TRIGGER service_versions_keep_words BEFORE UPDATE ON service_versions
WHEN OLD.state NOT IN ('draft', 'waiting')
     AND (NEW.document <> OLD.document OR NEW.state <> 'superseded' OR OLD.state <> 'approved'
          OR NEW.service_id <> OLD.service_id OR NEW.organization_id <> OLD.organization_id OR NEW.number <> OLD.number)
BEGIN SELECT RAISE(ABORT, 'decided versions are never changed'); END;
CREATE TRIGGER service_versions_keep_rows BEFORE DELETE ON service_versions WHEN OLD.state <> 'draft'
BEGIN SELECT RAISE(ABORT, 'decided versions are never changed'); END;
