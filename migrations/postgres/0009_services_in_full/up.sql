-- Everything else that a service tells (Open Referral UK 3.0; PRODUCT §2).

-- When it is on: one row for each rule of the week or the month (Open Referral: schedule; RFC 5545).
CREATE TABLE schedules (
    id           TEXT PRIMARY KEY NOT NULL,
    service_id   TEXT NOT NULL REFERENCES services (id),
    freq         TEXT NOT NULL CHECK (freq IN ('WEEKLY', 'MONTHLY')),
    every        INTEGER NOT NULL CHECK (every BETWEEN 1 AND 52),
    byday        TEXT NOT NULL,
    starts_on    DATE,
    opens_at     TEXT CHECK (opens_at IS NULL OR length(opens_at) = 5),
    closes_at    TEXT CHECK (closes_at IS NULL OR length(closes_at) = 5),
    valid_from   DATE,
    valid_to     DATE,
    description  TEXT NOT NULL
);
CREATE INDEX schedules_by_service ON schedules (service_id);

-- Where it comes to, besides the circle in service_areas: whole postcode districts ("M33"), whole authorities.
CREATE TABLE areas_served (
    service_id  TEXT NOT NULL REFERENCES services (id),
    area_kind   TEXT NOT NULL CHECK (area_kind IN ('postcode district', 'authority')),
    code        TEXT NOT NULL CHECK (code <> ''),
    PRIMARY KEY (service_id, area_kind, code)
);

-- Which ways of holding a personal budget it takes. No row: all of them.
CREATE TABLE funding_accepted (
    service_id     TEXT NOT NULL REFERENCES services (id),
    funding_route  TEXT NOT NULL CHECK (funding_route IN ('direct payment', 'nominated third party', 'trust', 'broker',
                   'individual service fund', 'council-managed', 'own money')),
    PRIMARY KEY (service_id, funding_route)
);

-- When a price applies, what it includes, and how it is made up (002, 003, 004: full cost recovery).
ALTER TABLE cost_options ADD COLUMN rate TEXT NOT NULL DEFAULT 'any time'
    CHECK (rate IN ('any time', 'weekday', 'evening', 'weekend', 'bank holiday'));
ALTER TABLE cost_options ADD COLUMN includes TEXT NOT NULL DEFAULT '';
ALTER TABLE cost_options ADD COLUMN direct_pence BIGINT CHECK (direct_pence >= 0);
ALTER TABLE cost_options ADD COLUMN management_pence BIGINT CHECK (management_pence >= 0);
ALTER TABLE cost_options ADD COLUMN overhead_pence BIGINT
    CHECK (overhead_pence >= 0 AND direct_pence + management_pence + overhead_pence = amount_pence);

-- A rating that the regulator gave to an earlier owner of the same place.
ALTER TABLE services ADD COLUMN rating_inherited BOOLEAN NOT NULL DEFAULT FALSE;

-- The authority that looks after an organisation's entries: approval, freshness, "this is wrong".
ALTER TABLE organizations ADD COLUMN authority_id TEXT REFERENCES authorities (id);
ALTER TABLE organizations ADD COLUMN email TEXT;
ALTER TABLE organizations ADD COLUMN phone TEXT;
ALTER TABLE organizations ADD COLUMN charity_number TEXT;
ALTER TABLE organizations ADD COLUMN company_number TEXT;

-- What was checked of an organisation, by whom, until when. Past its day the badge is gone.
CREATE TABLE verifications (
    id               TEXT PRIMARY KEY NOT NULL,
    organization_id  TEXT NOT NULL REFERENCES organizations (id),
    paper            TEXT NOT NULL CHECK (paper IN ('registration', 'insurance', 'safeguarding policy', 'identity',
                     'right to work', 'criminal record check', 'references')),
    detail           TEXT NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('waiting', 'checked', 'refused')),
    sent_at          TIMESTAMP NOT NULL,
    checked_by       TEXT,
    checked_on       DATE,
    expires_on       DATE,
    reminded_on      DATE,
    CHECK ((state = 'waiting') = (checked_on IS NULL))
);
CREATE INDEX verifications_by_organization ON verifications (organization_id);
