-- A budget over time: what holds from a date on, the periods it is funded for, and what finance officers moved.
ALTER TABLE budgets ADD COLUMN period_length TEXT NOT NULL DEFAULT 'whole' CHECK (period_length IN ('whole', 'year', 'quarter',
    'month', 'four weeks'));
ALTER TABLE budgets ADD COLUMN renews BOOLEAN NOT NULL DEFAULT FALSE;

CREATE TABLE budget_terms (
    id                  TEXT PRIMARY KEY NOT NULL,
    authority_id        TEXT NOT NULL REFERENCES authorities (id),
    budget_id           TEXT NOT NULL REFERENCES budgets (id),
    number              INTEGER NOT NULL CHECK (number > 0),
    starts_on           DATE NOT NULL,
    kind                TEXT NOT NULL CHECK (kind IN ('agreed', 'changed', 'uprated')),
    rate_pence          BIGINT NOT NULL CHECK (rate_pence >= 0),
    rate_per            TEXT NOT NULL CHECK (rate_per IN ('week', 'year', 'whole')),
    -- What the person pays towards it each week, after a financial assessment.
    contribution_pence  BIGINT NOT NULL CHECK (contribution_pence >= 0),
    -- What is paid beside the rate each week while somebody gets used to less.
    bridging_pence      BIGINT NOT NULL CHECK (bridging_pence >= 0),
    bridging_until      DATE,
    reason              TEXT NOT NULL,
    set_by              TEXT REFERENCES people (id),
    set_at              TIMESTAMP NOT NULL,
    withdrawn_at        TIMESTAMP,
    UNIQUE (budget_id, number),
    CHECK ((bridging_pence > 0) = (bridging_until IS NOT NULL))
);

-- Shares are hundredths of a percent, and add up to 10,000 for each terms (budgets/shares.rs; `waymark verify`).
CREATE TABLE budget_sources (
    terms_id  TEXT NOT NULL REFERENCES budget_terms (id),
    position  INTEGER NOT NULL,
    source    TEXT NOT NULL CHECK (source IN ('social care', 'health', 'housing support', 'learning', 'own money')),
    share     INTEGER NOT NULL CHECK (share BETWEEN 1 AND 10000),
    PRIMARY KEY (terms_id, source)
);

CREATE TABLE budget_holders (
    terms_id         TEXT NOT NULL REFERENCES budget_terms (id),
    position         INTEGER NOT NULL,
    funding_route    TEXT NOT NULL CHECK (funding_route IN ('direct payment', 'nominated third party', 'trust', 'broker',
                     'individual service fund', 'council-managed', 'own money')),
    share            INTEGER NOT NULL CHECK (share BETWEEN 1 AND 10000),
    -- Who holds it: the third party, trust or broker in words, the provider of a service fund by its id.
    name             TEXT NOT NULL,
    organization_id  TEXT REFERENCES organizations (id),
    PRIMARY KEY (terms_id, funding_route),
    CHECK (organization_id IS NULL OR funding_route = 'individual service fund')
);
CREATE INDEX budget_holders_by_organization ON budget_holders (organization_id);

CREATE TABLE budget_periods (
    id               TEXT PRIMARY KEY NOT NULL,
    authority_id     TEXT NOT NULL REFERENCES authorities (id),
    budget_id        TEXT NOT NULL REFERENCES budgets (id),
    number           INTEGER NOT NULL CHECK (number > 0),
    starts_on        DATE NOT NULL,
    ends_on          DATE NOT NULL,
    -- What the council put in for it, a running total that `waymark verify` compares with the ledger.
    funded_pence     BIGINT NOT NULL CHECK (funded_pence >= 0),
    closed_at        TIMESTAMP,
    closed_by        TEXT REFERENCES people (id),
    UNIQUE (budget_id, number),
    CHECK (ends_on > starts_on)
);
CREATE INDEX budget_periods_open ON budget_periods (closed_at, ends_on);

-- How a period ended, source by source.
CREATE TABLE period_balances (
    period_id        TEXT NOT NULL REFERENCES budget_periods (id),
    source           TEXT NOT NULL,
    left_pence       BIGINT NOT NULL CHECK (left_pence >= 0),
    carried_pence    BIGINT NOT NULL CHECK (carried_pence >= 0),
    returned_pence   BIGINT NOT NULL CHECK (returned_pence >= 0),
    committed_pence  BIGINT NOT NULL CHECK (committed_pence >= 0),
    owed_pence       BIGINT NOT NULL CHECK (owed_pence >= 0),
    paid_pence       BIGINT NOT NULL CHECK (paid_pence >= 0),
    PRIMARY KEY (period_id, source),
    CHECK (carried_pence + returned_pence <= left_pence)
);

-- What somebody moved by hand: the cause of a transfer, with why.
CREATE TABLE money_moves (
    id              TEXT PRIMARY KEY NOT NULL,
    authority_id    TEXT NOT NULL REFERENCES authorities (id),
    budget_id       TEXT NOT NULL REFERENCES budgets (id),
    other_budget_id TEXT REFERENCES budgets (id),
    reason          TEXT NOT NULL,
    source          TEXT NOT NULL,
    amount_pence    BIGINT NOT NULL CHECK (amount_pence > 0),
    note            TEXT NOT NULL,
    moved_by        TEXT REFERENCES people (id),
    moved_at        TIMESTAMP NOT NULL,
    submission_key  TEXT NOT NULL,
    UNIQUE (authority_id, submission_key)
);
CREATE INDEX money_moves_by_budget ON money_moves (budget_id, moved_at);

-- Somebody would like their budget to be held in another way.
CREATE TABLE holding_requests (
    id              TEXT PRIMARY KEY NOT NULL,
    authority_id    TEXT NOT NULL REFERENCES authorities (id),
    budget_id       TEXT NOT NULL REFERENCES budgets (id),
    funding_route   TEXT NOT NULL CHECK (funding_route IN ('direct payment', 'nominated third party', 'trust', 'broker',
                    'individual service fund', 'council-managed')),
    starts_on       DATE NOT NULL,
    words           TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('asked', 'done', 'declined', 'taken back')),
    answer          TEXT NOT NULL,
    asked_by        TEXT NOT NULL REFERENCES people (id),
    asked_at        TIMESTAMP NOT NULL,
    answered_by     TEXT REFERENCES people (id),
    answered_at     TIMESTAMP,
    CHECK ((state = 'asked') = (answered_at IS NULL))
);
CREATE INDEX holding_requests_by_budget ON holding_requests (budget_id, asked_at);
CREATE INDEX holding_requests_by_authority ON holding_requests (authority_id, state, asked_at);

-- Budgets that are there already: one period, one source, held in one way. Terms and period have the budget's id.
INSERT INTO budget_terms (id, authority_id, budget_id, number, starts_on, kind, rate_pence, rate_per, contribution_pence,
    bridging_pence, bridging_until, reason, set_by, set_at, withdrawn_at)
SELECT b.id, b.authority_id, b.id, 1, b.starts_on, 'agreed', CAST(COALESCE((SELECT SUM(l.amount_pence) FROM transfers t
        JOIN legs l ON l.transfer_id = t.id WHERE t.cause_id = b.id AND t.reason = 'allocation' AND l.amount_pence > 0), 0) AS BIGINT),
    'whole', 0, 0, NULL, '', NULL, b.created_at, NULL
FROM budgets b;
INSERT INTO budget_sources (terms_id, position, source, share)
SELECT id, 1, CASE WHEN funding_route = 'own money' THEN 'own money' ELSE 'social care' END, 10000 FROM budgets;
INSERT INTO budget_holders (terms_id, position, funding_route, share, name, organization_id)
SELECT id, 1, funding_route, 10000, '', NULL FROM budgets;
INSERT INTO budget_periods (id, authority_id, budget_id, number, starts_on, ends_on, funded_pence, closed_at, closed_by)
SELECT b.id, b.authority_id, b.id, 1, b.starts_on, b.ends_on, t.rate_pence, NULL, NULL
FROM budgets b JOIN budget_terms t ON t.id = b.id;

CREATE FUNCTION refuse_overlapping_period() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF EXISTS (SELECT 1 FROM budget_periods p WHERE p.budget_id = NEW.budget_id AND p.starts_on < NEW.ends_on
        AND NEW.starts_on < p.ends_on) THEN
        RAISE EXCEPTION 'periods of a budget never overlap';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER periods_never_overlap BEFORE INSERT ON budget_periods
FOR EACH ROW EXECUTE FUNCTION refuse_overlapping_period();
CREATE FUNCTION refuse_other_days() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'periods of a budget keep their days'; END $$;
CREATE TRIGGER periods_keep_their_days BEFORE UPDATE OF starts_on, ends_on, budget_id ON budget_periods
FOR EACH ROW EXECUTE FUNCTION refuse_other_days();
