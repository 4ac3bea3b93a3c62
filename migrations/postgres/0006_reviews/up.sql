-- What people say of services they bought: one review for each person and service.
CREATE TABLE reviews (
    id             TEXT PRIMARY KEY NOT NULL,
    service_id     TEXT NOT NULL REFERENCES services (id),
    person_id      TEXT NOT NULL REFERENCES people (id),
    purchase_id    TEXT NOT NULL REFERENCES purchases (id),
    stars          INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5),
    reliability    INTEGER CHECK (reliability BETWEEN 1 AND 5),
    kindness       INTEGER CHECK (kindness BETWEEN 1 AND 5),
    communication  INTEGER CHECK (communication BETWEEN 1 AND 5),
    value          INTEGER CHECK (value BETWEEN 1 AND 5),
    outcome        INTEGER CHECK (outcome BETWEEN 1 AND 5),
    words          TEXT NOT NULL,
    anonymous      BOOLEAN NOT NULL,
    written_at     TIMESTAMP NOT NULL,
    UNIQUE (service_id, person_id)
);
CREATE INDEX reviews_by_service ON reviews (service_id, written_at);

-- Running counts of the stars, so that a page need not read every review.
CREATE TABLE service_ratings (
    service_id  TEXT PRIMARY KEY NOT NULL REFERENCES services (id),
    ones        INTEGER NOT NULL CHECK (ones >= 0),
    twos        INTEGER NOT NULL CHECK (twos >= 0),
    threes      INTEGER NOT NULL CHECK (threes >= 0),
    fours       INTEGER NOT NULL CHECK (fours >= 0),
    fives       INTEGER NOT NULL CHECK (fives >= 0)
);
