-- Feeds of Open Referral UK that an authority takes in, what came of each run, and where each record comes from.
CREATE TABLE feeds (
    id              TEXT PRIMARY KEY NOT NULL,
    authority_id    TEXT NOT NULL REFERENCES authorities (id),
    name            TEXT NOT NULL CHECK (name <> ''),
    -- None: it comes as a file.
    url             TEXT CHECK (url <> ''),
    -- No feed without a licence.
    licence         TEXT NOT NULL CHECK (licence <> ''),
    attribution     TEXT NOT NULL,
    -- 0: only when somebody asks.
    every_hours     INTEGER NOT NULL CHECK (every_hours BETWEEN 0 AND 8760),
    -- Whether registrations that the feed says were checked count as checked here.
    accepts_checks  BOOLEAN NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('active', 'paused')),
    wanted          TEXT NOT NULL CHECK (wanted IN ('nothing', 'a look', 'an import')),
    next_run_at     TIMESTAMP,
    lease_holder    TEXT,
    lease_until     TIMESTAMP,
    created_at      TIMESTAMP NOT NULL,
    UNIQUE (authority_id, name)
);

CREATE TABLE feed_runs (
    id           TEXT PRIMARY KEY NOT NULL,
    feed_id      TEXT NOT NULL REFERENCES feeds (id),
    state        TEXT NOT NULL CHECK (state IN ('reading', 'staged', 'applying', 'applied', 'given up')),
    started_at   TIMESTAMP NOT NULL,
    finished_at  TIMESTAMP,
    -- Whether everything was read: only then can anything be said to have vanished.
    complete     BOOLEAN NOT NULL,
    problem      TEXT,
    next_page    INTEGER NOT NULL,
    read         INTEGER NOT NULL,
    added        INTEGER NOT NULL,
    changed      INTEGER NOT NULL,
    unchanged    INTEGER NOT NULL,
    refused      INTEGER NOT NULL,
    vanished     INTEGER NOT NULL,
    applied      INTEGER NOT NULL
);
CREATE INDEX feed_runs_by_feed ON feed_runs (feed_id, started_at);

-- What a run found of each record, in the order of the feed.
CREATE TABLE feed_findings (
    run_id      TEXT NOT NULL REFERENCES feed_runs (id),
    position    INTEGER NOT NULL,
    source_id   TEXT NOT NULL,
    outcome     TEXT NOT NULL CHECK (outcome IN ('added', 'changed', 'unchanged', 'refused', 'vanished')),
    name        TEXT NOT NULL,
    notes       TEXT NOT NULL,
    service_id  TEXT,
    applied     BOOLEAN NOT NULL,
    PRIMARY KEY (run_id, position)
);
CREATE INDEX feed_findings_by_source ON feed_findings (run_id, source_id);

-- What was read and is still to be taken in.
CREATE TABLE feed_documents (
    run_id    TEXT NOT NULL REFERENCES feed_runs (id),
    position  INTEGER NOT NULL,
    document  TEXT NOT NULL,
    PRIMARY KEY (run_id, position)
);

-- Where each service that was taken in comes from, as it came.
CREATE TABLE source_records (
    feed_id      TEXT NOT NULL REFERENCES feeds (id),
    source_id    TEXT NOT NULL,
    service_id   TEXT NOT NULL UNIQUE REFERENCES services (id),
    fingerprint  TEXT NOT NULL,
    document     TEXT NOT NULL,
    source_url   TEXT,
    licence      TEXT NOT NULL,
    taken_at     TIMESTAMP NOT NULL,
    -- What the service's last_modified was when the feed last wrote it: another one tells that somebody edited it here.
    written_at   TIMESTAMP NOT NULL,
    vanished_on  DATE,
    PRIMARY KEY (feed_id, source_id)
);

CREATE TABLE source_organizations (
    feed_id          TEXT NOT NULL REFERENCES feeds (id),
    source_id        TEXT NOT NULL,
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    PRIMARY KEY (feed_id, source_id)
);

-- The order of the published feed; and finding the same service by its name.
CREATE INDEX services_by_name ON services (name, id);
CREATE INDEX service_at_locations_by_location ON service_at_locations (location_id);
