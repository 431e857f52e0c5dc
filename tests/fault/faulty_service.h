// A pipeline over a store on a disk that fails, and the store that never failed beside it.
//
// Thread-safety: none.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ingest/ingest.h"
#include "tests/fault/steps.h"
#include "tests/fault/vfs/fault_vfs.h"
#include "tests/support/harness.h"

namespace headwater::tests {

using StepIds = std::vector<std::size_t>;
using Answer = base::Result<ingest::BodyReceipt>;

template <class Pipe>
Answer send_step(Pipe& pipeline, const Step& step) {
  auto promise = std::make_shared<std::promise<Answer>>();
  auto future = promise->get_future();
  if (const auto* body = std::get_if<std::string>(&step.call)) {
    pipeline.submit(*body, [promise](Answer answer) { promise->set_value(std::move(answer)); });
  } else {
    pipeline.decide(std::get<ingest::Decision>(step.call),
                    [promise](base::Result<ingest::Receipt> receipt) {
                      if (!receipt) return promise->set_value(std::move(receipt).error());
                      ingest::BodyReceipt only;
                      only.events.push_back(std::move(receipt).value());
                      promise->set_value(std::move(only));
                    });
  }
  return future.get();
}

// Opened and closed as a process would be; close() in the middle of a failing disk is its death.
class FaultyService {
 public:
  FaultyService(std::string directory, std::string vfs)
      : directory_(std::move(directory)), vfs_(std::move(vfs)) {
    open();
  }
  ~FaultyService() { close(); }

  void open() {
    storage::StoreOptions options;
    options.directory = directory_;
    options.vfs = vfs_;
    options.cache_kib = 1024;
    store_ = must(storage::Store::open(options));
    graph_ = must(ingest::load_graph(*store_));
    pipeline_ = must(ingest::Pipeline::start(*store_, *graph_, clock_, {}));
  }
  void close() {
    pipeline_.reset();
    graph_.reset();
    store_.reset();
  }

  Answer send(const Step& step) { return send_step(*pipeline_, step); }
  storage::Store& store() { return *store_; }
  graph::Graph& graph() { return *graph_; }
  model::Seq last_seq() { return must(must(store_->reader()).last_seq()); }
  std::vector<std::string> findings() {
    std::vector<std::string> out;
    for (const auto& finding : must(ingest::check(*store_, {}, {}))) {
      out.push_back(finding.where + ": " + finding.what);
    }
    return out;
  }

 private:
  const std::string directory_, vfs_;
  FakeClock clock_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<graph::Graph> graph_;
  std::unique_ptr<ingest::Pipeline> pipeline_;
};

// What comes of some steps in some order where nothing fails. Kept by the order, since most faults
// lead to one of few orders.
class Oracle {
 public:
  struct Outcome {
    model::Seq last_seq;
    std::vector<ingest::ViewDigest> digests;
  };

  const Outcome& of(const StepIds& order) {
    auto& known = outcomes_[order];
    if (!known) {
      const TempDir directory;
      Harness harness(directory.path("data"));
      for (const std::size_t id : order) (void)must(send_step(harness.pipeline(), steps()[id]));
      known = Outcome{must(must(harness.store().reader()).last_seq()),
                      must(ingest::digests(harness.store(), true))};
    }
    return *known;
  }

 private:
  std::map<StepIds, std::optional<Outcome>> outcomes_;
};

}  // namespace headwater::tests
