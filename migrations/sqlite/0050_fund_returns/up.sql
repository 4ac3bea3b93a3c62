-- What providers tell of each individual service fund that they hold, quarter by quarter.
CREATE TABLE fund_returns (
    id               TEXT PRIMARY KEY NOT NULL,
    authority_id     TEXT NOT NULL REFERENCES authorities (id),
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    budget_id        TEXT NOT NULL REFERENCES budgets (id),
    covers_from      DATE NOT NULL,
    covers_until     DATE NOT NULL,
    due_on           DATE NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('due', 'filed', 'accepted', 'sent back')),
    -- What the provider says; balance = opening + received - spent.
    opening_pence    BIGINT NOT NULL,
    received_pence   BIGINT NOT NULL CHECK (received_pence >= 0),
    spent_pence      BIGINT NOT NULL CHECK (spent_pence >= 0),
    balance_pence    BIGINT NOT NULL,
    -- What the ledger said of the balance when it was filed.
    ledger_pence     BIGINT NOT NULL,
    quarter_hours    INTEGER NOT NULL CHECK (quarter_hours >= 0),
    note             TEXT NOT NULL,
    filed_by         TEXT REFERENCES people (id),
    filed_at         TIMESTAMP,
    answer           TEXT NOT NULL,
    decided_by       TEXT REFERENCES people (id),
    decided_at       TIMESTAMP,
    chased_on        DATE,
    UNIQUE (budget_id, organization_id, covers_from),
    CHECK (covers_until > covers_from),
    CHECK (balance_pence = opening_pence + received_pence - spent_pence),
    CHECK ((state = 'due') = (filed_at IS NULL))
);
CREATE INDEX fund_returns_by_organization ON fund_returns (organization_id, state, due_on);
CREATE INDEX fund_returns_by_authority ON fund_returns (authority_id, state, due_on);
CREATE INDEX fund_returns_by_due ON fund_returns (state, due_on);
