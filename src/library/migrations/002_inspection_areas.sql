-- Which part of a product's pictures is inspected. A shape is a polygon (JSON, relative
-- coordinates) or a mask file. A removed one keeps its row and file: a bank or an inspection may
-- have been made with it.
CREATE TABLE inspection_areas (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    product      TEXT NOT NULL REFERENCES products (code),
    effect       TEXT NOT NULL CHECK (effect IN ('inspect', 'ignore')),
    polygon      TEXT,
    path         TEXT UNIQUE,
    content_hash TEXT,
    added_at     TEXT NOT NULL,
    removed_at   TEXT,
    CHECK ((polygon IS NULL) <> (path IS NULL)),
    CHECK ((path IS NULL) = (content_hash IS NULL))
) STRICT;
CREATE INDEX inspection_areas_by_product ON inspection_areas (product) WHERE removed_at IS NULL;

-- The area that a bank was fitted with; NULL: all of the image.
ALTER TABLE banks ADD COLUMN area_hash TEXT;
