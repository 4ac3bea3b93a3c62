DROP TABLE spending_challenges;
DROP TABLE spending_answers;
DROP TABLE spending_rules;
