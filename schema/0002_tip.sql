-- Where the fold of an owner's observations stood at one of them, so that a start need not fold them
-- all. Derived: a row may be missing, and one that anything earlier than itself invalidates is deleted.
CREATE TABLE tip (
  owner INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  tie INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  state BLOB NOT NULL
);
