// Index: the newest State, brought up to date by whoever searches, and tidied in the background.
//
// A search makes the state that it needs from the rows recorded since the last one and offers it;
// of two that do so at once one does it again. So ingest knows nothing of search, an answer never
// misses what its session sees, and nothing is locked while rows are read.
//
// Thread-safety: any thread. Errors: those of the store. Cost of current(): a few row look-ups for
// each asset whose texts changed since the last call; the first call reads everything (about 25 µs
// an asset).
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>

#include "base/mutex.h"
#include "base/result.h"
#include "query/session.h"
#include "query/text_index/state.h"

namespace headwater::query::text_index {

class Index {
 public:
  Index() = default;

  // A state that is not older than the session; null if that is left to the background and not
  // done yet.
  Result<std::shared_ptr<const State>> current(Session& session);

  // From now on, more than kMaxAtOnce new assets are left to build() and unions of large segments
  // to tidy(): somebody calls both, again and again.
  static constexpr std::uint32_t kMaxAtOnce = 20'000;
  void leave_to_background() { background_ = true; }

  // Background; `cancelled` may be empty. What current() does, however much it is.
  Result<void> build(Session& session, const std::function<bool()>& cancelled);
  // Unites segments and lists, when that is worthwhile. `all`: in any case.
  void tidy(const graph::Graph& graph, bool all);
  // Ranks anew by use and last observation.
  Result<void> refresh(Session& session, const std::function<bool()>& cancelled);

  std::shared_ptr<const State> state();

 private:
  struct Control {
    std::shared_ptr<const State> state = std::make_shared<const State>();
    std::size_t frozen_now = 0, frozen_past = 0;  // segments that tidy() is uniting
  };
  bool replace(const std::shared_ptr<const State>& expected, std::shared_ptr<const State> next);
  Result<std::shared_ptr<const State>> advance(Session& session, bool whatever,
                                               const std::function<bool()>& cancelled);
  bool install(const State& from, std::shared_ptr<const Segment> now,
               std::shared_ptr<const Segment> past);

  base::Guarded<Control> control_;
  std::atomic<bool> background_{false};
};

}  // namespace headwater::query::text_index
