CREATE TABLE accounts_before (
    id             TEXT PRIMARY KEY NOT NULL,
    authority_id   TEXT NOT NULL REFERENCES authorities (id),
    owner_kind     TEXT NOT NULL CHECK (owner_kind IN ('authority', 'budget')),
    owner_id       TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('outside', 'fund', 'available', 'committed', 'owed', 'paid')),
    balance_pence  BIGINT NOT NULL,
    UNIQUE (owner_id, kind),
    CHECK (kind = 'outside' OR balance_pence >= 0)
);
CREATE TABLE transfers_before (
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
CREATE TABLE legs_before (
    transfer_id   TEXT NOT NULL REFERENCES transfers_before (id),
    account_id    TEXT NOT NULL REFERENCES accounts_before (id),
    amount_pence  BIGINT NOT NULL CHECK (amount_pence <> 0),
    PRIMARY KEY (transfer_id, account_id)
) WITHOUT ROWID;
INSERT INTO accounts_before SELECT id, authority_id, owner_kind, owner_id, kind, balance_pence FROM accounts;
INSERT INTO transfers_before SELECT id, authority_id, reason, cause_id, acted_by, idempotency_key, recorded_at FROM transfers;
INSERT INTO legs_before SELECT transfer_id, account_id, amount_pence FROM legs;
DROP TABLE legs;
DROP TABLE transfers;
DROP TABLE accounts;
ALTER TABLE accounts_before RENAME TO accounts;
ALTER TABLE transfers_before RENAME TO transfers;
ALTER TABLE legs_before RENAME TO legs;
CREATE INDEX transfers_by_cause ON transfers (cause_id);
CREATE INDEX legs_by_account ON legs (account_id);
CREATE TRIGGER transfers_refuse_update BEFORE UPDATE ON transfers
BEGIN SELECT RAISE(ABORT, 'transfers are never changed'); END;
CREATE TRIGGER transfers_refuse_delete BEFORE DELETE ON transfers
BEGIN SELECT RAISE(ABORT, 'transfers are never changed'); END;
CREATE TRIGGER legs_refuse_update BEFORE UPDATE ON legs
BEGIN SELECT RAISE(ABORT, 'legs are never changed'); END;
CREATE TRIGGER legs_refuse_delete BEFORE DELETE ON legs
BEGIN SELECT RAISE(ABORT, 'legs are never changed'); END;
