-- Plans that people share without their names, for others who plan.
CREATE TABLE shared_plans (
    id            TEXT PRIMARY KEY NOT NULL,
    -- Whose it is: so that they can take it back. No page shows it.
    person_id     TEXT NOT NULL REFERENCES people (id),
    need_group    TEXT NOT NULL CHECK (need_group <> ''),
    age_band      TEXT NOT NULL CHECK (age_band IN ('under 18', '18 to 64', '65 and over')),
    -- What was shared, without names, as one document.
    content       TEXT NOT NULL,
    -- What was learned, from the last review.
    worked        TEXT NOT NULL,
    shared_by     TEXT NOT NULL REFERENCES people (id),
    shared_at     TIMESTAMP NOT NULL,
    withdrawn_at  TIMESTAMP
);
-- One at a time.
CREATE UNIQUE INDEX shared_plans_open ON shared_plans (person_id) WHERE withdrawn_at IS NULL;
CREATE INDEX shared_plans_by_need ON shared_plans (need_group, shared_at);
