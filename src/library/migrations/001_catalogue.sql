-- The catalogue's first schema. Ids are AUTOINCREMENT: an id is never given twice,
-- because indexes, reports and inspections keep them. Times are RFC 3339 in UTC.

CREATE TABLE products (
    code     TEXT PRIMARY KEY NOT NULL,
    name_ko  TEXT NOT NULL,
    name_en  TEXT NOT NULL,
    added_at TEXT NOT NULL
) STRICT;

CREATE TABLE defect_types (
    product   TEXT NOT NULL REFERENCES products (code),
    code      TEXT NOT NULL,
    name_ko   TEXT NOT NULL,
    name_en   TEXT NOT NULL,
    full_name TEXT NOT NULL,
    added_at  TEXT NOT NULL,
    PRIMARY KEY (product, code)
) STRICT;

-- `defect` NULL: a normal image. A removed image keeps its row and file, since
-- past inspections cite both.
CREATE TABLE images (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    product      TEXT NOT NULL REFERENCES products (code),
    defect       TEXT,
    path         TEXT NOT NULL UNIQUE,
    content_hash TEXT NOT NULL,
    width_px     INTEGER NOT NULL CHECK (width_px > 0),
    height_px    INTEGER NOT NULL CHECK (height_px > 0),
    added_at     TEXT NOT NULL,
    removed_at   TEXT,
    FOREIGN KEY (product, defect) REFERENCES defect_types (product, code)
) STRICT;
-- The same bytes once under one label.
CREATE UNIQUE INDEX images_once ON images (content_hash, product, ifnull(defect, ''))
    WHERE removed_at IS NULL;
CREATE INDEX images_by_label ON images (product, defect) WHERE removed_at IS NULL;

-- One row a version of a manual. `replaced_at` is set when a newer one came; the
-- old row stays so that a report can go on citing it.
CREATE TABLE manuals (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    product       TEXT NOT NULL REFERENCES products (code),
    path          TEXT NOT NULL,
    original_name TEXT NOT NULL,
    content_hash  TEXT NOT NULL,
    added_at      TEXT NOT NULL,
    replaced_at   TEXT
) STRICT;
CREATE UNIQUE INDEX manuals_once ON manuals (content_hash, product) WHERE replaced_at IS NULL;
CREATE UNIQUE INDEX manuals_path ON manuals (path) WHERE replaced_at IS NULL;

CREATE TABLE manual_texts (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    manual         INTEGER NOT NULL REFERENCES manuals (id),
    content_hash   TEXT NOT NULL,
    parser_version INTEGER NOT NULL,
    text           TEXT NOT NULL,
    saved_at       TEXT NOT NULL
) STRICT;
CREATE INDEX manual_texts_by_manual ON manual_texts (manual);

CREATE TABLE banks (
    product         TEXT NOT NULL REFERENCES products (code),
    version         INTEGER NOT NULL CHECK (version > 0),
    model           TEXT NOT NULL,
    path            TEXT NOT NULL,
    image_threshold REAL NOT NULL,
    pixel_threshold REAL NOT NULL,
    scale_low       REAL NOT NULL,
    scale_high      REAL NOT NULL,
    created_at      TEXT NOT NULL,
    active          INTEGER NOT NULL DEFAULT 0 CHECK (active IN (0, 1)),
    PRIMARY KEY (product, version)
) STRICT;
CREATE UNIQUE INDEX banks_one_active ON banks (product) WHERE active = 1;

-- `record` is the whole inspection as JSON: what the columns beside it repeat is for
-- finding it. No foreign keys: a record outlives what it names.
CREATE TABLE inspections (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    created_at    TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    product       TEXT,
    defect        TEXT,
    verdict       TEXT NOT NULL,
    image_score   REAL,
    image_hash    TEXT NOT NULL,
    record        TEXT NOT NULL
) STRICT;
CREATE INDEX inspections_by_time ON inspections (created_at_ms);
CREATE INDEX inspections_by_product ON inspections (product, created_at_ms);
CREATE INDEX inspections_by_verdict ON inspections (verdict, created_at_ms);
CREATE INDEX inspections_by_image ON inspections (image_hash);

CREATE TABLE product_settings (
    product TEXT NOT NULL REFERENCES products (code),
    key     TEXT NOT NULL,
    value   TEXT NOT NULL,
    PRIMARY KEY (product, key)
) STRICT;

-- The last number given to files of one name pattern, e.g. 'data/def_split/prod1_hole'.
CREATE TABLE file_numbers (
    stem TEXT PRIMARY KEY NOT NULL,
    last INTEGER NOT NULL
) STRICT;

-- Files about to be placed: written before the rename, deleted in the transaction that
-- inserts the file's row. What is found here at the next start was interrupted.
CREATE TABLE placements (
    path         TEXT PRIMARY KEY NOT NULL,
    content_hash TEXT NOT NULL,
    begun_at     TEXT NOT NULL
) STRICT;
