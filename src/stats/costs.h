// Costs: questions about the ledger. What may be asked, and of what it is asked.
//
// Every answer is exact: whatever is split, handed down or put together as "other", the parts add
// up to the total of the ledger's rows in base units. Rules: docs/cost-rules.md.
//
// Thread-safety: plain values. Errors of every question: kCancelled; kLimitExceeded, which names
// the limit.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "stats/cells.h"
#include "stats/labels.h"
#include "stats/stats.h"

namespace headwater::stats {

enum class Dimension : std::uint8_t {
  kOwner,
  kNamespace,
  kJob,
  kDataset,
  kConsumer,
  kConsumerType,
  kTag,
  kDays,
  kWeeks,
  kMonths,
};
inline constexpr std::array<std::string_view, 10> kDimensionNames = {
    "owner",         "namespace", "job", "dataset", "consumer",
    "consumer_type", "tag",       "day", "week",    "month"};
constexpr std::string_view name_of(Dimension dimension) {
  return kDimensionNames[static_cast<std::size_t>(dimension)];
}
std::optional<Dimension> dimension_named(std::string_view name);
// Those of time.
std::optional<Period> period_of(Dimension dimension);

// What stands where a dimension has no value.
enum class Absent : std::uint8_t { kNot, kNoOwner, kUntagged, kNoOutput, kUnattributed, kNotUsed };

// A value of a dimension.
struct ArcName {
  Dimension dimension = Dimension::kOwner;
  Absent absent = Absent::kNot;
  NodeId node;           // of a job, dataset or consumer
  std::int32_t day = 0;  // the first of a day, week or month
  std::string text;      // of the others

  bool operator==(const ArcName&) const = default;
};
// As people read it.
std::string display_name(const graph::Snapshot& graph, const ArcName& name);
// The same for one value only within its dimension: ids of nodes, and texts. What begins with '('
// or '\\' is written with a '\\' before it, so that it is not taken for "(no owner)" and its like.
std::string key_of(const graph::Snapshot& graph, const ArcName& name);

// A canonical consumer, or what stands where there is none: kNotUsed; kNoOutput, if there is no
// dataset that could be used.
struct ConsumerKey {
  NodeId node;
  Absent absent = Absent::kNot;
};

// Only what is of this owner and so on: of what is split, the shares that are. Owner, tag and
// namespace are keys. A node is canonical; none: any.
struct CostFilter {
  std::optional<std::string> name_space, owner, tag;
  std::optional<NodeId> job, dataset;
  std::optional<ConsumerKey> consumer;
};

enum class CostView { kDirect, kInherited };

struct CostQuestion {
  model::Measure measure = model::Measure::kAmount;
  CostView view = CostView::kDirect;
  Interval interval;
  Seq known_at = model::kNeverSeq;
  CostFilter filter;
  std::size_t max_work = 100'000'000;  // steps of handing cost down
  std::function<bool()> cancelled = {};
};

// What a question is asked of: one moment. `graph` names the nodes, and has the lineage along which
// cost is handed down: let it be of the end of the interval.
struct CostGround {
  std::shared_ptr<const State> state;
  std::shared_ptr<const Rollups> rollups;  // may be null
  std::shared_ptr<const Labels> labels;    // may be null: nothing has owners or tags
  const graph::Snapshot* graph = nullptr;
};

// What questions keep from one to the next.
struct CostKeepers {
  RollupKeeper rollups;
  LabelKeeper labels;
};

}  // namespace headwater::stats
