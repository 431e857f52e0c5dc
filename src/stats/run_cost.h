// RunCost: what the events of one run said it used and wrote, and the rows that follow from that.
//
// Of each source the latest word by event time counts, of each output the latest statistics; the
// order of arrival is of no account. Private to stats. Thread-safety: a plain value and pure
// functions. Errors: a damaged state is nullopt.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/event.h"
#include "stats/ledger.h"
#include "stats/price_book.h"
#include "storage/rows.h"

namespace headwater::stats {

// Where an event stands among those of its run: as in ingest's timeline.
struct EventPosition {
  Micros time = INT64_MIN;
  std::int32_t rank = 0;
  std::int64_t tie = 0;
  auto operator<=>(const EventPosition&) const = default;
};

struct RunCost {
  struct Source {
    model::CostSource source = model::CostSource::kHeadwater;
    EventPosition at;
    model::Quantities quantities;
    std::int64_t amount = 0;
    std::string currency;
    bool operator==(const Source&) const = default;
  };
  struct Output {
    NodeId dataset;
    EventPosition listed;    // last
    EventPosition measured;  // last; time INT64_MIN: never
    std::int64_t bytes = -1, rows = -1;
    bool operator==(const Output&) const = default;
  };
  // What the rows in the ledger rest on beside the above.
  struct Booking {
    Micros time = 0;
    std::int64_t duration_ms = 0;
    Seq prices;
    bool operator==(const Booking&) const = default;
  };
  std::vector<Source> sources;  // by number
  std::vector<Output> outputs;  // by dataset
  EventPosition snapshot;       // of the last event that listed all outputs anew
  std::optional<Booking> booked;
  bool operator==(const RunCost&) const = default;

  // False: the event says nothing that is kept. `datasets`: ids of Event::datasets.
  bool add(const model::Event& event, const EventPosition& at, std::span<const NodeId> datasets);
  // When and over how long the run is to be booked; nothing: not yet. prices is not set.
  std::optional<Booking> due(const storage::RunInfo& run) const;
};

std::string encode(const RunCost& cost);
std::optional<RunCost> decode_run_cost(std::string_view bytes);

// The part of a run that belongs to one dataset (0: it wrote none).
struct Booked {
  NodeId dataset;
  Micros time = 0;
  model::Quantities quantities;
  bool operator==(const Booked&) const = default;
};
// Requires `booking`. The quantities of the run, priced as a whole and split over its outputs by
// bytes, else by rows, else equally: what each wrote itself is its own. By dataset.
std::vector<Booked> rows_of(const RunCost& cost, const RunCost::Booking& booking,
                            const PriceBook& prices, const model::Name& job);
// What must be added to `before` to come to `after`, by (time, dataset); nothing that is zero.
std::vector<Booked> difference(const std::vector<Booked>& before, const std::vector<Booked>& after);

}  // namespace headwater::stats
