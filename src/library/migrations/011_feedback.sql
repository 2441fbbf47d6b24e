-- What people say of answers and reports. Only added to; the newest of a subject counts: a question
-- as it was put (to a product, to a defect type), or the report of an inspection. Without a rating:
-- what was said is taken back. No foreign keys to products and defects: it outlives what it names.
CREATE TABLE feedback (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    inspection INTEGER REFERENCES inspections (id),
    question   TEXT,
    product    TEXT,
    defect     TEXT,
    -- What the answer showed, and the section that would have been right, as JSON.
    shown      TEXT,
    rating     TEXT CHECK (rating IN ('good', 'bad')),
    note       TEXT NOT NULL,
    right      TEXT,
    given_by   TEXT NOT NULL,
    given_at   TEXT NOT NULL,
    CHECK ((inspection IS NULL) <> (question IS NULL))
) STRICT;
CREATE INDEX feedback_by_subject ON feedback (inspection, question, product, defect, id);

-- What an engineer decided about what feedback teaches. Only added to; the newest of a lesson
-- (as JSON) counts. Without a decision: it is open again.
CREATE TABLE lesson_decisions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    lesson     TEXT NOT NULL,
    decision   TEXT CHECK (decision IN ('accepted', 'refused')),
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL
) STRICT;
CREATE INDEX lesson_decisions_by_lesson ON lesson_decisions (lesson, id);
