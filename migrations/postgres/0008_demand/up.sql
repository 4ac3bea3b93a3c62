-- Demand, counted by the cube's follower. `*` stands for all; `grain` says which of ward (1), category (2) and funding
-- route (4) a row keeps. Each step of buying is counted apart, with the people it concerns.
CREATE TABLE demand_cells (
    authority_id   TEXT NOT NULL REFERENCES authorities (id),
    grain          INTEGER NOT NULL CHECK (grain BETWEEN 0 AND 7),
    step           TEXT NOT NULL CHECK (step IN ('requested', 'declined', 'delivered')),
    month          INTEGER NOT NULL,
    ward_code      TEXT NOT NULL,
    category_id    TEXT NOT NULL,
    funding_route  TEXT NOT NULL,
    lines          BIGINT NOT NULL,
    units          BIGINT NOT NULL,
    pence          BIGINT NOT NULL,
    people         BYTEA NOT NULL,
    providers      BYTEA NOT NULL,
    PRIMARY KEY (authority_id, grain, step, month, ward_code, category_id, funding_route)
);

-- The number that stands for a person or a provider inside the cells.
CREATE TABLE demand_members (
    member_id  TEXT PRIMARY KEY NOT NULL,
    ordinal    INTEGER NOT NULL UNIQUE
);

-- The secret that decides the noise: one row, made once and never changed, so that no figure is ever drawn twice.
CREATE TABLE demand_noise (
    id      INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    secret  TEXT NOT NULL
);
