-- What somebody wants to look at again: of a person, or of a browser whose visitor has no account.
CREATE TABLE shortlists (
    id           TEXT PRIMARY KEY NOT NULL,
    person_id    TEXT UNIQUE REFERENCES people (id),
    -- A hash of the browser's cookie: whoever reads the table cannot use it.
    token_hash   TEXT UNIQUE,
    -- The end of a link that shows the list to whoever has it; none when it is not shared.
    share_token  TEXT UNIQUE,
    created_at   TIMESTAMP NOT NULL,
    used_at      TIMESTAMP NOT NULL,
    CHECK ((person_id IS NULL) <> (token_hash IS NULL))
);
CREATE INDEX shortlists_by_use ON shortlists (used_at);

CREATE TABLE shortlist_entries (
    shortlist_id  TEXT NOT NULL REFERENCES shortlists (id),
    service_id    TEXT NOT NULL REFERENCES services (id),
    note          TEXT NOT NULL,
    added_at      TIMESTAMP NOT NULL,
    PRIMARY KEY (shortlist_id, service_id)
);
CREATE INDEX shortlist_entries_by_service ON shortlist_entries (service_id);
