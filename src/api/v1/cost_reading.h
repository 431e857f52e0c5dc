// What a question about cost asks for, and what it is asked of: one moment of the ledger, the
// graph and the labels.
//
// Errors: those of parameters.h and of the store.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/dto/json_writer.h"
#include "api/v1/parameters.h"
#include "stats/costs.h"

namespace headwater::api::v1 {

// Cursors keep the moment: until now is the same on every page.
struct CostPage {
  Paging paging;
  std::optional<base::Micros> now;
  std::optional<model::Seq> known_at;
  std::size_t first = 0;
  std::size_t end() const { return first + paging.page.limit; }
};
Result<CostPage> cost_page(Context& context);

struct CostReading {
  std::unique_ptr<query::Session> session;  // where it is, it stays: the ground points into it
  base::Micros now = 0;
  stats::CostGround ground;
  // Of the end of the interval, where cost is handed down; outlives the ground's use of it.
  std::unique_ptr<query::Snapshot> lineage;
};

Result<CostReading> open_costs(Context& context, const CostPage* page);
// measure, view, from, to, the filters, max_work; 30 days until now if not told otherwise. Sets the
// lineage that the reading's ground has.
Result<stats::CostQuestion> cost_question(Context& context, CostReading& reading);
// The ground with the lineage of the end of another interval. `lineage` keeps it.
stats::CostGround ground_at(CostReading& reading, const stats::CostQuestion& question,
                            const stats::Interval& interval,
                            std::unique_ptr<query::Snapshot>& lineage);

// One of them, or all of a list split at commas.
Result<stats::Dimension> dimension_parameter(Context& context, std::string_view name,
                                             std::string_view otherwise,
                                             const std::vector<stats::Dimension>& allowed);
Result<std::vector<stats::Dimension>> dimensions_parameter(Context& context, std::string_view name,
                                                           std::string_view otherwise);

// measure, unit, view, from, to.
void write_cost_head(dto::JsonWriter& json, const CostReading& reading,
                     const stats::CostQuestion& question);
// booked: of the whole ledger as it is known, whatever the interval.
void write_booked(dto::JsonWriter& json, const CostReading& reading);
// seq, as_of, complete and cut.
struct CostCut {
  std::string_view reason;  // empty: it is complete
  std::int64_t left_out = 0, limit = 0;
};
void write_cost_end(dto::JsonWriter& json, const CostReading& reading, const CostCut& cut);

// What names the question beside its page, in the answer cache.
std::string cost_key(const Context& context, const CostReading& reading, std::string_view what);
std::optional<std::string> cost_cursor(const CostPage& page, const CostReading& reading,
                                       std::size_t size);

}  // namespace headwater::api::v1
