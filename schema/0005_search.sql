-- Which attributes ended since a sequence number: what the search index must look at again.
CREATE INDEX attribute_closed ON attribute (recorded_to) WHERE recorded_to < 9223372036854775807;
