// A store, a pipeline and a planner, and what has been said and decided, side by side.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "planner/documents.h"
#include "planner/planner.h"
#include "planner/stored_history.h"
#include "tests/property/planner/naive_partitions.h"
#include "tests/property/planner/said.h"
#include "tests/support/harness.h"

namespace headwater::tests::partitions {

// Fails a record, as a full disk does, so that its transaction is undone.
class Saboteur final : public storage::View {
 public:
  explicit Saboteur(int& armed) : armed_(armed) {}
  std::string_view name() const override { return "saboteur"; }
  base::Result<void> prepare(const storage::ViewRecord&, storage::Writer&,
                             storage::Effects&) override {
    if (armed_ == 0 || --armed_ != 0) return {};
    return base::make_error(base::ErrorCode::kStorageUnavailable, "The disk is full.");
  }
  void publish() noexcept override {}
  void discard() noexcept override {}

 private:
  int& armed_;  // the how manieth record from now; 0: none
};

struct Decided {
  std::int64_t seq = 0;
  planner::DecisionDocument what;
  planner::ChangeDocument change;
};

class PipelineWorld {
 public:
  explicit PipelineWorld(std::string name_space)
      : text_(name_space), name_space_(std::move(name_space)) {
    open();
  }

  void restart() {
    harness_.reset();
    open();
  }
  Harness& harness() { return *harness_; }
  planner::Planner& planner() { return *planner_; }
  const EventText& text() const { return text_; }
  const std::vector<SaidEvent>& arrived() const { return arrived_; }

  static ingest::PipelineOptions options(std::shared_ptr<planner::Planner> planner) {
    auto out = Harness::small_windows();
    out.views = {[planner](storage::Store& store) { return planner::make_view(store, planner); }};
    return out;
  }

  bool send_raw(const std::string& body) { return harness_->try_send(body).has_value(); }
  // In one transaction. False: it failed, and nothing has arrived.
  bool send(std::vector<SaidEvent> events, int fail_at = 0) {
    std::string body;
    for (const SaidEvent& event : events) {
      body += body.empty() ? "[" : ",";
      body += text_.json(event);
    }
    armed_ = fail_at;
    const auto receipt = harness_->try_send(body + "]");
    armed_ = 0;
    if (!receipt) {
      EXPECT_NE(fail_at, 0) << receipt.error().message << " | " << receipt.error().detail;
      return false;
    }
    for (std::size_t i = 0; i < events.size(); ++i) {
      const ingest::Receipt& one = receipt->events[i];
      EXPECT_NE(one.status, ingest::ReceiptStatus::kQuarantined)
          << one.reason << text_.json(events[i]);
      if (one.status == ingest::ReceiptStatus::kDuplicate) continue;
      events[i].seq = one.seq.value;
      arrived_.push_back(events[i]);
    }
    return true;
  }
  // The record, or nothing if it was refused.
  std::optional<model::Seq> decide(const std::string& json) {
    ingest::Decision decision;
    decision.kind = ingest::Decision::Kind::kPlanner;
    decision.planner = json;
    decision.at = ++moment_;
    const auto receipt = harness_->decide(std::move(decision));
    if (receipt) return receipt->seq;
    EXPECT_NE(receipt.error().code, base::ErrorCode::kInternal)
        << receipt.error().message << " | " << receipt.error().detail << "\n"
        << json;
    return std::nullopt;
  }
  void decided(Decided decided) {
    for (Decided& other : decided_) {
      if (other.what.change_a == decided.what.change_a &&
          other.what.change_b == decided.what.change_b) {
        other.what.revoked = model::Seq{static_cast<std::uint64_t>(decided.seq)};
      }
    }
    decided_.push_back(std::move(decided));
  }
  std::vector<Decided>& decisions() { return decided_; }

  planner::DatasetNo number(int dataset) {
    auto reader = must(store().reader());
    return planner_->state()->find(node(reader, model::NodeKind::kDataset, "d", dataset));
  }

  // What follows from all that has arrived, for the datasets of this state.
  Known known(storage::Reader& reader, const planner::State& state) {
    Known out;
    for (std::uint32_t n = 1; n <= state.dataset_count(); ++n) {
      out.spaces.push_back(state.segment(DatasetNo{n}).space);
      for (const planner::Edge& edge : state.segment(DatasetNo{n}).in) {
        out.maps[{edge.upstream, edge.downstream}] = edge.reads->mapping();
      }
    }
    std::map<int, DatasetNo> numbers;
    for (int i = 0; i < kMostDatasets; ++i) {
      numbers[i] = state.find(node(reader, model::NodeKind::kDataset, "d", i));
    }
    const std::map<std::string, model::CodeId> codes = code_ids(reader);
    std::map<int, model::NodeId> jobs;
    for (int i = 0; i < kMostDatasets; ++i) jobs[i] = node(reader, model::NodeKind::kJob, "j", i);
    for (const auto& [job, code] : codes_of(arrived_)) {
      out.jobs[jobs[job].value].now = codes.at("declared:" + code);
    }
    const std::map<std::string, SaidRun> runs = runs_of(arrived_);
    for (const auto& [id, run] : runs) {
      if (run.outputs.empty()) continue;
      const auto row = must(reader.find_run(id, jobs[run.job]));
      for (const auto& [part, seq] : run.outputs) {
        const At at = place_of(out, numbers, part);
        if (!at.dataset || !run.completed()) continue;
        out.add(write_of(at, run, part, seq, row->id, jobs, codes, id));
      }
    }
    count_alike(out);
    for (const auto& [id, run] : runs) {
      for (const auto& [part, seq] : run.outputs) attempt(out, place_of(out, numbers, part), run);
    }
    decide_code(out);
    return out;
  }

  storage::Store& store() { return harness_->store(); }
  static constexpr int kMostDatasets = 8;

 private:
  void open() {
    planner_ = std::make_shared<planner::Planner>();
    auto how = options(planner_);
    how.views.push_back([this](storage::Store&) -> base::Result<std::unique_ptr<storage::View>> {
      return std::unique_ptr<storage::View>(std::make_unique<Saboteur>(armed_));
    });
    harness_ = std::make_unique<Harness>(dir_.path("a"), how);
  }

  model::NodeId node(storage::Reader& reader, model::NodeKind kind, const std::string& prefix,
                     int number) {
    const auto name_space = must(reader.find_namespace(name_space_));
    if (!name_space) return {};
    const auto found = must(
        reader.find_node(kind, name_space->id, model::NodeId{}, prefix + std::to_string(number)));
    return found ? found->id : model::NodeId{};
  }

  static std::map<std::string, model::CodeId> code_ids(storage::Reader& reader) {
    std::map<std::string, model::CodeId> out;
    for (std::int64_t id = 1;; ++id) {
      const auto text = must(reader.code_version(model::CodeId{id}));
      if (!text) return out;
      out[*text] = model::CodeId{id};
    }
  }

  static At place_of(const Known& known, const std::map<int, DatasetNo>& numbers,
                     const Part& part) {
    At at{numbers.at(part.dataset), {}};
    if (!at.dataset || known.space(at.dataset).dimensions().empty()) return {};
    const auto place = known.space(at.dataset).find(part.key);
    if (!place) {
      ADD_FAILURE() << "a key that was reported is not known: " << place.error().message << " of "
                    << known.space(at.dataset).to_json();
      return {};
    }
    at.place = *place;
    return at;
  }

  static std::uint64_t fingerprint(const SaidRun& run, const Part& part, const std::string& id) {
    const auto version = run.versions.find(part);
    return base::hash128(version == run.versions.end() ? "run " + id : "data " + version->second)
        .low;
  }

  Write write_of(const At& at, const SaidRun& run, const Part& part, std::uint64_t seq,
                 model::RunRow row, std::map<int, model::NodeId>& jobs,
                 const std::map<std::string, model::CodeId>& codes, const std::string& id) {
    Write write;
    write.dataset = at.dataset;
    write.place = at.place;
    write.job = jobs[run.job];
    write.code = run.code.empty() ? model::CodeId{} : codes.at("declared:" + run.code);
    write.end = *run.end;
    write.start = std::min(run.start.value_or(*run.end), *run.end);
    write.out = fingerprint(run, part, id);
    write.seq = model::Seq{seq};
    write.run = row;
    return write;
  }

  // Changes of data that people called immaterial: what their runs wrote counts as what stood
  // before them as it was known then.
  void count_alike(Known& known) {
    for (auto& [at, writes] : known.writes) {
      std::vector<std::set<std::uint64_t>> alike;
      for (const Decided& decided : decided_) {
        const bool meant = !decided.what.revoked && decided.change.data &&
                           decided.what.decided == planner::Decided::kImmaterial &&
                           decided.change.dataset == at.dataset && holds(decided.change, at.place);
        if (!meant) continue;
        const Write* before = nullptr;
        for (const Write& write : writes) {
          if (write.run != decided.change.run) continue;
          for (const Write& other : writes) {
            if (other.end < write.end && other.seq < write.seq) before = &other;
          }
          if (before != nullptr) alike.push_back({before->out, write.out});
        }
      }
      for (bool joined = true; joined;) {
        joined = false;
        for (std::size_t i = 0; i < alike.size(); ++i) {
          for (std::size_t j = i + 1; j < alike.size(); ++j) {
            std::set<std::uint64_t> all = alike[i];
            all.insert(alike[j].begin(), alike[j].end());
            if (all.size() == alike[i].size() + alike[j].size()) continue;
            alike[i] = all;
            alike.erase(alike.begin() + static_cast<std::ptrdiff_t>(j));
            joined = true;
            break;
          }
        }
      }
      for (Write& write : writes) {
        for (const std::set<std::uint64_t>& set : alike) {
          if (set.contains(write.out)) write.out = *set.begin();
        }
      }
    }
  }

  static bool holds(const planner::ChangeDocument& change, const Place& place) {
    return std::any_of(change.spans.begin(), change.spans.end(), [&](const planner::Span& span) {
      return span.lane == place.lane && span.first <= place.index && place.index <= span.last;
    });
  }

  static void attempt(Known& known, const At& at, const SaidRun& run) {
    if (!at.dataset || run.completed()) return;
    if (!run.end) {
      known.running.insert(at);
      return;
    }
    const auto writes = known.writes.find(at);
    const bool over = writes != known.writes.end() && !writes->second.empty() &&
                      *run.end <= writes->second.back().end;
    if (!over) known.failed.insert(at);
  }

  void decide_code(Known& known) {
    for (const Decided& decided : decided_) {
      if (decided.what.revoked || decided.change.data) continue;
      NaiveJob& job = known.jobs[decided.change.job.value];
      CodeEquality fact{decided.change.from, decided.change.to, decided.what.dataset,
                        decided.what.first, decided.what.last};
      switch (decided.what.decided) {
        case planner::Decided::kMaterial: break;
        case planner::Decided::kImmaterial:
        case planner::Decided::kForwardOnly: job.equal.push_back(fact); break;
        case planner::Decided::kDefer:
          fact.until = decided.what.until;
          job.deferred.push_back(fact);
          break;
      }
    }
  }

  const EventText text_;
  const std::string name_space_;
  TempDir dir_;
  int armed_ = 0;
  Micros moment_ = 1'790'000'000'000'000;
  std::shared_ptr<planner::Planner> planner_;
  std::unique_ptr<Harness> harness_;
  std::vector<SaidEvent> arrived_;
  std::vector<Decided> decided_;
};

}  // namespace headwater::tests::partitions
