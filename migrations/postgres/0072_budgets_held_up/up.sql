-- Budgets that the work of the day could not bring up to the day, until it can: for finance officers to look at.
CREATE TABLE budgets_held_up (
    budget_id     TEXT PRIMARY KEY NOT NULL REFERENCES budgets (id),
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    reason        TEXT NOT NULL CHECK (reason <> ''),
    since         TIMESTAMP NOT NULL,
    tried_at      TIMESTAMP NOT NULL
);
CREATE INDEX budgets_held_up_by_authority ON budgets_held_up (authority_id, since);
