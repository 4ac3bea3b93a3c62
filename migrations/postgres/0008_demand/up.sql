-- Demand, counted by the cube's follower. `*` stands for all; `grain` says which of ward (1), category (2) and funding
-- route (4) its cells keep. Each step of buying is counted apart, with the people it concerns. One row holds all cells
-- of one ward and month, packed, so that a page reads few rows.
CREATE TABLE demand_cells (
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    grain         INTEGER NOT NULL CHECK (grain BETWEEN 0 AND 7),
    step          TEXT NOT NULL CHECK (step IN ('requested', 'declined', 'delivered')),
    month         INTEGER NOT NULL,
    ward_code     TEXT NOT NULL,
    cells         BYTEA NOT NULL,
    PRIMARY KEY (authority_id, grain, step, month, ward_code)
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
