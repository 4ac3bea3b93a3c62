-- What there is to find: organisations, their services, where they are and what they cost.
CREATE TABLE organizations (
    id             TEXT PRIMARY KEY NOT NULL,
    name           TEXT NOT NULL,
    description    TEXT NOT NULL,
    provider_type  TEXT NOT NULL CHECK (provider_type IN ('private', 'voluntary and community', 'social enterprise',
                   'user-led organisation', 'micro-provider', 'in-house', 'personal assistant')),
    status         TEXT NOT NULL CHECK (status IN ('active', 'suspended')),
    website        TEXT,
    origin         TEXT NOT NULL CHECK (origin IN ('open data', 'invented', 'provider')),
    created_at     TIMESTAMP NOT NULL
);

CREATE TABLE taxonomy_terms (
    id           TEXT PRIMARY KEY NOT NULL,
    taxonomy     TEXT NOT NULL CHECK (taxonomy IN ('category', 'need', 'accessibility')),
    parent_id    TEXT REFERENCES taxonomy_terms (id),
    name         TEXT NOT NULL,
    description  TEXT NOT NULL,
    curie        TEXT
);

CREATE TABLE services (
    id                       TEXT PRIMARY KEY NOT NULL,
    organization_id          TEXT NOT NULL REFERENCES organizations (id),
    kind                     TEXT NOT NULL CHECK (kind IN ('support service', 'personal assistant', 'equipment',
                             'accommodation with care', 'money and budget management', 'planning and advocacy',
                             'universal service', 'community group', 'information page')),
    category_id              TEXT NOT NULL REFERENCES taxonomy_terms (id),
    name                     TEXT NOT NULL CHECK (name <> ''),
    description              TEXT NOT NULL,
    status                   TEXT NOT NULL CHECK (status IN ('active', 'inactive', 'defunct', 'temporarily closed')),
    url                      TEXT,
    email                    TEXT,
    phone                    TEXT,
    minimum_age              INTEGER,
    maximum_age              INTEGER,
    opening_hours            TEXT NOT NULL,
    languages                TEXT NOT NULL,
    regulated                BOOLEAN NOT NULL,
    registration_number      TEXT,
    registration_source      TEXT,
    registration_checked_on  DATE,
    regulator_rating         TEXT,
    regulator_inspected_on   DATE,
    places_free              INTEGER CHECK (places_free >= 0),
    waiting_days             INTEGER CHECK (waiting_days >= 0),
    origin                   TEXT NOT NULL CHECK (origin IN ('open data', 'invented', 'provider')),
    source                   TEXT,
    assured_on               DATE NOT NULL,
    last_modified            TIMESTAMP NOT NULL,
    -- A regulated activity is published only with a registration that was checked.
    CHECK (NOT regulated OR status <> 'active' OR (registration_number IS NOT NULL AND registration_checked_on IS NOT NULL))
);
CREATE INDEX services_by_organization ON services (organization_id);

CREATE TABLE attributes (
    service_id        TEXT NOT NULL REFERENCES services (id),
    taxonomy_term_id  TEXT NOT NULL REFERENCES taxonomy_terms (id),
    PRIMARY KEY (service_id, taxonomy_term_id)
);

CREATE TABLE locations (
    id           TEXT PRIMARY KEY NOT NULL,
    address      TEXT,
    postal_code  TEXT NOT NULL,
    latitude     DOUBLE PRECISION NOT NULL,
    longitude    DOUBLE PRECISION NOT NULL
);

CREATE TABLE service_at_locations (
    service_id   TEXT NOT NULL REFERENCES services (id),
    location_id  TEXT NOT NULL REFERENCES locations (id),
    PRIMARY KEY (service_id, location_id)
);

-- The circle a service comes out to. None: it is used where it is.
CREATE TABLE service_areas (
    service_id     TEXT PRIMARY KEY NOT NULL REFERENCES services (id),
    radius_metres  INTEGER NOT NULL CHECK (radius_metres > 0)
);

CREATE TABLE cost_options (
    id            TEXT PRIMARY KEY NOT NULL,
    service_id    TEXT NOT NULL REFERENCES services (id),
    label         TEXT NOT NULL,
    unit          TEXT NOT NULL CHECK (unit IN ('hour', 'visit', 'session', 'night', 'week', 'item', 'mile', 'one-off')),
    amount_pence  BIGINT NOT NULL CHECK (amount_pence >= 0),
    valid_from    DATE NOT NULL,
    valid_to      DATE,
    position      INTEGER NOT NULL
);
CREATE INDEX cost_options_by_service ON cost_options (service_id, position);
