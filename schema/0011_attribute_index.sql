-- The attributes of a node are read for every answer that shows it: the index has all of a row, so
-- that they are read without the table.
DROP INDEX attribute_owner;
CREATE INDEX attribute_owner ON attribute (owner, recorded_to, id, name, content, valid_from,
  valid_to, recorded_from);
