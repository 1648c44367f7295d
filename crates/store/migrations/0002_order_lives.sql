-- Whole order lives: operations upon what is in QuickBooks, undo, and documents that are gone from the shop.

-- An entry that works upon what another one made names it here. `undo` marks what somebody planned to take something
-- back; no document wishes for it.
ALTER TABLE entries ADD COLUMN target TEXT;
ALTER TABLE entries ADD COLUMN undo INTEGER NOT NULL DEFAULT 0;

-- What is posted is no longer compared with what would be posted today: every change is an entry of its own.
DROP INDEX entries_changed;
UPDATE documents SET mapping = 'unmapped'
WHERE mapping <> 'informs' AND id IN (SELECT document FROM entries WHERE change IS NOT NULL);
ALTER TABLE entries DROP COLUMN change;
ALTER TABLE entries DROP COLUMN change_hash;
ALTER TABLE entries DROP COLUMN accepted_hash;

CREATE INDEX entries_by_target ON entries (target) WHERE target IS NOT NULL;
CREATE INDEX entries_of_lists ON entries (kind, state) WHERE is_list;
-- Narrow: counting by state and paging within one.
CREATE INDEX entries_in_state ON entries (state);
CREATE INDEX needs_by_key ON needs (key);

-- The keys of the entries that an entry takes back.
CREATE TABLE undoes (
    entry INTEGER NOT NULL REFERENCES entries (id),
    key   TEXT NOT NULL,
    PRIMARY KEY (entry, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX undoes_by_key ON undoes (key);

-- `place` is the place in the order of posting. The link of an undone entry stays for the record.
ALTER TABLE links ADD COLUMN place INTEGER NOT NULL DEFAULT 0;
UPDATE links SET place = ranked.place FROM (
    SELECT l.entry, row_number() OVER (ORDER BY l.posted_at, e.rank, e.id) AS place
    FROM links l JOIN entries e ON e.id = l.entry) AS ranked
WHERE ranked.entry = links.entry;
CREATE UNIQUE INDEX links_by_place ON links (place);
CREATE INDEX links_by_run ON links (run);
CREATE INDEX links_by_time ON links (posted_at);

-- `gone`: 1 when the shop has deleted the document, 2 when somebody decided to leave what is posted of it.
ALTER TABLE documents ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
CREATE INDEX documents_open ON documents (id) WHERE mapping IN ('held', 'waits');

ALTER TABLE message_sets DROP COLUMN handed_out_at;

-- What the company file's own report says was booked, as far as it concerns us, by day; a day is read as a whole.
CREATE TABLE company_days (
    day     TEXT PRIMARY KEY,
    read_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE company_postings (
    day     TEXT NOT NULL REFERENCES company_days (day) ON DELETE CASCADE,
    txn_id  TEXT NOT NULL,
    kind    TEXT NOT NULL,
    number  TEXT NOT NULL,
    account TEXT NOT NULL,
    amount  TEXT NOT NULL
) STRICT;
CREATE INDEX company_postings_by_day ON company_postings (day);
CREATE INDEX documents_by_change ON documents (kind, updated_at);
CREATE INDEX entries_by_number ON entries (number) WHERE NOT is_list;

-- What identifies an object beyond its name: e-mail addresses, part numbers, bar codes, folded as names are.
CREATE TABLE list_marks (
    space TEXT NOT NULL,
    mark  TEXT NOT NULL,
    id    TEXT NOT NULL,
    PRIMARY KEY (space, mark, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_marks_by_object ON list_marks (space, id);
