-- Lines that pay holders have no place in the tables before: they go.
DROP TRIGGER payment_lines_refuse_delete ON payment_lines;
DELETE FROM payment_lines WHERE invoice_id IS NULL;
CREATE TRIGGER payment_lines_refuse_delete BEFORE DELETE OR TRUNCATE ON payment_lines
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP TRIGGER payment_lines_refuse_update ON payment_lines;
CREATE TRIGGER payment_lines_refuse_update BEFORE UPDATE OF run_id, number, invoice_id, organization_id, account_id, amount_pence
    ON payment_lines FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP INDEX payment_lines_one_holder;
ALTER TABLE payment_lines DROP COLUMN funding_route;
ALTER TABLE payment_lines DROP COLUMN budget_id;
ALTER TABLE payment_lines DROP CONSTRAINT payment_lines_to_somebody;
ALTER TABLE payment_lines ALTER COLUMN invoice_id SET NOT NULL;
ALTER TABLE payment_lines ALTER COLUMN organization_id SET NOT NULL;
DROP TRIGGER payee_accounts_refuse_update ON payee_accounts;
CREATE TRIGGER payee_accounts_refuse_update BEFORE UPDATE OF holder_kind, holder_id, sealed, shown, set_by, set_at ON payee_accounts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DROP INDEX payee_accounts_now;
DELETE FROM payee_accounts WHERE holder_kind = 'budget';
ALTER TABLE payee_accounts DROP COLUMN holder_name;
ALTER TABLE payee_accounts DROP COLUMN funding_route;
ALTER TABLE payee_accounts DROP CONSTRAINT payee_accounts_holder_kind_check;
ALTER TABLE payee_accounts ADD CONSTRAINT payee_accounts_holder_kind_check CHECK (holder_kind IN ('organization', 'authority'));
CREATE UNIQUE INDEX payee_accounts_now ON payee_accounts (holder_kind, holder_id) WHERE ended_at IS NULL;
DROP INDEX money_moves_by_other_budget;
ALTER TABLE budgets DROP COLUMN council_paid_pence;
DROP INDEX invoices_by_payer;
ALTER TABLE invoices DROP COLUMN paid_by;
ALTER TABLE invoices DROP COLUMN funding_route;
