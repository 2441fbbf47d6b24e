-- Copies of inspected images that were let go after so many days; their inspections stay. The row
-- comes first, then the file goes, then the row says so: a crash between leaves what the next
-- start ends. Inspecting the same bytes again takes the row away.
CREATE TABLE tidied (
    image_path TEXT PRIMARY KEY NOT NULL,
    days       INTEGER NOT NULL CHECK (days > 0),
    tidied_at  TEXT NOT NULL,
    is_gone    INTEGER NOT NULL DEFAULT 0 CHECK (is_gone IN (0, 1))
) STRICT;
CREATE INDEX tidied_not_gone ON tidied (image_path) WHERE is_gone = 0;
CREATE INDEX history_by_image ON history (image_path);
