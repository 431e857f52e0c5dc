// View: anything that is derived from the log.
//
// The writer knows a list of views and nothing about any. For each batch, inside the transaction,
// every view prepares its changes from every record; after the commit it publishes them to memory.
// Nothing in memory is touched before the commit, so a transaction that fails leaves no trace.
// prepare() is a function of state and record alone: no clock, no randomness, no iteration order of
// a hash table. That is what lets a replay rebuild the same state.
//
// Thread-safety: all methods on the writer thread.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

#include "base/result.h"
#include "model/event.h"
#include "storage/rows.h"

namespace headwater::storage {

class Writer;

// What a record did, for its receipt; and what its names came to, which the first view finds out
// for those after it.
struct Effects {
  std::uint32_t nodes_added = 0, edges_added = 0, edges_retired = 0;
  bool merged = false;  // joined what was there before
  // Of an event: the job, dataset or consumer it is of, Event::datasets in their order, and the run
  // as it stands with this event. They hold while the record is prepared.
  model::NodeId owner;
  std::span<const model::NodeId> datasets;
  const RunInfo* run = nullptr;
};

// One record of the log as a view sees it.
struct ViewRecord {
  model::Seq seq;
  RecordKind kind = RecordKind::kEvent;
  Micros received_at = 0;
  Micros event_time = 0;
  base::Hash128 hash;
  std::string_view body;                // as logged
  const model::Event* event = nullptr;  // kEvent and kReplayed
};

class View {
 public:
  virtual ~View() = default;
  virtual std::string_view name() const = 0;
  // Before a decision is logged, inside the transaction: an error refuses it and nothing happens.
  // Changes nothing. Decisions that are another view's are none of this one's business.
  virtual base::Result<void> admit(const ViewRecord& decision, Writer& writer) {
    static_cast<void>(decision);
    static_cast<void>(writer);
    return {};
  }
  // Inside the transaction. On an error the caller rolls back and calls discard().
  virtual base::Result<void> prepare(const ViewRecord& record, Writer& writer,
                                     Effects& effects) = 0;
  // After the commit. Cannot fail.
  virtual void publish() noexcept = 0;
  // Now and then and at the end, after a publish: what is to be done beside the writer so that the
  // next start is short. It holds what it needs and cannot fail; may be empty.
  virtual std::function<void()> keepsake() { return {}; }
  // The transaction did not happen: forget everything since the last publish.
  virtual void discard() noexcept = 0;
};

}  // namespace headwater::storage
