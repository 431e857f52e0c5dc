// The picture of a column lineage: a box a dataset with a row a column, edges from row to row.
//
// Boxes are placed by query/layout.h, which sees one edge for each pair of datasets; the lines of
// that pair share its way and end at their rows. Deterministic as that is.
// Errors: those of the store. Cost: as column_lineage and layout, one schema for each dataset.
#pragma once

#include <string>
#include <vector>

#include "query/columns.h"
#include "query/layout.h"

namespace headwater::query {

struct ColumnRow {
  std::uint32_t node = 0;  // of the answer
  FieldDetail column;
  int y = 0;            // the row's middle, from the top of its box
  bool masked = false;  // values come in, and all of them masked
};

struct ColumnBox {
  NodeId dataset;
  PlacedNode place;
  int width = 0, height = 0;
  std::uint32_t distance = 0;   // of its nearest column
  std::vector<ColumnRow> rows;  // in the order of the schema
  std::size_t hidden = 0;       // columns of the answer that have no row
};

struct ColumnLine {
  ColumnEdge edge;  // an end at a column without a row is that dataset's as a whole
  PlacedEdge way;
};

struct ColumnPicture {
  ColumnAnswer answer;
  std::vector<ColumnBox> boxes;  // by distance, dataset
  std::vector<ColumnLine> lines;
  int width = 0, height = 0;
};

// Of each dataset the `max_columns` first are rows: those with stated edges before others, then in
// the order of the schema.
Result<ColumnPicture> column_picture(Session& session, const ColumnRequest& request,
                                     std::size_t max_columns);

}  // namespace headwater::query
