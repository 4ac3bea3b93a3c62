-- What a budget may be used for: public rules of an authority, each with its ground, who set it and since when. A rule is never
-- changed; it ends, and another begins.
CREATE TABLE spending_rules (
    id            TEXT PRIMARY KEY NOT NULL,
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    category_id   TEXT REFERENCES taxonomy_terms (id),
    kind          TEXT CHECK (kind IN ('support service', 'personal assistant', 'equipment', 'accommodation with care',
                  'money and budget management', 'planning and advocacy', 'universal service', 'community group',
                  'information page')),
    says          TEXT NOT NULL CHECK (says IN ('allowed', 'needs a question', 'not allowed')),
    question      TEXT,
    limit_pence   BIGINT CHECK (limit_pence > 0),
    limit_per     TEXT CHECK (limit_per IN ('purchase', 'week', 'budget')),
    words         TEXT NOT NULL CHECK (words <> ''),
    ground        TEXT NOT NULL CHECK (ground <> ''),
    from_on       DATE NOT NULL,
    ends_on       DATE,
    set_by        TEXT NOT NULL REFERENCES people (id),
    set_at        TIMESTAMP NOT NULL,
    ended_by      TEXT REFERENCES people (id),
    ended_at      TIMESTAMP,
    CHECK (category_id IS NULL OR kind IS NULL),
    CHECK ((says = 'needs a question') = (question IS NOT NULL)),
    CHECK ((limit_pence IS NULL) = (limit_per IS NULL)),
    CHECK (limit_pence IS NULL OR says = 'allowed'),
    CHECK (ends_on IS NULL OR ends_on >= from_on),
    CHECK ((ended_by IS NULL) = (ended_at IS NULL))
);
CREATE INDEX spending_rules_by_authority ON spending_rules (authority_id, from_on);

-- What somebody answered to the question of a rule when they bought.
CREATE TABLE spending_answers (
    purchase_id  TEXT PRIMARY KEY NOT NULL REFERENCES purchases (id),
    rule_id      TEXT NOT NULL REFERENCES spending_rules (id),
    answer       TEXT NOT NULL CHECK (answer <> ''),
    answered_at  TIMESTAMP NOT NULL
);

-- Somebody thinks that a rule should not hold for what they want to buy: a person of the authority answers by a day.
CREATE TABLE spending_challenges (
    id            TEXT PRIMARY KEY NOT NULL,
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    rule_id       TEXT NOT NULL REFERENCES spending_rules (id),
    budget_id     TEXT NOT NULL REFERENCES budgets (id),
    person_id     TEXT NOT NULL REFERENCES people (id),
    service_id    TEXT NOT NULL REFERENCES services (id),
    words         TEXT NOT NULL CHECK (words <> ''),
    raised_by     TEXT NOT NULL REFERENCES people (id),
    raised_at     TIMESTAMP NOT NULL,
    due_on        DATE NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('open', 'allowed', 'not allowed')),
    answered_by   TEXT REFERENCES people (id),
    answered_at   TIMESTAMP,
    reason        TEXT,
    CHECK ((state = 'open') = (answered_at IS NULL)),
    CHECK ((answered_at IS NULL) = (answered_by IS NULL)),
    CHECK ((answered_at IS NULL) = (reason IS NULL))
);
CREATE INDEX spending_challenges_by_authority ON spending_challenges (authority_id, state, due_on);
CREATE INDEX spending_challenges_by_person ON spending_challenges (person_id, raised_at);
-- One thing is asked once at a time.
CREATE UNIQUE INDEX spending_challenges_open ON spending_challenges (budget_id, service_id, rule_id) WHERE state = 'open';

CREATE TRIGGER spending_rules_refuse_delete BEFORE DELETE ON spending_rules
BEGIN SELECT RAISE(ABORT, 'rules are never deleted'); END;
CREATE TRIGGER spending_rules_refuse_update BEFORE UPDATE OF id, authority_id, category_id, kind, says, question, limit_pence,
    limit_per, words, ground, from_on, set_by, set_at ON spending_rules
BEGIN SELECT RAISE(ABORT, 'rules are never changed'); END;
