-- A question about a service. The address of who asks is used for the answer and shown to nobody.
CREATE TABLE enquiries (
    id               TEXT PRIMARY KEY NOT NULL,
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    service_id       TEXT NOT NULL REFERENCES services (id),
    person_id        TEXT REFERENCES people (id),
    name             TEXT NOT NULL CHECK (name <> ''),
    email            TEXT NOT NULL CHECK (email <> ''),
    question         TEXT NOT NULL CHECK (question <> ''),
    submission_key   TEXT NOT NULL UNIQUE,
    asked_at         TIMESTAMP NOT NULL,
    answer           TEXT,
    answered_by      TEXT REFERENCES people (id),
    answered_at      TIMESTAMP,
    CHECK ((answer IS NULL) = (answered_at IS NULL)),
    CHECK ((answer IS NULL) = (answered_by IS NULL))
);
CREATE INDEX enquiries_by_organization ON enquiries (organization_id, asked_at);
CREATE INDEX enquiries_by_email ON enquiries (email, asked_at);

-- How often a service was looked at and shown in results on one day. No people, only counts.
CREATE TABLE service_days (
    service_id   TEXT NOT NULL REFERENCES services (id),
    day          DATE NOT NULL,
    views        BIGINT NOT NULL CHECK (views >= 0),
    appearances  BIGINT NOT NULL CHECK (appearances >= 0),
    PRIMARY KEY (service_id, day)
);
