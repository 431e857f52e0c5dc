// Measures: what a run uses, in integers, so that sums are exact.
//
// A quantity is an integer in the measure's base unit: micros of what is counted in fractions
// (money, seconds, watt-hours), the thing itself where it is whole (bytes, milliseconds).
// Thread-safety: plain values and constants. Numbers are stored: append, never renumber.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace headwater::model {

enum class Measure : std::uint8_t {
  kAmount = 0,  // money, in the currency of the price book
  kCpuSeconds = 1,
  kGpuSeconds = 2,
  kMemoryGbSeconds = 3,
  kSlotMs = 4,
  kBytesScanned = 5,
  kBytesBilled = 6,
  kBytesWritten = 7,
  kRowsWritten = 8,
  kEnergyWh = 9,
  kCo2G = 10,
  kDurationMs = 11,
  kRuns = 12,
};
inline constexpr std::size_t kMeasures = 13;
inline constexpr std::int64_t kMicro = 1'000'000;

struct MeasureInfo {
  std::string_view name;   // as the API names it
  std::string_view unit;   // of one whole; empty for amount: the currency
  std::int64_t scale = 1;  // base units in one whole
};

inline constexpr std::array<MeasureInfo, kMeasures> kMeasureInfo{{
    {"amount", "", kMicro},
    {"cpu_seconds", "s", kMicro},
    {"gpu_seconds", "s", kMicro},
    {"memory_gb_seconds", "GB s", kMicro},
    {"slot_ms", "ms", 1},
    {"bytes_scanned", "B", 1},
    {"bytes_billed", "B", 1},
    {"bytes_written", "B", 1},
    {"rows_written", "rows", 1},
    {"energy_wh", "Wh", kMicro},
    {"co2_g", "g", kMicro},
    {"duration_ms", "ms", 1},
    {"runs", "runs", kMicro},  // a run that writes three datasets is a third of one for each
}};

constexpr std::size_t index(Measure measure) { return static_cast<std::size_t>(measure); }
constexpr const MeasureInfo& info(Measure measure) { return kMeasureInfo[index(measure)]; }

constexpr std::optional<Measure> measure_named(std::string_view name) {
  for (std::size_t i = 0; i < kMeasures; ++i) {
    if (kMeasureInfo[i].name == name) return static_cast<Measure>(i);
  }
  return std::nullopt;
}

// Of one run or one part of it. What is larger in an event is not taken (a warning says so): sums
// of a million such rows still fit.
inline constexpr std::int64_t kMaxQuantity = std::int64_t{1} << 53;

class Quantities {
 public:
  std::int64_t operator[](Measure measure) const { return values_[index(measure)]; }
  std::int64_t& operator[](Measure measure) { return values_[index(measure)]; }
  std::int64_t at(std::size_t i) const { return values_[i]; }
  std::int64_t& at(std::size_t i) { return values_[i]; }
  bool zero() const {
    for (const std::int64_t value : values_) {
      if (value != 0) return false;
    }
    return true;
  }
  Quantities& operator+=(const Quantities& other) {
    for (std::size_t i = 0; i < kMeasures; ++i) values_[i] += other.values_[i];
    return *this;
  }
  Quantities& operator-=(const Quantities& other) {
    for (std::size_t i = 0; i < kMeasures; ++i) values_[i] -= other.values_[i];
    return *this;
  }
  bool operator==(const Quantities&) const = default;

 private:
  std::array<std::int64_t, kMeasures> values_{};
};

}  // namespace headwater::model
