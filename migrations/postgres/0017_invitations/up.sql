-- An invitation to work for a provider or for an authority. The link is kept as a hash: whoever reads the table cannot use it.
CREATE TABLE invitations (
    id               TEXT PRIMARY KEY NOT NULL,
    token_hash       TEXT NOT NULL UNIQUE,
    organization_id  TEXT REFERENCES organizations (id),
    authority_id     TEXT REFERENCES authorities (id),
    role             TEXT NOT NULL,
    standing         TEXT CHECK (standing IN ('owner', 'manager', 'staff')),
    email            TEXT NOT NULL CHECK (email <> ''),
    invited_by       TEXT NOT NULL REFERENCES people (id),
    invited_at       TIMESTAMP NOT NULL,
    expires_at       TIMESTAMP NOT NULL,
    accepted_at      TIMESTAMP,
    accepted_by      TEXT REFERENCES people (id),
    withdrawn_at     TIMESTAMP,
    CHECK ((organization_id IS NULL) <> (authority_id IS NULL)),
    CHECK ((role = 'provider member') = (organization_id IS NOT NULL)),
    CHECK ((role = 'provider member') = (standing IS NOT NULL)),
    CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
    CHECK (accepted_at IS NULL OR withdrawn_at IS NULL)
);
CREATE INDEX invitations_by_organization ON invitations (organization_id, invited_at);
CREATE INDEX invitations_by_authority ON invitations (authority_id, invited_at);
