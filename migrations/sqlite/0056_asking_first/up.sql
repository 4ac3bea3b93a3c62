-- Direct payments, looked after with a light touch: what people say that the money went on, questions about what stands
-- unspent, and notices before anything is taken back.
CREATE TABLE spending_declarations (
    id              TEXT PRIMARY KEY NOT NULL,
    authority_id    TEXT NOT NULL REFERENCES authorities (id),
    budget_id       TEXT NOT NULL REFERENCES budgets (id),
    person_id       TEXT NOT NULL REFERENCES people (id),
    from_on         DATE NOT NULL,
    to_on           DATE NOT NULL,
    spent_pence     BIGINT NOT NULL CHECK (spent_pence >= 0),
    left_pence      BIGINT NOT NULL CHECK (left_pence >= 0),
    words           TEXT NOT NULL CHECK (words <> ''),
    declared_by     TEXT NOT NULL REFERENCES people (id),
    declared_at     TIMESTAMP NOT NULL,
    submission_key  TEXT NOT NULL,
    UNIQUE (budget_id, submission_key),
    CHECK (from_on <= to_on)
);
CREATE INDEX spending_declarations_by_authority ON spending_declarations (authority_id, declared_at);

CREATE TABLE balance_questions (
    id            TEXT PRIMARY KEY NOT NULL,
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    budget_id     TEXT NOT NULL REFERENCES budgets (id),
    person_id     TEXT NOT NULL REFERENCES people (id),
    left_pence    BIGINT NOT NULL CHECK (left_pence > 0),
    weeks         INTEGER NOT NULL CHECK (weeks > 0),
    state         TEXT NOT NULL CHECK (state IN ('flagged', 'asked', 'answered', 'closed')),
    flagged_at    TIMESTAMP NOT NULL,
    asked_words   TEXT,
    asked_by      TEXT REFERENCES people (id),
    asked_at      TIMESTAMP,
    answer        TEXT,
    answered_at   TIMESTAMP,
    note          TEXT,
    closed_by     TEXT REFERENCES people (id),
    closed_at     TIMESTAMP,
    CHECK ((asked_words IS NULL) = (asked_by IS NULL)),
    CHECK (answer IS NULL OR asked_words IS NOT NULL),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX balance_questions_open ON balance_questions (budget_id) WHERE state <> 'closed';
CREATE INDEX balance_questions_by_authority ON balance_questions (authority_id, state, flagged_at);

-- Nothing is taken back before its day, or while an appeal is open; who gave a notice does not decide about the appeal.
CREATE TABLE take_back_notices (
    id            TEXT PRIMARY KEY NOT NULL,
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    budget_id     TEXT NOT NULL REFERENCES budgets (id),
    person_id     TEXT NOT NULL REFERENCES people (id),
    amount_pence  BIGINT NOT NULL CHECK (amount_pence > 0),
    reason        TEXT NOT NULL CHECK (reason <> ''),
    given_by      TEXT NOT NULL REFERENCES people (id),
    given_at      TIMESTAMP NOT NULL,
    not_before    DATE NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('given', 'appealed', 'stands', 'withdrawn')),
    appeal        TEXT,
    appealed_at   TIMESTAMP,
    decided_by    TEXT REFERENCES people (id),
    decided_at    TIMESTAMP,
    decision      TEXT,
    CHECK ((appeal IS NULL) = (appealed_at IS NULL)),
    CHECK ((state IN ('stands', 'withdrawn')) = (decided_by IS NOT NULL)),
    CHECK ((decided_by IS NULL) = (decision IS NULL)),
    CHECK (state <> 'stands' OR decided_by <> given_by)
);
CREATE INDEX take_back_notices_by_budget ON take_back_notices (budget_id, given_at);
CREATE INDEX take_back_notices_by_authority ON take_back_notices (authority_id, state, given_at);
