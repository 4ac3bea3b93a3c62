-- The event log, and how far each follower has read.
-- A number taken early may commit late, so readers order by the writing transaction and stop before the oldest one
-- that still runs.
CREATE TABLE events (
    seq           BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY NOT NULL,
    tx_id         BIGINT NOT NULL DEFAULT (pg_current_xact_id()::TEXT::BIGINT),
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

CREATE TRIGGER events_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON events
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
