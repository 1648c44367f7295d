-- Summary mode: which entries are parts of which day's entry. `day` is the day's document; `carrier` is the entry that
-- brings the part into QuickBooks, once there is one.
CREATE TABLE members (
    member  INTEGER PRIMARY KEY REFERENCES entries (id),
    day     TEXT NOT NULL REFERENCES documents (id),
    carrier INTEGER REFERENCES entries (id)
) STRICT;
CREATE INDEX members_by_day ON members (day);
CREATE INDEX members_by_carrier ON members (carrier) WHERE carrier IS NOT NULL;
