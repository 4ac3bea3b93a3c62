-- What a provider calls its services, so that the same file can be sent again.
CREATE TABLE provider_references (
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    reference        TEXT NOT NULL CHECK (reference <> ''),
    service_id       TEXT NOT NULL UNIQUE,
    PRIMARY KEY (organization_id, reference)
);

-- A file that was sent: looked at row by row before anything is imported.
CREATE TABLE service_uploads (
    id               TEXT PRIMARY KEY NOT NULL,
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    uploaded_by      TEXT NOT NULL REFERENCES people (id),
    uploaded_at      TIMESTAMP NOT NULL,
    file_name        TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('staged', 'imported')),
    imported_at      TIMESTAMP,
    CHECK ((state = 'imported') = (imported_at IS NOT NULL))
);
CREATE INDEX service_uploads_by_organization ON service_uploads (organization_id, uploaded_at);

CREATE TABLE service_upload_rows (
    upload_id   TEXT NOT NULL REFERENCES service_uploads (id),
    line        INTEGER NOT NULL,
    reference   TEXT NOT NULL,
    name        TEXT NOT NULL,
    outcome     TEXT NOT NULL CHECK (outcome IN ('new', 'changed', 'unchanged', 'refused')),
    service_id  TEXT,
    document    TEXT NOT NULL,
    problems    TEXT NOT NULL,
    PRIMARY KEY (upload_id, line)
);
