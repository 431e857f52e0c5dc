-- Plans, by the record that put them. state: 1 draft, 2 approved, 3 executing, 4 paused, 5 cancelled,
-- 6 done. hold: why it is paused, 0 not, 1 somebody wished it, 2 there is more to do than was approved.
-- Of partitions: total, and how many are done (of which told: on a worker's word alone), skipped,
-- running, failed, blocked; the rest is pending. ready: tasks of which something may be handed out.
CREATE TABLE plan (
  id INTEGER PRIMARY KEY,
  seq INTEGER NOT NULL,
  state INTEGER NOT NULL,
  hold INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  upper INTEGER NOT NULL,
  refreshed INTEGER NOT NULL,
  total INTEGER NOT NULL,
  done INTEGER NOT NULL,
  told INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  running INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  blocked INTEGER NOT NULL,
  ready INTEGER NOT NULL,
  author TEXT NOT NULL,
  reason TEXT NOT NULL
);
CREATE INDEX plan_by_state ON plan (state, id);

-- What does not change of a plan: the draft without its tasks, and what they sum up to.
CREATE TABLE plan_body (
  plan INTEGER PRIMARY KEY,
  body TEXT NOT NULL,
  summary TEXT NOT NULL
);

-- Partitions [first, last] of a lane of a dataset. action: 1 run, 2 reuse, 3 skip. flags, a sum: 1
-- definite, 2 code, 4 inputs, 8 missing, 16 sequential. Of an estimate -1: not known. probability in
-- millionths. upstream: numbers of tasks, as JSON.
CREATE TABLE plan_task (
  plan INTEGER NOT NULL,
  number INTEGER NOT NULL,
  wave INTEGER NOT NULL,
  dataset INTEGER NOT NULL,
  lane INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  job INTEGER NOT NULL,
  action INTEGER NOT NULL,
  flags INTEGER NOT NULL,
  deadline INTEGER NOT NULL,
  probability INTEGER NOT NULL,
  duration_p50 INTEGER NOT NULL,
  duration_p90 INTEGER NOT NULL,
  duration_samples INTEGER NOT NULL,
  duration_basis INTEGER NOT NULL,
  cost_p50 INTEGER NOT NULL,
  cost_p90 INTEGER NOT NULL,
  cost_samples INTEGER NOT NULL,
  cost_basis INTEGER NOT NULL,
  upstream TEXT NOT NULL,
  PRIMARY KEY (plan, number)
) WITHOUT ROWID;

-- How far each task has come. state: 1 pending, 2 ready, 3 leased, 4 done, 5 failed, 6 blocked.
-- attempts: the most that any of its partitions has had. runs: of partitions that are alike, as
-- docs/formats.md says; empty: all pending, none tried.
CREATE TABLE plan_progress (
  plan INTEGER NOT NULL,
  number INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  state INTEGER NOT NULL,
  ready INTEGER NOT NULL,
  done INTEGER NOT NULL,
  told INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  running INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  blocked INTEGER NOT NULL,
  attempts INTEGER NOT NULL,
  runs BLOB NOT NULL,
  PRIMARY KEY (plan, number)
) WITHOUT ROWID;
CREATE INDEX plan_progress_by_state ON plan_progress (plan, state, number);
CREATE INDEX plan_progress_ready ON plan_progress (plan, number) WHERE ready = 1;

-- Every lease that was ever given; (seq, n) is its token. state: 1 valid until expires_at, 2
-- completed, 3 failed, 4 released, 5 expired, 6 revoked, 7 answered by runs alone. desired: the digest
-- of what was to be computed. ended_at, ended: when and by which record; 0: not yet.
CREATE TABLE plan_lease (
  seq INTEGER NOT NULL,
  n INTEGER NOT NULL,
  plan INTEGER NOT NULL,
  task INTEGER NOT NULL,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  worker TEXT NOT NULL,
  request TEXT NOT NULL,
  given_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  lease_ms INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  desired INTEGER NOT NULL,
  state INTEGER NOT NULL,
  ended_at INTEGER NOT NULL,
  ended INTEGER NOT NULL,
  run_id TEXT NOT NULL,
  message TEXT NOT NULL,
  PRIMARY KEY (seq, n)
) WITHOUT ROWID;
CREATE INDEX plan_lease_by_task ON plan_lease (plan, task, seq, n);
CREATE INDEX plan_lease_valid ON plan_lease (expires_at) WHERE state = 1;
CREATE INDEX plan_lease_by_request ON plan_lease (plan, request) WHERE request <> '';
