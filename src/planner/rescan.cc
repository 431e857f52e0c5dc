#include "planner/rescan.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <utility>

#include "base/clones.h"
#include "planner/readers.h"
#include "planner/rescan_sums.h"
#include "planner/words.h"

namespace headwater::planner {

namespace {

// Of a page: the sum of its cells, and the digest of what its partitions had read. Places count, so
// that a difference which was given to a neighbour is found.
struct PageSums {
  std::uint64_t cells = 0, read = 0, absent = 0;
};

HW_CLONES PageSums sum_page(const Place& place, const std::uint64_t* __restrict out,
                            const std::uint64_t* __restrict reads,
                            const std::uint64_t* __restrict differences) {
  std::uint64_t position = position_of(place), weight = 1;
  std::uint64_t cells = 0, read = 0, absent = 0;
  for (std::size_t i = 0; i < kPageSize; ++i, position += kIndexStep, weight += 2) {
    const std::uint64_t present = out[i] == 0 ? 0 : ~std::uint64_t{0};
    cells += cell_at(position, out[i]);
    read += ((reads[i] - differences[i]) & present) * weight;
    absent |= differences[i] & ~present;
  }
  return {cells, read, absent};
}

const Differences kNoDifferences;

}  // namespace

// Works some datasets out. Several of them may write digests of different datasets at once.
class Rescanner {
 public:
  Rescanner(const State& state, const Rescan* before, IntervalTables& tables,
            std::vector<std::vector<Rescan::Lane>>& digests)
      : state_(state), before_(before), digests_(digests), sums_(state_, tables) {}

  // Its pages, in the digests; all else in totals().
  void dataset(DatasetNo dataset) {
    dataset_ = dataset;
    const Segment& segment = state_.segment(dataset);
    std::vector<Rescan::Lane>& results = digests_[dataset.value - 1];
    results.resize(segment.lanes.size());
    totals_.assign(segment.lanes.size(), {});
    std::int64_t first = INT64_MAX, end = INT64_MIN;
    for (std::size_t lane = 0; lane < segment.lanes.size(); ++lane) {
      if (!segment.lanes[lane]) continue;
      first = std::min(first, segment.lanes[lane]->first);
      end = std::max(end, segment.lanes[lane]->end());
      results[lane].digests.resize(segment.lanes[lane]->blocks.size() * kPages);
    }
    for (std::int64_t b = first; b < end; ++b) {
      find_common(segment, b);
      for (std::uint32_t lane = 0; lane < segment.lanes.size(); ++lane) {
        const Lane* const there = segment.find(lane);
        const Block* const block = there == nullptr ? nullptr : there->find(b);
        if (block != nullptr) this->block(segment, lane, b, *block);
      }
    }
    for (std::uint32_t lane = 0; lane < segment.lanes.size(); ++lane) {
      if (segment.find(lane) != nullptr) check_lane(segment, lane, *segment.find(lane));
    }
  }

  const Rescan::Totals& totals() const { return found_; }

 private:
  void fault(std::uint32_t lane, std::int64_t block, const char* what) {
    ++found_.fault_count;
    if (found_.faults.size() == Rescan::kMaxFaults) return;
    found_.faults.push_back({dataset_, lane, block, what});
  }

  // What every lane reads alike.
  void find_common(const Segment& segment, std::int64_t b) {
    common_.fill(0);
    for (const Edge& edge : segment.in) {
      if (!edge.reads->counts() || edge.reads->uniform() || !lanes_alike(*edge.reads)) continue;
      sums_.add(edge, 0, b, common_);
    }
  }

  void block(const Segment& segment, std::uint32_t lane, std::int64_t b, const Block& block) {
    reads_ = common_;
    for (const Edge& edge : segment.in) {
      if (!edge.reads->counts() || edge.reads->uniform() || lanes_alike(*edge.reads)) continue;
      sums_.add(edge, lane, b, reads_);
    }
    std::uint64_t sum = 0, count = 0;
    for (std::size_t page = 0; page < kPages; ++page) {
      if (page + 1 < kPages) prefetch(block.pages[page + 1].get());
      for (std::size_t w = 0; w < kPageWords; ++w) {
        count +=
            static_cast<std::uint64_t>(std::popcount(block.present.word(page * kPageWords + w)));
      }
      sum += this->page(lane, b, block, page);
    }
    if (sum != block.sum) fault(lane, b, "the sum of its cells");
    if (count != block.count) fault(lane, b, "the count of its partitions");
    totals_[lane].sum += sum;
    totals_[lane].count += count;
    found_.partitions += count;
    check_bits(segment, lane, b, block);
  }

  // Returns the sum of its cells.
  std::uint64_t page(std::uint32_t lane, std::int64_t b, const Block& block, std::size_t page) {
    static const Page nothing;
    const Page& columns = block.pages[page] ? *block.pages[page] : nothing;
    const Differences& differences =
        block.differences[page] ? *block.differences[page] : kNoDifferences;
    const std::size_t base = page * kPageSize;
    std::array<std::uint64_t, kPageWords> words;
    nonzero_bits(columns.out.data(), words.data());
    for (std::size_t w = 0; w < kPageWords; ++w) {
      if (words[w] == block.present.word(base / 64 + w)) continue;
      fault(lane, b, "which of its partitions are present");
      break;
    }
    words.fill(0);
    if (block.differences[page]) nonzero_bits(differences.values.data(), words.data());
    for (std::size_t w = 0; w < kPageWords; ++w) {
      if (words[w] == block.inputs.word(base / 64 + w)) continue;
      fault(lane, b, "which of its partitions are stale for their inputs");
      break;
    }
    const PageSums sums = sum_page({lane, (b << kBlockBits) + static_cast<std::int64_t>(base)},
                                   columns.out.data(), &reads_[base], differences.values.data());
    if (sums.absent != 0) fault(lane, b, "a difference of what is not there");
    compare(lane, b, block, page, sums.read);
    return sums.cells;
  }

  void compare(std::uint32_t lane, std::int64_t b, const Block& block, std::size_t page,
               std::uint64_t digest) {
    const auto at = [&](const Lane& in) {
      return static_cast<std::size_t>(b - in.first) * kPages + page;
    };
    digests_[dataset_.value - 1][lane].digests[at(*state_.segment(dataset_).find(lane))] = digest;
    if (before_ == nullptr || dataset_.value > before_->datasets_.size()) return;
    const Lane* const then = before_->state_->segment(dataset_).find(lane);
    const Block* const known = then == nullptr ? nullptr : then->find(b);
    if (known == nullptr || !block.pages[page] || known->pages[page] != block.pages[page]) return;
    ++found_.compared;
    if (before_->datasets_[dataset_.value - 1][lane].digests[at(*then)] == digest) return;
    fault(lane, b, "the differences of its partitions");
  }

  // Bits that follow from code and tags.
  void check_bits(const Segment& segment, std::uint32_t number, std::int64_t b,
                  const Block& block) {
    const CodeBook& codes = state_.codes();
    const Lane& lane = *segment.find(number);
    const std::int64_t base = b << kBlockBits;
    const bool alike = block.palette.size() == 1 && !varies(codes, block.palette[0], b);
    Expected of_all;
    if (alike) of_all = expect(codes, lane, block.palette[0], base, ~std::uint64_t{0});
    bool right = true;
    for (std::size_t w = 0; w < kWords && right; ++w) {
      const std::uint64_t present = block.present.word(w);
      Expected expected;
      if (alike) {
        expected = {of_all.code & present, of_all.tag & present, of_all.unknown & present};
      } else {
        for (std::uint64_t rest = present; rest != 0; rest &= rest - 1) {
          const std::size_t at = w * 64 + static_cast<std::size_t>(std::countr_zero(rest));
          const Expected one = expect(codes, lane, block.attribute(at),
                                      base + static_cast<std::int64_t>(at), rest & -rest);
          expected.code |= one.code;
          expected.tag |= one.tag;
          expected.unknown |= one.unknown;
        }
      }
      right = expected.code == block.code.word(w) && expected.tag == block.tag.word(w) &&
              expected.unknown == block.unknown.word(w);
    }
    if (!right) fault(number, b, "which of its partitions are stale for their code or tag");
  }

  struct Expected {
    std::uint64_t code = 0, tag = 0, unknown = 0;
  };

  bool varies(const CodeBook& codes, const Attribute& attribute, std::int64_t b) const {
    for (const std::int64_t piece : codes.pieces(attribute.job, dataset_)) {
      if (block_of(piece) == b) return true;
    }
    return false;
  }

  Expected expect(const CodeBook& codes, const Lane& lane, const Attribute& attribute,
                  std::int64_t index, std::uint64_t bits) const {
    const CodeId now = codes.current(attribute.job);
    Expected out;
    if (attribute.tag != lane.tag) out.tag = bits;
    if (!attribute.code || !now) {
      out.unknown = bits;
    } else if (!codes.same_class(attribute.job, dataset_, index, attribute.code, now)) {
      out.code = bits;
    }
    return out;
  }

  // The upstream sums that a tag is made of are checked with the upstream lanes.
  void check_lane(const Segment& segment, std::uint32_t number, const Lane& lane) {
    std::uint64_t tag = 0;
    for (const Edge& edge : segment.in) {
      if (!edge.reads->uniform()) continue;
      const Segment& upstream = state_.segment(edge.upstream);
      edge.reads->each_upstream_lane(number, upstream.lane_count(), [&](std::uint32_t read) {
        const Lane* const there = upstream.find(read);
        if (there == nullptr) return;
        if (edge.reads->mapping().kind == MappingKind::kAll) {
          tag += edge.factor * there->sum;
        } else if (const auto last = there->last_present()) {
          tag += edge.factor * cell({read, *last}, there->out(*last));
        }
      });
    }
    if (tag != lane.tag) fault(number, lane.first, "the tag of its lane");
    if (totals_[number].sum != lane.sum) fault(number, lane.first, "the sum of its lane");
    if (totals_[number].count != lane.count) fault(number, lane.first, "the count of its lane");
  }

  struct LaneTotals {
    std::uint64_t sum = 0, count = 0;
  };

  const State& state_;
  const Rescan* const before_;
  std::vector<std::vector<Rescan::Lane>>& digests_;
  ReadSums sums_;
  Rescan::Totals found_;
  DatasetNo dataset_;
  std::vector<LaneTotals> totals_;  // by lane of the dataset under way
  BlockSums common_, reads_;
};

std::shared_ptr<const Rescan> Rescan::run(std::shared_ptr<const State> state, const Rescan* before,
                                          const std::function<bool()>& cancelled,
                                          base::Crew* crew) {
  auto out = std::make_shared<Rescan>();
  out->datasets_.resize(state->dataset_count());
  std::vector<Totals> found(state->dataset_count());
  IntervalTables tables;
  std::atomic<bool> stopped = false;
  const auto scan = [&](std::size_t i) {
    if (cancelled && cancelled()) stopped = true;
    if (stopped) return;
    Rescanner scanner(*state, before, tables, out->datasets_);
    scanner.dataset(DatasetNo{static_cast<std::uint32_t>(i + 1)});
    found[i] = scanner.totals();
  };
  base::Crew alone(0);
  (crew != nullptr ? *crew : alone).run(found.size(), scan);
  if (stopped) return nullptr;
  for (const Totals& one : found) out->totals_.add(one);
  out->state_ = std::move(state);
  return out;
}

void Rescan::Totals::add(const Totals& more) {
  fault_count += more.fault_count;
  partitions += more.partitions;
  compared += more.compared;
  const std::size_t room = kMaxFaults - faults.size();
  const auto end =
      more.faults.begin() + static_cast<std::ptrdiff_t>(std::min(room, more.faults.size()));
  faults.insert(faults.end(), more.faults.begin(), end);
}

}  // namespace headwater::planner
