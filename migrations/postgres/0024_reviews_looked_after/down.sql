DROP TABLE review_decisions;
DROP TABLE review_reports;
DROP TABLE review_replies;
ALTER TABLE reviews DROP COLUMN state;
