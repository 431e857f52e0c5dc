#include "planner/rescan_sums.h"

#include <algorithm>

#include "base/clones.h"
#include "planner/readers.h"

namespace headwater::planner {

namespace {

HW_CLONES void add_cells(const Place& place, const std::uint64_t* __restrict out, std::size_t count,
                         std::uint64_t factor, std::uint64_t* __restrict to) {
  std::uint64_t position = position_of(place);
  for (std::size_t i = 0; i < count; ++i, position += kIndexStep) {
    to[i] += factor * cell_at(position, out[i]);
  }
}

// to[i] += factor * (prefix[i + width] - prefix[i]): a window of one width, moving.
HW_CLONES void add_window(const std::uint64_t* __restrict prefix, std::size_t width,
                          std::uint64_t factor, std::uint64_t* __restrict to) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(kBlockSize); ++i) {
    to[i] += factor * (prefix[i + width] - prefix[i]);
  }
}

const Page* page_of(const Lane& lane, std::int64_t index) {
  const Block* const block = lane.find(block_of(index));
  return block == nullptr ? nullptr : block->pages[offset_of(index) / kPageSize].get();
}

}  // namespace

void ReadSums::add(const Edge& edge, std::uint32_t lane, std::int64_t block, BlockSums& to) {
  const Segment& upstream = state_.segment(edge.upstream);
  if (edge.reads->is_explicit()) {
    add_pairs(edge, lane, block, to);
  } else if (edge.reads->mapping().kind == MappingKind::kIdentity) {
    add_same(edge, upstream, lane, block, to);
  } else {
    add_intervals(edge, upstream, lane, block, to);
  }
}

void ReadSums::add_same(const Edge& edge, const Segment& upstream, std::uint32_t lane,
                        std::int64_t block, BlockSums& to) {
  edge.reads->each_upstream_lane(lane, upstream.lane_count(), [&](std::uint32_t number) {
    const Lane* const read = upstream.find(number);
    const Block* const there = read == nullptr ? nullptr : read->find(block);
    if (there == nullptr) return;
    for (std::size_t page = 0; page < kPages; ++page) {
      if (page + 1 < kPages) prefetch(there->pages[page + 1].get());
      if (!there->pages[page]) continue;
      const std::size_t base = page * kPageSize;
      add_cells({number, (block << kBlockBits) + static_cast<std::int64_t>(base)},
                there->pages[page]->out.data(), kPageSize, edge.factor, &to[base]);
    }
  });
}

void ReadSums::add_pairs(const Edge& edge, std::uint32_t lane, std::int64_t block, BlockSums& to) {
  const Segment& upstream = state_.segment(edge.upstream);
  each_pair(*edge.reads, lane, block, [&](const Mapping::Pair& pair) {
    const Lane* const read = upstream.find(pair.upstream.lane);
    if (read == nullptr) return;
    to[offset_of(pair.downstream.index)] +=
        edge.factor * cell(pair.upstream, read->out(pair.upstream.index));
  });
}

void ReadSums::add_intervals(const Edge& edge, const Segment& upstream, std::uint32_t lane,
                             std::int64_t block, BlockSums& to) {
  const std::int64_t base = block << kBlockBits;
  const Mapping& mapping = edge.reads->mapping();
  if (mapping.kind == MappingKind::kWindow) {
    sum_cells(edge, upstream, lane, base + mapping.from, base + kBlockSize - 1 + mapping.to);
    add_window(prefix_.data(), static_cast<std::size_t>(mapping.to - mapping.from + 1), edge.factor,
               to.data());
    return;
  }
  const auto table =
      tables_.of(*edge.reads, *upstream.space, *state_.segment(edge.downstream).space, block);
  const Interval all{table->at(0).first, table->at(kBlockSize - 1).last};
  if (all.empty()) return;
  sum_cells(edge, upstream, lane, all.first, all.last);
  const std::int64_t shift = table->origin - all.first;  // 0 unless the first reads nothing
  for (std::size_t i = 0; i < static_cast<std::size_t>(kBlockSize); ++i) {
    if (table->last[i] < table->first[i]) continue;
    to[i] += edge.factor * (prefix_[static_cast<std::size_t>(table->last[i] + shift) + 1] -
                            prefix_[static_cast<std::size_t>(table->first[i] + shift)]);
  }
}

void ReadSums::sum_cells(const Edge& edge, const Segment& upstream, std::uint32_t lane,
                         std::int64_t first, std::int64_t last) {
  prefix_.assign(static_cast<std::size_t>(last - first) + 2, 0);
  edge.reads->each_upstream_lane(lane, upstream.lane_count(), [&](std::uint32_t number) {
    const Lane* const read = upstream.find(number);
    if (read == nullptr || read->blocks.empty()) return;
    const std::int64_t end = std::min(last, (read->end() << kBlockBits) - 1);
    for (std::int64_t at = std::max(first, read->first << kBlockBits); at <= end;) {
      const std::size_t offset = offset_of(at);
      const std::size_t in_page = kPageSize - offset % kPageSize;
      const std::size_t count = std::min(in_page, static_cast<std::size_t>(end - at) + 1);
      const Page* const page = page_of(*read, at);
      prefetch(page_of(*read, at + static_cast<std::int64_t>(count)));
      if (page != nullptr) {
        add_cells({number, at}, &page->out[offset % kPageSize], count, 1,
                  &prefix_[static_cast<std::size_t>(at - first) + 1]);
      }
      at += static_cast<std::int64_t>(count);
    }
  });
  std::uint64_t sum = 0;
  for (std::uint64_t& cells : prefix_) cells = sum += cells;
}

}  // namespace headwater::planner
