#include "planner/staleness.h"

#include <algorithm>
#include <bit>

#include "planner/perishability.h"
#include "planner/valid.h"

namespace headwater::planner {

namespace {

std::uint64_t ones(std::uint64_t word) { return static_cast<std::uint64_t>(std::popcount(word)); }

}  // namespace

Counts& Counts::operator+=(const Counts& other) {
  present += other.present;
  missing += other.missing;
  orphaned += other.orphaned;
  current += other.current;
  stale += other.stale;
  unknown += other.unknown;
  by_code += other.by_code;
  by_inputs += other.by_inputs;
  deferred += other.deferred;
  maybe += other.maybe;
  running += other.running;
  failed += other.failed;
  unrecoverable += other.unrecoverable;
  return *this;
}

Staleness::Words Staleness::words(DatasetNo dataset, std::uint32_t number,
                                  std::int64_t index) const {
  Words out;
  const Segment& segment = state_->segment(dataset);
  if (const Lane* const lane = segment.find(number)) {
    if (const Block* const block = lane->find(block_of(index))) {
      const std::size_t w = offset_of(index) / 64;
      const std::uint64_t valid = valid_word(*segment.space, number, index, block->present.word(w));
      out.present = block->present.word(w);
      out.orphaned = out.present & ~valid;
      out.code = block->code.word(w) & valid;
      out.inputs = (block->inputs.word(w) | block->tag.word(w)) & valid;
      out.stale = out.code | out.inputs;
      out.unknown = block->unknown.word(w) & valid & ~out.stale;
      out.running = block->running.word(w);
      out.failed = block->failed.word(w);
    }
  }
  const Dataset& known = datasets_[dataset.value - 1];
  if (number >= known.rows.size()) return out;
  const Row& row = known.rows[number];
  if (index < row.base || index >= row.end()) return out;
  const auto at = static_cast<std::size_t>((index - row.base) / 64);
  out.missing = row.missing[at];
  out.maybe = row.maybe[at];
  if (!row.reads_expired.empty()) {
    out.unrecoverable = interval_word(row.reads_expired, index) & (out.stale | out.missing);
  }
  return out;
}

// Of the stale ones, those that are so only for want of what was deferred.
std::uint64_t Staleness::deferred(DatasetNo dataset, std::uint32_t number, std::int64_t index,
                                  const Words& words) const {
  std::uint64_t rest = words.code & ~words.inputs, out = 0;
  if (rest == 0) return 0;
  const CodeBook& codes = state_->codes();
  const Block& block = *state_->segment(dataset).find(number)->find(block_of(index));
  const bool any = std::any_of(block.palette.begin(), block.palette.end(),
                               [&](const Attribute& a) { return codes.has_deferred(a.job); });
  if (!any) return 0;
  for (; rest != 0; rest &= rest - 1) {
    const auto bit = std::countr_zero(rest);
    const Attribute& attribute = block.attribute(offset_of(index) + static_cast<std::size_t>(bit));
    if (codes.same_if_deferred(attribute.job, dataset, index + bit, attribute.code,
                               codes.current(attribute.job))) {
      out |= std::uint64_t{1} << bit;
    }
  }
  return out;
}

Verdict Staleness::verdict(DatasetNo dataset, const Place& place) const {
  const std::int64_t index = place.index & ~std::int64_t{63};
  const Words all = words(dataset, place.lane, index);
  const std::uint64_t mask = std::uint64_t{1} << (place.index & 63);
  const auto is = [mask](std::uint64_t word) { return (word & mask) != 0; };
  Verdict out;
  if (is(all.orphaned)) {
    out.presence = Presence::kOrphaned;
  } else if (is(all.present)) {
    out.presence = Presence::kPresent;
    out.freshness = is(all.stale)     ? Freshness::kStale
                    : is(all.unknown) ? Freshness::kUnknown
                                      : Freshness::kCurrent;
    out.code = is(all.code);
    out.inputs = is(all.inputs);
    out.deferred = is(deferred(dataset, place.lane, index, all));
  } else if (is(all.missing)) {
    out.presence = Presence::kMissing;
  }
  out.maybe = is(all.maybe);
  out.running = is(all.running);
  out.failed = is(all.failed);
  out.unrecoverable = is(all.unrecoverable);
  const Space& space = *state_->segment(dataset).space;
  const Span begun = space.expected(place.lane, now_, false);
  const Span closed = space.expected(place.lane, now_, true);
  const auto within = [&](const Span& span) {
    return span.first <= place.index && place.index <= span.last;
  };
  out.open = within(begun) && !within(closed);
  return out;
}

std::vector<Span> Staleness::spans(DatasetNo dataset, const Selection& selection, std::size_t limit,
                                   bool* more) const {
  std::vector<Span> out;
  *more = false;
  const Segment& segment = state_->segment(dataset);
  const auto add = [&](std::uint32_t lane, std::int64_t index) {
    if (!out.empty() && out.back().lane == lane && out.back().last + 1 == index) {
      ++out.back().last;
      return true;
    }
    if (out.size() == limit) {
      *more = true;
      return false;
    }
    out.push_back({lane, index, index});
    return true;
  };
  for (std::uint32_t number = 0; number < segment.lane_count(); ++number) {
    const auto [first, last] = extent(segment, number, now_);
    for (std::int64_t index = first & ~std::int64_t{63}; index <= last; index += 64) {
      const Words w = words(dataset, number, index);
      std::uint64_t chosen = 0;
      if (selection.stale) chosen |= w.stale;
      if (selection.missing) chosen |= w.missing;
      if (selection.maybe) chosen |= w.maybe & ~w.stale & ~w.missing;
      if (selection.orphaned) chosen |= w.orphaned;
      if (selection.unknown) chosen |= w.unknown;
      if (selection.failed) chosen |= w.failed;
      if (selection.running) chosen |= w.running;
      if (selection.current) chosen |= w.present & ~w.stale & ~w.unknown & ~w.orphaned;
      if (selection.unrecoverable) chosen |= w.unrecoverable;
      for (; chosen != 0; chosen &= chosen - 1) {
        if (!add(number, index + std::countr_zero(chosen))) return out;
      }
    }
  }
  return out;
}

// ---- building
// ------------------------------------------------------------------------------------

class StalenessBuilder {
 public:
  StalenessBuilder(std::shared_ptr<const State> state, Micros now,
                   const std::function<bool()>& cancelled)
      : cancelled_(cancelled) {
    out_->state_ = std::move(state);
    out_->now_ = now;
    out_->datasets_.resize(out_->state_->dataset_count());
  }

  std::shared_ptr<const Staleness> run() {
    find_order();
    expires_ = anything_expires(*out_->state_);
    for (const std::vector<DatasetNo>& group : groups_) {
      if (cancelled_ && cancelled_()) return nullptr;
      for (const DatasetNo dataset : group) open_rows(dataset);
      for (const DatasetNo dataset : group) {
        for (const Edge& edge : segment(dataset).in) {
          if (edge.reads->counts() && !in_group(edge.upstream, group)) pass_all(edge);
        }
      }
      close_group(group);
      for (const DatasetNo dataset : group) {
        count(dataset);
        out_->order_.push_back(dataset);
      }
    }
    out_->groups_ = std::move(groups_);
    return out_;
  }

 private:
  using Row = Staleness::Row;

  const Segment& segment(DatasetNo dataset) const { return out_->state_->segment(dataset); }
  std::vector<Row>& rows(DatasetNo dataset) { return out_->datasets_[dataset.value - 1].rows; }

  // ---- order: Tarjan's components, without recursion --------------------------------------------

  static bool in_group(DatasetNo dataset, const std::vector<DatasetNo>& group) {
    return std::find(group.begin(), group.end(), dataset) != group.end();
  }

  void find_order() {
    const std::uint32_t n = out_->state_->dataset_count();
    std::vector<std::uint32_t> number(n + std::size_t{1}), low(n + std::size_t{1});
    std::vector<bool> open(n + std::size_t{1});
    std::vector<DatasetNo> path;
    std::uint32_t next = 0;
    struct Frame {
      DatasetNo dataset;
      std::size_t edge;
    };
    for (std::uint32_t root = 1; root <= n; ++root) {
      if (number[root] != 0) continue;
      std::vector<Frame> stack{{DatasetNo{root}, 0}};
      number[root] = low[root] = ++next;
      path.push_back(DatasetNo{root});
      open[root] = true;
      while (!stack.empty()) {
        Frame& frame = stack.back();
        const std::uint32_t at = frame.dataset.value;
        const std::vector<Edge>& in = segment(frame.dataset).in;
        if (frame.edge < in.size()) {
          const Edge& edge = in[frame.edge++];
          if (!edge.reads->counts()) continue;
          const std::uint32_t up = edge.upstream.value;
          if (number[up] == 0) {
            number[up] = low[up] = ++next;
            path.push_back(edge.upstream);
            open[up] = true;
            stack.push_back({edge.upstream, 0});
          } else if (open[up]) {
            low[at] = std::min(low[at], number[up]);
          }
          continue;
        }
        if (low[at] == number[at]) close_component(at, path, open);
        stack.pop_back();
        if (!stack.empty()) {
          const std::uint32_t down = stack.back().dataset.value;
          low[down] = std::min(low[down], low[at]);
        }
      }
    }
  }

  void close_component(std::uint32_t at, std::vector<DatasetNo>& path, std::vector<bool>& open) {
    std::vector<DatasetNo> group;
    DatasetNo last;
    do {
      last = path.back();
      path.pop_back();
      open[last.value] = false;
      group.push_back(last);
    } while (last.value != at);
    groups_.push_back(std::move(group));
  }

  // ---- rows ------------------------------------------------------------------------------------

  void open_rows(DatasetNo dataset) {
    const Segment& segment = this->segment(dataset);
    rows(dataset).resize(segment.lane_count());
    for (std::uint32_t number = 0; number < segment.lane_count(); ++number) {
      const auto [first, last] = extent(segment, number, out_->now_);
      if (last < first) continue;
      Row& row = rows(dataset)[number];
      row.base = first & ~std::int64_t{63};
      const auto words = static_cast<std::size_t>((last - row.base) / 64 + 1);
      row.missing.resize(words);
      row.maybe.resize(words);
      if (expires_) {
        row.reads_expired = reads_expired(*out_->state_, dataset, number, out_->now_);
      }
      const Span expected = segment.space->expected(number, out_->now_, true);
      for (std::size_t w = 0; w < words; ++w) {
        const std::int64_t index = row.base + static_cast<std::int64_t>(w) * 64;
        std::uint64_t wanted = span_word(expected, index);
        if (wanted == 0) continue;
        wanted &= valid_word(*segment.space, number, index, wanted);
        row.missing[w] = wanted & ~present_word(segment, number, index);
      }
    }
  }

  static std::uint64_t present_word(const Segment& segment, std::uint32_t number,
                                    std::int64_t index) {
    const Lane* const lane = segment.find(number);
    const Block* const block = lane == nullptr ? nullptr : lane->find(block_of(index));
    return block == nullptr ? 0 : block->present.word(offset_of(index) / 64);
  }

  // What must run again or may have to, 64 partitions.
  std::uint64_t dirty_word(DatasetNo dataset, std::uint32_t lane, std::int64_t index) const {
    const Staleness::Words words = out_->words(dataset, lane, index);
    return words.stale | words.missing | words.maybe;
  }
  // Of which it makes sense to say that they may become stale.
  std::uint64_t relevant_word(DatasetNo dataset, std::uint32_t lane, std::int64_t index) const {
    const Staleness::Words words = out_->words(dataset, lane, index);
    return (words.present & ~words.orphaned) | words.missing;
  }

  bool is_dirty(DatasetNo dataset, const Place& place) const {
    return (dirty_word(dataset, place.lane, place.index & ~std::int64_t{63}) >> (place.index & 63) &
            1) != 0;
  }

  // Marks what is relevant of [first, last]; calls fresh(index) for each that was not marked.
  template <class Fresh>
  void mark(DatasetNo dataset, std::uint32_t lane, Interval interval, Fresh fresh) {
    if (lane >= rows(dataset).size()) return;
    Row& row = rows(dataset)[lane];
    interval.first = std::max(interval.first, row.base);
    interval.last = std::min(interval.last, row.end() - 1);
    for (std::int64_t at = interval.first & ~std::int64_t{63}; at <= interval.last; at += 64) {
      const auto w = static_cast<std::size_t>((at - row.base) / 64);
      const std::uint64_t range = span_word({lane, interval.first, interval.last}, at);
      std::uint64_t added = range & ~row.maybe[w];
      if (added == 0) continue;
      added &= relevant_word(dataset, lane, at);
      row.maybe[w] |= added;
      for (; added != 0; added &= added - 1) fresh(at + std::countr_zero(added));
    }
  }

  // ---- edges -----------------------------------------------------------------------------------

  std::vector<std::uint32_t> readers(const Edge& edge, std::uint32_t lane) const {
    std::vector<std::uint32_t> out;
    edge.reads->each_downstream_lane(lane, segment(edge.downstream).lane_count(),
                                     [&out](std::uint32_t reader) { out.push_back(reader); });
    return out;
  }

  // Everything dirty upstream, to its readers.
  void pass_all(const Edge& edge) {
    for (std::uint32_t lane = 0; lane < rows(edge.upstream).size(); ++lane) {
      const Row& row = rows(edge.upstream)[lane];
      if (row.missing.empty()) continue;
      const std::vector<std::uint32_t> lanes = readers(edge, lane);
      if (lanes.empty() && !edge.reads->is_explicit()) continue;
      if (edge.reads->uniform()) {
        pass_uniform(edge, lane, row, lanes);
      } else {
        each_run(edge.upstream, lane, row, [&](const Interval& run) {
          pass_run(edge, lane, run, lanes, [](const Place&) {});
        });
      }
    }
  }

  template <class Visit>
  void each_run(DatasetNo dataset, std::uint32_t lane, const Row& row, Visit visit) {
    std::int64_t begin = INT64_MIN;  // of the run that is open
    for (std::int64_t at = row.base; at < row.end(); at += 64) {
      const std::uint64_t word = dirty_word(dataset, lane, at);
      for (int bit = 0; bit < 64;) {
        const bool set = (word >> bit & 1) != 0;
        const std::uint64_t rest = set ? ~(word >> bit) : word >> bit;
        const int length = std::min(64 - bit, rest == 0 ? 64 : std::countr_zero(rest));
        if (set && begin == INT64_MIN) begin = at + bit;
        if (!set && begin != INT64_MIN) {
          visit(Interval{begin, at + bit - 1});
          begin = INT64_MIN;
        }
        bit += length;
      }
    }
    if (begin != INT64_MIN) visit(Interval{begin, row.end() - 1});
  }

  void pass_uniform(const Edge& edge, std::uint32_t lane, const Row& row,
                    const std::vector<std::uint32_t>& lanes) {
    bool dirty = false;
    if (edge.reads->mapping().kind == MappingKind::kLast) {
      const Lane* const upstream = segment(edge.upstream).find(lane);
      const auto last = upstream == nullptr ? std::nullopt : upstream->last_present();
      dirty = last && is_dirty(edge.upstream, {lane, *last});
    } else {
      for (std::int64_t at = row.base; at < row.end() && !dirty; at += 64) {
        dirty = dirty_word(edge.upstream, lane, at) != 0;
      }
    }
    if (!dirty) return;
    for (const std::uint32_t reader : lanes) {
      mark(edge.downstream, reader, {INT64_MIN, INT64_MAX}, [](std::int64_t) {});
    }
  }

  template <class Fresh>
  void pass_run(const Edge& edge, std::uint32_t lane, const Interval& run,
                const std::vector<std::uint32_t>& lanes, Fresh fresh) {
    if (edge.reads->is_explicit()) {
      for (std::int64_t index = run.first; index <= run.last; ++index) {
        for (const Place& place : edge.reads->downstream_of({lane, index})) {
          mark(edge.downstream, place.lane, {place.index, place.index}, [&](std::int64_t found) {
            fresh(Place{place.lane, found});
          });
        }
      }
      return;
    }
    const Interval reads{edge.reads->downstream_of(run.first).first,
                         edge.reads->downstream_of(run.last).last};
    const auto reach = [&](const Interval& interval) {
      for (const std::uint32_t reader : lanes) {
        mark(edge.downstream, reader, interval, [&](std::int64_t found) {
          fresh(Place{reader, found});
        });
      }
    };
    if (!edge.reads->leaves_gaps()) return reach(reads);
    for (std::int64_t i = reads.first; i <= reads.last; ++i) {
      if (!edge.reads->upstream_of(i).empty()) reach({i, i});
    }
  }

  // Within a cycle: from what is dirty, partition by partition, until nothing is new.
  void close_group(const std::vector<DatasetNo>& group) {
    std::vector<std::pair<DatasetNo, Place>> queue;
    const bool cycle = std::any_of(group.begin(), group.end(), [&](DatasetNo dataset) {
      const std::vector<Edge>& in = segment(dataset).in;
      return std::any_of(in.begin(), in.end(), [&](const Edge& edge) {
        return edge.reads->counts() && in_group(edge.upstream, group);
      });
    });
    if (!cycle) return;
    for (const DatasetNo dataset : group) {
      for (std::uint32_t lane = 0; lane < rows(dataset).size(); ++lane) {
        each_run(dataset, lane, rows(dataset)[lane], [&](const Interval& run) {
          for (std::int64_t i = run.first; i <= run.last; ++i)
            queue.push_back({dataset, {lane, i}});
        });
      }
    }
    while (!queue.empty()) {
      const auto [dataset, place] = queue.back();
      queue.pop_back();
      for (const Edge& edge : segment(dataset).out) {
        if (!edge.reads->counts() || !in_group(edge.downstream, group)) continue;
        pass_run(edge, place.lane, {place.index, place.index}, readers(edge, place.lane),
                 [&, down = edge.downstream](const Place& fresh) {
                   queue.push_back({down, fresh});
                 });
      }
    }
  }

  // ---- counts ----------------------------------------------------------------------------------

  void count(DatasetNo dataset) {
    Counts& counts = out_->datasets_[dataset.value - 1].counts;
    for (std::uint32_t lane = 0; lane < rows(dataset).size(); ++lane) {
      const Row& row = rows(dataset)[lane];
      for (std::int64_t at = row.base; at < row.end(); at += 64) {
        const Staleness::Words words = out_->words(dataset, lane, at);
        counts.present += ones(words.present & ~words.orphaned);
        counts.missing += ones(words.missing);
        counts.orphaned += ones(words.orphaned);
        counts.stale += ones(words.stale);
        counts.unknown += ones(words.unknown);
        counts.by_code += ones(words.code);
        counts.by_inputs += ones(words.inputs);
        counts.deferred += ones(out_->deferred(dataset, lane, at, words));
        counts.maybe += ones(words.maybe & ~words.stale & ~words.missing);
        counts.running += ones(words.running);
        counts.failed += ones(words.failed);
        counts.unrecoverable += ones(words.unrecoverable);
      }
    }
    counts.current = counts.present - counts.stale - counts.unknown;
  }

  const std::function<bool()>& cancelled_;
  std::shared_ptr<Staleness> out_ = std::make_shared<Staleness>();
  std::vector<std::vector<DatasetNo>> groups_;
  bool expires_ = false;
};

std::shared_ptr<const Staleness> Staleness::compute(std::shared_ptr<const State> state, Micros now,
                                                    const std::function<bool()>& cancelled) {
  return StalenessBuilder(std::move(state), now, cancelled).run();
}

}  // namespace headwater::planner
