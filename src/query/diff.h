// Diff: what changed between two moments of valid time, as known at one moment.
//
// Two pictures are compared, not what happened between them: what went and came back, and holds at
// both moments, is no change. The rules, kind by kind: docs/diff-rules.md.
//
// Thread-safety: belongs to one request, like its Session. Errors: kNotFound, those of the store.
// Cost: of a neighbourhood, its edges in all their versions and a query for each of its nodes. Of
// everything, one pass over the edges and over the rows of attributes, then what changed; memory is
// a bit for each node and 24 bytes for each change, of which `max_changes` are kept.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/lineage.h"
#include "query/session.h"

namespace headwater::query {

enum class DiffKind : std::uint8_t {
  kNodeAdded,
  kNodeRemoved,
  kEdgeAdded,
  kEdgeRemoved,
  kSchemaChanged,
  kCodeChanged,
  kOwnersChanged,
  kTagsChanged,
  kDescriptionChanged,
};
inline constexpr std::size_t kDiffKinds = 9;
std::string_view to_string(DiffKind kind);
std::optional<DiffKind> diff_kind(std::string_view text);

using DiffKindSet = std::uint32_t;  // a bit for each kind
constexpr DiffKindSet mask(DiffKind kind) { return DiffKindSet{1} << static_cast<unsigned>(kind); }
inline constexpr DiffKindSet kAllDiffKinds = (DiffKindSet{1} << kDiffKinds) - 1;

struct DiffRequest {
  Micros from = 0;             // the other moment is the session's as_of
  std::optional<NodeId> root;  // none: everything
  std::uint32_t depth = 1;     // of the neighbourhood, as in LineageRequest; cuts nothing
  Sides sides = Sides::kBoth;
  std::size_t max_nodes = 100'000;
  DiffKindSet kinds = kAllDiffKinds;
  std::size_t max_changes = 100'000;  // the earliest are kept, all are counted
  std::function<bool()> cancelled;
};

struct DiffChange {
  Micros at = 0;  // after `from`, and not after `to`
  DiffKind kind = DiffKind::kNodeAdded;
  NodeId node;  // of an edge: none
  // Of an edge: the version that came or went. Of a node that existed all along: the edge that now
  // leads to it, or no longer does.
  model::EdgeId edge;
  auto operator<=>(const DiffChange&) const = default;
};

struct Diff {
  std::vector<DiffChange> changes;  // by time, then kind, node and edge
  std::array<std::size_t, kDiffKinds> counts{};
  Cut cut;
};

Result<Diff> diff(Session& session, const DiffRequest& request);

// The attributes of one node that differ: kinds and when. For pictures. The node's names are read
// with one query each.
Result<std::vector<DiffChange>> attribute_changes(Session& session, NodeId node, Micros from,
                                                  Micros to);

// ---- one change in full -------------------------------------------------------------------------

// A field, tag or owner by name: which of the members say something depends on the kind.
struct DiffItem {
  std::string name;                     // of a field; of the field that is tagged, or empty
  std::optional<std::string> from, to;  // type, tag or owner; the one is missing where it came
};

struct DiffEvidence {
  std::vector<Seq> seqs;                             // of the records that said so
  std::vector<std::string> runs, facets, producers;  // sorted
  model::EndReason reason = model::EndReason::kNone;
};

struct DiffDetail {
  std::optional<std::string> before, after;
  std::vector<DiffItem> added, removed, retyped;
  bool sql = false;                     // code: the text of the query is another
  std::optional<std::string> location;  // code: where it lies now
  // Columns only.
  std::optional<storage::TransformationRow> transformation;
  DiffEvidence evidence;
};

Result<DiffDetail> diff_detail(Session& session, Micros from, const DiffChange& change);

}  // namespace headwater::query
