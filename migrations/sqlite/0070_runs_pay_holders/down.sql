-- Lines that pay holders have no place in the tables before: they go.
CREATE TABLE payee_accounts_before (
    id           TEXT PRIMARY KEY NOT NULL,
    holder_kind  TEXT NOT NULL CHECK (holder_kind IN ('organization', 'authority')),
    holder_id    TEXT NOT NULL,
    sealed       TEXT NOT NULL,
    shown        TEXT NOT NULL,
    set_by       TEXT NOT NULL REFERENCES people (id),
    set_at       TIMESTAMP NOT NULL,
    ended_at     TIMESTAMP
);
CREATE TABLE payment_lines_before (
    run_id           TEXT NOT NULL REFERENCES payment_runs (id),
    number           BIGINT NOT NULL CHECK (number > 0),
    invoice_id       TEXT NOT NULL REFERENCES invoices (id),
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    account_id       TEXT NOT NULL REFERENCES payee_accounts_before (id),
    amount_pence     BIGINT NOT NULL CHECK (amount_pence > 0),
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'paid', 'failed', 'dropped')),
    reason           TEXT,
    PRIMARY KEY (run_id, number)
);
INSERT INTO payee_accounts_before SELECT id, holder_kind, holder_id, sealed, shown, set_by, set_at, ended_at
FROM payee_accounts WHERE holder_kind <> 'budget';
INSERT INTO payment_lines_before SELECT run_id, number, invoice_id, organization_id, account_id, amount_pence, state, reason
FROM payment_lines WHERE invoice_id IS NOT NULL;
DROP TABLE payment_lines;
DROP TABLE payee_accounts;
ALTER TABLE payee_accounts_before RENAME TO payee_accounts;
ALTER TABLE payment_lines_before RENAME TO payment_lines;
CREATE UNIQUE INDEX payee_accounts_now ON payee_accounts (holder_kind, holder_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX payment_lines_once ON payment_lines (invoice_id) WHERE state IN ('waiting', 'sent', 'paid');
CREATE INDEX payment_lines_by_state ON payment_lines (run_id, state, number);
CREATE TRIGGER payment_lines_refuse_delete BEFORE DELETE ON payment_lines
BEGIN SELECT RAISE(ABORT, 'payment lines are never deleted'); END;
CREATE TRIGGER payment_lines_refuse_update BEFORE UPDATE OF run_id, number, invoice_id, organization_id, account_id, amount_pence
    ON payment_lines
BEGIN SELECT RAISE(ABORT, 'payment lines are never changed'); END;
CREATE TRIGGER payee_accounts_refuse_update BEFORE UPDATE OF holder_kind, holder_id, sealed, shown, set_by, set_at ON payee_accounts
BEGIN SELECT RAISE(ABORT, 'accounts are never changed'); END;
DROP INDEX money_moves_by_other_budget;
ALTER TABLE budgets DROP COLUMN council_paid_pence;
DROP INDEX invoices_by_payer;
ALTER TABLE invoices DROP COLUMN paid_by;
ALTER TABLE invoices DROP COLUMN funding_route;
