-- Demand, counted by the cube's follower. `*` stands for all.
CREATE TABLE demand_cells (
    authority_id   TEXT NOT NULL REFERENCES authorities (id),
    grain          INTEGER NOT NULL,
    month          INTEGER NOT NULL,
    ward_code      TEXT NOT NULL,
    category_id    TEXT NOT NULL,
    funding_route  TEXT NOT NULL,
    purchases      BIGINT NOT NULL,
    declined       BIGINT NOT NULL,
    units          BIGINT NOT NULL,
    spent_pence    BIGINT NOT NULL,
    people         BLOB NOT NULL,
    providers      BLOB NOT NULL,
    PRIMARY KEY (authority_id, grain, month, ward_code, category_id, funding_route)
) WITHOUT ROWID;

-- The number that stands for a person or a provider inside the cells, and the random key that decides the noise.
CREATE TABLE demand_members (
    member_id  TEXT PRIMARY KEY NOT NULL,
    ordinal    INTEGER NOT NULL UNIQUE,
    noise_key  BIGINT NOT NULL
);
