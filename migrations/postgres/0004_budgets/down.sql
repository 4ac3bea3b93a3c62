DROP TABLE legs;
DROP TABLE transfers;
DROP TABLE accounts;
DROP TABLE budgets;
DROP FUNCTION refuse_change();
