-- The first schema. Times are RFC 3339 text in UTC with milliseconds, so that text order is time order; money is text.
-- Never edited once released: tests/fixtures/first.db was made by it.

CREATE TABLE settings (
    key        TEXT PRIMARY KEY,
    value      TEXT NOT NULL,
    changed_at TEXT NOT NULL
) STRICT;

CREATE TABLE runs (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    cause       TEXT NOT NULL,
    started_at  TEXT NOT NULL,
    finished_at TEXT,
    interrupted INTEGER NOT NULL DEFAULT 0,
    outcome     TEXT
) STRICT;
CREATE INDEX runs_open ON runs (id) WHERE finished_at IS NULL;

CREATE TABLE cursors (
    feed     TEXT PRIMARY KEY,
    cursor   TEXT NOT NULL,
    moved_at TEXT NOT NULL
) STRICT;

-- One row a document; what it says is in its newest version. `mapping` says what became of that version.
CREATE TABLE documents (
    id           TEXT PRIMARY KEY,
    kind         TEXT NOT NULL,
    version      INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    updated_at   TEXT NOT NULL,
    happened_at  TEXT NOT NULL,
    mapping      TEXT NOT NULL
) STRICT;
CREATE INDEX documents_unmapped ON documents (happened_at, id) WHERE mapping = 'unmapped';
CREATE INDEX documents_by_time ON documents (kind, happened_at, id);
CREATE INDEX documents_by_mapping ON documents (kind, mapping);

CREATE TABLE versions (
    document     TEXT NOT NULL REFERENCES documents (id),
    version      INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    run          INTEGER NOT NULL REFERENCES runs (id),
    stored_at    TEXT NOT NULL,
    body         TEXT NOT NULL,
    raw          TEXT NOT NULL,
    PRIMARY KEY (document, version)
) STRICT;

-- Narrow on purpose: the wide part of an entry is in `forms`, so that looking through many entries stays fast.
CREATE TABLE entries (
    id               INTEGER PRIMARY KEY,
    key              TEXT NOT NULL UNIQUE,
    document         TEXT NOT NULL,
    document_version INTEGER NOT NULL,
    kind             TEXT NOT NULL,
    is_list          INTEGER NOT NULL,
    rank             INTEGER NOT NULL,
    date             TEXT,
    number           TEXT NOT NULL,
    name             TEXT,
    title            TEXT NOT NULL,
    total            TEXT NOT NULL,
    state            TEXT NOT NULL,
    content_hash     TEXT,
    reasons          TEXT NOT NULL DEFAULT '[]',
    change           TEXT,
    change_hash      TEXT,
    accepted_hash    TEXT,
    run              INTEGER REFERENCES runs (id),
    changed_at       TEXT NOT NULL
) STRICT;
CREATE INDEX entries_by_state ON entries (state, rank, date, number, key);
CREATE INDEX entries_by_document ON entries (document);
CREATE INDEX entries_by_date ON entries (date);
CREATE INDEX entries_by_run ON entries (run);
CREATE INDEX entries_by_name ON entries (name, kind) WHERE name IS NOT NULL;
CREATE INDEX entries_changed ON entries (id) WHERE change IS NOT NULL;

CREATE TABLE forms (
    entry INTEGER PRIMARY KEY REFERENCES entries (id),
    form  TEXT NOT NULL
) STRICT;

-- The keys that an entry builds upon.
CREATE TABLE needs (
    entry INTEGER NOT NULL REFERENCES entries (id),
    key   TEXT NOT NULL,
    PRIMARY KEY (entry, key)
) STRICT, WITHOUT ROWID;

-- Which documents an entry is wanted by: list entries are shared between documents.
CREATE TABLE wanted (
    document TEXT NOT NULL REFERENCES documents (id),
    entry    INTEGER NOT NULL REFERENCES entries (id),
    PRIMARY KEY (document, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX wanted_by_entry ON wanted (entry);

CREATE TABLE links (
    entry            INTEGER PRIMARY KEY REFERENCES entries (id),
    link             TEXT NOT NULL,
    quickbooks_id    TEXT NOT NULL,
    edit_sequence    TEXT NOT NULL,
    full_name        TEXT,
    document_version INTEGER NOT NULL,
    run              INTEGER NOT NULL REFERENCES runs (id),
    posted_at        TEXT NOT NULL,
    booked           TEXT NOT NULL
) STRICT;
CREATE INDEX links_by_quickbooks_id ON links (quickbooks_id);

CREATE TABLE message_sets (
    id            TEXT PRIMARY KEY,
    run           INTEGER NOT NULL REFERENCES runs (id),
    purpose       TEXT NOT NULL,
    sent_at       TEXT NOT NULL,
    handed_out_at TEXT,
    doubted       INTEGER NOT NULL DEFAULT 0,
    closed_at     TEXT,
    xml           TEXT NOT NULL
) STRICT;
CREATE INDEX message_sets_open ON message_sets (sent_at) WHERE closed_at IS NULL;

CREATE TABLE requests (
    message_set TEXT NOT NULL REFERENCES message_sets (id),
    position    INTEGER NOT NULL,
    request_id  TEXT NOT NULL,
    entry       INTEGER NOT NULL REFERENCES entries (id),
    outcome     TEXT,
    PRIMARY KEY (message_set, position),
    UNIQUE (message_set, entry)
) STRICT, WITHOUT ROWID;
CREATE INDEX requests_by_entry ON requests (entry);

-- A `name` is a full name in small letters: QuickBooks compares names without regard to case.
CREATE TABLE list_objects (
    space         TEXT NOT NULL,
    id            TEXT NOT NULL,
    kind          TEXT NOT NULL,
    full_name     TEXT NOT NULL,
    name          TEXT NOT NULL,
    active        INTEGER NOT NULL,
    account       TEXT,
    edit_sequence TEXT NOT NULL,
    modified      TEXT NOT NULL,
    read_at       TEXT NOT NULL,
    PRIMARY KEY (space, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_objects_by_name ON list_objects (space, name);
CREATE INDEX list_objects_by_kind ON list_objects (space, kind, read_at);

-- Objects that were in the company file before us, and the identity that each of them belongs to since.
CREATE TABLE adopted (
    key           TEXT PRIMARY KEY,
    space         TEXT NOT NULL,
    quickbooks_id TEXT NOT NULL,
    name          TEXT NOT NULL
) STRICT;
CREATE INDEX adopted_by_name ON adopted (space, name);

CREATE TABLE audit (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      TEXT NOT NULL,
    run     INTEGER,
    what    TEXT NOT NULL,
    subject TEXT NOT NULL,
    state   TEXT,
    detail  TEXT NOT NULL,
    hash    TEXT NOT NULL
) STRICT;
CREATE INDEX audit_by_subject ON audit (subject, id);
