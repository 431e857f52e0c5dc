// An Engine and what it was told, side by side: every change goes to both.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "planner/engine.h"
#include "planner/snapshot.h"
#include "tests/property/planner/naive_partitions.h"
#include "tests/support/harness.h"

namespace headwater::tests::partitions {

class EngineWorld final : public planner::History {
 public:
  EngineWorld() : engine_(std::make_unique<planner::Engine>(*this)) {}

  base::Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) override {
    const auto found = known_.writes.find({dataset, place});
    return found == known_.writes.end() ? std::vector<Write>() : found->second;
  }

  const Known& known() const { return known_; }
  const Known& published() const { return published_; }
  planner::Engine& engine() { return *engine_; }

  DatasetNo add_dataset() {
    known_.spaces.push_back(std::make_shared<const planner::Space>());
    return engine_->add_dataset(model::NodeId{static_cast<std::uint32_t>(known_.spaces.size())});
  }
  bool set_space(DatasetNo dataset, std::shared_ptr<const planner::Space> space) {
    if (!engine_->set_space(dataset, space)) return false;
    known_.spaces[dataset.value - 1] = std::move(space);
    return true;
  }
  bool set_mapping(DatasetNo upstream, DatasetNo downstream, const planner::Mapping& mapping) {
    const bool could = engine_->try_mapping(upstream, downstream, mapping).has_value();
    const bool done = engine_->set_mapping(upstream, downstream, mapping).has_value();
    EXPECT_EQ(could, done);
    if (done) known_.maps[{upstream, downstream}] = mapping;
    return done;
  }
  void remove_mapping(DatasetNo upstream, DatasetNo downstream) {
    must_do(engine_->remove_mapping(upstream, downstream));
    known_.maps.erase({upstream, downstream});
  }
  void set_code(model::NodeId job, model::CodeId code) {
    engine_->set_code(job, code);
    known_.jobs[job.value].now = code;
  }
  void set_equalities(model::NodeId job, std::vector<CodeEquality> equal,
                      std::vector<CodeEquality> deferred) {
    engine_->set_equalities(job, equal, deferred);
    known_.jobs[job.value].equal = std::move(equal);
    known_.jobs[job.value].deferred = std::move(deferred);
  }
  void write(const Write& write) {
    known_.add(write);
    changed_.insert({write.dataset, write.place});
    must_do(engine_->write(write));
    if (known_.writes[{write.dataset, write.place}].back() == write) {
      known_.running.erase({write.dataset, write.place});
      known_.failed.erase({write.dataset, write.place});
    }
  }
  // Partitions in a row that one run wrote alike, as the engine takes them together.
  void write_alike(const Write& first, std::int64_t last) {
    for (Write write = first; write.place.index <= last; ++write.place.index) {
      known_.add(write);
      changed_.insert({write.dataset, write.place});
    }
    must_do(engine_->write(first, last));
    for (Write write = first; write.place.index <= last; ++write.place.index) {
      if (!(known_.writes[{write.dataset, write.place}].back() == write)) continue;
      known_.running.erase({write.dataset, write.place});
      known_.failed.erase({write.dataset, write.place});
    }
  }
  // In between only write_alike().
  void tell_together() {
    static base::Crew crew(1);
    engine_->tell_together(crew);
  }
  void told() { must_do(engine_->told()); }
  // What the history says of the partition, in place of what it said.
  void rewrite(const At& at, std::vector<Write> writes) {
    const std::vector<Write> before = std::exchange(known_.writes[at], std::move(writes));
    Known::sort(known_.writes[at]);
    changed_.insert(at);
    must_do(engine_->rewrite(at.dataset, at.place, before));
  }
  void set_running(const At& at, bool running) {
    executed_.insert(at);
    must_do(engine_->set_running(at.dataset, at.place, running));
    running ? static_cast<void>(known_.running.insert(at))
            : static_cast<void>(known_.running.erase(at));
  }
  void set_failed(const At& at, bool failed) {
    executed_.insert(at);
    must_do(engine_->set_failed(at.dataset, at.place, failed));
    failed ? static_cast<void>(known_.failed.insert(at))
           : static_cast<void>(known_.failed.erase(at));
    if (failed) known_.running.erase(at);
  }

  void publish(model::Seq seq) {
    engine_->publish(seq);
    published_ = known_;
  }
  void discard() {
    engine_->discard();
    known_ = published_;
  }
  // The columns of what is published, for a later start; nothing may have changed since.
  void save(const std::string& path) {
    if (const auto saved = planner::save_snapshot(*engine_->state(), {}, path); !saved) {
      ADD_FAILURE() << saved.error().message << saved.error().detail;
    }
    saved_ = path;
    changed_.clear();
  }
  bool has_saved() const { return !saved_.empty(); }
  // Another engine from that, and from what changed since.
  void reload_saved() {
    engine_ = std::make_unique<planner::Engine>(*this);
    tell_spaces_and_code();
    tell_mappings();
    planner::SnapshotReader file;
    must_do(file.open(saved_));
    const auto rebased = must(file.load(*engine_));
    std::vector<std::pair<DatasetNo, Place>> changed;
    for (const At& at : changed_) changed.emplace_back(at.dataset, at.place);
    must_do(engine_->recover(changed));
    for (const DatasetNo dataset : rebased) must_do(engine_->rebase(dataset));
    for (const At& at : executed_) {
      must_do(engine_->set_failed(at.dataset, at.place, known_.failed.contains(at)));
      must_do(engine_->set_running(at.dataset, at.place, known_.running.contains(at)));
    }
    engine_->publish({});
    published_ = known_;
  }
  // Another engine, told of what is known in one go. `by_write`: all writes in the order in which
  // they came, with the mappings in place; else the newest of each partition, mappings last.
  void reload(bool by_write) {
    engine_ = std::make_unique<planner::Engine>(*this);
    tell_spaces_and_code();
    if (by_write) tell_mappings();
    by_write ? tell_all_writes() : tell_newest();
    if (!by_write) tell_mappings();
    for (const At& at : known_.failed) must_do(engine_->set_failed(at.dataset, at.place, true));
    for (const At& at : known_.running) must_do(engine_->set_running(at.dataset, at.place, true));
    engine_->publish({});
    published_ = known_;
  }

 private:
  void tell_spaces_and_code() {
    for (std::size_t i = 0; i < known_.spaces.size(); ++i) {
      const DatasetNo dataset =
          engine_->add_dataset(model::NodeId{static_cast<std::uint32_t>(i + 1)});
      must_do(engine_->set_space(dataset, known_.spaces[i]));
    }
    for (const auto& [node, job] : known_.jobs) {
      engine_->set_code(model::NodeId{node}, job.now);
      engine_->set_equalities(model::NodeId{node}, job.equal, job.deferred);
    }
  }
  static void must_do(const base::Result<void>& done) {
    if (!done) ADD_FAILURE() << done.error().message << " | " << done.error().detail;
  }
  void tell_mappings() {
    for (const auto& [pair, mapping] : known_.maps) {
      must_do(engine_->restore_mapping(pair.first, pair.second, mapping));
    }
  }
  void tell_newest() {
    for (const auto& [at, all] : known_.writes) {
      if (!all.empty()) must_do(engine_->write(all.back()));
    }
  }
  void tell_all_writes() {
    const Known all = known_;
    std::vector<Write> writes;
    for (const auto& [at, of] : all.writes) writes.insert(writes.end(), of.begin(), of.end());
    std::stable_sort(writes.begin(), writes.end(),
                     [](const Write& a, const Write& b) { return a.seq < b.seq; });
    known_.writes.clear();
    for (const Write& write : writes) {
      known_.add(write);
      must_do(engine_->write(write));
    }
    known_ = all;
  }

  Known known_, published_;
  std::string saved_;      // path
  std::set<At> changed_;   // since; more than did is no harm
  std::set<At> executed_;  // of which it was told that they run, or failed
  std::unique_ptr<planner::Engine> engine_;
};

}  // namespace headwater::tests::partitions
