-- Tokens for programs that were given before this moment do not hold any more: after a new password, or signing out
-- everywhere. None where nothing has ended them.
ALTER TABLE people ADD COLUMN tokens_end_at TIMESTAMP;
