-- A notice that was carried out goes back to how it stood before.
DROP TRIGGER clawback_needs_a_notice;
ALTER TABLE take_back_notices RENAME TO take_back_notices_after;
DROP INDEX take_back_notices_by_budget;
DROP INDEX take_back_notices_by_authority;
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
INSERT INTO take_back_notices SELECT id, authority_id, budget_id, person_id, amount_pence, reason, given_by, given_at, not_before,
    CASE WHEN state <> 'carried out' THEN state WHEN decided_by IS NULL THEN 'given' ELSE 'stands' END,
    appeal, appealed_at, decided_by, decided_at, decision FROM take_back_notices_after;
DROP TABLE take_back_notices_after;
CREATE INDEX take_back_notices_by_budget ON take_back_notices (budget_id, given_at);
CREATE INDEX take_back_notices_by_authority ON take_back_notices (authority_id, state, given_at);
