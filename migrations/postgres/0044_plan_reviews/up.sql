-- When a plan is looked at together, and what came of it.
CREATE TABLE plan_reviews (
    id            TEXT PRIMARY KEY NOT NULL,
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    person_id     TEXT NOT NULL REFERENCES people (id),
    plan_id       TEXT NOT NULL REFERENCES support_plans (id),
    -- The version that it is about.
    version_id    TEXT NOT NULL REFERENCES plan_versions (id),
    state         TEXT NOT NULL CHECK (state IN ('due', 'held', 'overtaken')),
    risk          TEXT NOT NULL CHECK (risk IN ('low', 'medium', 'high')),
    due_on        DATE NOT NULL,
    -- When the person was told that it comes.
    told_at       TIMESTAMP,
    -- What came of each outcome, what worked and what is next, as one document.
    content       TEXT,
    held_on       DATE,
    held_by       TEXT REFERENCES people (id),
    created_at    TIMESTAMP NOT NULL,
    CHECK ((state = 'held') = (held_on IS NOT NULL AND held_by IS NOT NULL AND content IS NOT NULL))
);
CREATE INDEX plan_reviews_by_person ON plan_reviews (person_id, due_on);
CREATE INDEX plan_reviews_due ON plan_reviews (state, due_on, id);
-- One at a time.
CREATE UNIQUE INDEX plan_reviews_one_due ON plan_reviews (plan_id) WHERE state = 'due';
