ALTER TABLE transfers DROP CONSTRAINT transfers_reason_check;
ALTER TABLE transfers ADD CONSTRAINT transfers_reason_check CHECK (reason IN ('grant', 'allocation', 'commitment', 'release',
                     'delivery', 'settlement', 'reversal'));
ALTER TABLE accounts DROP CONSTRAINT accounts_of_others_check;
ALTER TABLE accounts DROP CONSTRAINT accounts_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_check CHECK (kind = 'outside' OR balance_pence >= 0);
ALTER TABLE accounts DROP CONSTRAINT accounts_kind_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_kind_check CHECK (kind IN ('outside', 'fund', 'available', 'committed', 'owed', 'paid'));
ALTER TABLE accounts DROP CONSTRAINT accounts_owner_id_kind_part_key;
ALTER TABLE accounts ADD UNIQUE (owner_id, kind);
ALTER TABLE accounts DROP COLUMN part;
