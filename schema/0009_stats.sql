-- Use and cost: what consumers read, what runs used, and what that costs. docs/formats.md.
-- Days are counted from 1970-01-01 UTC. Measures are integers in base units (src/model/measures.h).

-- Texts that stand in many rows: purposes, columns, query fingerprints.
CREATE TABLE stats_label (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);

-- Use by day. seq: the record that added to it last; last_time: when it was last used on that day.
CREATE TABLE usage_daily (
  dataset INTEGER NOT NULL,
  day INTEGER NOT NULL,
  consumer INTEGER NOT NULL,
  purpose INTEGER NOT NULL,
  count INTEGER NOT NULL,
  last_time INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (dataset, day, consumer, purpose)
) WITHOUT ROWID;
CREATE INDEX usage_consumer ON usage_daily (consumer, day);

-- Of those reports that named columns or a query, the same by column and by query.
CREATE TABLE usage_column (
  dataset INTEGER NOT NULL,
  day INTEGER NOT NULL,
  name INTEGER NOT NULL,
  count INTEGER NOT NULL,
  PRIMARY KEY (dataset, day, name)
) WITHOUT ROWID;
CREATE TABLE usage_query (
  dataset INTEGER NOT NULL,
  day INTEGER NOT NULL,
  fingerprint INTEGER NOT NULL,
  count INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  bytes_scanned INTEGER NOT NULL,
  PRIMARY KEY (dataset, day, fingerprint)
) WITHOUT ROWID;

-- The ledger: rows are only added. kind: 1 a run, or what changed of it; 2 the difference that other
-- prices make; 3 an entry. time: the end of the run. job, dataset, run: 0 is none. prices: the record
-- of the price book that was used; 0 is none.
CREATE TABLE ledger (
  seq INTEGER NOT NULL,
  n INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  time INTEGER NOT NULL,
  run INTEGER NOT NULL,
  job INTEGER NOT NULL,
  dataset INTEGER NOT NULL,
  prices INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  cpu_seconds INTEGER NOT NULL,
  gpu_seconds INTEGER NOT NULL,
  memory_gb_seconds INTEGER NOT NULL,
  slot_ms INTEGER NOT NULL,
  bytes_scanned INTEGER NOT NULL,
  bytes_billed INTEGER NOT NULL,
  bytes_written INTEGER NOT NULL,
  rows_written INTEGER NOT NULL,
  energy_wh INTEGER NOT NULL,
  co2_g INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  runs INTEGER NOT NULL,
  PRIMARY KEY (seq, n)
) WITHOUT ROWID;
CREATE INDEX ledger_run ON ledger (run) WHERE run <> 0;

-- What a run's events said of its use so far, and what was booked of it: opaque here.
CREATE TABLE run_cost (run INTEGER PRIMARY KEY, state BLOB NOT NULL);

-- Every price book that was ever put, and every entry: JSON, by the record that says it.
CREATE TABLE price_book (seq INTEGER PRIMARY KEY, at INTEGER NOT NULL, author TEXT NOT NULL,
  reason TEXT NOT NULL, body TEXT NOT NULL);
CREATE TABLE ledger_entry (id TEXT PRIMARY KEY, seq INTEGER NOT NULL, body TEXT NOT NULL) WITHOUT ROWID;
