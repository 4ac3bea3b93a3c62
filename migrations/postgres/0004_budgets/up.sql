-- Personal budgets and the double-entry ledger they are kept in.
CREATE TABLE budgets (
    id             TEXT PRIMARY KEY NOT NULL,
    authority_id   TEXT NOT NULL REFERENCES authorities (id),
    person_id      TEXT NOT NULL REFERENCES people (id),
    name           TEXT NOT NULL,
    funding_route  TEXT NOT NULL CHECK (funding_route IN ('direct payment', 'nominated third party', 'trust', 'broker',
                   'individual service fund', 'council-managed', 'own money')),
    starts_on      DATE NOT NULL,
    ends_on        DATE NOT NULL,
    review_on      DATE NOT NULL,
    created_at     TIMESTAMP NOT NULL,
    CHECK (ends_on > starts_on)
);
CREATE INDEX budgets_by_person ON budgets (person_id);
CREATE INDEX budgets_by_authority ON budgets (authority_id);

-- `outside` stands for the world that money comes from; every other account never goes below zero.
CREATE TABLE accounts (
    id             TEXT PRIMARY KEY NOT NULL,
    authority_id   TEXT NOT NULL REFERENCES authorities (id),
    owner_kind     TEXT NOT NULL CHECK (owner_kind IN ('authority', 'budget')),
    owner_id       TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('outside', 'fund', 'available', 'committed', 'owed', 'paid')),
    balance_pence  BIGINT NOT NULL,
    UNIQUE (owner_id, kind),
    CHECK (kind = 'outside' OR balance_pence >= 0)
);

CREATE TABLE transfers (
    id               TEXT PRIMARY KEY NOT NULL,
    authority_id     TEXT NOT NULL REFERENCES authorities (id),
    reason           TEXT NOT NULL CHECK (reason IN ('grant', 'allocation', 'commitment', 'release', 'delivery',
                     'settlement', 'reversal')),
    cause_id         TEXT NOT NULL,
    acted_by         TEXT REFERENCES people (id),
    idempotency_key  TEXT NOT NULL,
    recorded_at      TIMESTAMP NOT NULL,
    UNIQUE (authority_id, idempotency_key)
);
CREATE INDEX transfers_by_cause ON transfers (cause_id);

CREATE TABLE legs (
    transfer_id   TEXT NOT NULL REFERENCES transfers (id),
    account_id    TEXT NOT NULL REFERENCES accounts (id),
    amount_pence  BIGINT NOT NULL CHECK (amount_pence <> 0),
    PRIMARY KEY (transfer_id, account_id)
);
CREATE INDEX legs_by_account ON legs (account_id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '% are never changed', TG_TABLE_NAME; END $$;
CREATE TRIGGER transfers_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON transfers
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER legs_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON legs
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
