// The disk fails at every call in turn while the pipeline works: each call is answered with success
// or kStorageUnavailable, reads go on, and in the end exactly what was acknowledged is there.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "base/log.h"
#include "tests/fault/faulty_service.h"

namespace headwater::tests {
namespace {

using base::ErrorCode;
using fault::Fault;
using fault::FaultVfs;
using fault::Stop;

class PipelineFaults : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { spdlog::set_level(spdlog::level::off); }
  static void TearDownTestSuite() { spdlog::set_level(spdlog::level::info); }

  struct Sent {
    StepIds acknowledged, refused;
  };

  // Sends every step once. A refused call has changed nothing that can be seen.
  Sent send_all(FaultyService& service, bool reads_may_fail, const std::string& trace) {
    Sent sent;
    const auto settled = [&] { return oracle_.of(sent.acknowledged).last_seq; };
    for (std::size_t id = 0; id < steps().size(); ++id) {
      const Answer answer = service.send(steps()[id]);
      if (answer) {
        sent.acknowledged.push_back(id);
      } else {
        // What is decided about may have been refused before.
        const auto* decision = std::get_if<ingest::Decision>(&steps()[id].call);
        const bool by_people =
            decision != nullptr && decision->kind == ingest::Decision::Kind::kPeople;
        const bool about_nothing =
            by_people && !sent.refused.empty() && answer.error().code == ErrorCode::kNotFound;
        EXPECT_TRUE(about_nothing || answer.error().code == ErrorCode::kStorageUnavailable)
            << trace << ", " << steps()[id].what << ": " << answer.error().message << " | "
            << answer.error().detail;
        sent.refused.push_back(id);
      }
      if (id % 5 == 4) service.store().checkpoint();  // may fail as well, and breaks nothing
      expect_reads(service, settled(), reads_may_fail, trace);
    }
    return sent;
  }

  void expect_reads(FaultyService& service, model::Seq wanted, bool may_fail,
                    const std::string& trace) {
    auto reader = service.store().reader();
    auto seen = reader ? reader->last_seq() : base::Result<model::Seq>(reader.error());
    if (seen) {
      EXPECT_EQ(seen->value, wanted.value) << trace;
    } else {
      EXPECT_TRUE(may_fail) << trace << ": " << seen.error().detail;
      EXPECT_EQ(seen.error().code, ErrorCode::kStorageUnavailable) << trace;
    }
    if (wanted.value > 0) {
      EXPECT_EQ(service.graph().snapshot().seq().value, wanted.value) << trace;
    }
  }

  void expect_views(FaultyService& service, const StepIds& order, const std::string& trace) {
    const auto seen = must(ingest::digests(service.store(), true));
    const auto& wanted = oracle_.of(order).digests;
    ASSERT_EQ(seen.size(), wanted.size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
      EXPECT_TRUE(seen[i] == wanted[i]) << trace << ": " << seen[i].view << " has " << seen[i].rows
                                        << " rows, wanted " << wanted[i].rows;
    }
  }

  // Everything that was refused is accepted now, and the store is the one that never failed.
  void settle(FaultyService& service, Sent sent, const std::string& trace) {
    for (const std::size_t id : sent.refused) {
      const Answer answer = service.send(steps()[id]);
      ASSERT_TRUE(answer) << trace << ", " << steps()[id].what << ": " << answer.error().detail;
      sent.acknowledged.push_back(id);
    }
    expect_views(service, sent.acknowledged, trace);
    service.close();
    service.open();
    EXPECT_EQ(service.findings(), std::vector<std::string>{}) << trace;
  }

  // The fault ends, the process goes on. False when it came after all calls.
  bool recovers(const Fault& fault, const std::string& trace) {
    const TempDir directory;
    FaultyService service(directory.path("data"), disk_.name());
    must(must(service.store().reader()).last_seq());  // a connection is open before
    disk_.arm(fault);
    const Sent sent = send_all(service, (fault.ops & (fault::kOpen | fault::kShm)) != 0, trace);
    const bool fired = disk_.fired();
    disk_.disarm();
    settle(service, sent, trace);
    return fired;
  }

  // The process dies with the disk as the fault left it, and another one begins.
  bool survives(const Fault& fault, Stop stop, bool keep_snapshot, const std::string& trace) {
    const TempDir directory;
    FaultyService service(directory.path("data"), disk_.name());
    must(must(service.store().reader()).last_seq());
    disk_.arm(fault);
    Sent sent = send_all(service, true, trace);
    const bool fired = disk_.fired();
    disk_.stop(stop);
    service.close();
    disk_.resume();
    disk_.disarm();
    if (!keep_snapshot) std::filesystem::remove(directory.path("data/graph.snapshot"));
    service.open();
    find_again(service, sent, trace);
    settle(service, sent, trace);
    return fired;
  }

  // What is there is what was acknowledged; the first refused call may have become durable, whole.
  // Sending it again must then change nothing.
  void find_again(FaultyService& service, Sent& sent, const std::string& trace) {
    const model::Seq found = service.last_seq();
    const model::Seq settled = oracle_.of(sent.acknowledged).last_seq;
    if (found.value == settled.value || sent.refused.empty()) {
      ASSERT_EQ(found.value, settled.value) << trace;
    } else {
      StepIds with_doubtful = sent.acknowledged;
      with_doubtful.push_back(sent.refused.front());
      ASSERT_EQ(found.value, oracle_.of(with_doubtful).last_seq.value) << trace;
      sent.acknowledged = with_doubtful;
      expect_views(service, sent.acknowledged, trace);
      resend_doubtful(service, sent, trace);
      ++in_doubt_;
    }
    expect_views(service, sent.acknowledged, trace);
  }

  void resend_doubtful(FaultyService& service, Sent& sent, const std::string& trace) {
    const std::size_t id = sent.refused.front();
    const Step& step = steps()[id];
    sent.refused.erase(sent.refused.begin());
    if (!std::holds_alternative<std::string>(step.call)) return;  // decisions carry no identity
    const Answer answer = service.send(step);
    ASSERT_TRUE(answer) << trace << ": " << answer.error().detail;
    for (const auto& receipt : answer->events) {
      EXPECT_TRUE(receipt.status == ingest::ReceiptStatus::kDuplicate ||
                  receipt.status == ingest::ReceiptStatus::kQuarantined)
          << trace << ", " << step.what << ": " << ingest::to_string(receipt.status);
    }
    sent.acknowledged.push_back(id);  // the store that never failed is sent it twice as well
  }

  void sweep_recovers(unsigned ops, bool persistent, const char* what) {
    std::int64_t at = 1;
    for (bool fired = true; fired && !HasFailure(); ++at) {
      fired = recovers(
          {.ops = ops, .at = at, .persistent = persistent},
          std::string(what) + " call " + std::to_string(at) + (persistent ? " and later" : ""));
      ASSERT_LT(at, 5000);
    }
    EXPECT_GT(at, 2) << what << ": nothing was called";
    RecordProperty("points", static_cast<int>(at - 1));
  }

  // Calls of these kinds that all steps make when nothing fails.
  std::int64_t count_calls(unsigned ops) {
    const TempDir directory;
    FaultyService service(directory.path("data"), disk_.name());
    disk_.arm({.ops = ops, .at = 1 << 30});
    (void)send_all(service, false, "none");
    const std::int64_t calls = disk_.calls();
    disk_.disarm();
    return calls;
  }

  // Dies at random calls; the seed is printed with a failure.
  void sample_deaths(Stop stop, bool persistent, int points) {
    const char* const set = std::getenv("HW_SEED");
    const std::uint64_t seed = set != nullptr ? std::strtoull(set, nullptr, 10) : 20261001;
    std::mt19937_64 random(seed + static_cast<std::uint64_t>(stop));
    const auto calls = static_cast<std::uint64_t>(count_calls(fault::kChanges));
    for (int point = 0; point < points && !HasFailure(); ++point) {
      const auto at = static_cast<std::int64_t>(1 + random() % calls);
      const bool keep_snapshot = random() % 2 == 0;
      survives({.ops = fault::kChanges, .at = at, .persistent = persistent}, stop, keep_snapshot,
               "seed " + std::to_string(seed) + ", change " + std::to_string(at) +
                   (persistent ? " and later" : "") + ", stop " +
                   std::to_string(static_cast<int>(stop)) +
                   (keep_snapshot ? ", snapshot kept" : ""));
    }
    RecordProperty("in_doubt", in_doubt_);
  }

  FaultVfs disk_{"faulty-pipeline"};
  static Oracle oracle_;
  int in_doubt_ = 0;
};
Oracle PipelineFaults::oracle_;

TEST_F(PipelineFaults, NoneAtAll) { EXPECT_FALSE(recovers({.at = 1 << 30}, "none")); }
TEST_F(PipelineFaults, EveryWriteOnce) { sweep_recovers(fault::kWrite, false, "write"); }
TEST_F(PipelineFaults, EveryWriteAndAllAfter) { sweep_recovers(fault::kWrite, true, "write"); }
TEST_F(PipelineFaults, EverySyncOnce) { sweep_recovers(fault::kSync, false, "sync"); }
TEST_F(PipelineFaults, EverySyncAndAllAfter) { sweep_recovers(fault::kSync, true, "sync"); }
TEST_F(PipelineFaults, EveryMappingOrOpeningOnce) {
  sweep_recovers(fault::kShm | fault::kOpen | fault::kTruncate | fault::kDelete, false, "shm");
}
TEST_F(PipelineFaults, EveryMappingOrOpeningAndAllAfter) {
  sweep_recovers(fault::kShm | fault::kOpen | fault::kTruncate | fault::kDelete, true, "shm");
}

TEST_F(PipelineFaults, DiesAfterAFault) { sample_deaths(Stop::kKill, false, 30); }
TEST_F(PipelineFaults, DiesAtAnyPoint) { sample_deaths(Stop::kKill, true, 60); }
TEST_F(PipelineFaults, LosesPowerAfterAFault) { sample_deaths(Stop::kPowerLoss, false, 30); }
TEST_F(PipelineFaults, LosesPowerAtAnyPoint) { sample_deaths(Stop::kPowerLoss, true, 60); }
TEST_F(PipelineFaults, LosesPowerAndTearsWrites) { sample_deaths(Stop::kTornPower, true, 60); }

TEST_F(PipelineFaults, AFullDiskRefusesWritesReadsGoOnAndItRecovers) {
  for (std::int64_t free = 0; free < 400'000 && !HasFailure(); free += 13'001) {
    const std::string trace = "free " + std::to_string(free);
    const TempDir directory;
    FaultyService service(directory.path("data"), disk_.name());
    must(must(service.store().reader()).last_seq());
    disk_.set_free_bytes(free);
    const Sent sent = send_all(service, false, trace);
    if (free < 100'000) {
      EXPECT_FALSE(sent.refused.empty()) << trace;
    }
    expect_reads(service, oracle_.of(sent.acknowledged).last_seq, false, trace);
    disk_.set_free_bytes(-1);
    settle(service, sent, trace);
    disk_.stop(Stop::kPowerLoss);
    service.close();
    disk_.resume();
    service.open();
    EXPECT_EQ(service.findings(), std::vector<std::string>{}) << trace;
  }
}

// One thread reads all the time, another meets faults: what is read never goes back, never shows
// half a batch, and never fails.
TEST_F(PipelineFaults, ReadersBesideFaultsSeeWholeBatches) {
  const TempDir directory;
  FaultyService service(directory.path("data"), disk_.name());
  auto reader = must(service.store().reader());
  must(reader.last_seq());
  std::atomic<bool> stop{false};
  std::atomic<int> reads{0};
  std::thread watching([&] {
    model::Seq before;
    while (!stop || reads == 0) {
      const auto seen = reader.last_seq();
      ASSERT_TRUE(seen) << seen.error().detail;
      EXPECT_GE(seen->value, before.value);
      const auto events = reader.log_range(model::Seq{0}, 1000);
      ASSERT_TRUE(events) << events.error().detail;
      EXPECT_GE(events->size(), seen->value);
      before = *seen;
      ++reads;
    }
  });
  for (std::int64_t round = 1; round <= 30; ++round) {
    disk_.arm({.ops = fault::kWrite | fault::kSync, .at = round, .persistent = round % 2 == 0});
    for (int i = 0; i < 5; ++i) {
      const std::string run = std::to_string(round) + "." + std::to_string(i);
      const Step step{run, run_event("COMPLETE", run, i, "j" + run, table("a"), table("b"), run)};
      (void)service.send(step);
    }
    disk_.disarm();
  }
  stop = true;
  watching.join();
  EXPECT_GT(reads, 0);
  EXPECT_EQ(service.findings(), std::vector<std::string>{});
}

}  // namespace
}  // namespace headwater::tests
