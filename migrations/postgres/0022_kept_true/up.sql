-- Keeping true what people read: "still right?" letters, "this is wrong", and the days on which both are due.

-- Daily jobs: which day each is at, and how far. A node holds the row while it works, so that two do nothing twice.
CREATE TABLE daily_jobs (
    name        TEXT PRIMARY KEY NOT NULL,
    day         DATE NOT NULL,
    after       TEXT NOT NULL,
    finished    BOOLEAN NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);

-- Letters that ask a provider whether its entries are still right. The link is kept as a hash.
CREATE TABLE still_right_letters (
    id               TEXT PRIMARY KEY NOT NULL,
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    token_hash       TEXT NOT NULL UNIQUE,
    sent_on          DATE NOT NULL,
    expires_at       TIMESTAMP NOT NULL
);
CREATE INDEX still_right_letters_by_organization ON still_right_letters (organization_id, sent_on);

-- What each letter asks; each question is answered once.
CREATE TABLE still_right_questions (
    letter_id    TEXT NOT NULL REFERENCES still_right_letters (id),
    service_id   TEXT NOT NULL REFERENCES services (id),
    step         INTEGER NOT NULL CHECK (step BETWEEN 1 AND 3),
    answer       TEXT CHECK (answer IN ('still right', 'changed', 'temporarily closed', 'closed for good')),
    answered_at  TIMESTAMP,
    PRIMARY KEY (letter_id, service_id),
    CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX still_right_questions_by_service ON still_right_questions (service_id);

-- Who said that an entry is right, and when. services.assured_on is the newest of these.
CREATE TABLE service_checks (
    id          TEXT PRIMARY KEY NOT NULL,
    service_id  TEXT NOT NULL REFERENCES services (id),
    checked_on  DATE NOT NULL,
    checked_at  TIMESTAMP NOT NULL,
    how         TEXT NOT NULL CHECK (how IN ('link in a letter', 'provider member', 'moderator', 'answer to a report')),
    person_id   TEXT REFERENCES people (id)
);
CREATE INDEX service_checks_by_service ON service_checks (service_id, checked_at);
CREATE TRIGGER service_checks_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON service_checks
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE INDEX services_by_assured_on ON services (status, assured_on);

-- "This is wrong": anybody may say it. The address is for the answer and wiped with it; the hashes only slow down floods.
CREATE TABLE wrong_reports (
    id               TEXT PRIMARY KEY NOT NULL,
    service_id       TEXT NOT NULL REFERENCES services (id),
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    authority_id     TEXT REFERENCES authorities (id),
    what             TEXT NOT NULL CHECK (what IN ('closed', 'contact', 'place or times', 'price', 'not what it says', 'changed',
                     'something else')),
    words            TEXT NOT NULL,
    address          TEXT,
    from_provider    BOOLEAN NOT NULL,
    visit_hash       TEXT,
    network_hash     TEXT,
    reported_at      TIMESTAMP NOT NULL,
    due_on           DATE NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('open', 'put right', 'is right', 'closed')),
    answered_at      TIMESTAMP,
    answered_by      TEXT REFERENCES people (id),
    answered_as      TEXT CHECK (answered_as IN ('provider', 'moderator')),
    reason           TEXT,
    CHECK ((state = 'open') = (answered_at IS NULL)),
    CHECK ((answered_at IS NULL) = (answered_by IS NULL)),
    CHECK ((answered_at IS NULL) = (answered_as IS NULL)),
    CHECK (state <> 'is right' OR reason IS NOT NULL),
    CHECK (state = 'open' OR address IS NULL)
);
CREATE INDEX wrong_reports_by_service ON wrong_reports (service_id, state);
CREATE INDEX wrong_reports_by_organization ON wrong_reports (organization_id, state, due_on);
CREATE INDEX wrong_reports_by_authority ON wrong_reports (authority_id, state, due_on);
CREATE INDEX wrong_reports_by_time ON wrong_reports (reported_at);

-- Whom to ring when somebody may be in danger.
CREATE TABLE authority_contacts (
    authority_id    TEXT PRIMARY KEY NOT NULL REFERENCES authorities (id),
    adult_care      TEXT NOT NULL,
    out_of_hours    TEXT NOT NULL,
    children        TEXT NOT NULL,
    website         TEXT NOT NULL,
    changed_at      TIMESTAMP NOT NULL,
    changed_by      TEXT NOT NULL REFERENCES people (id)
);
