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
ALTER TABLE payee_accounts DROP CONSTRAINT payee_accounts_holder_kind_check;
ALTER TABLE payee_accounts ADD CONSTRAINT payee_accounts_holder_kind_check
    CHECK (holder_kind IN ('organization', 'authority', 'budget'));
ALTER TABLE payee_accounts ADD COLUMN funding_route TEXT NOT NULL DEFAULT '';
ALTER TABLE payee_accounts ADD COLUMN holder_name TEXT NOT NULL DEFAULT '';
ALTER TABLE payee_accounts ADD CHECK ((holder_kind = 'budget') = (funding_route <> ''));

-- A line pays an invoice, or whoever holds a budget.
ALTER TABLE payment_lines ALTER COLUMN invoice_id DROP NOT NULL;
ALTER TABLE payment_lines ALTER COLUMN organization_id DROP NOT NULL;
ALTER TABLE payment_lines ADD COLUMN budget_id TEXT REFERENCES budgets (id);
ALTER TABLE payment_lines ADD COLUMN funding_route TEXT CHECK (funding_route IN ('direct payment', 'nominated third party',
    'trust', 'broker', 'individual service fund'));
ALTER TABLE payment_lines ADD CHECK ((invoice_id IS NULL) <> (budget_id IS NULL));
ALTER TABLE payment_lines ADD CHECK ((budget_id IS NULL) = (funding_route IS NULL));
ALTER TABLE payment_lines ADD CONSTRAINT payment_lines_to_somebody CHECK (invoice_id IS NULL OR organization_id IS NOT NULL);

DROP INDEX payee_accounts_now;
CREATE UNIQUE INDEX payee_accounts_now ON payee_accounts (holder_kind, holder_id, funding_route, holder_name)
    WHERE ended_at IS NULL;
-- A holder is in one run at a time that is not settled.
CREATE UNIQUE INDEX payment_lines_one_holder ON payment_lines (budget_id, funding_route) WHERE state = 'waiting';

DROP TRIGGER payment_lines_refuse_update ON payment_lines;
CREATE TRIGGER payment_lines_refuse_update BEFORE UPDATE OF run_id, number, invoice_id, organization_id, account_id, amount_pence,
    budget_id, funding_route ON payment_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TRIGGER payee_accounts_refuse_update ON payee_accounts;
CREATE TRIGGER payee_accounts_refuse_update BEFORE UPDATE OF holder_kind, holder_id, sealed, shown, set_by, set_at, funding_route,
    holder_name ON payee_accounts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
