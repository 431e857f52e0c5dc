-- The first schema. A merged migration never changes; see docs/formats.md for every column.
-- Times are microseconds since 1970-01-01T00:00:00Z. Open ends are 9223372036854775807.

-- format_version, instance_id, created_at, fence (docs/adr/0001-one-log-one-writer.md).
CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;

-- What was applied: a file of schema/ that changed since is refused.
CREATE TABLE migration (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  checksum TEXT NOT NULL,
  applied_at INTEGER NOT NULL
);

-- zstd dictionaries; the log and facet contents name the one they were written with. 0 is none,
-- -1 is a body stored uncompressed.
CREATE TABLE dictionary (id INTEGER PRIMARY KEY, body BLOB NOT NULL);

-- The ordered log. kind: 1 event, 2 quarantined event, 3 decision, 4 event replayed from quarantine.
CREATE TABLE log (
  seq INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  event_time INTEGER NOT NULL,
  hash_high INTEGER NOT NULL,
  hash_low INTEGER NOT NULL,
  dictionary INTEGER NOT NULL,
  size INTEGER NOT NULL,
  body BLOB NOT NULL
);
CREATE INDEX log_hash ON log (hash_low);
CREATE INDEX log_time ON log (event_time, seq) WHERE kind IN (1, 4);

CREATE TABLE quarantine (
  seq INTEGER PRIMARY KEY,
  reason TEXT NOT NULL,
  pointer TEXT NOT NULL,
  producer TEXT NOT NULL,
  replayed_as INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE namespace (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  owner TEXT NOT NULL DEFAULT '',
  description TEXT NOT NULL DEFAULT '',
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  deleted INTEGER NOT NULL DEFAULT 0
);

-- kind: 1 dataset, 2 field, 3 job, 4 consumer. namespace is 0 and parent the dataset for fields.
CREATE TABLE node (
  id INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  namespace INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  name TEXT NOT NULL,
  recorded INTEGER NOT NULL,
  first_seen INTEGER NOT NULL,
  placeholder INTEGER NOT NULL,
  merged_into INTEGER NOT NULL DEFAULT 0,
  merged_seq INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX node_name ON node (kind, namespace, parent, name);
CREATE INDEX node_merged ON node (merged_seq) WHERE merged_into <> 0;

-- One version of an edge: valid [valid_from, valid_to), recorded [recorded_from, recorded_to).
CREATE TABLE edge (
  id INTEGER PRIMARY KEY,
  owner INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  src INTEGER NOT NULL,
  dst INTEGER NOT NULL,
  via INTEGER NOT NULL,
  detail INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER NOT NULL,
  recorded_from INTEGER NOT NULL,
  recorded_to INTEGER NOT NULL,
  reason INTEGER NOT NULL
);
CREATE INDEX edge_owner ON edge (owner, recorded_to);
CREATE INDEX edge_closed ON edge (recorded_to) WHERE recorded_to < 9223372036854775807;

-- One version of one attribute (a facet or a derived value) of a dataset or job. content 0: removed.
CREATE TABLE attribute (
  id INTEGER PRIMARY KEY,
  owner INTEGER NOT NULL,
  name INTEGER NOT NULL,
  content INTEGER NOT NULL,
  valid_from INTEGER NOT NULL,
  valid_to INTEGER NOT NULL,
  recorded_from INTEGER NOT NULL,
  recorded_to INTEGER NOT NULL
);
CREATE INDEX attribute_owner ON attribute (owner, recorded_to);

CREATE TABLE attribute_name (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE producer (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE code_version (id INTEGER PRIMARY KEY, semantic TEXT NOT NULL UNIQUE);
CREATE TABLE transformation (
  id INTEGER PRIMARY KEY,
  type TEXT NOT NULL,
  subtype TEXT NOT NULL,
  masking INTEGER NOT NULL,
  UNIQUE (type, subtype, masking)
);

-- Values by content: one facet's JSON, the facets one event gave one entity, the edges it shows.
CREATE TABLE content (
  id INTEGER PRIMARY KEY,
  hash_high INTEGER NOT NULL,
  hash_low INTEGER NOT NULL,
  dictionary INTEGER NOT NULL,
  size INTEGER NOT NULL,
  body BLOB NOT NULL
);
CREATE INDEX content_hash ON content (hash_low);
CREATE TABLE bundle (
  id INTEGER PRIMARY KEY, hash_high INTEGER NOT NULL, hash_low INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX bundle_hash ON bundle (hash_low);
CREATE TABLE edge_set (
  id INTEGER PRIMARY KEY, hash_high INTEGER NOT NULL, hash_low INTEGER NOT NULL, body BLOB NOT NULL
);
CREATE INDEX edge_set_hash ON edge_set (hash_low);

-- What one record said about one job or dataset: the history from which edges and attributes follow.
CREATE TABLE observation (
  owner INTEGER NOT NULL,
  time INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  tie INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  run INTEGER NOT NULL,
  type INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  code INTEGER NOT NULL,
  edge_set INTEGER NOT NULL,
  bundle INTEGER NOT NULL,
  producer INTEGER NOT NULL,
  PRIMARY KEY (owner, time, rank, tie, seq)
) WITHOUT ROWID;
CREATE INDEX observation_run ON observation (run, time, rank, tie) WHERE run <> 0;

-- Deletions of datasets, beside their observations: they end edges that others own.
CREATE TABLE deletion (
  dataset INTEGER NOT NULL,
  time INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  tie INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  PRIMARY KEY (dataset, time, rank, tie, seq)
) WITHOUT ROWID;

-- Merged from a run's events by rules that do not depend on their order of arrival.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  run_id TEXT NOT NULL,
  job INTEGER NOT NULL,
  parent INTEGER NOT NULL,
  state INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  first_time INTEGER NOT NULL,
  last_time INTEGER NOT NULL,
  nominal_start INTEGER NOT NULL,
  nominal_end INTEGER NOT NULL,
  code INTEGER NOT NULL,
  recorded INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  merge BLOB NOT NULL
);
CREATE UNIQUE INDEX run_key ON run (run_id, job);
CREATE INDEX run_job ON run (job, first_time, id);
CREATE INDEX run_parent ON run (parent) WHERE parent <> 0;
