// Writes: what the API needs of the writer, so that handlers are tested without one.
//
// Thread-safety: any thread. Callbacks may run on the writer's thread: they do not block.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "ingest/ingest.h"

namespace headwater::api::v1 {

class Writes {
 public:
  template <class T>
  using Done = std::function<void(base::Result<T>)>;

  virtual ~Writes() = default;
  // `usage_only`: as Pipeline::submit.
  virtual void submit(std::string body, Done<ingest::BodyReceipt> done,
                      bool usage_only = false) = 0;
  virtual void decide(ingest::Decision decision, Done<ingest::Receipt> done) = 0;
  virtual void replay_quarantined(model::Seq seq, Done<ingest::Receipt> done) = 0;
  virtual ingest::PipelineStats stats() const = 0;
};

// Hands everything to `pipeline`, which outlives it.
std::unique_ptr<Writes> writes_to(ingest::Pipeline& pipeline);

}  // namespace headwater::api::v1
