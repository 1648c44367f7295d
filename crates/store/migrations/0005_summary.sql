-- Summary mode: which entries are parts of which day's entry. `day` is the day's document; `carrier` is the entry that
-- brings the part into QuickBooks, once there is one.
CREATE TABLE members (
    member  INTEGER PRIMARY KEY REFERENCES entries (id),
    day     TEXT NOT NULL REFERENCES documents (id),
    carrier INTEGER REFERENCES entries (id),
    -- Whether something posted builds on it: then it stands as it was planned, although its own day is not posted yet.
    fixed   INTEGER NOT NULL DEFAULT 0,
    -- Within one order, what a part builds on has a lower place.
    place   INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX members_by_place ON members (place);
CREATE INDEX members_by_day ON members (day);
CREATE INDEX members_by_carrier ON members (carrier) WHERE carrier IS NOT NULL;
