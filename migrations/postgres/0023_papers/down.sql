DROP TABLE organization_steps;
DROP INDEX verifications_by_end;
DROP TABLE paper_reminders;
DROP TABLE paper_steps;
DROP TABLE paper_files;
