-- What a list of inspections reads, beside the records: those are large, and SQLite would walk
-- through each of them. `judged`, `judged_defect` and `action` repeat the newest rows below.
CREATE TABLE history (
    inspection    INTEGER PRIMARY KEY NOT NULL REFERENCES inspections (id),
    created_at    TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    product       TEXT,
    defect        TEXT,
    verdict       TEXT NOT NULL,
    image_score   REAL,
    source        TEXT NOT NULL,
    image_path    TEXT,
    judged        TEXT,
    judged_defect TEXT,
    action        TEXT NOT NULL DEFAULT 'open' CHECK (action IN ('open', 'done'))
) STRICT;
CREATE INDEX history_by_time ON history (created_at_ms, inspection);
INSERT INTO history (inspection, created_at, created_at_ms, product, defect, verdict, image_score,
                     source, image_path)
    SELECT id, created_at, created_at_ms, product, defect, verdict, image_score,
           json_extract(record, '$.source'), json_extract(record, '$.image_path')
    FROM inspections;

-- Only added to; the newest of an inspection counts. Without a verdict: what was said is taken
-- back. No foreign key to defects: a judgement outlives what it names.
CREATE TABLE judgements (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    inspection INTEGER NOT NULL REFERENCES inspections (id),
    verdict    TEXT CHECK (verdict IN ('ok', 'ng', 'unsure')),
    defect     TEXT,
    note       TEXT NOT NULL,
    judged_by  TEXT NOT NULL,
    judged_at  TEXT NOT NULL
) STRICT;
CREATE INDEX judgements_by_inspection ON judgements (inspection, id);

-- Only added to as well.
CREATE TABLE action_changes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    inspection INTEGER NOT NULL REFERENCES inspections (id),
    state      TEXT NOT NULL CHECK (state IN ('open', 'done')),
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;
CREATE INDEX action_changes_by_inspection ON action_changes (inspection, id);
