-- What nodes and runs were before a record changed it in place, so that a question about an earlier
-- record has the answer it had then. Rows exist only where something did change: a node that was named
-- by an event with an earlier time, a placeholder that spoke for itself, a run that began earlier than
-- was known. recorded_to: the record from which on the row no longer holds.
CREATE TABLE node_past (
  node INTEGER NOT NULL,
  recorded_to INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  placeholder INTEGER NOT NULL,
  PRIMARY KEY (node, recorded_to)
) WITHOUT ROWID;
CREATE INDEX node_past_recorded ON node_past (recorded_to);

CREATE TABLE run_past (
  job INTEGER NOT NULL,
  recorded_to INTEGER NOT NULL,
  run INTEGER NOT NULL,
  first_time INTEGER NOT NULL,
  PRIMARY KEY (job, recorded_to, run)
) WITHOUT ROWID;
