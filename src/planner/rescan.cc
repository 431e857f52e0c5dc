#include "planner/rescan.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <utility>

#include "base/clones.h"
#include "planner/rescan_sums.h"
#include "planner/words.h"

namespace headwater::planner {

namespace {

// Of a page of differences: their sum by weight, and whatever stands where nothing is present.
struct DifferenceSums {
  std::uint64_t read = 0, absent = 0;
};

HW_CLONES DifferenceSums sum_differences(const std::uint64_t* __restrict out,
                                         const std::uint64_t* __restrict differences) {
  std::uint64_t read = 0, absent = 0;
  for (std::size_t i = 0; i < kPageSize; ++i) {
    const std::uint64_t present = out[i] == 0 ? 0 : ~std::uint64_t{0};
    read += (differences[i] & present) * weight_of(i);
    absent |= differences[i] & ~present;
  }
  return {read, absent};
}

// The same of neighbours that differ alike, of which all are present; and which of them differ.
std::uint64_t sum_runs(const std::vector<Differences::Run>& runs, std::uint64_t* differ) {
  std::uint64_t read = 0;
  for (const Differences::Run& run : runs) {
    if (run.value == 0) continue;
    read += run.value * weight_of(run.first, run.end);
    each_word(run.first, run.end - std::size_t{1},
              [&](std::size_t w, std::uint64_t mask) { differ[w] |= mask; });
  }
  return read;
}

HW_CLONES std::uint64_t count_of(const Bits& bits) {
  std::uint64_t out = 0;
  for (std::size_t w = 0; w < kWords; ++w) {
    out += static_cast<std::uint64_t>(std::popcount(bits.word(w)));
  }
  return out;
}

}  // namespace

// Works datasets out, and hands on what their readers read of them. Several may do so at once, with
// different datasets.
class Rescanner {
 public:
  Rescanner(const State& state, IntervalTables& tables, ReadDigests& digests)
      : state_(state), digests_(digests), readers_(state, tables, digests) {}

  // All but its digests; the outcome in totals().
  void dataset(DatasetNo dataset) {
    dataset_ = dataset;
    const Segment& segment = state_.segment(dataset);
    totals_.assign(segment.lanes.size(), {});
    readers_.begin(dataset);
    const std::vector<Numbered> blocks = blocks_of(segment);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      const bool ends = i + 1 == blocks.size();
      block(segment, blocks[i], ends ? nullptr : blocks[i + 1].block);
      if (ends || blocks[i + 1].number != blocks[i].number) readers_.end_block(blocks[i].number);
    }
    for (std::uint32_t lane = 0; lane < segment.lanes.size(); ++lane) {
      if (segment.find(lane) != nullptr) check_lane(segment, lane, *segment.find(lane));
    }
  }

  const Rescan::Totals& totals() const { return found_; }

 private:
  void fault(std::uint32_t lane, std::int64_t block, const char* what) {
    found_.add({dataset_, lane, block, what});
  }

  struct Numbered {
    std::uint32_t lane = 0;
    std::int64_t number = 0;
    const Block* block = nullptr;
  };
  // Those of equal numbers together.
  static std::vector<Numbered> blocks_of(const Segment& segment) {
    std::vector<Numbered> out;
    for (std::uint32_t lane = 0; lane < segment.lanes.size(); ++lane) {
      const Lane* const there = segment.find(lane);
      for (std::size_t i = 0; there != nullptr && i < there->blocks.size(); ++i) {
        if (!there->blocks[i]) continue;
        out.push_back({lane, there->first + static_cast<std::int64_t>(i), there->blocks[i].get()});
      }
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const Numbered& a, const Numbered& b) { return a.number < b.number; });
    return out;
  }

  void block(const Segment& segment, const Numbered& numbered, const Block* next) {
    const std::uint32_t lane = numbered.lane;
    const std::int64_t b = numbered.number;
    const Block& block = *numbered.block;
    cells_.find(lane, b, block, next);
    const std::uint64_t count = count_of(block.present);
    std::uint64_t sum = 0;
    for (std::size_t page = 0; page < kPages; ++page) {
      sum += cells_.sums[page];
      check_presence(lane, b, block, page);
      check_differences(lane, b, block, page);
    }
    if (sum != block.sum) fault(lane, b, "the sum of its cells");
    if (count != block.count) fault(lane, b, "the count of its partitions");
    totals_[lane].sum += sum;
    totals_[lane].count += count;
    found_.partitions += count;
    check_bits(segment, lane, b, block);
    readers_.add_block(lane, b, cells_);
  }

  void check_presence(std::uint32_t lane, std::int64_t b, const Block& block, std::size_t page) {
    std::array<std::uint64_t, kPageWords> words{};
    if (!cells_.gaps[page]) {
      words.fill(~std::uint64_t{0});
    } else if (block.pages[page]) {
      nonzero_bits(block.pages[page]->out.data(), words.data());
    }
    if (!same_words(words, block.present, page)) {
      fault(lane, b, "which of its partitions are present");
    }
  }

  void check_differences(std::uint32_t lane, std::int64_t b, const Block& block, std::size_t page) {
    static const Page nothing;
    const Differences* const differences = block.differences[page].get();
    std::array<std::uint64_t, kPageWords> words{};
    DifferenceSums sums;
    const auto* const runs = differences == nullptr ? nullptr : differences->runs();
    if (runs != nullptr && !cells_.gaps[page]) {
      sums.read = sum_runs(*runs, words.data());
    } else if (differences != nullptr) {
      std::array<std::uint64_t, kPageSize> values;
      differences->read(values.data());
      nonzero_bits(values.data(), words.data());
      const Page& columns = block.pages[page] ? *block.pages[page] : nothing;
      sums = sum_differences(columns.out.data(), values.data());
    }
    if (!same_words(words, block.inputs, page)) {
      fault(lane, b, "which of its partitions are stale for their inputs");
    }
    if (differences == nullptr) return;
    if (sums.absent != 0) fault(lane, b, "a difference of what is not there");
    digests_.subtract(dataset_, lane, b, page, sums.read);
  }

  static bool same_words(const std::array<std::uint64_t, kPageWords>& words, const Bits& bits,
                         std::size_t page) {
    for (std::size_t w = 0; w < kPageWords; ++w) {
      if (words[w] != bits.word(page * kPageWords + w)) return false;
    }
    return true;
  }

  // Bits that follow from code and tags.
  void check_bits(const Segment& segment, std::uint32_t number, std::int64_t b,
                  const Block& block) {
    const CodeBook& codes = state_.codes();
    const Lane& lane = *segment.find(number);
    const std::int64_t base = b << kBlockBits;
    bool alike = !block.palette.empty();
    entries_.clear();
    for (const Attribute& attribute : block.palette) {
      entries_.push_back(
          {varies(codes, attribute, b), expect(codes, lane, attribute, base, ~std::uint64_t{0})});
      alike = alike && !entries_.back().varies && entries_.back().all == entries_[0].all;
    }
    bool right = true;
    for (std::size_t w = 0; w < kWords && right; ++w) {
      const std::uint64_t present = block.present.word(w);
      Expected expected;
      if (alike) {
        expected = entries_[0].all.only(present);
      } else {
        for (std::uint64_t rest = present; rest != 0; rest &= rest - 1) {
          const std::size_t at = w * 64 + static_cast<std::size_t>(std::countr_zero(rest));
          const Entry& entry = entries_[block.entry(at)];
          const Expected one = entry.varies
                                   ? expect(codes, lane, block.attribute(at),
                                            base + static_cast<std::int64_t>(at), rest & -rest)
                                   : entry.all.only(rest & -rest);
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
    Expected only(std::uint64_t bits) const { return {code & bits, tag & bits, unknown & bits}; }
    bool operator==(const Expected&) const = default;
  };
  struct Entry {  // of the palette
    bool varies = false;
    Expected all;
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
  ReadDigests& digests_;
  ReaderSums readers_;
  Rescan::Totals found_;
  DatasetNo dataset_;
  std::vector<LaneTotals> totals_;  // by lane of the dataset under way
  BlockCells cells_;
  std::vector<Entry> entries_;  // of the block under way
};

// The digests of a dataset's pages, with those of an earlier scan where the page is the same.
void Rescan::compare(const Rescan& before, DatasetNo dataset, Totals& totals) const {
  if (dataset.value > before.digests_.size()) return;
  const Segment& segment = state_->segment(dataset);
  for (std::uint32_t number = 0; number < segment.lanes.size(); ++number) {
    const planner::Lane* const lane = segment.find(number);
    const planner::Lane* const then = before.state_->segment(dataset).find(number);
    if (lane == nullptr || then == nullptr) continue;
    const auto digest = [&](const Rescan& of, const planner::Lane& in, std::int64_t b,
                            std::size_t page) {
      return of.digests_[dataset.value - 1][number]
                        [static_cast<std::size_t>(b - in.first) * kPages + page];
    };
    for (std::int64_t b = lane->first; b < lane->end(); ++b) {
      const Block* const block = lane->find(b);
      const Block* const known = then->find(b);
      if (block == nullptr || known == nullptr) continue;
      for (std::size_t page = 0; page < kPages; ++page) {
        if (!block->pages[page] || known->pages[page] != block->pages[page]) continue;
        ++totals.compared;
        if (digest(*this, *lane, b, page) == digest(before, *then, b, page)) continue;
        totals.add({dataset, number, b, "the differences of its partitions"});
      }
    }
  }
}

std::shared_ptr<const Rescan> Rescan::run(std::shared_ptr<const State> state, const Rescan* before,
                                          const std::function<bool()>& cancelled,
                                          base::Crew* crew) {
  auto out = std::make_shared<Rescan>();
  const std::size_t count = state->dataset_count();
  std::vector<Totals> found(count), compared(count);
  IntervalTables tables;
  ReadDigests digests(*state);
  std::atomic<bool> stopped = false;
  const auto scan = [&](std::size_t i) {
    if (cancelled && cancelled()) stopped = true;
    if (stopped) return;
    const auto scanner = std::make_unique<Rescanner>(*state, tables, digests);
    scanner->dataset(DatasetNo{static_cast<std::uint32_t>(i + 1)});
    found[i] = scanner->totals();
  };
  base::Crew alone(0);
  base::Crew& workers = crew != nullptr ? *crew : alone;
  workers.run(count, scan);
  if (stopped) return nullptr;
  out->digests_ = digests.take();
  out->state_ = std::move(state);
  if (before != nullptr) {
    workers.run(count, [&](std::size_t i) {
      out->compare(*before, DatasetNo{static_cast<std::uint32_t>(i + 1)}, compared[i]);
    });
  }
  for (std::size_t i = 0; i < count; ++i) {
    out->totals_.add(found[i]);
    out->totals_.add(compared[i]);
  }
  return out;
}

void Rescan::Totals::add(const Fault& fault) {
  ++fault_count;
  if (faults.size() < kMaxFaults) faults.push_back(fault);
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
