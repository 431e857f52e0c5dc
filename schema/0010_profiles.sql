-- What events measure of datasets, one row for each event, dataset and role. Rows are only added: of
-- a run the last facet by (time, tie) counts, whole. docs/formats.md.
-- role: 1 written, 2 read, 3 observed (a dataset event; run and job are 0). tie: tells apart events
-- of the same moment. facets, a sum: 1 statistics, 2 metrics, 4 assertions. rows, bytes, files: that
-- were written or read; total_*: of the whole dataset; -1 is not said. updated: 0 is not said.
-- detail: columns and assertions; empty: none.
CREATE TABLE profile (
  dataset INTEGER NOT NULL,
  time INTEGER NOT NULL,
  run INTEGER NOT NULL,
  role INTEGER NOT NULL,
  tie INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  job INTEGER NOT NULL,
  facets INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  files INTEGER NOT NULL,
  total_rows INTEGER NOT NULL,
  total_bytes INTEGER NOT NULL,
  total_files INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  detail BLOB NOT NULL,
  PRIMARY KEY (dataset, time, run, role, tie)
) WITHOUT ROWID;

-- How the monitors of a dataset were set last: JSON, by the record that says it.
CREATE TABLE monitor_setting (dataset INTEGER PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL,
  body TEXT NOT NULL);
