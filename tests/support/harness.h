// A store, a graph and a pipeline in a temporary directory, for tests.
#pragma once

#include <filesystem>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

#include "ingest/ingest.h"

namespace headwater::tests {

class TempDir {
 public:
  TempDir() {
    std::string pattern = (std::filesystem::temp_directory_path() / "headwater-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  std::string path(std::string_view below = "") const {
    return below.empty() ? path_ : path_ + "/" + std::string(below);
  }

 private:
  std::string path_;
};

template <class T>
T must(base::Result<T> result) {
  if (!result) {
    ADD_FAILURE() << result.error().message << " | " << result.error().detail;
    std::abort();
  }
  return std::move(result).value();
}

// Fixed unless a test moves it, so that every test sees the same times.
class FakeClock final : public base::Clock {
 public:
  base::Micros now() const override { return now_; }
  base::Micros now_ = 1'790'000'000'000'000;
};

class Harness {
 public:
  // Small, so that short histories reach beyond them.
  static ingest::PipelineOptions small_windows(std::size_t window = 4) {
    ingest::PipelineOptions options;
    options.refold_window = window;
    options.save_every = 1;
    return options;
  }

  explicit Harness(const std::string& directory,
                   const ingest::PipelineOptions& options = small_windows())
      : options_(options) {
    storage::StoreOptions store_options;
    store_options.directory = directory;
    store_options.sync_full = false;
    store_ = must(storage::Store::open(store_options));
    graph_ = must(ingest::load_graph(*store_));
    pipeline_ = must(ingest::Pipeline::start(*store_, *graph_, clock_, options_));
  }
  ~Harness() {
    pipeline_.reset();
    graph_.reset();
  }

  storage::Store& store() { return *store_; }
  graph::Graph& graph() { return *graph_; }
  ingest::Pipeline& pipeline() { return *pipeline_; }
  FakeClock& clock() { return clock_; }
  const ingest::PipelineOptions& options() const { return options_; }

  base::Result<ingest::BodyReceipt> try_send(std::string body) {
    auto promise = std::make_shared<std::promise<base::Result<ingest::BodyReceipt>>>();
    auto future = promise->get_future();
    pipeline_->submit_waiting(std::move(body),
                              [promise](auto result) { promise->set_value(std::move(result)); });
    return future.get();
  }
  // The receipt of one event.
  ingest::Receipt send(std::string event) {
    auto receipt = must(try_send(std::move(event)));
    return receipt.events.at(0);
  }
  base::Result<ingest::Receipt> decide(ingest::Decision decision) {
    auto promise = std::make_shared<std::promise<base::Result<ingest::Receipt>>>();
    auto future = promise->get_future();
    pipeline_->decide(std::move(decision),
                      [promise](auto result) { promise->set_value(std::move(result)); });
    return future.get();
  }
  base::Result<ingest::Receipt> replay(model::Seq seq) {
    auto promise = std::make_shared<std::promise<base::Result<ingest::Receipt>>>();
    auto future = promise->get_future();
    pipeline_->replay_quarantined(
        seq, [promise](auto result) { promise->set_value(std::move(result)); });
    return future.get();
  }

 private:
  ingest::PipelineOptions options_;
  FakeClock clock_;
  std::unique_ptr<storage::Store> store_;
  std::unique_ptr<graph::Graph> graph_;
  std::unique_ptr<ingest::Pipeline> pipeline_;
};

}  // namespace headwater::tests
