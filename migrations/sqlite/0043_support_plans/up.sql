-- One living plan for each person: what matters, outcomes, risks, circle and costed lines. What was handed over, checked
-- and signed are versions, which stay as they are.
CREATE TABLE support_plans (
    id            TEXT PRIMARY KEY NOT NULL,
    -- Their council; none for who has come by themselves.
    authority_id  TEXT REFERENCES authorities (id),
    person_id     TEXT NOT NULL UNIQUE REFERENCES people (id),
    state         TEXT NOT NULL CHECK (state IN ('being written', 'with the council', 'sent back', 'to be signed',
                  'agreed')),
    -- What is being written, as one document.
    content       TEXT NOT NULL,
    -- Counts up with each change.
    revision      BIGINT NOT NULL CHECK (revision > 0),
    -- The newest version; 0 before the first.
    version       INTEGER NOT NULL CHECK (version >= 0),
    created_by    TEXT NOT NULL REFERENCES people (id),
    created_at    TIMESTAMP NOT NULL,
    changed_by    TEXT NOT NULL REFERENCES people (id),
    changed_at    TIMESTAMP NOT NULL
);
CREATE INDEX support_plans_by_state ON support_plans (authority_id, state, changed_at);

-- The lines of the plan as it is being written, one by one: what people want to buy or arrange.
CREATE TABLE plan_lines (
    plan_id      TEXT NOT NULL REFERENCES support_plans (id),
    position     INTEGER NOT NULL CHECK (position > 0),
    service_id   TEXT REFERENCES services (id),
    words        TEXT NOT NULL CHECK (words <> ''),
    rhythm       TEXT NOT NULL CHECK (rhythm IN ('weekly', 'monthly', 'once')),
    quantity     INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    price_pence  BIGINT NOT NULL CHECK (price_pence BETWEEN 0 AND 10000000),
    is_free      BOOLEAN NOT NULL,
    PRIMARY KEY (plan_id, position),
    -- What is not free has a price.
    CHECK (is_free = (price_pence = 0))
);
CREATE INDEX plan_lines_by_service ON plan_lines (service_id);

CREATE TABLE plan_versions (
    id               TEXT PRIMARY KEY NOT NULL,
    plan_id          TEXT NOT NULL REFERENCES support_plans (id),
    number           INTEGER NOT NULL CHECK (number > 0),
    content          TEXT NOT NULL,
    -- What it costs in its year, and the indicative or agreed budget a week that it was written against.
    cost_pence       BIGINT NOT NULL CHECK (cost_pence >= 0),
    budget_pence     BIGINT CHECK (budget_pence >= 0),
    assessment_id    TEXT REFERENCES assessments (id),
    handed_over_by   TEXT NOT NULL REFERENCES people (id),
    handed_over_as   TEXT NOT NULL CHECK (handed_over_as IN ('themselves', 'representative', 'planner', 'care manager')),
    handed_over_at   TIMESTAMP NOT NULL,
    UNIQUE (plan_id, number)
);
CREATE TRIGGER plan_versions_refuse_update
BEFORE UPDATE OF plan_id, number, cost_pence, budget_pence, assessment_id, handed_over_by, handed_over_at ON plan_versions
BEGIN SELECT RAISE(ABORT, 'plan_versions are never changed'); END;
-- Only when an account is closed, its words go.
CREATE TRIGGER plan_versions_keep_words BEFORE UPDATE OF content ON plan_versions
WHEN NEW.content <> '{}'
BEGIN SELECT RAISE(ABORT, 'plan_versions are never changed'); END;
CREATE TRIGGER plan_versions_refuse_delete BEFORE DELETE ON plan_versions
BEGIN SELECT RAISE(ABORT, 'plan_versions are never deleted'); END;

CREATE TABLE plan_comments (
    id          TEXT PRIMARY KEY NOT NULL,
    plan_id     TEXT NOT NULL REFERENCES support_plans (id),
    -- On what: "" for the whole, or the name of a line, an outcome, a risk…
    about       TEXT NOT NULL,
    words       TEXT NOT NULL CHECK (words <> ''),
    written_by  TEXT NOT NULL REFERENCES people (id),
    written_as  TEXT NOT NULL CHECK (written_as IN ('themselves', 'representative', 'planner', 'care manager')),
    written_at  TIMESTAMP NOT NULL,
    settled_at  TIMESTAMP
);
CREATE INDEX plan_comments_by_plan ON plan_comments (plan_id, written_at);

-- The council's four checks of one version.
CREATE TABLE plan_checks (
    version_id  TEXT NOT NULL REFERENCES plan_versions (id),
    question    TEXT NOT NULL CHECK (question IN ('healthy, safe and well', 'outcomes', 'risk', 'affordable')),
    passed      BOOLEAN NOT NULL,
    note        TEXT NOT NULL,
    checked_by  TEXT NOT NULL REFERENCES people (id),
    checked_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (version_id, question),
    CHECK (passed OR note <> '')
);

-- Both sign one version: the person, or who stands in for them by law; and the council.
CREATE TABLE plan_signatures (
    version_id  TEXT NOT NULL REFERENCES plan_versions (id),
    side        TEXT NOT NULL CHECK (side IN ('person', 'council')),
    signed_by   TEXT NOT NULL REFERENCES people (id),
    signed_as   TEXT NOT NULL CHECK (signed_as IN ('themselves', 'representative', 'care manager')),
    signed_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (version_id, side)
);
CREATE TRIGGER plan_signatures_refuse_update BEFORE UPDATE ON plan_signatures
BEGIN SELECT RAISE(ABORT, 'plan_signatures are never changed'); END;
CREATE TRIGGER plan_signatures_refuse_delete BEFORE DELETE ON plan_signatures
BEGIN SELECT RAISE(ABORT, 'plan_signatures are never changed'); END;

-- What the council agrees to give, from a day on: one for each version that it signs.
CREATE TABLE agreed_budgets (
    id                       TEXT PRIMARY KEY NOT NULL,
    authority_id             TEXT NOT NULL REFERENCES authorities (id),
    person_id                TEXT NOT NULL REFERENCES people (id),
    version_id               TEXT NOT NULL UNIQUE REFERENCES plan_versions (id),
    indicative_weekly_pence  BIGINT CHECK (indicative_weekly_pence >= 0),
    weekly_pence             BIGINT NOT NULL CHECK (weekly_pence >= 0),
    reason                   TEXT NOT NULL,
    starts_on                DATE NOT NULL,
    ends_on                  DATE NOT NULL,
    -- What was agreed before falls away more slowly: so much a week more, for so many weeks.
    bridge_weekly_pence      BIGINT NOT NULL CHECK (bridge_weekly_pence >= 0),
    bridge_weeks             INTEGER NOT NULL CHECK (bridge_weeks BETWEEN 0 AND 52),
    -- The personal budget that it is to change; none: it opens one.
    changes_budget_id        TEXT REFERENCES budgets (id),
    -- The personal budget that it opened or changed, once both have signed.
    budget_id                TEXT REFERENCES budgets (id),
    decided_by               TEXT NOT NULL REFERENCES people (id),
    decided_at               TIMESTAMP NOT NULL,
    CHECK (ends_on > starts_on),
    CHECK ((bridge_weeks = 0) = (bridge_weekly_pence = 0)),
    -- A budget that differs from what was shown up front says why.
    CHECK (reason <> '' OR indicative_weekly_pence IS NULL OR indicative_weekly_pence = weekly_pence)
);
CREATE INDEX agreed_budgets_by_person ON agreed_budgets (person_id, starts_on);
CREATE TRIGGER agreed_budgets_refuse_update
BEFORE UPDATE OF authority_id, person_id, version_id, indicative_weekly_pence, weekly_pence, starts_on, ends_on,
    bridge_weekly_pence, bridge_weeks ON agreed_budgets
BEGIN SELECT RAISE(ABORT, 'agreed_budgets are never changed'); END;
CREATE TRIGGER agreed_budgets_refuse_delete BEFORE DELETE ON agreed_budgets
BEGIN SELECT RAISE(ABORT, 'agreed_budgets are never deleted'); END;
