// Texts of an asset, read from the store: what its facets, and people, said of it at a moment.
//
// The one place that knows which attributes hold texts. Of the columns: those of the schema that
// holds; without a schema, those that column lineage has named.
// Thread-safety: belongs to one request, like its Session. Errors: those of the store.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/session.h"
#include "query/text_index/match.h"

namespace headwater::query::text_index {

// An attribute that has to do with search.
enum class Source { kNone, kSchema, kDocumentation, kOwners, kTags, kState, kPeople };
Source source_of(std::string_view attribute_name);

struct AssetRows {
  NodeId node;                              // canonical
  std::vector<NodeId> names;                // the node, then its other names
  std::vector<NodeId> fields;               // column nodes of all of them
  std::vector<storage::AttributeRow> rows;  // of sources, every version recorded up to the session
};
// Reads them for one asset; `graph` decides on the names.
Result<AssetRows> read_rows(Session& session, const Snapshot& graph, NodeId canonical);

struct Asset {
  Texts texts;                      // names first
  std::vector<std::string> owners;  // sorted, distinct
  std::vector<std::string> tags;    // those of the asset itself, sorted, distinct
  bool whole = true;                // no version says anything else
  bool gone = false;                // its state says so
  Micros gone_since = 0;
};
// What held at `as_of` as known at session.seq().
Result<Asset> read_asset(Session& session, const Snapshot& graph, const AssetRows& rows,
                         Micros as_of);
// What any version ever said, without the names.
Result<Texts> all_texts(Session& session, const Snapshot& graph, const AssetRows& rows);

// When the texts last changed: in recorded and in valid time (I3 in state.h).
struct LastChange {
  Seq seq;
  Micros time = INT64_MIN;
};
LastChange last_change(const Session& session, const Snapshot& graph, const AssetRows& rows);

}  // namespace headwater::query::text_index
