-- The merchant's choices: versions of the mapping, and the objects of the company file that were chosen.

-- What QuickBooks says of accounts beyond what all list objects have.
CREATE TABLE account_facts (
    id          TEXT PRIMARY KEY,
    number      TEXT,
    description TEXT,
    special     TEXT
) STRICT, WITHOUT ROWID;

-- Every mapping that ever counted, as a whole; the newest counts.
CREATE TABLE mappings (
    version INTEGER PRIMARY KEY,
    at      TEXT NOT NULL,
    why     TEXT NOT NULL,
    changes TEXT NOT NULL,
    body    TEXT NOT NULL
) STRICT;
INSERT INTO mappings (version, at, why, changes, body)
SELECT 1, changed_at, 'before', '[]', value FROM settings WHERE key = 'mapping';
DELETE FROM settings WHERE key = 'mapping';

-- The object that each key of the mapping chose: `name` is its full name in small letters, `gone` tells that it was deleted
-- or merged into another since.
CREATE TABLE choices (
    key           TEXT PRIMARY KEY,
    space         TEXT NOT NULL,
    quickbooks_id TEXT NOT NULL,
    name          TEXT NOT NULL,
    gone          INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX choices_gone ON choices (space, name) WHERE gone = 1;

-- What accounts were called before somebody renamed them in QuickBooks: what was posted before `at` is kept as it was.
CREATE TABLE renamed_accounts (
    id     INTEGER PRIMARY KEY,
    at     TEXT NOT NULL,
    before TEXT NOT NULL,
    after  TEXT NOT NULL
) STRICT;
