ALTER TABLE people DROP COLUMN closed_at;
DROP TABLE data_copies;
