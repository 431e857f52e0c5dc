-- What people decided about nodes, for listing; the decision itself is record `seq` of the log.
-- kind: 1 describe, 2 tag, 3 untag, 4 own, 5 disown, 6 join, 7 reject_join, 8 put_tag.
CREATE TABLE decision (
  seq INTEGER PRIMARY KEY,
  kind INTEGER NOT NULL,
  node INTEGER NOT NULL,
  other INTEGER NOT NULL,
  author TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX decision_node ON decision (node, seq);
CREATE INDEX decision_other ON decision (other, seq) WHERE other <> 0;
CREATE INDEX decision_author ON decision (author, seq);
CREATE INDEX decision_kind ON decision (kind, seq);

-- Every definition that a tag ever had. At a moment (as_of, known_at) the one with the largest
-- (at, seq) counts, among those with at <= as_of and seq <= known_at.
CREATE TABLE tag_definition (
  seq INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  at INTEGER NOT NULL,
  description TEXT NOT NULL,
  downstream INTEGER NOT NULL,
  stop_masking INTEGER NOT NULL,
  stop_indirect INTEGER NOT NULL,
  stop_at_tag TEXT NOT NULL,
  author TEXT NOT NULL
);
CREATE INDEX tag_definition_name ON tag_definition (name, at, seq);
