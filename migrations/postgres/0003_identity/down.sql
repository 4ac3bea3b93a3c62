DROP TABLE signing_keys;
DROP TABLE sessions;
DROP TABLE memberships;
DROP TABLE citizens;
DROP TABLE people;
