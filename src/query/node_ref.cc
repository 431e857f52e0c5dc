#include "query/node_ref.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace headwater::query {
namespace {

using base::ErrorCode;
using base::make_error;

constexpr std::size_t kMaxColons = 64;

struct Prefix {
  std::string_view text;
  RefKind kind;
  std::size_t min_colons;  // after the prefix
};
constexpr std::array<Prefix, 5> kPrefixes = {{{"dataset:", RefKind::kDataset, 1},
                                              {"job:", RefKind::kJob, 1},
                                              {"datasetField:", RefKind::kField, 2},
                                              {"run:", RefKind::kRun, 0},
                                              {"consumer:", RefKind::kConsumer, 2}}};

std::vector<std::size_t> colons_of(std::string_view text) {
  std::vector<std::size_t> at;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':') at.push_back(i);
  }
  return at;
}

// The longest namespace first.
template <class Decode>
NodeId find_named(const Snapshot& snapshot, NodeKind kind, std::string_view text, Decode decode) {
  const std::vector<std::size_t> colons = colons_of(text);
  for (auto it = colons.rbegin(); it != colons.rend(); ++it) {
    const NodeId node =
        snapshot.find(kind, decode(text.substr(0, *it)), decode(text.substr(*it + 1)));
    if (node) return snapshot.canonical(node);
  }
  return {};
}

// A consumer's name begins with its type: the namespace ends at any colon but the last.
template <class Decode>
NodeId find_consumer(const Snapshot& snapshot, std::string_view text, Decode decode) {
  return find_named(snapshot, NodeKind::kConsumer, text, decode);
}

template <class Decode>
NodeId find_field(const Snapshot& snapshot, std::string_view text, Decode decode) {
  const std::vector<std::size_t> colons = colons_of(text);
  for (auto it = colons.rbegin(); it != colons.rend(); ++it) {
    const NodeId dataset = find_named(snapshot, NodeKind::kDataset, text.substr(0, *it), decode);
    if (!dataset) continue;
    const NodeId field = snapshot.find_field(dataset, decode(text.substr(*it + 1)));
    if (field) return snapshot.canonical(field);
  }
  return {};
}

template <class Decode>
void add_readings(const Snapshot& snapshot, std::string_view text, Decode decode,
                  std::vector<ColumnName>& out) {
  const std::vector<std::size_t> colons = colons_of(text);
  for (auto it = colons.rbegin(); it != colons.rend(); ++it) {
    const std::string_view path = text.substr(*it + 1);
    const NodeId dataset = find_named(snapshot, NodeKind::kDataset, text.substr(0, *it), decode);
    if (dataset && !path.empty()) out.push_back({dataset, std::string(decode(path))});
  }
}

template <class Decode>
NodeId find_any(const Snapshot& snapshot, const NodeRef& ref, Decode decode) {
  switch (ref.kind) {
    case RefKind::kDataset: return find_named(snapshot, NodeKind::kDataset, ref.text, decode);
    case RefKind::kJob: return find_named(snapshot, NodeKind::kJob, ref.text, decode);
    case RefKind::kField: return find_field(snapshot, ref.text, decode);
    case RefKind::kConsumer: return find_consumer(snapshot, ref.text, decode);
    case RefKind::kRun: return {};
  }
  return {};
}

}  // namespace

std::string unescape_part(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view three = text.substr(i, 3);
    if (three == "%3A" || three == "%3a") {
      out.push_back(':');
    } else if (three == "%25") {
      out.push_back('%');
    } else {
      out.push_back(text[i]);
      continue;
    }
    i += 2;
  }
  return out;
}

Result<NodeRef> parse_node_ref(std::string_view text) {
  for (const Prefix& prefix : kPrefixes) {
    if (!text.starts_with(prefix.text)) continue;
    const std::string_view rest = text.substr(prefix.text.size());
    const std::size_t colons = colons_of(rest).size();
    if (prefix.kind == RefKind::kRun && !rest.empty())
      return NodeRef{prefix.kind, std::string(rest)};
    if (colons > kMaxColons) {
      return make_error(ErrorCode::kInvalidNodeId, "A node id may have at most 64 colons.");
    }
    if (!rest.empty() && colons >= prefix.min_colons) {
      return NodeRef{prefix.kind, std::string(rest)};
    }
  }
  return make_error(
      ErrorCode::kInvalidNodeId,
      "Write a node id as dataset:NAMESPACE:NAME, job:NAMESPACE:NAME, "
      "datasetField:NAMESPACE:DATASET:FIELD, consumer:NAMESPACE:TYPE:NAME or run:ID.");
}

Result<NodeId> resolve(const Snapshot& snapshot, const NodeRef& ref) {
  if (ref.kind == RefKind::kRun) {
    return make_error(ErrorCode::kInvalidNodeId, "A run is no node of the graph; name its job.");
  }
  NodeId node = find_any(snapshot, ref, [](std::string_view part) { return part; });
  if (!node && ref.text.find('%') != std::string::npos) {
    node = find_any(snapshot, ref, unescape_part);
  }
  if (node && was_seen(snapshot, node)) return node;
  return make_error(ErrorCode::kNotFound,
                    "No node of this name was recorded at the moment asked for: " + ref.text);
}

std::vector<NodeId> all_names(const Snapshot& snapshot, NodeId canonical) {
  std::vector<NodeId> names = snapshot.aliases(canonical);
  names.insert(names.begin(), canonical);
  return names;
}

Micros first_seen(const Snapshot& snapshot, NodeId canonical) {
  Micros seen = snapshot.node(canonical).first_seen;
  for (const NodeId alias : snapshot.aliases(canonical)) {
    seen = std::min(seen, snapshot.node(alias).first_seen);
  }
  return seen;
}

bool was_seen(const Snapshot& snapshot, NodeId canonical) {
  const Micros as_of = snapshot.moment().as_of;
  return as_of == graph::kLatest || first_seen(snapshot, canonical) <= as_of;
}

std::vector<ColumnName> column_readings(const Snapshot& snapshot, const NodeRef& ref) {
  std::vector<ColumnName> out;
  if (ref.kind != RefKind::kField) return out;
  add_readings(
      snapshot, ref.text, [](std::string_view part) { return part; }, out);
  if (ref.text.find('%') != std::string::npos) add_readings(snapshot, ref.text, unescape_part, out);
  return out;
}

std::string format_column(const Snapshot& snapshot, NodeId dataset, std::string_view path) {
  const graph::NodeInfo info = snapshot.node(dataset);
  std::string text("datasetField:");
  text.append(info.name_space).append(":").append(info.name).append(":").append(path);
  return text;
}

std::string format_node(NodeKind kind, std::string_view name_space, std::string_view name) {
  std::string text(kind == NodeKind::kJob        ? "job:"
                   : kind == NodeKind::kConsumer ? "consumer:"
                                                 : "dataset:");
  text.append(name_space).append(":").append(name);
  return text;
}

std::string format_node(const Snapshot& snapshot, NodeId node) {
  const graph::NodeInfo info = snapshot.node(node);
  if (info.kind != NodeKind::kField) return format_node(info.kind, info.name_space, info.name);
  const graph::NodeInfo dataset = snapshot.node(snapshot.canonical(info.parent));
  std::string text("datasetField:");
  text.append(dataset.name_space).append(":").append(dataset.name).append(":").append(info.name);
  return text;
}

}  // namespace headwater::query
