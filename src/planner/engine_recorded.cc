// Engine: what runs had read when they started, from what stands now and the history.

#include <algorithm>
#include <utility>

#include "planner/engine.h"
#include "planner/engine_owned.h"

namespace headwater::planner {

using base::Result;

namespace {

constexpr std::size_t kMaxPalette = 2 * static_cast<std::size_t>(kBlockSize);

// The entries that are still used, renumbered.
void compact(Block& block) {
  std::vector<Attribute> kept;
  std::vector<std::uint16_t> numbers(block.palette.size(), UINT16_MAX);
  for (std::size_t i = 0; i < kBlockSize; ++i) {
    if (!block.present.get(i)) continue;
    std::uint16_t& at = block.pages.own_page(i / kPageSize).attribute[i % kPageSize];
    std::uint16_t& number = numbers[at];
    if (number == UINT16_MAX) {
      number = static_cast<std::uint16_t>(kept.size());
      kept.push_back(block.palette[at]);
    }
    at = number;
  }
  block.palette = std::move(kept);
}

}  // namespace

Result<Write> Engine::newest(DatasetNo dataset, const Place& place) {
  HW_TRY(const std::vector<Write> writes, history_.writes(dataset, place));
  if (writes.empty()) {
    return base::make_error(base::ErrorCode::kStorageCorrupt,
                            "A partition is present and has no materialization.");
  }
  return writes.back();
}

// Over all intervals and pairs, of what ended after `at`: what stands now less what stood then.
Result<std::uint64_t> Engine::difference_since(const Segment& segment, const Place& place,
                                               Micros at) {
  std::uint64_t out = 0;
  for (const Edge& edge : segment.in) {
    if (!edge.reads->counts() || edge.reads->uniform()) continue;
    const Segment& upstream = working_.segment(edge.upstream);
    if (edge.reads->is_explicit()) {
      for (const Place& read : edge.reads->upstream_of(place)) {
        HW_TRY(const std::uint64_t one,
               replaced_since(edge, read.lane, {read.index, read.index}, at));
        out += one;
      }
      continue;
    }
    const Interval interval = edge.reads->upstream_of(place.index);
    std::vector<std::uint32_t> lanes;
    edge.reads->each_upstream_lane(place.lane, upstream.lane_count(),
                                   [&lanes](std::uint32_t lane) { lanes.push_back(lane); });
    for (const std::uint32_t lane : lanes) {
      HW_TRY(const std::uint64_t one, replaced_since(edge, lane, interval, at));
      out += one;
    }
  }
  return out;
}

Result<std::uint64_t> Engine::replaced_since(const Edge& edge, std::uint32_t number,
                                             const Interval& interval, Micros at) {
  const Lane* const lane = working_.segment(edge.upstream).find(number);
  if (lane == nullptr || interval.empty() || lane->max_end <= at) return std::uint64_t{0};
  std::vector<std::int64_t> perhaps;
  const std::int64_t from = std::max(block_of(interval.first), lane->first);
  const std::int64_t to = std::min(block_of(interval.last), lane->end() - 1);
  for (std::int64_t b = from; b <= to; ++b) {
    const Block* const block = lane->find(b);
    if (block == nullptr || block->max_end <= at) continue;
    const std::int64_t base = b << kBlockBits;
    each_present(*lane, std::max(interval.first, base),
                 std::min(interval.last, base + kBlockSize - 1),
                 [&perhaps](std::int64_t index) { perhaps.push_back(index); });
  }
  std::uint64_t out = 0;
  for (const std::int64_t index : perhaps) {
    const Place place{number, index};
    HW_TRY(const std::vector<Write> writes, history_.writes(edge.upstream, place));
    out += edge.factor * (cell(place, lane->out(index)) - cell(place, out_at(writes, at)));
  }
  return out;
}

std::uint64_t Engine::tag_now(const Segment& segment, std::uint32_t number) const {
  std::uint64_t out = 0;
  for (const Edge& edge : segment.in) {
    if (!edge.reads->uniform()) continue;
    const Segment& upstream = working_.segment(edge.upstream);
    edge.reads->each_upstream_lane(number, upstream.lane_count(), [&](std::uint32_t read) {
      const Lane* const lane = upstream.find(read);
      if (lane == nullptr) return;
      if (edge.reads->mapping().kind == MappingKind::kAll) {
        out += edge.factor * lane->sum;
      } else if (const auto last = lane->last_present()) {
        out += edge.factor * cell({read, *last}, lane->out(*last));
      }
    });
  }
  return out;
}

Result<std::uint64_t> Engine::tag_at(DatasetNo dataset, std::uint32_t number, Micros at) {
  std::uint64_t out = 0;
  for (const Edge& edge : working_.segment(dataset).in) {
    if (!edge.reads->uniform()) continue;
    std::vector<std::uint32_t> lanes;
    edge.reads->each_upstream_lane(number, working_.segment(edge.upstream).lane_count(),
                                   [&lanes](std::uint32_t lane) { lanes.push_back(lane); });
    for (const std::uint32_t lane : lanes) {
      HW_TRY(const std::uint64_t one, uniform_at(edge, lane, at));
      out += one;
    }
  }
  return out;
}

// What a uniform mapping read of one upstream lane at `at`.
Result<std::uint64_t> Engine::uniform_at(const Edge& edge, std::uint32_t number, Micros at) {
  const Lane* const lane = working_.segment(edge.upstream).find(number);
  if (lane == nullptr || lane->count == 0) return std::uint64_t{0};
  if (edge.reads->mapping().kind == MappingKind::kAll) {
    HW_TRY(const std::uint64_t later, replaced_since(edge, number, {INT64_MIN, INT64_MAX}, at));
    return edge.factor * lane->sum - later;
  }
  for (std::int64_t b = lane->end(); b-- > lane->first;) {  // the last that was there
    const Block* const block = lane->find(b);
    if (block == nullptr || block->count == 0) continue;
    for (std::size_t w = kWords; w-- > 0;) {
      for (std::uint64_t word = block->present.word(w); word != 0;) {
        const int bit = 63 - std::countl_zero(word);
        word ^= std::uint64_t{1} << bit;
        const Place place{number, (b << kBlockBits) + static_cast<std::int64_t>(w * 64) + bit};
        std::uint64_t out = lane->out(place.index);
        if (block->max_end > at) {
          HW_TRY(const std::vector<Write> writes, history_.writes(edge.upstream, place));
          out = out_at(writes, at);
        }
        if (out != 0) return edge.factor * cell(place, out);
      }
    }
  }
  return std::uint64_t{0};
}

// All differences and tags of the dataset anew, after its mappings changed.
Result<void> Engine::rebase(DatasetNo dataset) {
  const auto lanes = static_cast<std::uint32_t>(working_.segment(dataset).lanes.size());
  for (std::uint32_t number = 0; number < lanes; ++number) {
    if (working_.segment(dataset).find(number) == nullptr) continue;
    lane(dataset, number).tag = tag_now(working_.segment(dataset), number);
    HW_CHECK_OK(each_owned(dataset, number, {INT64_MIN, INT64_MAX},
                           [&](Block& block, std::int64_t index) -> Result<void> {
                             const Place place{number, index};
                             HW_TRY(const Write write, newest(dataset, place));
                             return renew(dataset, block, place, write);
                           }));
    refresh_lane(dataset, number);
  }
  return {};
}

void Engine::set_difference(Block& block, std::size_t i, std::uint64_t value) {
  if (block.difference(i) == value) return;
  std::shared_ptr<Differences>& page = block.differences[i / kPageSize];
  own(page).set(i % kPageSize, value);
  block.inputs.set(i, value != 0);
  if (value == 0 && !block.inputs.any(i / kPageSize * kPageWords, kPageWords)) page.reset();
}

// The number of the attribute among those of the block; mostly it is one of the newest.
std::uint16_t Engine::palette_entry(Block& block, const Attribute& attribute) {
  const auto at = std::find(block.palette.rbegin(), block.palette.rend(), attribute);
  if (at != block.palette.rend()) {
    return static_cast<std::uint16_t>(block.palette.rend() - at - 1);
  }
  if (block.palette.size() >= kMaxPalette) compact(block);
  block.palette.push_back(attribute);
  return static_cast<std::uint16_t>(block.palette.size() - 1);
}

void Engine::set_attribute(DatasetNo dataset, Block& block, const Place& place,
                           const Attribute& attribute) {
  const std::size_t i = offset_of(place.index);
  const std::uint16_t entry = palette_entry(block, attribute);
  block.pages.own_page(i / kPageSize).attribute[i % kPageSize] = entry;
  const CodeBook& codes = *working_.codes_;
  const model::CodeId now = codes.current(attribute.job);
  const bool unknown = !attribute.code || !now;
  block.unknown.set(i, unknown);
  block.code.set(
      i, !unknown && !codes.same_class(attribute.job, dataset, place.index, attribute.code, now));
  block.tag.set(i, attribute.tag != working_.segment(dataset).find(place.lane)->tag);
}

// ---- bits that follow from code and tags
// ---------------------------------------------------------

std::set<std::uint32_t> Engine::outputs_of(model::NodeId job) const {
  const auto known = outputs_.find(job.value);
  std::set<std::uint32_t> out = known == outputs_.end() ? std::set<std::uint32_t>() : known->second;
  // A transaction that failed may have left datasets that there are not.
  out.erase(out.upper_bound(static_cast<std::uint32_t>(working_.dataset_count())), out.end());
  if (!is_branch_) return out;
  const auto is_its = [job](const Attribute& attribute) { return attribute.job == job; };
  const auto holds = [&](const std::shared_ptr<Block>& block) {
    return block && std::any_of(block->palette.begin(), block->palette.end(), is_its);
  };
  for (std::uint32_t number = 1; number <= working_.dataset_count(); ++number) {
    for (const auto& lane : working_.segment(DatasetNo{number}).lanes) {
      if (!lane || std::none_of(lane->blocks.begin(), lane->blocks.end(), holds)) continue;
      out.insert(number);
      break;
    }
  }
  return out;
}

void Engine::refresh(DatasetNo dataset) {
  const std::size_t lanes = working_.segment(dataset).lanes.size();
  for (std::size_t number = 0; number < lanes; ++number) {
    if (working_.segment(dataset).find(static_cast<std::uint32_t>(number)) == nullptr) continue;
    refresh_lane(dataset, static_cast<std::uint32_t>(number));
  }
}

void Engine::refresh_lane(DatasetNo dataset, std::uint32_t number) {
  Lane& lane = this->lane(dataset, number);
  for (std::int64_t b = lane.first; b < lane.end(); ++b) {
    const Block* const block = lane.find(b);
    if (block != nullptr && block->count != 0) refresh_block(dataset, lane, b);
  }
}

namespace {

struct Bools {
  bool code = false, tag = false, unknown = false, varies = false;
};

}  // namespace

void Engine::refresh_block(DatasetNo dataset, Lane& lane, std::int64_t number) {
  const CodeBook& codes = *working_.codes_;
  Block& block = own(lane.blocks[static_cast<std::size_t>(number - lane.first)]);
  const std::int64_t base = number << kBlockBits;
  std::vector<Bools> entries;
  bool alike = true;
  for (const Attribute& attribute : block.palette) {
    const model::CodeId now = codes.current(attribute.job);
    Bools bools;
    bools.tag = attribute.tag != lane.tag;
    bools.unknown = !attribute.code || !now;
    for (const std::int64_t piece : codes.pieces(attribute.job, dataset)) {
      bools.varies = bools.varies || (base < piece && piece < base + kBlockSize);
    }
    bools.code =
        !bools.unknown && !codes.same_class(attribute.job, dataset, base, attribute.code, now);
    entries.push_back(bools);
    alike = alike && !bools.varies && bools.code == entries[0].code &&
            bools.tag == entries[0].tag && bools.unknown == entries[0].unknown;
  }
  if (alike) {
    const auto put = [&block](RareBits& bits, bool all) {
      if (!all) bits = {};
      for (std::size_t w = 0; all && w < kWords; ++w) bits.set_word(w, block.present.word(w));
    };
    put(block.code, entries[0].code);
    put(block.tag, entries[0].tag);
    put(block.unknown, entries[0].unknown);
    return;
  }
  for (std::size_t w = 0; w < kWords; ++w) {
    std::uint64_t code = 0, tag = 0, unknown = 0;
    for (std::uint64_t rest = block.present.word(w); rest != 0; rest &= rest - 1) {
      const std::uint64_t bit = rest & (~rest + 1);
      const std::size_t i = w * 64 + static_cast<std::size_t>(std::countr_zero(rest));
      const Bools& bools = entries[block.entry(i)];
      bool differs = bools.code;
      if (bools.varies && !bools.unknown) {
        const Attribute& attribute = block.attribute(i);
        differs = !codes.same_class(attribute.job, dataset, base + static_cast<std::int64_t>(i),
                                    attribute.code, codes.current(attribute.job));
      }
      if (differs) code |= bit;
      if (bools.tag) tag |= bit;
      if (bools.unknown) unknown |= bit;
    }
    block.code.set_word(w, code);
    block.tag.set_word(w, tag);
    block.unknown.set_word(w, unknown);
  }
}

}  // namespace headwater::planner
