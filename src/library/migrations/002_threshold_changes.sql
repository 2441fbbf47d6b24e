-- What a bank's limits were before they were changed, newest last, so that a change can be
-- undone. `rule` is the rule they were changed to, as JSON.

CREATE TABLE threshold_changes (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    product         TEXT NOT NULL,
    version         INTEGER NOT NULL,
    changed_at      TEXT NOT NULL,
    image_threshold REAL NOT NULL,
    pixel_threshold REAL NOT NULL,
    scale_low       REAL NOT NULL,
    scale_high      REAL NOT NULL,
    rule            TEXT NOT NULL,
    FOREIGN KEY (product, version) REFERENCES banks (product, version)
) STRICT;
CREATE INDEX threshold_changes_by_bank ON threshold_changes (product, version, id);
