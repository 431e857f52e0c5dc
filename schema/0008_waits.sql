-- What plans wait for beyond what they run themselves: docs/plan-execution.md, "Waiting".

-- Partitions that wait for inputs and for a quiet period, of all tasks; and when the next of the
-- latter ends.
ALTER TABLE plan ADD COLUMN wait_inputs INTEGER NOT NULL DEFAULT 0;
ALTER TABLE plan ADD COLUMN wait_quiet INTEGER NOT NULL DEFAULT 0;
ALTER TABLE plan ADD COLUMN wakes_at INTEGER NOT NULL DEFAULT 9223372036854775807;

-- The same of one task, as JSON: what its partitions wait for; empty: nothing. docs/formats.md.
ALTER TABLE plan_progress ADD COLUMN waits TEXT NOT NULL DEFAULT '';
