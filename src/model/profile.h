// Profile: what one event measures of one dataset: volumes, columns, the outcome of checks.
//
// Source: the OpenLineage facets outputStatistics, inputStatistics, dataQualityMetrics and
// dataQualityAssertions. Rules: docs/quality-rules.md. Thread-safety: plain values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"

namespace headwater::model {

// How the dataset stands in the event. Stored: append, never renumber.
enum class ProfileRole : std::uint8_t {
  kWritten = 1,   // an output
  kRead = 2,      // an input
  kObserved = 3,  // the subject of a dataset event
};

// Which facets speak: a later one of a run replaces an earlier one whole. Stored as a sum.
inline constexpr std::uint8_t kHasStatistics = 1, kHasMetrics = 2, kHasAssertions = 4;

// Rows, bytes and files; -1: not said.
struct Volume {
  std::int64_t rows = -1, bytes = -1, files = -1;
  bool operator==(const Volume&) const = default;
};

struct ColumnProfile {
  std::string name;
  std::int64_t nulls = -1, distinct = -1;            // -1: not said
  std::optional<double> count, sum, min, max;        // of values that are not null
  std::vector<std::pair<double, double>> quantiles;  // share, value; by share
  bool operator==(const ColumnProfile&) const = default;
};

struct Assertion {
  std::string assertion, column, severity;  // column, severity: empty if not said
  bool success = false;
  bool operator==(const Assertion&) const = default;
};

// What of a profile is stored as one blob.
struct ProfileDetail {
  std::vector<ColumnProfile> columns;  // sorted by name, none twice
  std::vector<Assertion> assertions;   // as sent
  bool empty() const { return columns.empty() && assertions.empty(); }
  bool operator==(const ProfileDetail&) const = default;
};

struct Profile {
  std::uint32_t dataset = 0;  // index in Event::datasets
  ProfileRole role = ProfileRole::kWritten;
  std::uint8_t facets = 0;              // kHas...
  Volume volume;                        // that was written or read
  Volume total;                         // of the whole dataset, as it then stood
  std::optional<base::Micros> updated;  // when it was last changed, by its own word
  ProfileDetail detail;
};

// Format: docs/formats.md. Empty for an empty detail.
std::string encode_detail(const ProfileDetail& detail);
// nullopt: damaged.
std::optional<ProfileDetail> decode_detail(std::string_view bytes);

}  // namespace headwater::model
