-- History: lists of many thousand entries and documents, searched and paged.

-- What a search looks through, folded as names are: `store::search`.
ALTER TABLE entries ADD COLUMN words TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE documents ADD COLUMN words TEXT NOT NULL DEFAULT '';

-- All that any filter asks of a row, in the order of the list: one look through a narrow index counts what a filter finds
-- and comes by any page of it, however deep.
CREATE INDEX entries_listed ON entries (id, state, kind, date, run, total, words);
CREATE INDEX documents_listed ON documents (updated_at, id, kind, words);

-- Counting the entries of a day by their state.
DROP INDEX entries_by_date;
CREATE INDEX entries_by_date ON entries (date, state);
