// PriceBook: what quantities cost, and the energy and CO2 they stand for. docs/cost-rules.md.
//
// A book is a version: it is put whole (PUT /price-book), and prices rows from then on; the past
// keeps its prices until a repricing is asked for. Prices are exact decimals: numerator micros per
// `per` base units. Of several prices for one unit the first in the book that matches counts.
//
// Thread-safety: plain values, immutable once parsed. Errors: kInvalidArgument says which member
// and what to do; kLimitExceeded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "model/ids.h"
#include "model/measures.h"

namespace headwater::stats {

// A name with `*` for any run of characters, also none; empty matches all.
bool matches(std::string_view pattern, std::string_view name);

// What one rule says of a unit: micros of money, of watt-hours or of grams for `per` base units.
struct Rate {
  model::Measure unit = model::Measure::kCpuSeconds;
  std::string name_space, job;  // patterns
  std::int64_t micros = 0;      // for `per` base units
  std::int64_t per = 1;
  base::Micros from = INT64_MIN, to = model::kOpenEnd;  // of the run's end
};

// One of another currency is `micros` micros of the book's.
struct ExchangeRate {
  std::string currency;
  std::int64_t micros = 0;
  base::Micros from = INT64_MIN, to = model::kOpenEnd;
};

struct PriceBook {
  static constexpr std::size_t kMaxRules = 10'000;  // of all lists together

  model::Seq seq;  // of the record that put it; 0: there is none, and nothing has a price
  std::string currency = "USD";
  std::vector<Rate> prices;
  std::vector<Rate> energy;  // watt-hours of units
  std::vector<Rate> co2;     // grams of kEnergyWh, mostly
  std::vector<ExchangeRate> exchange;

  // What a run used, and money that its producer named: sets kAmount, kEnergyWh and kCo2G of `to`.
  // False: `amount` is of a currency that the book does not know, and was left out.
  struct Reported {
    std::int64_t amount = 0;  // micros of `currency`
    std::string currency;     // empty: none was named
  };
  bool price(const Reported& reported, std::string_view name_space, std::string_view job,
             base::Micros end, model::Quantities& to) const;
};

// The body of PUT /price-book.
base::Result<PriceBook> parse_price_book(std::string_view json);

}  // namespace headwater::stats
