-- A person's corrections of what was read from a manual, as JSON. One row a revision, the newest is in
-- force; they hold for the next version of the manual, which has its name or its path.
CREATE TABLE manual_corrections (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    product       TEXT NOT NULL REFERENCES products (code),
    original_name TEXT NOT NULL,
    path          TEXT NOT NULL,
    edits         TEXT NOT NULL,
    saved_at      TEXT NOT NULL
) STRICT;
CREATE INDEX manual_corrections_by_product ON manual_corrections (product);
-- What the labels of parts stand for, in all manuals.
CREATE TABLE manual_labels (
    label    TEXT PRIMARY KEY,
    kind     TEXT NOT NULL,
    saved_at TEXT NOT NULL
) STRICT;
-- The corrections that a text was made with: a text made with others is made again. Texts from before
-- were made with none.
ALTER TABLE manual_texts ADD COLUMN corrections TEXT NOT NULL DEFAULT '';
