-- Every movement of a budget's money: accounts for each source of money, and what is owed or held by others.
CREATE TABLE accounts_after (
    id             TEXT PRIMARY KEY NOT NULL,
    authority_id   TEXT NOT NULL REFERENCES authorities (id),
    owner_kind     TEXT NOT NULL CHECK (owner_kind IN ('authority', 'budget')),
    owner_id       TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('outside', 'fund', 'suspense', 'available', 'committed', 'owed', 'paid',
                   'carried over', 'contribution due', 'handed over')),
    -- Of a budget's money: the source that it came from; of what was handed over: in which way.
    part           TEXT NOT NULL DEFAULT '',
    balance_pence  BIGINT NOT NULL,
    UNIQUE (owner_id, kind, part),
    CHECK (kind IN ('outside', 'contribution due', 'handed over') OR balance_pence >= 0),
    CHECK (kind NOT IN ('contribution due', 'handed over') OR balance_pence <= 0)
);

CREATE TABLE transfers_after (
    id               TEXT PRIMARY KEY NOT NULL,
    authority_id     TEXT NOT NULL REFERENCES authorities (id),
    reason           TEXT NOT NULL CHECK (reason IN ('grant', 'allocation', 'bridging', 'one-off', 'commitment', 'release',
                     'delivery', 'settlement', 'client contribution', 'contribution received', 'top-up', 'own money',
                     'refund', 'clawback', 'carry-over', 'return', 'transfer between budgets', 'transfer between sources',
                     'payment', 'payment returned', 'received', 'reversal')),
    cause_id         TEXT NOT NULL,
    acted_by         TEXT REFERENCES people (id),
    idempotency_key  TEXT NOT NULL,
    recorded_at      TIMESTAMP NOT NULL,
    UNIQUE (authority_id, idempotency_key)
);

CREATE TABLE legs_after (
    transfer_id   TEXT NOT NULL REFERENCES transfers_after (id),
    account_id    TEXT NOT NULL REFERENCES accounts_after (id),
    amount_pence  BIGINT NOT NULL CHECK (amount_pence <> 0),
    PRIMARY KEY (transfer_id, account_id)
) WITHOUT ROWID;

INSERT INTO accounts_after (id, authority_id, owner_kind, owner_id, kind, part, balance_pence)
SELECT accounts.id, accounts.authority_id, owner_kind, owner_id, kind,
    CASE WHEN owner_kind = 'authority' THEN '' WHEN budgets.funding_route = 'own money' THEN 'own money' ELSE 'social care' END,
    balance_pence
FROM accounts LEFT JOIN budgets ON budgets.id = accounts.owner_id;
INSERT INTO transfers_after SELECT id, authority_id, reason, cause_id, acted_by, idempotency_key, recorded_at FROM transfers;
INSERT INTO legs_after SELECT transfer_id, account_id, amount_pence FROM legs;

DROP TABLE legs;
DROP TABLE transfers;
DROP TABLE accounts;
ALTER TABLE accounts_after RENAME TO accounts;
ALTER TABLE transfers_after RENAME TO transfers;
ALTER TABLE legs_after RENAME TO legs;

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
