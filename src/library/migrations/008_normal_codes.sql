-- Codes and names are in Unicode's normalisation form C from here on (`normal_codes.rs` rewrites
-- them). Where two codes differed in their form alone, one was renamed; these rows say so. No
-- foreign keys: what happened stays true.
CREATE TABLE renamed_codes (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    product TEXT NOT NULL,
    defect  TEXT,
    looked  TEXT NOT NULL
) STRICT;
