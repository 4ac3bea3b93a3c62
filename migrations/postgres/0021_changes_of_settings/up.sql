-- Every change of what an authority set: the rules of an authority are a public record.
CREATE TABLE setting_changes (
    id            TEXT PRIMARY KEY NOT NULL,
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    setting       TEXT NOT NULL,
    before        BIGINT NOT NULL,
    after         BIGINT NOT NULL,
    changed_at    TIMESTAMP NOT NULL,
    changed_by    TEXT NOT NULL REFERENCES people (id)
);
CREATE INDEX setting_changes_by_authority ON setting_changes (authority_id, setting, changed_at);

CREATE TRIGGER setting_changes_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON setting_changes
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
