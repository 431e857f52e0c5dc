// Service and Session: what every question stands on.
//
// A Session is one consistent reading: a graph version pinned by number, then a transaction over
// the rows. Rows are never older than the graph, since the writer commits before it publishes; rows
// that are newer are filtered by their recorded interval. So an answer is of one moment, whatever
// the writer does meanwhile.
//
// Thread-safety: Service from any thread; a Session belongs to one request at a time.
// Ownership: Service borrows store, graph and clock; a Session borrows its Service.
// Errors: those of the store. Not promised: namespaces have no past; their owner, description and
// state are those of now.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/crew.h"
#include "base/mutex.h"
#include "base/result.h"
#include "graph/graph.h"
#include "query/answer_cache.h"
#include "storage/storage.h"

namespace headwater::query {

using base::Micros;
using base::Result;
using graph::Moment;
using graph::Snapshot;
using model::NodeId;
using model::NodeKind;
using model::Seq;

class Session;
struct AttributeVersion;
struct Hidden;
struct KeptStats;
class JobNews;
struct Tally;
namespace cause {
struct RunOutputs;
}
namespace text_index {
class Index;
}  // namespace text_index

// What an answer has read of nodes, so that it reads it once. A long answer opens a session for
// each of its pieces, or several for its parts, and hands them this: it is of one moment. Copies
// are the same memory. Thread-safety: from any thread.
class SessionMemory {
 public:
  using Attributes = std::shared_ptr<const std::vector<AttributeVersion>>;
  struct NewestRuns {
    std::vector<storage::RunInfo> runs;
    std::size_t asked = 0;  // how many: if they are fewer, there are no more
  };
  using Runs = std::shared_ptr<const NewestRuns>;

  Attributes attributes(NodeId canonical) const {
    return kept_->with([&](const Kept& kept) { return find(kept.attributes, canonical); });
  }
  void keep(NodeId canonical, Attributes found) {
    kept_->with([&](Kept& kept) { keep(kept.attributes, canonical, std::move(found)); });
  }
  Runs runs(NodeId job) const {
    return kept_->with([&](const Kept& kept) { return find(kept.runs, job); });
  }
  void keep(NodeId job, Runs found) {
    kept_->with([&](Kept& kept) { keep(kept.runs, job, std::move(found)); });
  }

 private:
  static constexpr std::size_t kMaxKept = 4096;  // nodes; emptied when they are more
  template <class T>
  using Map = std::unordered_map<std::uint32_t, std::shared_ptr<const T>>;

  template <class T>
  static std::shared_ptr<const T> find(const Map<T>& map, NodeId node) {
    const auto it = map.find(node.value);
    return it == map.end() ? nullptr : it->second;
  }
  template <class T>
  static void keep(Map<T>& map, NodeId node, std::shared_ptr<const T> found) {
    if (map.size() >= kMaxKept) map.clear();
    map[node.value] = std::move(found);
  }

  struct Kept {
    Map<std::vector<AttributeVersion>> attributes;
    Map<NewestRuns> runs;
  };
  std::shared_ptr<base::Guarded<Kept>> kept_ = std::make_shared<base::Guarded<Kept>>();
};

class Service {
 public:
  Service(storage::Store& store, const graph::Graph& graph, const base::Clock& clock);
  ~Service();

  // The newest version that a reader may ask for.
  Seq published() const { return graph_.published(); }
  Micros latest_event_time() const { return graph_.latest_event_time(); }
  const graph::Graph& graph() const { return graph_; }
  const base::Clock& clock() const { return clock_; }
  storage::Store& store() const { return store_; }

  // kInvalidArgument if moment.known_at lies after what is published. `memory`: of a session of the
  // same moment, whose known_at was a number.
  Result<Session> open(Moment moment = {}, SessionMemory memory = {});
  // The last record that was known at `at`, by the time it was received. O(log n).
  Result<Seq> seq_at(Micros at);
  // The event time of a record; kNotFound if there is none of that number.
  Result<Micros> time_of(Seq seq);

  // Version ids of datasets by their schema (query/versions.h): they never change.
  std::optional<std::string> cached_version(NodeId dataset, model::ContentId schema);
  void cache_version(NodeId dataset, model::ContentId schema, const std::string& id);

  // Of search (query/search.h).
  text_index::Index& text_index() const { return *text_index_; }

  // What lists leave out, kept for the newest version that asked (query/hidden.h).
  std::shared_ptr<const Hidden> cached_hidden(Seq seq);
  void cache_hidden(Seq seq, std::shared_ptr<const Hidden> hidden);
  // Of nodes, for the newest version that asked (query/tally.h); null if none did.
  std::shared_ptr<const Tally> cached_tally();
  void cache_tally(std::shared_ptr<const Tally> tally);
  // What was counted last (query/events.h); null if nothing was.
  std::shared_ptr<const KeptStats> cached_stats();
  void cache_stats(std::shared_ptr<const KeptStats> stats);
  // Of lists of jobs (query/job_news.h), if a writer tells it of records; else null. Before the
  // first question.
  void use_job_news(std::shared_ptr<JobNews> news) { job_news_ = std::move(news); }
  JobNews* job_news() const { return job_news_.get(); }
  // Long answers, for their next pages.
  AnswerCache& answers() { return answers_; }
  // For questions that can be worked on in parts. Parts that open sessions do so while their caller
  // holds none: there are only so many.
  base::Crew& crew() { return crew_; }

  // What a run wrote (query/cause_runs.h), as of its event `updated`; null if it is not kept.
  std::shared_ptr<const cause::RunOutputs> cached_outputs(model::RunRow run, Seq updated);
  void cache_outputs(model::RunRow run, Seq updated,
                     std::shared_ptr<const cause::RunOutputs> outputs);

 private:
  friend class Session;
  // Names never change, so they are kept for good; there are as many as facets have names.
  struct AttributeNames {
    std::unordered_map<std::int64_t, std::string> by_id;
  };
  // Contents never change either, but are many: emptied when they exceed kMaxContentBytes.
  struct Contents {
    std::unordered_map<std::int64_t, std::string> by_id;
    std::size_t bytes = 0;
  };
  static constexpr std::size_t kMaxContentBytes = std::size_t{32} << 20;
  // What runs wrote: some 300 bytes each; emptied when there are too many.
  struct Outputs {
    std::unordered_map<std::int64_t, std::pair<Seq, std::shared_ptr<const cause::RunOutputs>>>
        by_run;
  };
  static constexpr std::size_t kMaxOutputs = 100'000;

  storage::Store& store_;
  const graph::Graph& graph_;
  const base::Clock& clock_;
  base::Guarded<AttributeNames> attribute_names_;
  base::Guarded<Contents> contents_;
  struct VersionKey {
    NodeId dataset;
    model::ContentId schema;
    bool operator==(const VersionKey&) const = default;
  };
  struct VersionHash {
    std::size_t operator()(const VersionKey& key) const {
      const auto schema = static_cast<std::uint64_t>(key.schema.value);
      return ((schema << 32) ^ key.dataset.value) * std::size_t{0x9E3779B97F4A7C15ULL};
    }
  };
  static constexpr std::size_t kMaxVersions = std::size_t{1} << 16;  // emptied when they are more
  base::Guarded<std::unordered_map<VersionKey, std::string, VersionHash>> versions_;
  base::Guarded<std::pair<Seq, std::shared_ptr<const Hidden>>> hidden_;
  base::Guarded<std::shared_ptr<const Tally>> tally_;
  base::Guarded<std::shared_ptr<const KeptStats>> stats_;
  std::shared_ptr<JobNews> job_news_;
  AnswerCache answers_;
  base::Guarded<Outputs> outputs_;
  const std::unique_ptr<text_index::Index> text_index_;
  base::Crew crew_;
};

class Session {
 public:
  const Snapshot& graph() const { return snapshot_; }
  storage::Reader& rows() { return reader_; }
  Service& service() const { return *service_; }

  Moment moment() const { return snapshot_.moment(); }
  Seq seq() const { return snapshot_.seq(); }
  // True if the question is about now (nothing has ended), in valid time.
  bool latest() const { return moment().as_of == graph::kLatest; }
  // The moment to print: `as_of`, or the later of the clock and of what has been reported.
  Micros answered_as_of() const;

  // True if nothing newer is known than this session reads.
  bool newest() const { return seq() == service_->published(); }
  // The time up to which this session sees what was observed.
  Micros until() const { return moment().as_of; }
  // When the node was last heard of, at this session's moment. Of this name only.
  Result<std::optional<Micros>> last_heard(NodeId node);

  // Known at this session's moment.
  bool recorded(Seq from, Seq to) const { return from <= seq() && seq() < to; }
  // Known, and holding at as_of.
  bool holds(Micros valid_from, Micros valid_to) const;

  const SessionMemory& memory() const { return memory_; }
  SessionMemory& memory() { return memory_; }

  Result<std::string> attribute_name(model::AttributeNameId id);
  // One facet's JSON; nothing if there is no such content.
  Result<std::optional<std::string>> content(model::ContentId id);

 private:
  friend class Service;
  Session(Service& service, Snapshot snapshot, storage::Reader reader, SessionMemory memory)
      : service_(&service),
        snapshot_(std::move(snapshot)),
        reader_(std::move(reader)),
        memory_(std::move(memory)) {}

  Service* service_;
  Snapshot snapshot_;
  storage::Reader reader_;
  SessionMemory memory_;
};

}  // namespace headwater::query
