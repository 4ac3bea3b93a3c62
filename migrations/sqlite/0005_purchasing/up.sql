-- Buying, delivering, invoicing, settling.
CREATE TABLE purchases (
    id                TEXT PRIMARY KEY NOT NULL,
    authority_id      TEXT NOT NULL REFERENCES authorities (id),
    budget_id         TEXT NOT NULL REFERENCES budgets (id),
    person_id         TEXT NOT NULL REFERENCES people (id),
    organization_id   TEXT NOT NULL REFERENCES organizations (id),
    service_id        TEXT NOT NULL REFERENCES services (id),
    cost_option_id    TEXT NOT NULL REFERENCES cost_options (id),
    -- As they were when it was bought: a later change of price, home or category never alters it.
    unit              TEXT NOT NULL CHECK (unit IN ('hour', 'visit', 'session', 'night', 'week', 'item', 'mile', 'one-off')),
    unit_price_pence  BIGINT NOT NULL CHECK (unit_price_pence > 0),
    quantity          INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    total_pence       BIGINT NOT NULL,
    funding_route     TEXT NOT NULL,
    ward_code         TEXT NOT NULL REFERENCES wards (code),
    category_id       TEXT NOT NULL REFERENCES taxonomy_terms (id),
    state             TEXT NOT NULL CHECK (state IN ('requested', 'agreed', 'declined', 'cancelled', 'delivered', 'settled')),
    note              TEXT NOT NULL,
    starts_on         DATE NOT NULL,
    submission_key    TEXT NOT NULL,
    requested_at      TIMESTAMP NOT NULL,
    UNIQUE (budget_id, submission_key),
    CHECK (total_pence = unit_price_pence * quantity)
);
CREATE INDEX purchases_by_organization ON purchases (organization_id, state, requested_at);
CREATE INDEX purchases_by_budget ON purchases (budget_id, requested_at);

-- Each step of a purchase: who, when and why.
CREATE TABLE purchase_steps (
    purchase_id  TEXT NOT NULL REFERENCES purchases (id),
    position     INTEGER NOT NULL,
    event        TEXT NOT NULL,
    person_id    TEXT REFERENCES people (id),
    reason       TEXT,
    taken_at     TIMESTAMP NOT NULL,
    PRIMARY KEY (purchase_id, position)
);

CREATE TABLE invoices (
    id               TEXT PRIMARY KEY NOT NULL,
    authority_id     TEXT NOT NULL REFERENCES authorities (id),
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    purchase_id      TEXT NOT NULL REFERENCES purchases (id),
    amount_pence     BIGINT NOT NULL CHECK (amount_pence > 0),
    state            TEXT NOT NULL CHECK (state IN ('issued', 'settled')),
    issued_at        TIMESTAMP NOT NULL,
    settled_at       TIMESTAMP,
    CHECK ((state = 'settled') = (settled_at IS NOT NULL))
);
CREATE INDEX invoices_by_authority ON invoices (authority_id, state, issued_at);
CREATE INDEX invoices_by_organization ON invoices (organization_id, state, issued_at);
CREATE INDEX invoices_by_purchase ON invoices (purchase_id);

CREATE TABLE deliveries (
    id            TEXT PRIMARY KEY NOT NULL,
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    purchase_id   TEXT NOT NULL REFERENCES purchases (id),
    quantity      INTEGER NOT NULL CHECK (quantity BETWEEN 1 AND 999),
    amount_pence  BIGINT NOT NULL CHECK (amount_pence > 0),
    delivered_on  DATE NOT NULL,
    state         TEXT NOT NULL CHECK (state IN ('recorded', 'confirmed', 'disputed')),
    note          TEXT NOT NULL,
    dispute       TEXT,
    recorded_by   TEXT REFERENCES people (id),
    recorded_at   TIMESTAMP NOT NULL,
    answered_at   TIMESTAMP,
    invoice_id    TEXT REFERENCES invoices (id),
    submission_key TEXT NOT NULL,
    UNIQUE (purchase_id, submission_key),
    CHECK (invoice_id IS NULL OR state = 'confirmed'),
    CHECK ((state = 'recorded') = (answered_at IS NULL))
);
