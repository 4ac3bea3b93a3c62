DROP TABLE holding_requests;
DROP TABLE money_moves;
DROP TABLE period_balances;
DROP TABLE budget_periods;
DROP TABLE budget_holders;
DROP TABLE budget_sources;
DROP TABLE budget_terms;
ALTER TABLE budgets DROP COLUMN renews;
ALTER TABLE budgets DROP COLUMN period_length;
