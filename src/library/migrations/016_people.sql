-- People who sign in at the window. `pin`: the digest of the PIN or of the badge's text (Argon2id, PHC
-- string). Rows stay when a person is removed: judgements name them.
CREATE TABLE people (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('operator', 'supervisor', 'engineer', 'admin')),
    pin        TEXT NOT NULL,
    added_at   TEXT NOT NULL,
    removed_at TEXT
) STRICT;
CREATE UNIQUE INDEX people_once ON people (name) WHERE removed_at IS NULL;
