DROP TABLE shared_plans;
