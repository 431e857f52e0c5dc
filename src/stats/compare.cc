#include "stats/compare.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace headwater::stats {
namespace {

using Measures = std::map<std::pair<std::string, std::string>, double>;  // by column, measure

void add_volume(const std::string& prefix, const model::Volume& volume, Measures& to) {
  const std::pair<const char*, std::int64_t> members[] = {
      {"rows", volume.rows}, {"bytes", volume.bytes}, {"files", volume.files}};
  for (const auto& [name, value] : members) {
    if (value >= 0) to[{"", prefix + name}] = static_cast<double>(value);
  }
}

Measures measures_of(const Measured* measured) {
  Measures out;
  if (measured == nullptr) return out;
  add_volume("", measured->volume, out);
  add_volume("total_", measured->total, out);
  const std::int64_t rows =
      measured->total.rows >= 0 ? measured->total.rows : measured->volume.rows;
  for (const model::ColumnProfile& column : measured->detail.columns) {
    if (const auto share = null_share(column, rows)) out[{column.name, "null_share"}] = *share;
    if (column.distinct >= 0) {
      out[{column.name, "distinct"}] = static_cast<double>(column.distinct);
    }
    if (const auto mean = mean_of(column)) out[{column.name, "mean"}] = *mean;
  }
  return out;
}

// A share is compared as it is: from 0.001 to 0.002 is little.
double relative(const std::string& measure, double left, double right) {
  const double apart = std::abs(left - right);
  if (measure == "null_share") return apart;
  const double larger = std::max(std::abs(left), std::abs(right));
  return larger > 0 ? apart / larger : 0;
}

}  // namespace

std::string_view to_string(Likeness likeness) {
  switch (likeness) {
    case Likeness::kUnknown: return "unknown";
    case Likeness::kEqual: return "equal";
    case Likeness::kDiffers: return "differs";
  }
  return "unknown";
}

Likeness joined(const std::vector<Likeness>& parts) {
  Likeness out = Likeness::kUnknown;
  for (const Likeness part : parts) out = std::max(out, part);
  return out;
}

ProfileComparison compare_profiles(const Measured* left, const Measured* right, double tolerance) {
  const Measures ours = measures_of(left), theirs = measures_of(right);
  Measures all = ours;
  all.insert(theirs.begin(), theirs.end());
  ProfileComparison out;
  const auto value_in = [](const Measures& measures, const auto& key) {
    const auto it = measures.find(key);
    return it == measures.end() ? std::nullopt : std::optional(it->second);
  };
  for (const auto& [key, ignored] : all) {
    Difference one{key.second, key.first, value_in(ours, key), value_in(theirs, key), {}, true};
    if (one.left && one.right) {
      one.relative = relative(one.measure, *one.left, *one.right);
      one.within = *one.relative <= tolerance;
      ++out.compared;
      out.beyond += one.within ? 0 : 1;
    }
    out.differences.push_back(std::move(one));
  }
  if (out.compared > 0) out.likeness = out.beyond > 0 ? Likeness::kDiffers : Likeness::kEqual;
  return out;
}

const Measured* newest(const std::vector<Measured>& measured) {
  for (auto it = measured.rbegin(); it != measured.rend(); ++it) {
    if (it->role != model::ProfileRole::kRead && it->succeeded()) return &*it;
  }
  return nullptr;
}

}  // namespace headwater::stats
