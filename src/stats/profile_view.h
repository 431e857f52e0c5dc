// ProfileView: what events measure of datasets, and how their monitors are set. Private to stats.
//
// Tables: profile, monitor_setting. Both follow from the log alone, and nothing of them is kept in
// memory. An event costs one statement for each dataset of which it measures something, any other
// none. Thread-safety: the writer's thread. Errors: those of the store; of a decision
// kInvalidArgument and kNotFound.
#pragma once

#include <string_view>

#include "model/json.h"
#include "stats/monitor.h"
#include "storage/storage.h"
#include "storage/view.h"

namespace headwater::stats {

class ProfileView final : public storage::View {
 public:
  std::string_view name() const override { return "profiles"; }
  base::Result<void> admit(const storage::ViewRecord& decision, storage::Writer& writer) override {
    return decide(decision, writer, true);
  }
  base::Result<void> prepare(const storage::ViewRecord& record, storage::Writer& writer,
                             storage::Effects& effects) override;
  void publish() noexcept override {}
  void discard() noexcept override {}

 private:
  static base::Result<void> decide(const storage::ViewRecord& record, storage::Writer& writer,
                                   bool admit);
  static base::Result<model::NodeId> named_dataset(storage::Reader& reader,
                                                   const model::JsonValue& name);
};

}  // namespace headwater::stats
