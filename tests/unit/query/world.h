// A small world for the tests of this folder: a real store in a directory of its own and a graph,
// filled row by row, so that what a question sees is known exactly.
#pragma once

#include <gtest/gtest.h>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "query/query.h"
#include "storage/storage.h"

namespace headwater::query {

template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message + " | " + result.error().detail);
  return std::move(result).value();
}
inline void must(base::Result<void> result) {
  if (!result) throw std::runtime_error(result.error().message + " | " + result.error().detail);
}

class FixedClock final : public base::Clock {
 public:
  Micros now() const override { return 1'000'000; }
};

// Everything that is added between two commits is one record of the log.
class World {
 public:
  World() {
    std::random_device device;
    path_ = std::filesystem::temp_directory_path() /
            ("headwater_query_" + std::to_string(device()) + std::to_string(device()));
    storage::StoreOptions options;
    options.directory = path_.string();
    options.sync_full = false;
    options.max_readers = 4;
    store = must(storage::Store::open(options));
    service = std::make_unique<Service>(*store, graph, clock);
    begin();
  }
  ~World() {
    store->writer().rollback();
    service.reset();
    store.reset();
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  NodeId node(NodeKind kind, const std::string& name, const std::string& name_space = "ns") {
    storage::NodeRow row;
    row.id = NodeId{++nodes_};
    row.kind = kind;
    row.name_space = name_space_id(name_space);
    row.name = name;
    row.recorded = seq_;
    must(writer().insert_node(row));
    graph::NewNode added;
    added.id = row.id;
    added.kind = kind;
    added.name_space = name_space;
    added.name = name;
    added.recorded = seq_;
    pending_.nodes.push_back(std::move(added));
    return row.id;
  }
  NodeId dataset(const std::string& name, const std::string& name_space = "ns") {
    return node(NodeKind::kDataset, name, name_space);
  }
  NodeId job(const std::string& name, const std::string& name_space = "ns") {
    return node(NodeKind::kJob, name, name_space);
  }
  NodeId field(NodeId dataset, const std::string& path) {
    graph::NewNode added;
    added.id = NodeId{++nodes_};
    added.kind = NodeKind::kField;
    added.name = path;
    added.parent = dataset;
    added.recorded = seq_;
    pending_.nodes.push_back(std::move(added));
    storage::NodeRow row;
    row.id = NodeId{nodes_};
    row.kind = NodeKind::kField;
    row.parent = dataset;
    row.name = path;
    row.recorded = seq_;
    must(writer().insert_node(row));
    return row.id;
  }

  model::EdgeId edge(NodeId src, NodeId dst, model::EdgeKind kind, NodeId owner, Micros from = 0,
                     Micros to = model::kOpenEnd, NodeId via = {},
                     model::TransformationId detail = {}) {
    storage::EdgeRow row;
    row.id = model::EdgeId{++edges_};
    row.owner = owner;
    row.kind = kind;
    row.src = src;
    row.dst = dst;
    row.via = via;
    row.detail = detail;
    row.valid_from = from;
    row.valid_to = to;
    row.recorded_from = seq_;
    must(writer().insert_edge(row));
    graph::NewEdge added;
    added.id = row.id;
    added.src = src;
    added.dst = dst;
    added.via = via;
    added.detail = detail;
    added.kind = kind;
    added.detail = detail;
    added.valid_from = from;
    added.valid_to = to;
    added.recorded_from = seq_;
    pending_.edges.push_back(added);
    return row.id;
  }
  model::EdgeId reads(NodeId job, NodeId dataset, Micros from = 0, Micros to = model::kOpenEnd) {
    return edge(dataset, job, model::EdgeKind::kReads, job, from, to);
  }
  model::EdgeId writes(NodeId job, NodeId dataset, Micros from = 0, Micros to = model::kOpenEnd) {
    return edge(job, dataset, model::EdgeKind::kWrites, job, from, to);
  }
  // From field or dataset to field or dataset, through a job.
  model::EdgeId direct(NodeId src, NodeId dst, NodeId via, model::TransformationId detail = {}) {
    return edge(src, dst, model::EdgeKind::kColumnDirect, via, 0, model::kOpenEnd, via, detail);
  }
  model::EdgeId indirect(NodeId src, NodeId dst, NodeId via, model::TransformationId detail = {}) {
    return edge(src, dst, model::EdgeKind::kColumnIndirect, via, 0, model::kOpenEnd, via, detail);
  }
  model::TransformationId transformation(const std::string& type, const std::string& subtype,
                                         bool masking = false) {
    const model::TransformationId id{++transformations_};
    must(writer().insert_transformation({id, type, subtype, masking}));
    return id;
  }
  void close(model::EdgeId id) {
    must(writer().close_edge(id, seq_));
    pending_.closes.push_back({id, seq_});
  }
  void merge(NodeId loser, NodeId winner) {
    must(writer().merge_node(loser, winner, seq_));
    pending_.merges.push_back({loser, winner, seq_});
  }

  std::int64_t attribute(NodeId owner, const std::string& name, const std::string& json,
                         Micros from = 0, Micros to = model::kOpenEnd) {
    if (!attribute_names_.contains(name)) {
      const model::AttributeNameId id{static_cast<std::int64_t>(attribute_names_.size()) + 1};
      must(writer().insert_attribute_name(id, name));
      attribute_names_[name] = id;
    }
    const model::ContentId content{++contents_};
    must(writer().insert_content(content, base::hash128(json), store->pack(json)));
    storage::AttributeRow row;
    row.id = ++attributes_;
    row.owner = owner;
    row.name = attribute_names_[name];
    row.content = content;
    row.valid_from = from;
    row.valid_to = to;
    row.recorded_from = seq_;
    must(writer().insert_attribute(row));
    return row.id;
  }
  void close_attribute(std::int64_t id) { must(writer().close_attribute(id, seq_)); }
  void hide(const std::string& name_space, bool hidden) {
    storage::NamespaceRow row;
    row.id = name_space_id(name_space);
    row.name = name_space;
    row.deleted = hidden;
    must(writer().upsert_namespace(row));
  }

  storage::RunInfo run(const std::string& id, NodeId job, storage::RunState state, Micros from,
                       Micros to = model::kOpenEnd) {
    storage::RunInfo run;
    run.id = model::RunRow{++runs_};
    run.run_id = id;
    run.job = job;
    run.state = state;
    run.started_at = from;
    run.ended_at = to;
    run.first_time = from;
    run.last_time = to == model::kOpenEnd ? from : to;
    run.recorded = run.updated = seq_;
    must(writer().upsert_run(run));
    return run;
  }
  storage::ObservationRow observe(NodeId owner, Micros time, model::RunRow run = {},
                                  model::EdgeSetId edges = {}) {
    storage::ObservationRow row;
    row.owner = owner;
    row.time = time;
    row.seq = seq_;
    row.run = run;
    row.edge_set = edges;
    must(writer().insert_observation(row));
    return row;
  }
  model::EdgeSetId edge_set(model::EdgeSet set) {
    set.normalize();
    const std::string bytes = model::encode_edge_set(set);
    const model::EdgeSetId id{++edge_sets_};
    must(writer().insert_edge_set(id, base::hash128(bytes), bytes));
    return id;
  }

  // Ends the record: its body and moment. What follows belongs to the next one.
  Seq commit(const std::string& body = "{}", Micros event_time = 0,
             storage::RecordKind kind = storage::RecordKind::kEvent) {
    must(writer().append_log(seq_, kind, event_time, event_time, base::hash128(body),
                             store->pack(body)));
    must(writer().commit());
    pending_.seq = seq_;
    graph.publish(pending_);
    const Seq done = seq_;
    begin();
    return done;
  }
  // A view of the newest version, with what is pending committed.
  Session session(graph::Moment moment = {}) { return must(service->open(moment)); }
  storage::Writer& writer() { return store->writer(); }
  Seq next_seq() const { return seq_; }

  FixedClock clock;
  graph::Graph graph;
  std::unique_ptr<storage::Store> store;
  std::unique_ptr<Service> service;

 private:
  void begin() {
    seq_ = Seq{seq_.value + 1};
    pending_ = {};
    must(writer().begin());
  }
  model::NamespaceId name_space_id(const std::string& name) {
    const auto it = namespaces_.find(name);
    if (it != namespaces_.end()) return it->second;
    storage::NamespaceRow row;
    row.id = model::NamespaceId{static_cast<std::uint32_t>(namespaces_.size()) + 1};
    row.name = name;
    must(writer().upsert_namespace(row));
    return namespaces_[name] = row.id;
  }

  std::filesystem::path path_;
  Seq seq_{0};
  graph::Changes pending_;
  std::map<std::string, model::NamespaceId> namespaces_;
  std::map<std::string, model::AttributeNameId> attribute_names_;
  std::uint32_t nodes_ = 0, edges_ = 0;
  std::uint16_t transformations_ = 0;
  std::int64_t contents_ = 0, attributes_ = 0, runs_ = 0, edge_sets_ = 0;
};

}  // namespace headwater::query
