#include "planner/rescan_sums.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>

#include "base/clones.h"
#include "planner/readers.h"

namespace headwater::planner {

namespace {

// Eight values side by side, which the compiler lowers to what the processor has.
using Row = std::uint64_t __attribute__((vector_size(64)));
constexpr std::size_t kRow = sizeof(Row) / sizeof(std::uint64_t), kRows = kPageSize / kRow;

struct PageSums {
  std::uint64_t sum = 0, whole = 0;
};

// Running sums of running sums count each row as often as rows follow: no need to multiply.
inline PageSums sums_of(const std::uint64_t* values) {
  Row sum{}, sums{};
  for (std::size_t at = 0; at < kPageSize; at += kRow) {
    Row row;
    std::memcpy(&row, values + at, sizeof row);
    sum += row;
    sums += sum;
  }
  PageSums out;
  for (std::size_t i = 0; i < kRow; ++i) {
    out.sum += sum[i];
    out.whole += weight_of(i) * sum[i] + 2 * kRow * (kRows * sum[i] - sums[i]);
  }
  return out;
}

HW_CLONES std::uint64_t whole_of(const std::uint64_t* __restrict values) {
  return sums_of(values).whole;
}

// Returns how many are missing. Meanwhile the next page is fetched: pages lie anywhere, and what
// the processor fetches by itself ends with each. Null: nothing to fetch.
HW_CLONES std::uint64_t page_cells(std::uint64_t position, const std::uint64_t* __restrict out,
                                   std::uint64_t* __restrict to, const Page* next, PageSums* sums) {
  std::uint64_t missing = 0;
  for (std::size_t part = 0; part < kPageSize; part += 64) {
    for (std::size_t i = part; i < part + 64 && next != nullptr; i += kRow) {
      __builtin_prefetch(&next->out[i]);
    }
    for (std::size_t i = part; i < part + 64; ++i, position += kIndexStep) {
      to[i] = cell_at(position, out[i]);
      missing += out[i] == 0;
    }
  }
  *sums = sums_of(to);
  return missing;
}

// By weight, those whose bit is set.
HW_CLONES std::uint64_t chosen(const std::uint64_t* __restrict values, const Bits& bits,
                               std::size_t base) {
  std::uint64_t out = 0;
  for (std::size_t w = 0; w < kPageWords; ++w) {
    const std::uint64_t word = bits.word(base / 64 + w);
    if (word == 0) continue;
    for (std::size_t i = 0; i < 64; ++i) {
      const std::uint64_t there = std::uint64_t{0} - (word >> i & 1);
      out += (values[w * 64 + i] & there) * (2 * (w * 64 + i) + 1);
    }
  }
  return out;
}

// to = ends - begins; returns it by weight.
HW_CLONES std::uint64_t subtract_page(const std::uint64_t* __restrict ends,
                                      const std::uint64_t* __restrict begins,
                                      std::uint64_t* __restrict to) {
  for (std::size_t i = 0; i < kPageSize; ++i) to[i] = ends[i] - begins[i];
  return sums_of(to).whole;
}

HW_CLONES void add_values(const std::uint64_t* __restrict values, std::size_t count,
                          std::uint64_t* __restrict to) {
  for (std::size_t i = 0; i < count; ++i) to[i] += values[i];
}

// Null: nothing to fetch.
void prefetch(const Block* block, std::size_t bytes) {
  constexpr std::size_t kLine = 64;
  const char* const begin = reinterpret_cast<const char*>(block);
  for (std::size_t at = 0; at < bytes && block != nullptr; at += kLine) {
    __builtin_prefetch(begin + at);
  }
}

// A window that reaches no further than a few partitions.
constexpr std::int64_t kNear = 16;
bool is_near(const Mapping& mapping) {
  return mapping.kind == MappingKind::kWindow && mapping.from >= -kNear && mapping.to <= kNear;
}

// By weight, what the pages of a block read over such a window, if all are present; those before
// and after it first and last. Who reads a cell at a distance of d has it by its own weight and 2d
// more: but for cells near the ends of a page, whose readers lie next door, two sums tell that.
using NearSums = std::array<std::uint64_t, kPages + 2>;
NearSums near_sums(const Mapping& mapping, const BlockCells& cells) {
  NearSums out{};
  for (std::size_t page = 0; page < kPages; ++page) {
    const std::uint64_t* const values = &cells.values[page * kPageSize];
    for (std::int64_t distance = -mapping.to; distance <= -mapping.from; ++distance) {
      const auto more = static_cast<std::uint64_t>(2 * distance);
      out[page + 1] += cells.whole[page] + more * cells.sums[page];
      const auto moved = static_cast<std::size_t>(std::abs(distance));
      const std::size_t begin = distance > 0 ? kPageSize - moved : 0;
      for (std::size_t i = begin; i < begin + moved; ++i) {
        const std::uint64_t weight = weight_of(i) + more;
        out[page + 1] -= values[i] * weight;
        out[distance > 0 ? page + 2 : page] +=
            values[i] * (distance > 0 ? weight - 2 * kPageSize : weight + 2 * kPageSize);
      }
    }
  }
  return out;
}

void add_shared(std::uint64_t& to, std::uint64_t value) {
  std::atomic_ref<std::uint64_t>(to).fetch_add(value, std::memory_order_relaxed);
}

std::int64_t page_of(std::int64_t index) { return index >> std::countr_zero(kPageSize); }
std::int64_t first_page(std::int64_t block) { return block * static_cast<std::int64_t>(kPages); }

}  // namespace

// ---- digests
// -------------------------------------------------------------------------------------

ReadDigests::ReadDigests(const State& state)
    : state_(state), digests_(state.dataset_count()), whole_(state.dataset_count()) {
  for (std::uint32_t n = 0; n < state.dataset_count(); ++n) {
    const Segment& segment = state.segment(DatasetNo{n + 1});
    digests_[n].resize(segment.lanes.size());
    whole_[n].resize(segment.lanes.size());
    for (std::size_t l = 0; l < segment.lanes.size(); ++l) {
      if (!segment.lanes[l]) continue;
      const std::vector<std::shared_ptr<Block>>& blocks = segment.lanes[l]->blocks;
      digests_[n][l].resize(blocks.size() * kPages);
      whole_[n][l].resize(blocks.size() * kPages);
      for (std::size_t page = 0; page < blocks.size() * kPages; ++page) {
        const Block* const block = blocks[page / kPages].get();
        if (page % kPages == 0 && page / kPages + 1 < blocks.size()) {
          prefetch(blocks[page / kPages + 1].get(), sizeof(Bits));  // `present`
        }
        bool all = block != nullptr;
        for (std::size_t w = 0; w < kPageWords && all; ++w) {
          all = block->present.word(page % kPages * kPageWords + w) == ~std::uint64_t{0};
        }
        whole_[n][l][page] = all;
      }
    }
  }
}

void ReadDigests::add(DatasetNo dataset, std::uint32_t number, std::int64_t page,
                      std::uint64_t factor, std::uint64_t whole, const std::uint64_t* values) {
  const Segment& segment = state_.segment(dataset);
  const planner::Lane* const lane = segment.find(number);
  if (lane == nullptr || page < first_page(lane->first) || page >= first_page(lane->end())) return;
  const auto at = static_cast<std::size_t>(page - first_page(lane->first));
  Lane& digests = digests_[dataset.value - 1][number];
  if (whole_[dataset.value - 1][number][at]) return add_shared(digests[at], factor * whole);
  const Block* const block = lane->blocks[at / kPages].get();
  if (block == nullptr) return;
  add_shared(digests[at], factor * chosen(values, block->present, at % kPages * kPageSize));
}

bool ReadDigests::is_whole(DatasetNo dataset, std::uint32_t number, std::int64_t page) const {
  const planner::Lane* const lane = state_.segment(dataset).find(number);
  if (lane == nullptr || page < first_page(lane->first) || page >= first_page(lane->end())) {
    return true;
  }
  return whole_[dataset.value - 1][number]
               [static_cast<std::size_t>(page - first_page(lane->first))];
}

void ReadDigests::subtract(DatasetNo dataset, std::uint32_t lane, std::int64_t block,
                           std::size_t page, std::uint64_t value) {
  const std::int64_t at = block - state_.segment(dataset).find(lane)->first;
  add_shared(digests_[dataset.value - 1][lane][static_cast<std::size_t>(at) * kPages + page],
             std::uint64_t{0} - value);
}

void ReadDigests::add(DatasetNo dataset, const Place& place, std::uint64_t value) {
  const planner::Lane* const lane = state_.segment(dataset).find(place.lane);
  if (lane == nullptr || !lane->present(place.index)) return;
  const std::int64_t page = page_of(place.index) - first_page(lane->first);
  add_shared(digests_[dataset.value - 1][place.lane][static_cast<std::size_t>(page)],
             weight_of(offset_of(place.index)) * value);
}

std::pair<std::int64_t, std::int64_t> ReadDigests::pages(DatasetNo dataset) const {
  std::int64_t first = INT64_MAX, last = INT64_MIN;
  for (const std::shared_ptr<planner::Lane>& lane : state_.segment(dataset).lanes) {
    if (!lane || lane->blocks.empty()) continue;
    first = std::min(first, first_page(lane->first));
    last = std::max(last, first_page(lane->end()) - 1);
  }
  return {first, last};
}

// ---- cells
// ---------------------------------------------------------------------------------------

void BlockCells::clear() {
  values.fill(0);
  sums.fill(0);
  whole.fill(0);
  gaps.fill(true);
}

void BlockCells::find(std::uint32_t lane, std::int64_t number, const Block& block,
                      const Block* next) {
  prefetch(next, sizeof *next);
  for (std::size_t page = 0; page < kPages; ++page) {
    const Page* ahead = next == nullptr ? nullptr : next->pages[0].get();
    if (page + 1 < kPages) ahead = block.pages[page + 1].get();
    const std::size_t base = page * kPageSize;
    PageSums found;
    gaps[page] = true;
    if (block.pages[page]) {
      const Place place{lane, (number << kBlockBits) + static_cast<std::int64_t>(base)};
      gaps[page] = page_cells(position_of(place), block.pages[page]->out.data(), &values[base],
                              ahead, &found) != 0;
    } else {
      std::fill_n(&values[base], kPageSize, 0);
    }
    sums[page] = found.sum;
    whole[page] = found.whole;
  }
}

BlockCells& BlockCells::operator+=(const BlockCells& other) {
  for (std::size_t page = 0; page < kPages; ++page) {
    add_values(&other.values[page * kPageSize], kPageSize, &values[page * kPageSize]);
    sums[page] += other.sums[page];
    whole[page] += other.whole[page];
  }
  return *this;
}

// ---- handing on
// ----------------------------------------------------------------------------------

void ReaderSums::begin(DatasetNo dataset) {
  dataset_ = dataset;
  apart_.clear();
  alike_.clear();
  grouped_.clear();
  const std::size_t lanes = state_.segment(dataset).lanes.size();
  for (const Edge& edge : state_.segment(dataset).out) {
    if (!edge.reads->counts() || edge.reads->uniform()) continue;
    if (edge.reads->is_explicit()) {
      add_pairs(edge);
      continue;
    }
    Grouped found = grouped(edge);
    const auto single = [](const Lanes& group) { return group.size() == 1; };
    if (std::all_of(found.groups.begin(), found.groups.end(), single)) {
      apart_.push_back(&edge);
    } else if (found.groups.size() == 1 && found.groups[0].size() == lanes) {
      alike_.push_back(&edge);
    } else {
      grouped_.push_back(std::move(found));
    }
  }
  all_.clear();
}

// Two lanes that have a reader in common have all in common.
ReaderSums::Grouped ReaderSums::grouped(const Edge& edge) const {
  const auto lanes = static_cast<std::uint32_t>(state_.segment(dataset_).lanes.size());
  const std::uint32_t readers = state_.segment(edge.downstream).lane_count();
  Grouped out{&edge, {}};
  std::vector<bool> known(lanes);
  for (std::uint32_t lane = 0; lane < lanes; ++lane) {
    if (known[lane]) continue;
    Lanes reader;
    edge.reads->each_downstream_lane(lane, readers, [&](std::uint32_t downstream) {
      if (reader.empty()) reader.push_back(downstream);
    });
    if (reader.empty()) continue;
    Lanes& group = out.groups.emplace_back();
    edge.reads->each_upstream_lane(reader[0], lanes, [&](std::uint32_t upstream) {
      if (upstream >= lanes) return;
      known[upstream] = true;
      group.push_back(upstream);
    });
  }
  return out;
}

void ReaderSums::add_pairs(const Edge& edge) {
  const Segment& segment = state_.segment(dataset_);
  for (const Mapping::Pair& pair : edge.reads->mapping().pairs) {
    const Lane* const lane = segment.find(pair.upstream.lane);
    const std::uint64_t out = lane == nullptr ? 0 : lane->out(pair.upstream.index);
    if (out == 0) continue;
    digests_.add(edge.downstream, pair.downstream, edge.factor * cell(pair.upstream, out));
  }
}

void ReaderSums::add_block(std::uint32_t lane, std::int64_t number, const BlockCells& cells) {
  if (!alike_.empty()) all_ += cells;
  summed_up_ = false;
  for (const Edge* const edge : apart_) hand_on(*edge, lane, number, cells);
}

void ReaderSums::end_block(std::int64_t number) {
  summed_up_ = false;
  for (const Edge* const edge : alike_) hand_on(*edge, 0, number, all_);
  if (!alike_.empty()) all_.clear();
  const Segment& segment = state_.segment(dataset_);
  for (const Grouped& grouped : grouped_) {
    for (const Lanes& group : grouped.groups) {
      all_.clear();
      for (const std::uint32_t lane : group) {
        const Lane* const there = segment.find(lane);
        const Block* const block = there == nullptr ? nullptr : there->find(number);
        if (block == nullptr) continue;
        some_.find(lane, number, *block, nullptr);
        all_ += some_;
      }
      summed_up_ = false;
      hand_on(*grouped.edge, group[0], number, all_);
      all_.clear();
    }
  }
}

void ReaderSums::hand_on(const Edge& edge, std::uint32_t lane, std::int64_t number,
                         const BlockCells& cells) {
  Lanes readers;
  edge.reads->each_downstream_lane(lane, state_.segment(edge.downstream).lane_count(),
                                   [&](std::uint32_t reader) { readers.push_back(reader); });
  if (edge.reads->mapping().kind == MappingKind::kIdentity) {
    return hand_on_same(edge, readers, number, cells);
  }
  if (is_near(edge.reads->mapping())) return hand_on_near(edge, readers, number, cells);
  if (!summed_up_) sum_up(cells);
  hand_on_intervals(edge, readers, number);
}

void ReaderSums::hand_on_same(const Edge& edge, const Lanes& readers, std::int64_t number,
                              const BlockCells& cells) {
  for (std::size_t page = 0; page < kPages; ++page) {
    const std::int64_t at = first_page(number) + static_cast<std::int64_t>(page);
    for (const std::uint32_t reader : readers) {
      digests_.add(edge.downstream, reader, at, edge.factor, cells.whole[page],
                   &cells.values[page * kPageSize]);
    }
  }
}

void ReaderSums::hand_on_near(const Edge& edge, const Lanes& readers, std::int64_t number,
                              const BlockCells& cells) {
  const Mapping& mapping = edge.reads->mapping();
  const NearSums sums = near_sums(mapping, cells);
  for (std::size_t i = 0; i < sums.size(); ++i) {
    const auto after = static_cast<std::int64_t>(i) - 1;
    const std::int64_t page = first_page(number) + after;
    const bool whole = std::all_of(readers.begin(), readers.end(), [&](std::uint32_t reader) {
      return digests_.is_whole(edge.downstream, reader, page);
    });
    if (!whole) read_near(mapping, cells, after * static_cast<std::int64_t>(kPageSize));
    for (const std::uint32_t reader : readers) {
      digests_.add(edge.downstream, reader, page, edge.factor, sums[i], reads_.data());
    }
  }
}

// `from`: of the page, from the beginning of the block.
void ReaderSums::read_near(const Mapping& mapping, const BlockCells& cells, std::int64_t from) {
  reads_.fill(0);
  for (std::int64_t shift = mapping.from; shift <= mapping.to; ++shift) {
    const std::int64_t begin = std::max<std::int64_t>(from + shift, 0);
    const std::int64_t end =
        std::min(from + shift + static_cast<std::int64_t>(kPageSize), kBlockSize);
    if (begin >= end) continue;
    add_values(&cells.values[static_cast<std::size_t>(begin)],
               static_cast<std::size_t>(end - begin),
               &reads_[static_cast<std::size_t>(begin - from - shift)]);
  }
}

void ReaderSums::hand_on_intervals(const Edge& edge, const Lanes& readers, std::int64_t number) {
  const std::int64_t base = number << kBlockBits;
  const Interval all{edge.reads->downstream_of(base).first,
                     edge.reads->downstream_of(base + kBlockSize - 1).last};
  const auto [first, last] = digests_.pages(edge.downstream);
  if (all.empty() || first > last) return;
  table_.reset();
  const std::int64_t end = std::min(last, page_of(all.last));
  for (std::int64_t page = std::max(first, page_of(all.first)); page <= end; ++page) {
    const std::int64_t index = page * static_cast<std::int64_t>(kPageSize);
    std::uint64_t whole = 0;
    if (edge.reads->mapping().kind == MappingKind::kWindow) {
      whole = read_window(edge.reads->mapping(), number, index);
    } else {
      whole = read_intervals(edge, number, index, all);
    }
    for (const std::uint32_t reader : readers) {
      digests_.add(edge.downstream, reader, page, edge.factor, whole, reads_.data());
    }
  }
}

// The ends of windows move with the index; those that lie outside of the block stop at its ends.
std::uint64_t ReaderSums::read_window(const Mapping& mapping, std::int64_t number,
                                      std::int64_t first) {
  const std::int64_t shift = first - (number << kBlockBits);
  std::array<std::uint64_t, kPageSize> stopped[2];
  const auto moving = [&](std::int64_t from, std::array<std::uint64_t, kPageSize>& buffer) {
    const auto count = static_cast<std::int64_t>(kPageSize);
    if (from >= 0 && from + count <= kBlockSize + 1)
      return &before_[static_cast<std::size_t>(from)];
    for (std::int64_t i = 0; i < count; ++i) {
      const std::int64_t at = std::clamp<std::int64_t>(from + i, 0, kBlockSize);
      buffer[static_cast<std::size_t>(i)] = before_[static_cast<std::size_t>(at)];
    }
    return buffer.data();
  };
  return subtract_page(moving(shift + mapping.to + 1, stopped[0]),
                       moving(shift + mapping.from, stopped[1]), reads_.data());
}

std::uint64_t ReaderSums::read_intervals(const Edge& edge, std::int64_t number, std::int64_t first,
                                         const Interval& readers) {
  const std::int64_t block = block_of(first), base = number << kBlockBits;
  if (!table_ || table_block_ != block) {
    table_ = tables_.of(*edge.reads, *state_.segment(edge.upstream).space,
                        *state_.segment(edge.downstream).space, block);
    table_block_ = block;
  }
  reads_.fill(0);
  const std::size_t from = offset_of(std::max(first, readers.first));
  const std::size_t page = offset_of(first);
  const std::int64_t last =
      std::min(first + static_cast<std::int64_t>(kPageSize) - 1, readers.last);
  const std::vector<std::uint16_t>& runs = table_->runs;
  auto run = std::prev(std::upper_bound(runs.begin(), runs.end(), from));
  for (std::size_t at = from; at <= offset_of(last); ++run) {
    const std::size_t next = std::next(run) == runs.end() ? kBlockSize : *std::next(run);
    const std::size_t end = std::min(next, offset_of(last) + 1);
    const Interval read = table_->at(at);
    const auto begin = std::clamp<std::int64_t>(read.first - base, 0, kBlockSize);
    const auto past = std::clamp<std::int64_t>(read.last - base + 1, begin, kBlockSize);
    const std::uint64_t sum =
        before_[static_cast<std::size_t>(past)] - before_[static_cast<std::size_t>(begin)];
    std::fill(&reads_[at - page], reads_.data() + (end - page), sum);
    at = end;
  }
  return whole_of(reads_.data());
}

void ReaderSums::sum_up(const BlockCells& cells) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < cells.values.size(); ++i) {
    before_[i] = sum;
    sum += cells.values[i];
  }
  before_[cells.values.size()] = sum;
  summed_up_ = true;
}

}  // namespace headwater::planner
