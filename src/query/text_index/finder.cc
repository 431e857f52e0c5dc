#include "query/text_index/finder.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "query/text_index/sources.h"

namespace headwater::query::text_index {
namespace {

void intersect(Bits& into, const Bits& with) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i] &= with[i];
}

Bits owners_of(const State& state, const Segments& segments, Exact kind, const std::string& value) {
  Bits out(state.words());
  const std::string wanted = exact_term(kind, value);
  for (const auto& segment : segments) {
    const TermRange range = segment->find(wanted);
    if (!range.empty()) segment->unite(range.begin, Group::kName, out);
  }
  return out;
}

// What is fixed for an asset: its kind and its namespace.
Bits fixed_filter(const Inquiry& inquiry) {
  const State& state = inquiry.state;
  Bits out(state.words());
  std::optional<std::uint32_t> space;
  if (inquiry.filter.space) {
    const auto it = state.spaces->by_name.find(*inquiry.filter.space);
    if (it == state.spaces->by_name.end()) return out;
    space = it->second;
  }
  const auto& kind = inquiry.filter.kind;
  for (std::uint32_t c = 0; c < state.chunks.size(); ++c) {
    const Chunk& chunk = *state.chunks[c];
    const std::uint32_t size = std::min(kChunk, state.count - c * kChunk);
    for (std::uint32_t w = 0; w * 64 < size; ++w) {
      std::uint64_t word =
          size - w * 64 >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << (size - w * 64)) - 1;
      if (kind) word &= *kind == model::NodeKind::kJob ? chunk.job[w] : ~chunk.job[w];
      for (std::uint64_t rest = space ? word : 0; rest != 0; rest &= rest - 1) {
        const auto at = w * 64 + static_cast<std::uint32_t>(std::countr_zero(rest));
        if (chunk.space[at] != *space) word &= ~(rest & (~rest + 1));
      }
      out[c * (kChunk / 64) + w] = word;
    }
  }
  return out;
}

// The assets that the lists of `now` do not settle for the moment asked; and whether there are any.
bool unsettled(const Inquiry& inquiry, Bits& out) {
  const State& state = inquiry.state;
  const bool old = inquiry.known_at < state.seq;
  const bool past = inquiry.as_of != graph::kLatest;
  bool any = false;
  for (std::size_t c = 0; c < state.chunks.size(); ++c) {
    const Chunk& chunk = *state.chunks[c];
    std::uint64_t* const words = out.data() + c * (kChunk / 64);
    for (std::size_t w = 0; w < kChunk / 64; ++w) {
      words[w] = chunk.recheck[w] | (old || past ? chunk.gone[w] : 0);
      any = any || words[w] != 0;
    }
    const bool changed = old && chunk.max_changed > inquiry.known_at.value;
    const bool later = past && chunk.max_since > inquiry.as_of;
    if (!changed && !later) continue;
    for (std::uint32_t at = 0; at < kChunk; ++at) {
      const bool open = (changed && chunk.changed[at] > inquiry.known_at.value) ||
                        (later && chunk.since[at] > inquiry.as_of);
      if (!open) continue;
      words[at / 64] |= std::uint64_t{1} << (at % 64);
      any = true;
    }
  }
  return any;
}

template <class Visit>
void for_each_bit(const Bits& bits, Visit&& visit) {
  for (std::size_t i = 0; i < bits.size(); ++i) {
    for (std::uint64_t word = bits[i]; word != 0; word &= word - 1) {
      visit(static_cast<std::uint32_t>(i * 64 + std::countr_zero(word)));
    }
  }
}

struct Masks {
  Bits settled;  // visible, as asked for, and decided by the lists
  Bits open;     // as asked for, as far as that is fixed, and not decided
  bool any_open = false;
};

Masks masks(const Inquiry& inquiry) {
  const State& state = inquiry.state;
  Masks out{fixed_filter(inquiry), Bits(state.words()), false};
  out.any_open = unsettled(inquiry, out.open);
  if (out.any_open) intersect(out.open, out.settled);
  for (std::size_t c = 0; c < state.chunks.size(); ++c) {
    const std::size_t from = c * (kChunk / 64);
    for (std::size_t w = 0; w < kChunk / 64; ++w) {
      out.settled[from + w] &=
          state.chunks[c]->visible[w] & ~(out.any_open ? out.open[from + w] : 0);
    }
  }
  const Filter& filter = inquiry.filter;
  if (filter.owner)
    intersect(out.settled, owners_of(state, state.now, Exact::kOwner, *filter.owner));
  if (filter.tag) intersect(out.settled, owners_of(state, state.now, Exact::kTag, *filter.tag));
  return out;
}

// Adds the bits of `found` & ~`before` & `mask` to the best.
void pick(const Inquiry& inquiry, const Bits& found, const Bits* before, const Bits& mask,
          Level level, Best& best) {
  const State& state = inquiry.state;
  for (std::size_t i = 0; i < found.size(); ++i) {
    std::uint64_t word = found[i] & mask[i];
    if (before != nullptr) word &= ~(*before)[i];
    if (word == 0) continue;
    const Chunk& chunk = *state.chunks[i / (kChunk / 64)];
    for (; word != 0; word &= word - 1) {
      const auto ordinal = static_cast<std::uint32_t>(i * 64 + std::countr_zero(word));
      if (!best.wants(level, chunk.key[ordinal % kChunk])) continue;
      best.add(candidate(inquiry, ordinal, level));
    }
  }
}

// Level by level until the best are full; then everything else is only counted.
Bits ranked(const Inquiry& inquiry, LevelSource& source, const Bits& mask, Best& best) {
  Bits found, before;
  for (int level = 0; level < kLevels; ++level) {
    if (!source.raise(static_cast<Level>(level))) continue;
    before = std::move(found);
    found = source.matched();
    pick(inquiry, found, before.empty() ? nullptr : &before, mask, static_cast<Level>(level), best);
    if (!best.full()) continue;
    source.raise(Level::kInsideElsewhere);
    return source.matched();
  }
  return found.empty() ? Bits(inquiry.state.words()) : found;
}

}  // namespace

Candidate candidate(const Inquiry& inquiry, std::uint32_t ordinal, Level level) {
  const Chunk& chunk = inquiry.state.chunk(ordinal);
  const std::uint32_t at = ordinal % kChunk;
  return {level, chunk.key[at], chunk.heard[at], ordinal, NodeId{chunk.node[at]}, {}};
}

bool better(const Inquiry& inquiry, const Candidate& a, const Candidate& b) {
  if (inquiry.order == Order::kRelevance) {
    if (a.level != b.level) return a.level < b.level;
    if (a.key != b.key) return a.key > b.key;
  }
  if (inquiry.order == Order::kHeard && a.heard != b.heard) return a.heard > b.heard;
  if (inquiry.order == Order::kName && a.column != b.column) return a.column < b.column;
  const graph::NodeInfo x = inquiry.names.node(a.node), y = inquiry.names.node(b.node);
  const bool by_length = inquiry.order == Order::kRelevance && x.name.size() != y.name.size();
  if (by_length) return x.name.size() < y.name.size();
  return std::tie(x.name, x.name_space, a.node, a.column) <
         std::tie(y.name, y.name_space, b.node, b.column);
}

void Best::add(Candidate candidate) {
  if (inquiry_.most == 0) return;
  const auto order = [this](const Candidate& a, const Candidate& b) {
    return better(inquiry_, a, b);
  };
  if (full()) {
    if (!better(inquiry_, candidate, heap_.front())) return;
    std::pop_heap(heap_.begin(), heap_.end(), order);
    heap_.pop_back();
  }
  heap_.push_back(std::move(candidate));
  std::push_heap(heap_.begin(), heap_.end(), order);
}

bool Best::wants(Level level, std::uint64_t key) const {
  if (inquiry_.order != Order::kRelevance || !full()) return true;
  if (heap_.empty()) return false;
  const Candidate& worst = heap_.front();
  return level < worst.level || (level == worst.level && key >= worst.key);
}

std::vector<Candidate> Best::take() {
  std::sort(heap_.begin(), heap_.end(),
            [this](const Candidate& a, const Candidate& b) { return better(inquiry_, a, b); });
  return std::move(heap_);
}

Finding find(const Inquiry& inquiry) {
  const Masks mask = masks(inquiry);
  const std::unique_ptr<LevelSource> source = make_source(inquiry);
  Best best(inquiry);
  Bits found;
  if (inquiry.order == Order::kRelevance) {
    found = ranked(inquiry, *source, mask.settled, best);
  } else {
    source->raise(Level::kInsideElsewhere);
    found = source->matched();
    pick(inquiry, found, nullptr, mask.settled, Level::kNone, best);
  }
  Finding out;
  out.cancelled = source->cancelled();
  for (std::size_t i = 0; i < found.size(); ++i) {
    out.total += static_cast<std::uint64_t>(std::popcount(found[i] & mask.settled[i]));
  }
  out.best = best.take();
  if (mask.any_open) {
    source->raise_to_ever();
    Bits open = source->matched();
    intersect(open, mask.open);
    for_each_bit(open, [&](std::uint32_t ordinal) { out.open.push_back(ordinal); });
  }
  return out;
}

Level match_column(const Question& question, const std::string& path) {
  return match(question, {{Place::kName, path}});
}

namespace {

// The assets that have every word anywhere: much faster than a look at every column's path. Empty
// if the question has no words.
Bits with_words(const Inquiry& inquiry, bool ever) {
  if (scans_names(inquiry.question)) return {};
  const std::unique_ptr<LevelSource> source = make_source(inquiry);
  if (ever) {
    source->raise_to_ever();
  } else {
    source->raise(Level::kInsideElsewhere);
  }
  return source->matched();
}

}  // namespace

Finding find_columns(const Inquiry& inquiry) {
  const Masks mask = masks(inquiry);
  const State& state = inquiry.state;
  Best best(inquiry);
  Finding out;
  Bits open(state.words());
  const Bits possible = with_words(inquiry, mask.any_open);
  const auto look = [&](const Segment& segment, bool current) {
    const TermRange columns = segment.exact_values(Exact::kColumn);
    for (std::uint32_t term = columns.begin; term < columns.end; ++term) {
      const bool poll = term % kChunk == 0 && inquiry.cancelled;
      if (out.cancelled || (poll && inquiry.cancelled())) {
        out.cancelled = true;
        return;
      }
      if (!possible.empty() && !segment.meets(term, Group::kName, possible)) continue;
      const std::string path(segment.term(term).substr(1));
      const Level level = match_column(inquiry.question, path);
      if (level == Level::kNone) continue;
      if (mask.any_open) segment.unite(term, Group::kName, open);
      if (!current) continue;
      segment.visit(term, Group::kName, [&](std::uint32_t ordinal) {
        if ((mask.settled[ordinal / 64] >> (ordinal % 64) & 1) == 0) return;
        ++out.total;
        if (!best.wants(level, state.chunk(ordinal).key[ordinal % kChunk])) return;
        Candidate hit = candidate(inquiry, ordinal, level);
        hit.column = path;
        best.add(std::move(hit));
      });
    }
  };
  for (const auto& segment : state.now) look(*segment, true);
  if (mask.any_open) {
    for (const auto& segment : state.past) look(*segment, false);
    intersect(open, mask.open);
    for_each_bit(open, [&](std::uint32_t ordinal) { out.open.push_back(ordinal); });
  }
  out.best = best.take();
  return out;
}

}  // namespace headwater::query::text_index
