DROP TABLE letters;
DROP TABLE authority_settings;
ALTER TABLE memberships RENAME TO memberships_after;
DROP INDEX memberships_by_person;
ALTER INDEX memberships_pkey RENAME TO memberships_after_pkey;
DROP INDEX memberships_by_organization;
DROP INDEX memberships_by_authority;
CREATE TABLE memberships (
    id               TEXT PRIMARY KEY NOT NULL,
    person_id        TEXT NOT NULL REFERENCES people (id),
    role             TEXT NOT NULL CHECK (role IN ('provider member', 'commissioner', 'finance officer')),
    authority_id     TEXT REFERENCES authorities (id),
    organization_id  TEXT REFERENCES organizations (id),
    granted_at       TIMESTAMP NOT NULL,
    UNIQUE (person_id, role, authority_id, organization_id),
    CHECK ((role = 'provider member') = (organization_id IS NOT NULL)),
    CHECK ((role = 'provider member') = (authority_id IS NULL))
);
CREATE INDEX memberships_by_person ON memberships (person_id);
INSERT INTO memberships (id, person_id, role, authority_id, organization_id, granted_at)
SELECT id, person_id, role, authority_id, organization_id, granted_at
FROM memberships_after WHERE role IN ('provider member', 'commissioner', 'finance officer');
DROP TABLE memberships_after;
