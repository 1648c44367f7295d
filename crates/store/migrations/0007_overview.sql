-- The overview: what needs attention and how full the lists are, told from narrow indexes.

-- What entries are stuck by, of which there may be many with few reasons.
CREATE INDEX entries_stuck ON entries (state, reasons) WHERE state IN ('held', 'rejected');

-- How many objects each list has, and how many of them are inactive.
CREATE INDEX list_objects_counted ON list_objects (space, kind, active);
