-- Datasets that have partitions, numbered as they were met; `node` is the dataset as it was named then.
CREATE TABLE partitioned (
  number INTEGER PRIMARY KEY,
  node INTEGER NOT NULL UNIQUE
);

-- Keys that numbered something (a lane, a static key), in the order in which they came: a space is
-- its definition and then these.
CREATE TABLE partition_key (
  dataset INTEGER NOT NULL,
  number INTEGER NOT NULL,
  text TEXT NOT NULL,
  PRIMARY KEY (dataset, number)
) WITHOUT ROWID;

-- Every successful write of a partition. The one with the largest (end_time, seq) is current.
-- out: the fingerprint as it counts; reported_out: before anybody declared it equal to another.
CREATE TABLE materialization (
  dataset INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  end_time INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  start_time INTEGER NOT NULL,
  job INTEGER NOT NULL,
  code INTEGER NOT NULL,
  out INTEGER NOT NULL,
  reported_out INTEGER NOT NULL,
  run INTEGER NOT NULL,
  PRIMARY KEY (dataset, lane, idx, end_time, seq)
) WITHOUT ROWID;

-- Which partitions a run said it read (output 0) or wrote (1): [first, last] of a lane. version: of
-- the content, as reported; empty: not. rows, bytes: -1 where not reported.
CREATE TABLE run_partition (
  run INTEGER NOT NULL,
  output INTEGER NOT NULL,
  dataset INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  version TEXT NOT NULL,
  rows INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (run, output, dataset, lane, first, last)
) WITHOUT ROWID;

-- The planner's smaller things, one JSON document each; docs/formats.md lists the kinds and their
-- members. (a, b) is the key within the kind, seq the record that wrote it last.
CREATE TABLE planner_document (
  kind INTEGER NOT NULL,
  a INTEGER NOT NULL,
  b INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (kind, a, b)
) WITHOUT ROWID;
