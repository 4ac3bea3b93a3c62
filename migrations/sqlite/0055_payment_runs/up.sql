-- Where payees are paid. The numbers are sealed with a key that is not in the database; `shown` is their last three digits.
CREATE TABLE payee_accounts (
    id           TEXT PRIMARY KEY NOT NULL,
    holder_kind  TEXT NOT NULL CHECK (holder_kind IN ('organization', 'authority')),
    holder_id    TEXT NOT NULL,
    sealed       TEXT NOT NULL,
    shown        TEXT NOT NULL,
    set_by       TEXT NOT NULL REFERENCES people (id),
    set_at       TIMESTAMP NOT NULL,
    ended_at     TIMESTAMP
);
CREATE UNIQUE INDEX payee_accounts_now ON payee_accounts (holder_kind, holder_id) WHERE ended_at IS NULL;

-- What is paid together: made by one person, approved by another.
CREATE TABLE payment_runs (
    id              TEXT PRIMARY KEY NOT NULL,
    authority_id    TEXT NOT NULL REFERENCES authorities (id),
    number          INTEGER NOT NULL CHECK (number > 0),
    funding_route   TEXT CHECK (funding_route IN ('direct payment', 'nominated third party', 'trust', 'broker',
                    'individual service fund', 'council-managed')),
    pay_on          DATE NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('made', 'approved', 'settled', 'withdrawn')),
    line_count      BIGINT NOT NULL,
    total_pence     BIGINT NOT NULL CHECK (total_pence >= 0),
    left_out        BIGINT NOT NULL,
    made_by         TEXT NOT NULL REFERENCES people (id),
    made_at         TIMESTAMP NOT NULL,
    approved_by     TEXT REFERENCES people (id),
    approved_at     TIMESTAMP,
    settled_at      TIMESTAMP,
    exported_at     TIMESTAMP,
    submission_key  TEXT NOT NULL,
    UNIQUE (authority_id, number),
    UNIQUE (authority_id, submission_key),
    CHECK (approved_by IS NULL OR approved_by <> made_by),
    CHECK ((approved_by IS NULL) = (approved_at IS NULL)),
    CHECK ((state IN ('approved', 'settled')) = (approved_by IS NOT NULL)),
    CHECK ((state = 'settled') = (settled_at IS NOT NULL)),
    CHECK (exported_at IS NULL OR state = 'settled')
);

-- Where each authority's numbers stand: its row is held while a run is made.
CREATE TABLE payment_run_numbers (
    authority_id  TEXT PRIMARY KEY NOT NULL REFERENCES authorities (id),
    number        INTEGER NOT NULL
);

CREATE TABLE payment_lines (
    run_id           TEXT NOT NULL REFERENCES payment_runs (id),
    number           BIGINT NOT NULL CHECK (number > 0),
    invoice_id       TEXT NOT NULL REFERENCES invoices (id),
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    account_id       TEXT NOT NULL REFERENCES payee_accounts (id),
    amount_pence     BIGINT NOT NULL CHECK (amount_pence > 0),
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'paid', 'failed', 'dropped')),
    reason           TEXT,
    PRIMARY KEY (run_id, number)
);
-- An invoice is paid by one run at a time.
CREATE UNIQUE INDEX payment_lines_once ON payment_lines (invoice_id) WHERE state IN ('waiting', 'sent', 'paid');
CREATE INDEX payment_lines_by_state ON payment_lines (run_id, state, number);

-- Who did what with a run, for ever.
CREATE TABLE payment_run_steps (
    run_id    TEXT NOT NULL REFERENCES payment_runs (id),
    position  INTEGER NOT NULL,
    what      TEXT NOT NULL,
    person_id TEXT NOT NULL REFERENCES people (id),
    note      TEXT NOT NULL,
    taken_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (run_id, position)
);

CREATE TRIGGER payment_lines_refuse_delete BEFORE DELETE ON payment_lines
BEGIN SELECT RAISE(ABORT, 'payment lines are never deleted'); END;
CREATE TRIGGER payment_lines_refuse_update BEFORE UPDATE OF run_id, number, invoice_id, organization_id, account_id, amount_pence
    ON payment_lines
BEGIN SELECT RAISE(ABORT, 'payment lines are never changed'); END;
CREATE TRIGGER payment_run_steps_refuse_update BEFORE UPDATE ON payment_run_steps
BEGIN SELECT RAISE(ABORT, 'steps of runs are never changed'); END;
CREATE TRIGGER payment_run_steps_refuse_delete BEFORE DELETE ON payment_run_steps
BEGIN SELECT RAISE(ABORT, 'steps of runs are never changed'); END;
CREATE TRIGGER payment_runs_refuse_update BEFORE UPDATE OF made_by, made_at, authority_id, number ON payment_runs
BEGIN SELECT RAISE(ABORT, 'who made a run is never changed'); END;
CREATE TRIGGER payee_accounts_refuse_update BEFORE UPDATE OF holder_kind, holder_id, sealed, shown, set_by, set_at ON payee_accounts
BEGIN SELECT RAISE(ABORT, 'accounts are never changed'); END;
