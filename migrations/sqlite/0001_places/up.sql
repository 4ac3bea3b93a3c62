-- Councils, which are the tenants, and the wards that demand is shown by.
CREATE TABLE authorities (
    id         TEXT PRIMARY KEY NOT NULL,
    gss_code   TEXT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    slug       TEXT NOT NULL UNIQUE,
    latitude   DOUBLE PRECISION NOT NULL,
    longitude  DOUBLE PRECISION NOT NULL
);

CREATE TABLE wards (
    code          TEXT PRIMARY KEY NOT NULL,
    authority_id  TEXT NOT NULL REFERENCES authorities (id),
    name          TEXT NOT NULL,
    latitude      DOUBLE PRECISION NOT NULL,
    longitude     DOUBLE PRECISION NOT NULL
);
CREATE INDEX wards_by_authority ON wards (authority_id);
