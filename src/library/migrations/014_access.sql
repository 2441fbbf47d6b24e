-- Tokens with which other machines call the server. `digest`: SHA-256 of the secret, a random number
-- of 256 bits, which is shown once and stored nowhere. Rows stay when a token is revoked.
CREATE TABLE tokens (
    id         TEXT PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL,
    role       TEXT NOT NULL CHECK (role IN ('operator', 'supervisor', 'engineer', 'admin')),
    digest     TEXT NOT NULL,
    created_at TEXT NOT NULL,
    created_by TEXT NOT NULL,
    expires_at TEXT,
    revoked_at TEXT
) STRICT;
CREATE UNIQUE INDEX tokens_once ON tokens (name) WHERE revoked_at IS NULL;

-- The audit trail: one row a change, written in the change's own transaction by triggers that the
-- program makes for every other table (audit/triggers.rs). `hash` is SHA-256 over the hash of the
-- row before and the other columns. Rows are never changed, nor removed.
CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      TEXT NOT NULL,
    who     TEXT NOT NULL,
    via     TEXT NOT NULL,
    action  TEXT NOT NULL CHECK (action IN ('added', 'changed', 'removed')),
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    before  TEXT,
    after   TEXT,
    hash    TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_subject ON audit (kind, subject, id);
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT raise(ABORT, 'the audit trail is only added to'); END;
CREATE TRIGGER audit_is_not_removed BEFORE DELETE ON audit
BEGIN SELECT raise(ABORT, 'the audit trail is only added to'); END;
