-- How often the cells of a month have changed: what was released before is right as long as the number stays.
CREATE TABLE demand_changes (
    authority_id TEXT NOT NULL REFERENCES authorities (id),
    month INTEGER NOT NULL,
    changes BIGINT NOT NULL CHECK (changes > 0),
    PRIMARY KEY (authority_id, month)
);
