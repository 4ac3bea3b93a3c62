DROP TABLE agreed_budgets;
DROP TABLE plan_signatures;
DROP TABLE plan_checks;
DROP TABLE plan_comments;
DROP TABLE plan_versions;
DROP TABLE plan_lines;
DROP TABLE support_plans;
