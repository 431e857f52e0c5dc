#include "query/text_index/index.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "query/text_index/feed.h"

namespace headwater::query::text_index {
namespace {

constexpr std::size_t kMaxSegments = 24;
constexpr std::size_t kMaxRechecks = 2048;  // each costs a question a few microseconds
constexpr std::size_t kTailSegments = 4;    // may stay, however small the first is

template <class Visit>
void each_recheck(const State& state, Visit&& visit) {
  for (std::uint32_t c = 0; c < state.chunks.size(); ++c) {
    for (const auto& [ordinal, texts] : state.chunks[c]->texts) visit(ordinal, texts);
  }
}

bool starts_with(const Segments& whole, const Segments& part) {
  return whole.size() >= part.size() && std::equal(part.begin(), part.end(), whole.begin());
}

// The first segment is by far the largest, as a rule; uniting all costs as much as making it.
bool long_tail(const Segments& segments) {
  if (segments.size() <= kTailSegments) return false;
  std::size_t tail = 0;
  for (std::size_t i = 1; i < segments.size(); ++i) tail += segments[i]->postings();
  return tail > segments.front()->postings() / 8;
}

Segments replaced(const Segments& whole, std::size_t count, std::shared_ptr<const Segment> by) {
  Segments out{std::move(by)};
  out.insert(out.end(), whole.begin() + static_cast<std::ptrdiff_t>(count), whole.end());
  return out;
}

}  // namespace

std::shared_ptr<const State> Index::state() {
  return control_.with([](const Control& control) { return control.state; });
}

bool Index::replace(const std::shared_ptr<const State>& expected,
                    std::shared_ptr<const State> next) {
  return control_.with([&](Control& control) {
    if (control.state != expected) return false;
    control.state = std::move(next);
    return true;
  });
}

Result<std::shared_ptr<const State>> Index::advance(Session& session, bool whatever,
                                                    const Cancelled& cancelled) {
  for (;;) {
    auto [base, frozen_now, frozen_past] = control_.with([](const Control& control) {
      return std::tuple(control.state, control.frozen_now, control.frozen_past);
    });
    if (session.seq() <= base->seq) return base;
    const graph::Snapshot graph =
        session.service().graph().snapshot({graph::kLatest, session.seq()});
    if (!whatever && graph.node_count() - base->nodes > kMaxAtOnce) {
      return std::shared_ptr<const State>{};
    }
    HW_TRY(std::shared_ptr<const State> next,
           make_next(session, graph, *base, {frozen_now, frozen_past}, cancelled));
    if (replace(base, next)) return next;
  }
}

Result<std::shared_ptr<const State>> Index::current(Session& session) {
  HW_TRY(std::shared_ptr<const State> found, advance(session, !background_, {}));
  if (found && !background_) {
    tidy(session.service().graph(), false);
    found = state();
  }
  return found;
}

Result<void> Index::build(Session& session, const Cancelled& cancelled) {
  HW_TRY(const auto done, advance(session, true, cancelled));
  (void)done;
  return {};
}

void Index::tidy(const graph::Graph& graph, bool all) {
  const std::shared_ptr<const State> from = control_.with([&](Control& control) {
    const State& state = *control.state;
    const std::size_t segments = std::max(state.now.size(), state.past.size());
    const bool due = segments > kMaxSegments || state.rechecks > kMaxRechecks ||
                     long_tail(state.now) || (all && (segments > 1 || state.rechecks > 0));
    if (!due || control.frozen_now != 0) return std::shared_ptr<const State>{};
    control.frozen_now = state.now.size();
    control.frozen_past = state.past.size();
    return control.state;
  });
  if (!from) return;
  const graph::Snapshot names = graph.snapshot();
  std::vector<bool> skip(from->count);
  SegmentBuilder now, left_out;
  each_recheck(*from, [&](std::uint32_t ordinal, const auto& texts) {
    skip[ordinal] = true;
    add_texts(now, ordinal, *texts);
  });
  const auto united = unite(from->now, *from, names, skip, &left_out, std::move(now));
  const auto past = unite(from->past, *from, names, {}, nullptr, std::move(left_out));
  while (!install(*from, united, past)) {
  }
  control_.with([](Control& control) { control.frozen_now = control.frozen_past = 0; });
}

// True when done or no longer possible; false: somebody was faster, try again.
bool Index::install(const State& from, std::shared_ptr<const Segment> now,
                    std::shared_ptr<const Segment> past) {
  const std::shared_ptr<const State> base = state();
  if (!starts_with(base->now, from.now) || !starts_with(base->past, from.past)) return true;
  Draft draft(*base);
  draft.state().now = replaced(base->now, from.now.size(), std::move(now));
  draft.state().past = replaced(base->past, from.past.size(), std::move(past));
  each_recheck(from, [&](std::uint32_t ordinal, const auto& texts) {
    const auto& current = base->chunk(ordinal).texts;
    const auto it = current.find(ordinal);
    if (it == current.end() || it->second != texts) return;  // changed once more
    Chunk& chunk = draft.edit(ordinal);
    chunk.texts.erase(ordinal);
    set_flag(chunk.recheck, ordinal % kChunk, false);
    --draft.state().rechecks;
  });
  return replace(base, std::move(draft).finish());
}

Result<void> Index::refresh(Session& session, const Cancelled& cancelled) {
  HW_TRY(const std::vector<Rank> ranks, ranks_of(session, *state(), cancelled));
  for (;;) {
    const std::shared_ptr<const State> base = state();
    Draft draft(*base);
    for (std::uint32_t ordinal = 0; ordinal < ranks.size(); ++ordinal) {
      Chunk& chunk = draft.edit(ordinal);
      chunk.key[ordinal % kChunk] = ranks[ordinal].key;
      chunk.heard[ordinal % kChunk] = ranks[ordinal].heard;
    }
    if (replace(base, std::move(draft).finish())) return {};
  }
}

}  // namespace headwater::query::text_index
