#include "model/event.h"

namespace headwater::model {

std::string_view to_string(EventKind kind) {
  switch (kind) {
    case EventKind::kRun: return "run";
    case EventKind::kJob: return "job";
    case EventKind::kDataset: return "dataset";
    case EventKind::kUsage: return "usage";
  }
  return "unknown";
}

}  // namespace headwater::model
