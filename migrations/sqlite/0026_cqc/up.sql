-- What the Care Quality Commission says of each place that it registers. Nothing here is about a person.
CREATE TABLE cqc_locations (
    location_id    TEXT PRIMARY KEY NOT NULL,
    provider_id    TEXT NOT NULL,
    name           TEXT NOT NULL,
    postal_code    TEXT NOT NULL,
    registered     BOOLEAN NOT NULL,
    -- Since when it is no longer registered.
    ended_on       DATE,
    rating         TEXT,
    rated_on       DATE,
    -- Whether the rating was given to an earlier owner of the same place.
    inherited      BOOLEAN NOT NULL,
    source         TEXT NOT NULL,
    checked_on     DATE NOT NULL
);
CREATE INDEX cqc_locations_by_provider ON cqc_locations (provider_id);

-- Until when the changes were read.
CREATE TABLE cqc_readings (
    what      TEXT PRIMARY KEY NOT NULL,
    read_to   TIMESTAMP NOT NULL
);
CREATE INDEX services_by_registration ON services (registration_number);
