-- How an authority turns answers into an indicative budget: versions of its questionnaire, each with points, prices and
-- adjustments, and the days on which it holds.
CREATE TABLE questionnaires (
    id               TEXT PRIMARY KEY NOT NULL,
    authority_id     TEXT NOT NULL REFERENCES authorities (id),
    -- 1, 2, 3 … of its authority.
    number           INTEGER NOT NULL CHECK (number > 0),
    state            TEXT NOT NULL CHECK (state IN ('draft', 'published')),
    -- Questions, points, prices and adjustments as one document.
    content          TEXT NOT NULL,
    -- Its first day, and the day after its last; none: until another one begins.
    effective_from   DATE,
    effective_until  DATE,
    -- Who began it; none for one that came with the installation.
    created_by       TEXT REFERENCES people (id),
    created_at       TIMESTAMP NOT NULL,
    changed_at       TIMESTAMP NOT NULL,
    published_by     TEXT REFERENCES people (id),
    published_at     TIMESTAMP,
    UNIQUE (authority_id, number),
    CHECK (state = 'draft' OR (effective_from IS NOT NULL AND published_at IS NOT NULL)),
    CHECK (effective_until IS NULL OR effective_until > effective_from)
);
CREATE INDEX questionnaires_by_state ON questionnaires (authority_id, state, effective_from);

-- What was asked of people stays as it was asked.
CREATE TRIGGER questionnaires_keep_published BEFORE UPDATE OF content, effective_from, state, number ON questionnaires
WHEN OLD.state = 'published'
BEGIN SELECT RAISE(ABORT, 'published questionnaires are never changed'); END;
CREATE TRIGGER questionnaires_refuse_delete BEFORE DELETE ON questionnaires WHEN OLD.state = 'published'
BEGIN SELECT RAISE(ABORT, 'published questionnaires are never deleted'); END;
CREATE TRIGGER questionnaires_refuse_overlap BEFORE UPDATE ON questionnaires
WHEN NEW.state = 'published' AND EXISTS (
    SELECT 1 FROM questionnaires o
    WHERE o.authority_id = NEW.authority_id AND o.id <> NEW.id AND o.state = 'published'
      AND (NEW.effective_until IS NULL OR o.effective_from < NEW.effective_until)
      AND (o.effective_until IS NULL OR o.effective_until > NEW.effective_from))
BEGIN SELECT RAISE(ABORT, 'effective dates of questionnaires overlap'); END;
CREATE TRIGGER questionnaires_refuse_overlap_new BEFORE INSERT ON questionnaires
WHEN NEW.state = 'published' AND EXISTS (
    SELECT 1 FROM questionnaires o
    WHERE o.authority_id = NEW.authority_id AND o.id <> NEW.id AND o.state = 'published'
      AND (NEW.effective_until IS NULL OR o.effective_from < NEW.effective_until)
      AND (o.effective_until IS NULL OR o.effective_until > NEW.effective_from))
BEGIN SELECT RAISE(ABORT, 'effective dates of questionnaires overlap'); END;

-- What somebody said of their own life, question by question, and what it came to.
CREATE TABLE assessments (
    id                TEXT PRIMARY KEY NOT NULL,
    authority_id      TEXT NOT NULL REFERENCES authorities (id),
    person_id         TEXT NOT NULL REFERENCES people (id),
    questionnaire_id  TEXT NOT NULL REFERENCES questionnaires (id),
    state             TEXT NOT NULL CHECK (state IN ('open', 'finished')),
    -- Each answer with who gave it, as one document.
    answers           TEXT NOT NULL,
    -- The indicative budget a week, and how it was worked out.
    points            BIGINT CHECK (points >= 0),
    weekly_pence      BIGINT CHECK (weekly_pence >= 0),
    working           TEXT,
    started_by        TEXT NOT NULL REFERENCES people (id),
    started_at        TIMESTAMP NOT NULL,
    changed_at        TIMESTAMP NOT NULL,
    finished_by       TEXT REFERENCES people (id),
    -- As what they finished it: themselves, representative, planner, care manager.
    finished_as       TEXT CHECK (finished_as IN ('themselves', 'representative', 'planner', 'care manager')),
    finished_at       TIMESTAMP,
    CHECK ((state = 'finished') = (finished_at IS NOT NULL AND finished_by IS NOT NULL AND finished_as IS NOT NULL)),
    CHECK ((state = 'finished') = (points IS NOT NULL AND weekly_pence IS NOT NULL AND working IS NOT NULL))
);
CREATE INDEX assessments_by_person ON assessments (person_id, started_at);
CREATE INDEX assessments_by_authority ON assessments (authority_id, state, id);
-- One at a time.
CREATE UNIQUE INDEX assessments_open ON assessments (person_id) WHERE state = 'open';

CREATE TRIGGER assessments_keep_finished
BEFORE UPDATE OF authority_id, person_id, questionnaire_id, state, points, weekly_pence, finished_at ON assessments
WHEN OLD.state = 'finished'
BEGIN SELECT RAISE(ABORT, 'finished assessments are never changed'); END;
CREATE TRIGGER assessments_refuse_delete BEFORE DELETE ON assessments WHEN OLD.state = 'finished'
BEGIN SELECT RAISE(ABORT, 'finished assessments are never deleted'); END;
