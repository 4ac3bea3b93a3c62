-- Who acts for whom: granted by the person, or recorded by their council on a legal ground. A row that has ended stays.
CREATE TABLE representatives (
    id                TEXT PRIMARY KEY NOT NULL,
    -- For whom.
    person_id         TEXT NOT NULL REFERENCES people (id),
    -- Who acts; none until the invitation is taken up.
    helper_id         TEXT REFERENCES people (id),
    -- Where the invitation went; none for somebody of the council.
    email             TEXT,
    kind              TEXT NOT NULL CHECK (kind IN ('family or friend', 'attorney', 'deputy', 'suitable person',
                      'support planner', 'broker', 'care manager', 'helper on the phone')),
    -- What they may do besides looking.
    may_plan          BOOLEAN NOT NULL,
    may_buy           BOOLEAN NOT NULL,
    may_manage_money  BOOLEAN NOT NULL,
    -- The council that recorded it; none where the person granted it themselves.
    authority_id      TEXT REFERENCES authorities (id),
    -- The legal ground: which document, and where it can be read.
    evidence          TEXT NOT NULL,
    granted_by        TEXT NOT NULL REFERENCES people (id),
    granted_at        TIMESTAMP NOT NULL,
    -- Hash of the token of the invitation.
    token_hash        TEXT UNIQUE,
    accepted_at       TIMESTAMP,
    -- When it ends by itself; none: when somebody ends it.
    ends_at           TIMESTAMP,
    ended_at          TIMESTAMP,
    ended_by          TEXT REFERENCES people (id),
    CHECK ((helper_id IS NULL) = (accepted_at IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK (helper_id IS NULL OR helper_id <> person_id),
    CHECK (authority_id IS NOT NULL OR kind IN ('family or friend', 'support planner', 'broker')),
    CHECK (evidence <> '' OR kind NOT IN ('attorney', 'deputy', 'suitable person')),
    CHECK (ends_at IS NOT NULL OR kind NOT IN ('support planner', 'broker', 'helper on the phone'))
);
CREATE INDEX representatives_by_person ON representatives (person_id, granted_at);
CREATE INDEX representatives_by_helper ON representatives (helper_id, ended_at);
CREATE INDEX representatives_by_authority ON representatives (authority_id, granted_at);

CREATE TRIGGER representatives_refuse_delete BEFORE DELETE ON representatives
BEGIN SELECT RAISE(ABORT, 'representatives are never deleted'); END;
