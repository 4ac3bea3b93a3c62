DROP INDEX budgets_by_authority;
CREATE INDEX budgets_by_authority ON budgets (authority_id);
