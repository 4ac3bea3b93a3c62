-- A search that somebody wants to hear about when something new matches.
CREATE TABLE saved_searches (
    id              TEXT PRIMARY KEY NOT NULL,
    person_id       TEXT NOT NULL REFERENCES people (id),
    name            TEXT NOT NULL CHECK (name <> ''),
    -- The address of the search on this site: "/search?q=…".
    address         TEXT NOT NULL,
    alerts          TEXT NOT NULL CHECK (alerts IN ('none', 'daily', 'weekly')),
    -- The end of the link in letters that stops them: good for nothing else.
    stop_token      TEXT NOT NULL UNIQUE,
    created_at      TIMESTAMP NOT NULL,
    seen_at         TIMESTAMP NOT NULL,
    last_letter_at  TIMESTAMP,
    -- Whether news is looked for: not where the search finds too much.
    watched         BOOLEAN NOT NULL,
    UNIQUE (person_id, address),
    CHECK (watched OR alerts = 'none')
);

-- What matches: known when the search was saved, or found since. Told once at most: a service is in one letter only.
CREATE TABLE saved_search_matches (
    saved_search_id  TEXT NOT NULL REFERENCES saved_searches (id),
    service_id       TEXT NOT NULL REFERENCES services (id),
    found_at         TIMESTAMP NOT NULL,
    is_new           BOOLEAN NOT NULL,
    told_at          TIMESTAMP,
    -- Whether its person has seen it on the page of saved searches.
    seen             BOOLEAN NOT NULL,
    PRIMARY KEY (saved_search_id, service_id),
    CHECK (is_new OR (seen AND told_at IS NULL))
);
CREATE INDEX saved_search_matches_untold ON saved_search_matches (is_new, told_at);
CREATE INDEX saved_search_matches_by_service ON saved_search_matches (service_id);
