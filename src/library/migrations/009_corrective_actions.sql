-- Records of corrective actions (8D, CAPA). `entry` is what is written, as JSON; `digest` finds the
-- same content again. A removed record keeps its row, so that the removal can be taken back and
-- numbers in reports stay true. No foreign keys to products and defects: a record outlives what it
-- names.
CREATE TABLE corrective_actions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    product    TEXT NOT NULL,
    defect     TEXT,
    inspection INTEGER REFERENCES inspections (id),
    entry      TEXT NOT NULL,
    digest     TEXT NOT NULL,
    newest_day TEXT NOT NULL,
    source     TEXT NOT NULL,
    import     INTEGER,
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL,
    removed_at TEXT
) STRICT;
CREATE INDEX corrective_actions_by_defect ON corrective_actions (product, defect);
CREATE INDEX corrective_actions_by_inspection ON corrective_actions (inspection);

-- What records said before: only added to.
CREATE TABLE corrective_action_revisions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    action     INTEGER NOT NULL REFERENCES corrective_actions (id),
    defect     TEXT,
    entry      TEXT NOT NULL,
    written_by TEXT NOT NULL,
    written_at TEXT NOT NULL
) STRICT;
CREATE INDEX corrective_action_revisions_by_action ON corrective_action_revisions (action, id);

-- Files that records were read from.
CREATE TABLE corrective_action_imports (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    file        TEXT NOT NULL,
    imported_by TEXT NOT NULL,
    imported_at TEXT NOT NULL
) STRICT;
