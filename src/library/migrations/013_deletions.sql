-- What a person deletes of the catalogue can be brought back: rows stay, past inspections name them.
ALTER TABLE products ADD COLUMN removed_at TEXT;
ALTER TABLE defect_types ADD COLUMN removed_at TEXT;

-- The name of the file that an image was registered from; NULL where nobody wrote it down.
ALTER TABLE images ADD COLUMN original_name TEXT;

-- Deletions of products (`defect` NULL) and defect types. `bank`: the version that was active.
CREATE TABLE deletions (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    product    TEXT NOT NULL,
    defect     TEXT,
    bank       INTEGER,
    deleted_by TEXT NOT NULL,
    deleted_at TEXT NOT NULL,
    undone_at  TEXT
) STRICT;

-- Images and manuals that went with a deletion.
CREATE TABLE deleted_rows (
    deletion INTEGER NOT NULL REFERENCES deletions (id),
    kind     TEXT NOT NULL CHECK (kind IN ('image', 'manual')),
    row      INTEGER NOT NULL,
    PRIMARY KEY (deletion, kind, row)
) STRICT, WITHOUT ROWID;
