-- What people looked for, without the people: how often on a day, from which area, and how much there was.
CREATE TABLE searches (
    id            TEXT PRIMARY KEY NOT NULL,
    authority_id  TEXT REFERENCES authorities (id),
    day           DATE NOT NULL,
    district      TEXT,
    words         TEXT NOT NULL,
    filters       TEXT NOT NULL,
    through       TEXT NOT NULL CHECK (through IN ('page', 'program')),
    found         BIGINT NOT NULL CHECK (found >= 0),
    times         BIGINT NOT NULL CHECK (times > 0)
);
CREATE INDEX searches_by_authority ON searches (authority_id, day);

-- What people said that they were looking for and did not find. Nobody's name stands here, nor anything that leads to one.
CREATE TABLE wanted_support (
    id              TEXT PRIMARY KEY NOT NULL,
    authority_id    TEXT REFERENCES authorities (id),
    asked_on        DATE NOT NULL,
    ward_code       TEXT REFERENCES wards (code),
    district        TEXT,
    category_id     TEXT REFERENCES taxonomy_terms (id),
    words           TEXT NOT NULL CHECK (length(words) BETWEEN 1 AND 200),
    submission_key  TEXT NOT NULL UNIQUE
);
CREATE INDEX wanted_support_by_authority ON wanted_support (authority_id, asked_on);
