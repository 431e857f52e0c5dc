#include "stats/run_cost.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "stats/apportion.h"

namespace headwater::stats {

using model::CostSource;
using model::Measure;
using model::Quantities;

bool RunCost::add(const model::Event& event, const EventPosition& at,
                  std::span<const NodeId> datasets) {
  for (const model::ReportedCost& cost : event.costs) {
    auto place = std::find_if(sources.begin(), sources.end(),
                              [&](const Source& s) { return s.source >= cost.source; });
    if (place == sources.end() || place->source != cost.source) {
      place = sources.insert(place, Source{cost.source, {}, {}, 0, {}});
    }
    if (at < place->at) continue;
    *place = {cost.source, at, cost.quantities, cost.amount, cost.currency};
  }
  const bool lists_all = event.complete_snapshot && event.shows_io;
  if (lists_all && snapshot < at) {
    snapshot = at;
    std::erase_if(outputs, [&](const Output& o) { return o.listed < at; });
  }
  for (const model::OutputSize& size : event.outputs) {
    if (at < snapshot) continue;
    const NodeId dataset = datasets[size.dataset];
    auto place = std::find_if(outputs.begin(), outputs.end(),
                              [&](const Output& o) { return o.dataset.value >= dataset.value; });
    if (place == outputs.end() || place->dataset != dataset) {
      place = outputs.insert(place, Output{dataset, {}, {}, -1, -1});
    }
    place->listed = std::max(place->listed, at);
    if ((size.bytes < 0 && size.rows < 0) || at < place->measured) continue;
    place->measured = at;
    place->bytes = size.bytes;
    place->rows = size.rows;
  }
  return !event.costs.empty() || !event.outputs.empty() || lists_all;
}

std::optional<RunCost::Booking> RunCost::due(const storage::RunInfo& run) const {
  Booking out;
  if (run.ended_at != model::kOpenEnd) {
    out.time = run.ended_at;
    if (run.started_at != model::kOpenEnd && run.started_at < run.ended_at) {
      out.duration_ms = std::min((run.ended_at - run.started_at) / 1000, model::kMaxQuantity);
    }
    return out;
  }
  if (sources.empty()) return std::nullopt;
  EventPosition last;
  for (const Source& source : sources) last = std::max(last, source.at);
  out.time = last.time;
  return out;
}

namespace {

// Of each measure the first source that has it.
Quantities united(const RunCost& cost) {
  Quantities out;
  for (const RunCost::Source& source : cost.sources) {
    for (std::size_t i = 0; i < model::kMeasures; ++i) {
      if (out.at(i) == 0) out.at(i) = source.quantities.at(i);
    }
  }
  return out;
}

using Weights = std::vector<std::uint64_t>;

Weights by(const std::vector<RunCost::Output>& outputs, std::int64_t RunCost::Output::*member) {
  Weights out;
  for (const RunCost::Output& output : outputs) {
    out.push_back(static_cast<std::uint64_t>(std::max<std::int64_t>(output.*member, 0)));
  }
  return out;
}

// By bytes, if any are known, else by rows, else equal.
Weights weights_of(const std::vector<RunCost::Output>& outputs) {
  const auto any = [](const Weights& weights) {
    return std::any_of(weights.begin(), weights.end(), [](std::uint64_t w) { return w > 0; });
  };
  for (const auto member : {&RunCost::Output::bytes, &RunCost::Output::rows}) {
    if (Weights weights = by(outputs, member); any(weights)) return weights;
  }
  return Weights(outputs.size(), 1);
}

}  // namespace

std::vector<Booked> rows_of(const RunCost& cost, const RunCost::Booking& booking,
                            const PriceBook& prices, const model::Name& job) {
  Quantities all = united(cost);
  all[Measure::kDurationMs] = booking.duration_ms;
  all[Measure::kRuns] = model::kMicro;
  for (const RunCost::Output& output : cost.outputs) {
    const auto add = [&](Measure measure, std::int64_t value) {
      all[measure] = std::min(all[measure] + std::max<std::int64_t>(value, 0), model::kMaxQuantity);
    };
    add(Measure::kBytesWritten, output.bytes);
    add(Measure::kRowsWritten, output.rows);
  }
  PriceBook::Reported reported;
  for (const RunCost::Source& source : cost.sources) {
    if (source.currency.empty() || !reported.currency.empty()) continue;
    reported = {source.amount, source.currency};
  }
  prices.price(reported, job.name_space, job.name, booking.time, all);
  if (cost.outputs.empty()) return {{NodeId{}, booking.time, all}};
  std::vector<Booked> out;
  for (const RunCost::Output& output : cost.outputs) {
    out.push_back({output.dataset, booking.time, {}});
  }
  const Weights weights = weights_of(cost.outputs);
  std::vector<std::int64_t> shares;
  for (std::size_t i = 0; i < model::kMeasures; ++i) {
    const auto measure = static_cast<Measure>(i);
    const bool bytes = measure == Measure::kBytesWritten, rows = measure == Measure::kRowsWritten;
    if (all.at(i) == 0) continue;
    if (bytes || rows) {
      const Weights own =
          by(cost.outputs, bytes ? &RunCost::Output::bytes : &RunCost::Output::rows);
      apportion(all.at(i), own, shares);
    } else {
      apportion(all.at(i), weights, shares);
    }
    for (std::size_t k = 0; k < shares.size(); ++k) out[k].quantities.at(i) = shares[k];
  }
  return out;
}

std::vector<Booked> difference(const std::vector<Booked>& before,
                               const std::vector<Booked>& after) {
  std::map<std::pair<Micros, std::uint32_t>, Quantities> sums;
  for (const Booked& row : after) sums[{row.time, row.dataset.value}] += row.quantities;
  for (const Booked& row : before) sums[{row.time, row.dataset.value}] -= row.quantities;
  std::vector<Booked> out;
  for (const auto& [key, quantities] : sums) {
    if (!quantities.zero()) out.push_back({NodeId{key.second}, key.first, quantities});
  }
  return out;
}

// ---- bytes --------------------------------------------------------------------------------------

namespace {

constexpr std::uint8_t kFormat = 1;

class ByteWriter {
 public:
  void number(std::int64_t value) {  // zigzag varint
    auto bits = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
    for (; bits >= 0x80; bits >>= 7) out_.push_back(static_cast<char>(bits | 0x80));
    out_.push_back(static_cast<char>(bits));
  }
  void text(std::string_view value) {
    number(static_cast<std::int64_t>(value.size()));
    out_.append(value);
  }
  void position(const EventPosition& at) {
    number(at.time);
    number(at.rank);
    number(at.tie);
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}
  std::int64_t number() {
    std::uint64_t bits = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) return fail();
      const auto byte = static_cast<std::uint8_t>(bytes_.front());
      bytes_.remove_prefix(1);
      bits |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return static_cast<std::int64_t>((bits >> 1) ^ (~(bits & 1) + 1));
    }
    return fail();
  }
  std::string text() {
    const auto size = static_cast<std::uint64_t>(number());
    if (size > bytes_.size()) {
      fail();
      return {};
    }
    std::string out(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return out;
  }
  EventPosition position() {
    EventPosition at;
    at.time = number();
    at.rank = static_cast<std::int32_t>(number());
    at.tie = number();
    return at;
  }
  // How many follow, each of a byte at least.
  std::size_t count() {
    const auto n = static_cast<std::uint64_t>(number());
    if (n <= bytes_.size()) return n;
    fail();
    return 0;
  }
  bool good() const { return good_ && bytes_.empty(); }

 private:
  std::int64_t fail() {
    good_ = false;
    bytes_ = {};
    return 0;
  }
  std::string_view bytes_;
  bool good_ = true;
};

}  // namespace

std::string encode(const RunCost& cost) {
  ByteWriter w;
  w.number(kFormat);
  w.number(static_cast<std::int64_t>(cost.sources.size()));
  for (const RunCost::Source& source : cost.sources) {
    w.number(static_cast<std::int64_t>(source.source));
    w.position(source.at);
    for (std::size_t i = 0; i < model::kMeasures; ++i) w.number(source.quantities.at(i));
    w.number(source.amount);
    w.text(source.currency);
  }
  w.number(static_cast<std::int64_t>(cost.outputs.size()));
  for (const RunCost::Output& output : cost.outputs) {
    w.number(output.dataset.value);
    w.position(output.listed);
    w.position(output.measured);
    w.number(output.bytes);
    w.number(output.rows);
  }
  w.position(cost.snapshot);
  w.number(cost.booked ? 1 : 0);
  if (cost.booked) {
    w.number(cost.booked->time);
    w.number(cost.booked->duration_ms);
    w.number(static_cast<std::int64_t>(cost.booked->prices.value));
  }
  return w.take();
}

std::optional<RunCost> decode_run_cost(std::string_view bytes) {
  ByteReader r(bytes);
  if (r.number() != kFormat) return std::nullopt;
  RunCost out;
  for (std::size_t n = r.count(); n > 0; --n) {
    RunCost::Source source;
    source.source = static_cast<CostSource>(r.number());
    source.at = r.position();
    for (std::size_t i = 0; i < model::kMeasures; ++i) source.quantities.at(i) = r.number();
    source.amount = r.number();
    source.currency = r.text();
    out.sources.push_back(std::move(source));
  }
  for (std::size_t n = r.count(); n > 0; --n) {
    RunCost::Output output;
    output.dataset = NodeId{static_cast<std::uint32_t>(r.number())};
    output.listed = r.position();
    output.measured = r.position();
    output.bytes = r.number();
    output.rows = r.number();
    out.outputs.push_back(output);
  }
  out.snapshot = r.position();
  if (r.number() != 0) {
    RunCost::Booking booking;
    booking.time = r.number();
    booking.duration_ms = r.number();
    booking.prices = Seq{static_cast<std::uint64_t>(r.number())};
    out.booked = booking;
  }
  if (!r.good()) return std::nullopt;
  return out;
}

}  // namespace headwater::stats
