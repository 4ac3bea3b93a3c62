ALTER TABLE people DROP COLUMN tokens_end_at;
