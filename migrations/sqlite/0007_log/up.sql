-- The event log, and how far each follower has read.
-- One writer commits in order here, so the transaction is always 0; the columns are those of PostgreSQL.
CREATE TABLE events (
    seq           INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    tx_id         BIGINT NOT NULL DEFAULT 0,
    authority_id  TEXT REFERENCES authorities (id),
    kind          TEXT NOT NULL,
    subject_id    TEXT NOT NULL,
    detail        TEXT NOT NULL,
    recorded_at   TIMESTAMP NOT NULL
);
CREATE INDEX events_in_order ON events (tx_id, seq);

CREATE TABLE followers (
    name        TEXT PRIMARY KEY NOT NULL,
    tx_id       BIGINT NOT NULL,
    seq         BIGINT NOT NULL,
    updated_at  TIMESTAMP NOT NULL
);

CREATE TRIGGER events_refuse_update BEFORE UPDATE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_refuse_delete BEFORE DELETE ON events
BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
