-- A notice is carried out: only after its day, with no appeal open; and no money is taken back without one.
ALTER TABLE take_back_notices RENAME TO take_back_notices_before;
DROP INDEX take_back_notices_by_budget;
DROP INDEX take_back_notices_by_authority;
CREATE TABLE take_back_notices (
    id               TEXT PRIMARY KEY NOT NULL,
    authority_id     TEXT NOT NULL REFERENCES authorities (id),
    budget_id        TEXT NOT NULL REFERENCES budgets (id),
    person_id        TEXT NOT NULL REFERENCES people (id),
    amount_pence     BIGINT NOT NULL CHECK (amount_pence > 0),
    reason           TEXT NOT NULL CHECK (reason <> ''),
    given_by         TEXT NOT NULL REFERENCES people (id),
    given_at         TIMESTAMP NOT NULL,
    not_before       DATE NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('given', 'appealed', 'stands', 'withdrawn', 'carried out')),
    appeal           TEXT,
    appealed_at      TIMESTAMP,
    decided_by       TEXT REFERENCES people (id),
    decided_at       TIMESTAMP,
    decision         TEXT,
    -- When it was carried out, by whom, by which form, and how much was still there to be taken.
    carried_out_on   DATE,
    carried_out_by   TEXT REFERENCES people (id),
    carried_out_key  TEXT,
    taken_pence      BIGINT CHECK (taken_pence > 0 AND taken_pence <= amount_pence),
    CHECK ((appeal IS NULL) = (appealed_at IS NULL)),
    CHECK (state IN ('stands', 'withdrawn', 'carried out') OR decided_by IS NULL),
    CHECK (state NOT IN ('stands', 'withdrawn') OR decided_by IS NOT NULL),
    CHECK ((decided_by IS NULL) = (decision IS NULL)),
    CHECK (state <> 'stands' OR decided_by <> given_by),
    -- Of an appeal somebody else has decided before.
    CHECK (state <> 'carried out' OR appeal IS NULL OR decided_by <> given_by),
    CHECK ((state = 'carried out') = (carried_out_on IS NOT NULL)),
    CHECK ((carried_out_on IS NULL) = (carried_out_by IS NULL)),
    CHECK ((carried_out_on IS NULL) = (carried_out_key IS NULL)),
    CHECK ((carried_out_on IS NULL) = (taken_pence IS NULL)),
    CHECK (carried_out_on IS NULL OR carried_out_on >= not_before)
);
INSERT INTO take_back_notices (id, authority_id, budget_id, person_id, amount_pence, reason, given_by, given_at, not_before, state,
    appeal, appealed_at, decided_by, decided_at, decision)
SELECT id, authority_id, budget_id, person_id, amount_pence, reason, given_by, given_at, not_before, state, appeal, appealed_at,
    decided_by, decided_at, decision FROM take_back_notices_before;
DROP TABLE take_back_notices_before;
CREATE INDEX take_back_notices_by_budget ON take_back_notices (budget_id, given_at);
CREATE INDEX take_back_notices_by_authority ON take_back_notices (authority_id, state, given_at);

CREATE TRIGGER clawback_needs_a_notice BEFORE INSERT ON transfers
WHEN NEW.reason = 'clawback' AND NOT EXISTS (SELECT 1 FROM money_moves m
    JOIN take_back_notices n ON n.carried_out_key = m.submission_key AND n.budget_id = m.budget_id
    WHERE m.id = NEW.cause_id AND n.state = 'carried out')
BEGIN SELECT RAISE(ABORT, 'money is taken back only after a notice'); END;
