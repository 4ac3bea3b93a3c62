DROP TABLE authority_contacts;
DROP TABLE wrong_reports;
DROP INDEX services_by_assured_on;
DROP TABLE service_checks;
DROP TABLE still_right_questions;
DROP TABLE still_right_letters;
DROP TABLE daily_jobs;
