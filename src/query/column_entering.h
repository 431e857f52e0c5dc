// ColumnEntering: what a walk of columns has entered, with its limits. Private to query.
#pragma once

#include <vector>

#include "graph/graph_inl.h"
#include "query/column_walk.h"
#include "query/scratch.h"

namespace headwater::query {

class ColumnEntering {
 protected:
  using CutReason = graph::CutReason;
  using Kind = ColumnEntry::Kind;
  static constexpr std::size_t kPollEvery = 2048;
  using State = ColumnWalk::State;

  using Table = ColumnWalk::Table;
  bool stopped() const { return walk_.cut_ != CutReason::kNone; }
  void stop(CutReason reason, std::size_t limit) {
    if (stopped()) return;
    walk_.cut_ = reason;
    walk_.limit_ = limit;
    walk_.frontier_ = entries_.size() - at_;
  }
  // Asked every kPollEvery entries; `entries`: since the last call.
  bool cancelled(std::size_t entries = 1) {
    polls_ += entries;
    if (polls_ < kPollEvery) return false;
    polls_ = 0;
    if (!options_.cancelled || !options_.cancelled()) return false;
    stop(CutReason::kCancelled, 0);
    return true;
  }

  std::uint32_t add(const ColumnEntry& entry) {
    entries_.push_back(entry);
    return static_cast<std::uint32_t>(entries_.size() - 1);
  }
  bool count_field() {
    if (++fields_ <= options_.max_fields) return true;
    stop(CutReason::kMaxNodes, options_.max_fields);
    return false;
  }
  bool count_table() {
    if (++tables_count_ <= options_.max_tables) return true;
    stop(CutReason::kMaxNodes, options_.max_tables);
    return false;
  }

  // True if nothing of its dataset had been touched before.
  bool enter_field(NodeId field, NodeId dataset, std::uint32_t from, model::EdgeId by,
                   std::uint32_t distance, bool assumed, bool part = false) {
    const std::uint8_t state = walk_.state_[field];
    if ((state & (part ? State::kField | State::kPart : +State::kField)) != 0) return false;
    if ((state == 0 && !count_field()) || !can_touch(dataset)) return false;
    walk_.state_[field] = state | (part ? State::kPart : State::kField);
    const Kind kind = part ? Kind::kPart : Kind::kField;
    return touch_table(dataset, add(ColumnEntry::make(field, from, by, distance, kind, assumed)),
                       assumed);
  }

  void enter_dataset(NodeId dataset, std::uint32_t from, model::EdgeId by, std::uint32_t distance,
                     bool assumed) {
    const std::uint8_t state = walk_.state_[dataset];
    if ((state & State::kWhole) != 0 || !can_touch(dataset)) return;
    walk_.state_[dataset] = state | State::kWhole;
    touch_table(dataset,
                add(ColumnEntry::make(dataset, from, by, distance, Kind::kDataset, assumed)),
                assumed);
  }

  void enter_via(NodeId via, std::uint32_t from, model::EdgeId by, std::uint32_t distance,
                 bool assumed) {
    if (via && graph_.kind_of(via) == NodeKind::kJob) {
      enter_via_job(via, from, by, distance, assumed);
    }
  }
  void enter_via_job(NodeId job, std::uint32_t from, model::EdgeId by, std::uint32_t distance,
                     bool assumed) {
    const std::uint8_t state = walk_.state_[job];
    if ((state & State::kVia) != 0 || !count_table()) return;
    walk_.state_[job] = state | State::kVia;
    walk_.jobs_.push_back(add(ColumnEntry::make(job, from, by, distance, Kind::kJob, assumed)));
  }

  // A dataset that was stated to be touched may be assumed to be touched nearer by: then its gaps
  // count from there. True if nothing of it had been touched.
  bool touch_table(NodeId dataset, std::uint32_t entry, bool assumed) {
    const std::uint8_t state = walk_.state_[dataset];
    const bool known = (state & State::kTouched) != 0;
    if (known && (!assumed || (state & State::kGapsDue) != 0)) return false;
    walk_.state_[dataset] = state | State::kTouched | (assumed ? State::kGapsDue : 0);
    tables_.push_back({dataset, entry});
    return !known;
  }
  // Counts a dataset that is new.
  bool can_touch(NodeId dataset) {
    return (walk_.state_[dataset] & State::kTouched) != 0 || count_table();
  }

  ColumnEntering(const Snapshot& graph, const ColumnWalkOptions& options, std::size_t starts)
      : graph_(graph),
        options_(options),
        down_(options.direction == graph::Direction::kDownstream),
        first_via_(follows_vias() ? graph.node_count() + 1 : 0),
        walk_(graph.node_count(), starts),
        entries_(*walk_.entries_),
        tables_(walk_.tables_) {}

  // Whether first_via_ is kept.
  bool follows_vias() const { return options_.jobs && down_; }
  void forget_vias() {
    if (!follows_vias()) return;
    for (const Table& table : tables_) first_via_[table.dataset] = 0;
    first_via_.give_back();
  }

  // How far ahead what lies elsewhere is asked for, in entries, tables or edges.
  static constexpr std::size_t kFar = 24, kNear = 12, kClose = 8;

  void hint_edges(NodeId node, bool near) const {
    if (node) graph_.prefetch_edges(node, options_.direction, near);
  }

  NodeId first_field(NodeId dataset) const {
    NodeId first;
    graph_.for_each_field(dataset, [&first](NodeId field) {
      first = field;
      return false;
    });
    return first;
  }

  bool is_new(NodeId end) const {
    return (walk_.state_[end] & (State::kField | State::kWhole)) == 0;
  }

  const Snapshot& graph_;
  const ColumnWalkOptions& options_;
  const bool down_;
  ScratchZeros first_via_;  // of a dataset: the job of the edge that touched it first
  ColumnWalk walk_;
  std::vector<ColumnEntry>& entries_;
  std::vector<Table>& tables_;
  std::size_t at_ = 0;  // the entry that is followed

 private:
  std::size_t fields_ = 0, tables_count_ = 0, polls_ = 0;
};

}  // namespace headwater::query
