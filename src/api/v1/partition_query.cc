#include "api/v1/partition_query.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace headwater::api::v1 {

namespace {

using planner::Counts;
using planner::Selection;

constexpr std::array kStatuses{
    PartitionStatus{"stale", &Selection::stale, &Counts::stale},
    PartitionStatus{"missing", &Selection::missing, &Counts::missing},
    PartitionStatus{"maybe", &Selection::maybe, &Counts::maybe},
    PartitionStatus{"orphaned", &Selection::orphaned, &Counts::orphaned},
    PartitionStatus{"unknown", &Selection::unknown, &Counts::unknown},
    PartitionStatus{"failed", &Selection::failed, &Counts::failed},
    PartitionStatus{"current", &Selection::current, &Counts::current},
    PartitionStatus{"running", &Selection::running, &Counts::running},
    PartitionStatus{"unrecoverable", &Selection::unrecoverable, &Counts::unrecoverable},
};

}  // namespace

const PartitionStatus& stale_status() { return kStatuses[0]; }
const PartitionStatus& maybe_status() { return kStatuses[2]; }

Result<std::vector<const PartitionStatus*>> status_parameter(Context& context) {
  std::vector<const PartitionStatus*> out;
  const std::string* const text = context.request.query_value("status");
  if (text == nullptr) return out;
  for (std::string_view rest = *text;;) {
    const std::string_view name = rest.substr(0, rest.find(','));
    const auto* const at = std::find_if(kStatuses.begin(), kStatuses.end(),
                                        [&](const auto& status) { return status.name == name; });
    if (at == kStatuses.end()) {
      return invalid_parameter(context, "status",
                               "must be stale, missing, maybe, orphaned, unknown, failed, current, "
                               "running or unrecoverable, or several of these with commas.");
    }
    if (std::find(out.begin(), out.end(), at) == out.end()) out.push_back(at);
    if (name.size() == rest.size()) return out;
    rest.remove_prefix(name.size() + 1);
  }
}

Selection selection_of(const PartitionStatus& status) {
  Selection out;
  out.*status.selects = true;
  return out;
}

Selection selection_of(const std::vector<const PartitionStatus*>& statuses) {
  Selection out;
  for (const PartitionStatus* status : statuses) out.*(status->selects) = true;
  return out;
}

Result<KeyBounds> bounds_parameters(Context& context, const planner::Space& space) {
  KeyBounds out;
  for (const auto& [name, to] : {std::pair("first", &out.first), std::pair("last", &out.last)}) {
    const std::string* const text = context.request.query_value(name);
    if (text == nullptr || text->empty()) continue;
    auto bound = space.parse_bound(*text);
    if (!bound) return invalid_parameter(context, name, "is no key here: " + bound.error().message);
    *to = bound->index;
    if (!bound->lane) continue;
    if (space.lane_count() > 1 && out.lane && *out.lane != *bound->lane) {
      return invalid_parameter(context, name,
                               "is of another lane than first; name the same values in both, or "
                               "only the dimension that is the index.");
    }
    if (space.lane_count() > 1) out.lane = bound->lane;
  }
  return out;
}

Result<Paging> next_paging(Context& context, std::size_t fields) {
  HW_TRY(Paging paging, v1::paging(context, fields));
  if (paging.page.offset == 0) return paging;
  return invalid_parameter(context, "offset", "is not taken here; follow next.");
}

}  // namespace headwater::api::v1
