-- Looking after reviews: the provider's answer, reports, and what became of them.
ALTER TABLE reviews ADD COLUMN state TEXT NOT NULL DEFAULT 'published'
    CHECK (state IN ('published', 'waiting', 'removed'));

-- The provider's right of reply: once, shown beside the review.
CREATE TABLE review_replies (
    review_id        TEXT PRIMARY KEY NOT NULL REFERENCES reviews (id),
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    words            TEXT NOT NULL CHECK (words <> ''),
    replied_by       TEXT NOT NULL REFERENCES people (id),
    replied_at       TIMESTAMP NOT NULL
);

-- That somebody says a review should not stand.
CREATE TABLE review_reports (
    id            TEXT PRIMARY KEY NOT NULL,
    review_id     TEXT NOT NULL REFERENCES reviews (id),
    what          TEXT NOT NULL CHECK (what IN ('not real', 'names somebody', 'hurtful or unlawful', 'somebody may be in danger',
                  'something else')),
    words         TEXT NOT NULL,
    visit_hash    TEXT,
    network_hash  TEXT,
    reported_at   TIMESTAMP NOT NULL,
    open          BOOLEAN NOT NULL
);
CREATE INDEX review_reports_by_review ON review_reports (review_id, open);
CREATE INDEX review_reports_by_time ON review_reports (reported_at);

-- What was decided about reviews, and why: never changed. Removals are public.
CREATE TABLE review_decisions (
    id          TEXT PRIMARY KEY NOT NULL,
    review_id   TEXT NOT NULL REFERENCES reviews (id),
    decision    TEXT NOT NULL CHECK (decision IN ('held back', 'published', 'left as it is', 'removed')),
    reason      TEXT NOT NULL CHECK (reason <> ''),
    -- None: the filter did it.
    decided_by  TEXT REFERENCES people (id),
    decided_at  TIMESTAMP NOT NULL
);
CREATE INDEX review_decisions_by_review ON review_decisions (review_id, decided_at);
CREATE INDEX review_decisions_by_time ON review_decisions (decision, decided_at);
CREATE TRIGGER review_decisions_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON review_decisions
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
