DROP TABLE budgets_held_up;
