-- The budgets of an authority some at a time, in the order of their ids: a run over a hundred thousand sorted all of them for
-- each five hundred.
DROP INDEX budgets_by_authority;
CREATE INDEX budgets_by_authority ON budgets (authority_id, id);
