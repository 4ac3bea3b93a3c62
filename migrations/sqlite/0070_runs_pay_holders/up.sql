-- Who pays an invoice: the part of the budget that was held in this way when it arose; and who did pay it.
ALTER TABLE invoices ADD COLUMN funding_route TEXT NOT NULL DEFAULT 'council-managed' CHECK (funding_route IN ('direct payment',
    'nominated third party', 'trust', 'broker', 'individual service fund', 'council-managed', 'own money'));
ALTER TABLE invoices ADD COLUMN paid_by TEXT CHECK (paid_by IN ('council', 'holder'));
UPDATE invoices SET funding_route = (SELECT p.funding_route FROM purchases p WHERE p.id = invoices.purchase_id);
UPDATE invoices SET paid_by = CASE WHEN funding_route = 'own money' THEN 'holder' ELSE 'council' END WHERE state = 'settled';
CREATE INDEX invoices_by_payer ON invoices (authority_id, state, funding_route);

-- What the council itself paid to providers out of a budget: a running total that `waymark verify` compares with invoices.
ALTER TABLE budgets ADD COLUMN council_paid_pence BIGINT NOT NULL DEFAULT 0 CHECK (council_paid_pence >= 0);
UPDATE budgets SET council_paid_pence = COALESCE((SELECT SUM(i.amount_pence) FROM invoices i
    JOIN purchases p ON p.id = i.purchase_id WHERE p.budget_id = budgets.id AND i.paid_by = 'council'), 0);

CREATE INDEX money_moves_by_other_budget ON money_moves (other_budget_id, moved_at);

-- Accounts of those who hold a budget: one for each way of holding and each name, so that another trust never gets what is
-- due to the one before.
CREATE TABLE payee_accounts_after (
    id             TEXT PRIMARY KEY NOT NULL,
    holder_kind    TEXT NOT NULL CHECK (holder_kind IN ('organization', 'authority', 'budget')),
    holder_id      TEXT NOT NULL,
    sealed         TEXT NOT NULL,
    shown          TEXT NOT NULL,
    set_by         TEXT NOT NULL REFERENCES people (id),
    set_at         TIMESTAMP NOT NULL,
    ended_at       TIMESTAMP,
    funding_route  TEXT NOT NULL DEFAULT '',
    holder_name    TEXT NOT NULL DEFAULT '',
    CHECK ((holder_kind = 'budget') = (funding_route <> ''))
);

-- A line pays an invoice, or whoever holds a budget.
CREATE TABLE payment_lines_after (
    run_id           TEXT NOT NULL REFERENCES payment_runs (id),
    number           BIGINT NOT NULL CHECK (number > 0),
    invoice_id       TEXT REFERENCES invoices (id),
    organization_id  TEXT REFERENCES organizations (id),
    account_id       TEXT NOT NULL REFERENCES payee_accounts_after (id),
    amount_pence     BIGINT NOT NULL CHECK (amount_pence > 0),
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'paid', 'failed', 'dropped')),
    reason           TEXT,
    budget_id        TEXT REFERENCES budgets (id),
    funding_route    TEXT CHECK (funding_route IN ('direct payment', 'nominated third party', 'trust', 'broker',
                     'individual service fund')),
    PRIMARY KEY (run_id, number),
    CHECK ((invoice_id IS NULL) <> (budget_id IS NULL)),
    CHECK ((budget_id IS NULL) = (funding_route IS NULL)),
    CONSTRAINT payment_lines_to_somebody CHECK (invoice_id IS NULL OR organization_id IS NOT NULL)
);

INSERT INTO payee_accounts_after (id, holder_kind, holder_id, sealed, shown, set_by, set_at, ended_at)
SELECT id, holder_kind, holder_id, sealed, shown, set_by, set_at, ended_at FROM payee_accounts;
INSERT INTO payment_lines_after (run_id, number, invoice_id, organization_id, account_id, amount_pence, state, reason)
SELECT run_id, number, invoice_id, organization_id, account_id, amount_pence, state, reason FROM payment_lines;
DROP TABLE payment_lines;
DROP TABLE payee_accounts;
ALTER TABLE payee_accounts_after RENAME TO payee_accounts;
ALTER TABLE payment_lines_after RENAME TO payment_lines;

CREATE UNIQUE INDEX payee_accounts_now ON payee_accounts (holder_kind, holder_id, funding_route, holder_name)
    WHERE ended_at IS NULL;
-- An invoice is paid by one run at a time, and a holder is in one run at a time that is not settled.
CREATE UNIQUE INDEX payment_lines_once ON payment_lines (invoice_id) WHERE state IN ('waiting', 'sent', 'paid');
CREATE UNIQUE INDEX payment_lines_one_holder ON payment_lines (budget_id, funding_route) WHERE state = 'waiting';
CREATE INDEX payment_lines_by_state ON payment_lines (run_id, state, number);

CREATE TRIGGER payment_lines_refuse_delete BEFORE DELETE ON payment_lines
BEGIN SELECT RAISE(ABORT, 'payment lines are never deleted'); END;
CREATE TRIGGER payment_lines_refuse_update BEFORE UPDATE OF run_id, number, invoice_id, organization_id, account_id, amount_pence,
    budget_id, funding_route ON payment_lines
BEGIN SELECT RAISE(ABORT, 'payment lines are never changed'); END;
CREATE TRIGGER payee_accounts_refuse_update BEFORE UPDATE OF holder_kind, holder_id, sealed, shown, set_by, set_at, funding_route,
    holder_name ON payee_accounts
BEGIN SELECT RAISE(ABORT, 'accounts are never changed'); END;
