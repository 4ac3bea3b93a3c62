DROP TABLE payment_run_steps;
DROP TABLE payment_lines;
DROP TABLE payment_run_numbers;
DROP TABLE payment_runs;
DROP TABLE payee_accounts;
