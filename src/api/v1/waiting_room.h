// WaitingRoom: where requests wait for a sequence number to become visible, and a few threads to go
// on from there; so that a request that waits holds no worker.
//
//   when_visible(seq, deadline, resume): resume(nullopt) once `seq` is published, resume(error)
//   when the deadline passed (kSeqNotReached), the room is full (kOverloaded) or it is closed
//   (kShuttingDown).
//   post(work): runs work soon on one of the threads; for what must not run on the writer's thread.
//
// While anyone waits, the published number is looked up every kPoll; else the threads sleep.
// Thread-safety: any thread. Errors are passed to `resume`; work posted after close() is dropped.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "model/ids.h"

namespace headwater::api::v1 {

class WaitingRoom {
 public:
  using Resume = std::function<void(std::optional<base::Error>)>;
  using Deadline = std::chrono::steady_clock::time_point;

  WaitingRoom(std::function<model::Seq()> published, std::size_t max_waiting, unsigned threads);
  ~WaitingRoom();  // close()

  void when_visible(model::Seq seq, Deadline deadline, Resume resume);
  void post(std::function<void()> work);
  void close();
  std::size_t waiting();

 private:
  static constexpr std::chrono::milliseconds kPoll{2};

  struct Guest {
    model::Seq seq;
    Deadline deadline;
    Resume resume;
  };

  void run();
  void admit_ready() REQUIRES(mutex_);

  const std::function<model::Seq()> published_;
  const std::size_t max_waiting_;
  base::Mutex mutex_;
  base::CondVar changed_;
  std::vector<Guest> guests_ GUARDED_BY(mutex_);
  std::deque<std::function<void()>> work_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace headwater::api::v1
