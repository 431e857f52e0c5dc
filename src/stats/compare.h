// Compare: what two measurements of data have in common, for migrations and canaries.
//
// Thread-safety: pure functions and plain values. docs/quality-rules.md.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "stats/quality.h"

namespace headwater::stats {

enum class Likeness : std::uint8_t { kUnknown, kEqual, kDiffers };
std::string_view to_string(Likeness likeness);
// Of several parts: differs if one does, equal if one is and none differs.
Likeness joined(const std::vector<Likeness>& parts);

struct Difference {
  std::string
      measure;         // rows, bytes, files, total_rows ...; of a column null_share, distinct, mean
  std::string column;  // empty: of the dataset
  std::optional<double> left, right;  // none: that side does not say
  std::optional<double> relative;     // of the larger; of a null share the plain difference
  bool within = true;                 // the tolerance; true where a side does not say
};

struct ProfileComparison {
  Likeness likeness = Likeness::kUnknown;
  std::vector<Difference> differences;   // every measure of either side, the dataset's own first
  std::size_t compared = 0, beyond = 0;  // measures that both say; of them beyond the tolerance
};
// Null: never measured. `tolerance`: 0.01 is one percent.
ProfileComparison compare_profiles(const Measured* left, const Measured* right, double tolerance);

// The last that was written or observed; null if none was.
const Measured* newest(const std::vector<Measured>& measured);

}  // namespace headwater::stats
