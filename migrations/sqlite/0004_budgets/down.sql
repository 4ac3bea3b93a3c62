DROP TABLE legs;
DROP TABLE transfers;
DROP TABLE accounts;
DROP TABLE budgets;
