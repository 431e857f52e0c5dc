#include "ingest/node_table.h"

#include <algorithm>
#include <array>
#include <tuple>

namespace headwater::ingest {

using model::NodeKind;

namespace {

std::string key_of(NodeKind kind, std::string_view ns, NodeId parent, std::string_view name) {
  std::string key(1, static_cast<char>(kind));
  key += std::to_string(parent.value);
  key.push_back('\0');
  key.append(ns);
  key.push_back('\0');
  key.append(name);
  return key;
}

// Namespaces that say where bytes lie rather than what the table is called.
bool storage_path(std::string_view name_space) {
  constexpr std::array<std::string_view, 14> kSchemes{"file",  "s3",   "s3a",  "s3n",   "gs",
                                                      "gcs",   "hdfs", "abfs", "abfss", "wasb",
                                                      "wasbs", "adl",  "dbfs", "oss"};
  const std::string_view scheme = name_space.substr(0, name_space.find(':'));
  return std::ranges::find(kSchemes, scheme) != kSchemes.end();
}

}  // namespace

Result<void> NodeTable::load(storage::Writer& writer) {
  snapshot_.reset();
  committed_ = static_cast<std::uint32_t>(graph_.node_count());
  created_ = 0;
  pending_.clear();
  pending_by_name_.clear();
  touched_.clear();
  namespaces_.clear();
  merged_into_.clear();
  members_.clear();
  changes_ = {};
  HW_TRY(const auto high, writer.high_ids());
  next_namespace_ = high.name_space + 1;
  constexpr std::size_t kPage = 1000;
  std::string after;
  while (true) {
    HW_TRY(auto page, writer.reader().namespaces(after, kPage));
    for (auto& row : page) {
      after = row.name;
      namespaces_.emplace(row.name, row);
    }
    if (page.size() < kPage) break;
  }
  for (std::uint32_t id = 1; id <= committed_; ++id) {
    const NodeId winner = snapshot().canonical(NodeId{id});
    if (winner == NodeId{id}) continue;
    merged_into_.emplace(id, winner);
    members_[winner.value].push_back(NodeId{id});
  }
  return {};
}

const graph::Snapshot& NodeTable::snapshot() const {
  if (!snapshot_) snapshot_.emplace(graph_.snapshot());
  return *snapshot_;
}

void NodeTable::published() {
  snapshot_.reset();
  committed_ = static_cast<std::uint32_t>(graph_.node_count());
  pending_.clear();
  pending_by_name_.clear();
  touched_.clear();
  changes_ = {};
}

Result<model::NamespaceId> NodeTable::name_space(std::string_view name, Micros received_at,
                                                 storage::Writer& writer) {
  const auto at = namespaces_.find(std::string(name));
  if (at != namespaces_.end() && !at->second.deleted) return at->second.id;
  storage::NamespaceRow row;
  if (at != namespaces_.end()) {
    row = at->second;  // deleted, and seen again
    row.deleted = false;
  } else {
    row.id = model::NamespaceId{next_namespace_++};
    row.name = name;
    row.created_at = received_at;
  }
  row.updated_at = received_at;
  HW_CHECK_OK(put_namespace(row, writer));
  return row.id;
}

Result<void> NodeTable::put_namespace(const storage::NamespaceRow& row, storage::Writer& writer) {
  HW_CHECK_OK(writer.upsert_namespace(row));
  namespaces_.insert_or_assign(row.name, row);
  return {};
}

std::optional<storage::NamespaceRow> NodeTable::namespace_row(std::string_view name) const {
  const auto at = namespaces_.find(std::string(name));
  if (at == namespaces_.end()) return std::nullopt;
  return at->second;
}

std::optional<NodeId> NodeTable::find(NodeKind kind, std::string_view name_space,
                                      std::string_view name) const {
  if (!pending_by_name_.empty()) {
    const auto at = pending_by_name_.find(key_of(kind, name_space, NodeId{}, name));
    if (at != pending_by_name_.end()) return at->second;
  }
  const NodeId id = snapshot().find(kind, name_space, name);
  if (!id) return std::nullopt;
  return id;
}

Result<NodeId> NodeTable::touch(const model::End& end, const Mention& mention,
                                storage::Writer& writer) {
  if (end.kind == NodeKind::kField) {
    Mention dataset = mention;
    dataset.placeholder = true;
    HW_TRY(const NodeId owner, touch({NodeKind::kDataset, end.name, {}}, dataset, writer));
    return touch_field(canonical(owner), end.field, mention, writer);
  }
  if (const auto found = find(end.kind, end.name.name_space, end.name.name)) {
    HW_CHECK_OK(refresh(*found, mention, writer));
    return *found;
  }
  HW_TRY(const auto ns, name_space(end.name.name_space, mention.received_at, writer));
  return create(end.kind, end.name.name_space, ns, NodeId{}, end.name.name, mention, writer);
}

Result<NodeId> NodeTable::touch_field(NodeId dataset, std::string_view path, const Mention& mention,
                                      storage::Writer& writer) {
  const auto at = pending_by_name_.find(key_of(NodeKind::kField, {}, dataset, path));
  if (at != pending_by_name_.end()) return at->second;
  if (!is_new(dataset)) {
    const NodeId id = snapshot().find_field(dataset, path);
    if (id) return id;
  }
  return create(NodeKind::kField, {}, model::NamespaceId{}, dataset, path, mention, writer);
}

Result<NodeId> NodeTable::create(NodeKind kind, std::string_view ns, model::NamespaceId ns_id,
                                 NodeId parent, std::string_view name, const Mention& mention,
                                 storage::Writer& writer) {
  storage::NodeRow row;
  row.id = NodeId{committed_ + static_cast<std::uint32_t>(pending_.size()) + 1};
  row.kind = kind;
  row.name_space = ns_id;
  row.parent = parent;
  row.name = name;
  row.recorded = mention.seq;
  row.first_seen = mention.time;
  row.placeholder = mention.placeholder;
  HW_CHECK_OK(writer.insert_node(row));
  pending_.push_back(
      {kind, std::string(ns), row.name, parent, mention.time, mention.placeholder, mention.seq});
  pending_by_name_.emplace(key_of(kind, ns, parent, name), row.id);
  changes_.nodes.push_back({row.id, kind, std::string(ns), row.name, parent, mention.seq,
                            mention.time, mention.placeholder});
  ++created_;
  return row.id;
}

Result<void> NodeTable::refresh(NodeId id, const Mention& mention, storage::Writer& writer) {
  Facts facts{};
  if (const auto at = touched_.find(id.value); at != touched_.end()) {
    facts = at->second;
  } else if (is_new(id)) {
    const Entry& entry = pending_[id.value - committed_ - 1];
    facts = {entry.first_seen, entry.placeholder, entry.recorded};
  } else {
    const auto info = snapshot().node(id);
    facts = {info.first_seen, info.placeholder, Seq{}};
  }
  const Facts wanted{std::min(facts.first_seen, mention.time),
                     facts.placeholder && mention.placeholder, mention.seq};
  if (wanted.first_seen == facts.first_seen && wanted.placeholder == facts.placeholder) return {};
  HW_CHECK_OK(writer.update_node(id, wanted.first_seen, wanted.placeholder));
  const bool known_before = facts.since < mention.seq;  // by an earlier record
  if (known_before) {
    HW_CHECK_OK(writer.insert_node_past({id, mention.seq, facts.first_seen, facts.placeholder}));
  }
  touched_[id.value] = wanted;
  changes_.node_updates.push_back(
      {id, wanted.first_seen, wanted.placeholder, known_before ? mention.seq : Seq{}});
  return {};
}

NodeKind NodeTable::kind(NodeId id) const {
  return is_new(id) ? pending_[id.value - committed_ - 1].kind : snapshot().node(id).kind;
}

NodeId NodeTable::dataset_of(NodeId id) const {
  if (!id) return id;
  if (is_new(id)) {
    const Entry& entry = pending_[id.value - committed_ - 1];
    return canonical(entry.kind == NodeKind::kField ? entry.parent : id);
  }
  const auto info = snapshot().node(id);
  return canonical(info.kind == NodeKind::kField ? info.parent : id);
}

NodeId NodeTable::canonical(NodeId id) const {
  if (merged_into_.empty()) return id;
  for (auto at = merged_into_.find(id.value); at != merged_into_.end();
       at = merged_into_.find(id.value)) {
    id = at->second;
  }
  return id;
}

std::vector<NodeId> NodeTable::members(NodeId canonical) const {
  std::vector<NodeId> out{canonical};
  if (const auto at = members_.find(canonical.value); at != members_.end()) {
    out.insert(out.end(), at->second.begin(), at->second.end());
  }
  return out;
}

std::pair<std::string_view, std::string_view> NodeTable::names(NodeId id) const {
  if (is_new(id)) {
    const Entry& entry = pending_[id.value - committed_ - 1];
    return {entry.name_space, entry.name};
  }
  const auto info = snapshot().node(id);
  return {info.name_space, info.name};
}

bool NodeTable::preferred(NodeId a, NodeId b) const {
  const auto [a_space, a_name] = names(a);
  const auto [b_space, b_name] = names(b);
  // Spark's tables have names such as "default.t" in the namespace of their warehouse's path.
  const auto path = [](std::string_view space, std::string_view name) {
    return storage_path(space) ? (name.find('/') != std::string_view::npos ? 2 : 1) : 0;
  };
  return std::tuple(path(a_space, a_name), a_space, a_name) <
         std::tuple(path(b_space, b_name), b_space, b_name);
}

Result<void> NodeTable::merge(NodeId loser, NodeId winner, Seq seq, storage::Writer& writer) {
  HW_CHECK_OK(writer.merge_node(loser, winner, seq));
  changes_.merges.push_back({loser, winner, seq});
  merged_into_.emplace(loser.value, winner);
  auto& all = members_[winner.value];
  all.push_back(loser);
  if (const auto at = members_.find(loser.value); at != members_.end()) {
    const std::vector<NodeId> losers = std::move(at->second);
    members_.erase(at);
    auto& target = members_[winner.value];
    target.insert(target.end(), losers.begin(), losers.end());
  }
  std::ranges::sort(members_[winner.value]);
  return {};
}

void NodeTable::collect_edge_owners(const std::vector<NodeId>& ends,
                                    std::set<NodeId>& owners) const {
  const auto owner_of = [](const graph::EdgeInfo& edge) {
    switch (edge.kind) {
      case model::EdgeKind::kReads:
      case model::EdgeKind::kParent: return edge.dst;
      case model::EdgeKind::kWrites:
      case model::EdgeKind::kWritesScoped: return edge.src;
      default: return edge.via;
    }
  };
  for (const NodeId end : ends) {
    if (is_new(end)) continue;
    for (const auto direction : {graph::Direction::kDownstream, graph::Direction::kUpstream}) {
      for (const model::EdgeId id : snapshot().history(end, direction)) {
        if (const NodeId owner = owner_of(snapshot().edge(id))) owners.insert(canonical(owner));
      }
    }
  }
}

}  // namespace headwater::ingest
