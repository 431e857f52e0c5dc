// The sink that writes into a data directory.

#include <optional>
#include <utility>

#include "base/mutex.h"
#include "cli/sink.h"

namespace headwater::cli {

using base::Result;

namespace {

constexpr std::size_t kMaxUnderWay = 8;

class PipelineSink final : public Sink {
 public:
  PipelineSink(ingest::Pipeline& pipeline, storage::Store& store)
      : pipeline_(pipeline), store_(store) {}
  ~PipelineSink() override { (void)finish(); }

  Result<void> send(std::string body) override {
    {
      base::MutexLock lock(mutex_);
      while (under_way_ >= kMaxUnderWay) changed_.wait(mutex_);
      if (error_) return *error_;
      ++under_way_;
    }
    pipeline_.submit_waiting(std::move(body), [this](Result<ingest::BodyReceipt> result) {
      answered(std::move(result));
    });
    base::MutexLock lock(mutex_);
    if (auto refused = std::exchange(refused_, std::nullopt)) return *std::move(refused);
    return {};
  }
  Result<void> finish() override {
    base::MutexLock lock(mutex_);
    while (under_way_ != 0) changed_.wait(mutex_);
    if (error_) return *error_;
    return {};
  }
  Tally tally() const override {
    base::MutexLock lock(mutex_);
    return tally_;
  }
  Result<Counts> counts() override;

 private:
  // On the writer's thread, but for what is no JSON: that is refused within submit_waiting.
  void answered(Result<ingest::BodyReceipt> result) {
    base::MutexLock lock(mutex_);
    if (result) {
      for (const ingest::Receipt& receipt : result->events) add(receipt);
    } else if (result.error().code == base::ErrorCode::kInvalidJson) {
      refused_ = std::move(result).error();
    } else if (!error_) {
      error_ = std::move(result).error();
    }
    --under_way_;
    changed_.notify_all();
  }
  void add(const ingest::Receipt& receipt) REQUIRES(mutex_) {
    switch (receipt.status) {
      case ingest::ReceiptStatus::kStored: ++tally_.stored; return;
      case ingest::ReceiptStatus::kMerged: ++tally_.merged; return;
      case ingest::ReceiptStatus::kDuplicate: ++tally_.duplicates; return;
      case ingest::ReceiptStatus::kQuarantined: break;
    }
    ++tally_.quarantined;
    tally_.add_reason(receipt.pointer.empty() ? receipt.reason
                                              : receipt.pointer + " " + receipt.reason);
  }

  ingest::Pipeline& pipeline_;
  storage::Store& store_;
  mutable base::Mutex mutex_;
  base::CondVar changed_;
  std::size_t under_way_ GUARDED_BY(mutex_) = 0;
  Tally tally_ GUARDED_BY(mutex_);
  std::optional<base::Error> error_ GUARDED_BY(mutex_);
  std::optional<base::Error> refused_ GUARDED_BY(mutex_);
};

Result<Counts> PipelineSink::counts() {
  using model::NodeKind;
  HW_TRY(auto reader, store_.reader());
  const model::NamespaceId all{};
  Counts counts;
  HW_TRY(counts.datasets, reader.count_nodes(NodeKind::kDataset, all, false));
  HW_TRY(counts.jobs, reader.count_nodes(NodeKind::kJob, all, false));
  HW_TRY(const std::int64_t every_dataset, reader.count_nodes(NodeKind::kDataset, all, true));
  HW_TRY(const std::int64_t every_job, reader.count_nodes(NodeKind::kJob, all, true));
  HW_TRY(const auto runs, reader.count_runs());
  counts.named_datasets = every_dataset - counts.datasets;
  counts.named_jobs = every_job - counts.jobs;
  counts.named_runs = runs.placeholders;
  counts.runs = runs.runs - runs.placeholders;
  return counts;
}

}  // namespace

void Tally::add_reason(const std::string& reason) {
  const auto at = reasons.find(reason);
  if (at != reasons.end()) {
    ++at->second;
  } else if (reasons.size() < kMaxReasons) {
    reasons.emplace(reason, 1);
  } else {
    ++other_reasons;
  }
}

std::unique_ptr<Sink> pipeline_sink(ingest::Pipeline& pipeline, storage::Store& store) {
  return std::make_unique<PipelineSink>(pipeline, store);
}

}  // namespace headwater::cli
