-- Every movement of a budget's money: accounts for each source of money, and what is owed or held by others.
ALTER TABLE accounts ADD COLUMN part TEXT NOT NULL DEFAULT '';
UPDATE accounts SET part = CASE WHEN budgets.funding_route = 'own money' THEN 'own money' ELSE 'social care' END
FROM budgets WHERE budgets.id = accounts.owner_id;
ALTER TABLE accounts DROP CONSTRAINT accounts_owner_id_kind_key;
ALTER TABLE accounts ADD UNIQUE (owner_id, kind, part);
ALTER TABLE accounts DROP CONSTRAINT accounts_owner_kind_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_owner_kind_check CHECK (owner_kind IN ('authority', 'budget'));
ALTER TABLE accounts DROP CONSTRAINT accounts_kind_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_kind_check CHECK (kind IN ('outside', 'fund', 'suspense', 'available',
                   'committed', 'owed', 'paid',
                   'carried over', 'contribution due', 'handed over'));
ALTER TABLE accounts DROP CONSTRAINT accounts_check;
ALTER TABLE accounts ADD CONSTRAINT accounts_check CHECK (kind IN ('outside', 'contribution due', 'handed over') OR balance_pence >= 0);
ALTER TABLE accounts ADD CONSTRAINT accounts_of_others_check CHECK (kind NOT IN ('contribution due', 'handed over') OR balance_pence <= 0);
ALTER TABLE transfers DROP CONSTRAINT transfers_reason_check;
ALTER TABLE transfers ADD CONSTRAINT transfers_reason_check CHECK (reason IN ('grant', 'allocation', 'bridging', 'one-off', 'commitment', 'release',
                     'delivery', 'settlement', 'client contribution', 'contribution received', 'top-up', 'own money',
                     'refund', 'clawback', 'carry-over', 'return', 'transfer between budgets', 'transfer between sources',
                     'payment', 'payment returned', 'received', 'reversal'));
ALTER TABLE legs DROP CONSTRAINT legs_amount_pence_check;
ALTER TABLE legs ADD CONSTRAINT legs_amount_pence_check CHECK (amount_pence <> 0);
