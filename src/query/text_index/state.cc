#include "query/text_index/state.h"

#include <algorithm>

#include "query/text_index/words.h"

namespace headwater::query::text_index {
namespace {

Group group_of(Place place) {
  switch (place) {
    case Place::kName:
    case Place::kAlias: return Group::kName;
    case Place::kColumn:
    case Place::kOwner:
    case Place::kTag: return Group::kLabel;
    case Place::kNamespace:
    case Place::kDescription: return Group::kProse;
  }
  return Group::kProse;
}

std::optional<Exact> exact_of(Place place) {
  switch (place) {
    case Place::kOwner: return Exact::kOwner;
    case Place::kTag: return Exact::kTag;
    case Place::kColumn: return Exact::kColumn;
    case Place::kNamespace: return Exact::kNamespace;
    default: return std::nullopt;
  }
}

void add_words(SegmentBuilder& builder, Group group, std::uint32_t ordinal, std::string_view text) {
  const std::string folded = fold(text);
  for (const Span& span : words(text)) {
    const std::string_view word =
        std::string_view(folded).substr(span.begin, span.end - span.begin);
    builder.add(builder.term(word), group, ordinal);
  }
}

// A name of the graph in the form in which names are compared.
std::string whole_form(const State& state, const graph::Snapshot& names, std::uint32_t ordinal) {
  return plain_form(names.node(state.node(ordinal)).name);
}
std::string last_form(const State& state, const graph::Snapshot& names, std::uint32_t ordinal) {
  return plain_form(last_part(names.node(state.node(ordinal)).name));
}

template <class Form>
std::vector<std::uint32_t> sorted_by(const std::vector<std::uint32_t>& ordinals, Form&& form) {
  std::string arena;
  std::vector<std::pair<std::size_t, std::size_t>> places;
  places.reserve(ordinals.size());
  for (const std::uint32_t ordinal : ordinals) {
    const std::string text = form(ordinal);
    places.emplace_back(arena.size(), text.size());
    arena += text;
  }
  std::vector<std::uint32_t> order(ordinals.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto text = [&](std::uint32_t i) {
    return std::string_view(arena).substr(places[i].first, places[i].second);
  };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return text(a) < text(b); });
  for (std::uint32_t& i : order) i = ordinals[i];
  return order;
}

template <class Form>
std::vector<std::uint32_t> merged(std::span<const std::uint32_t> a,
                                  std::span<const std::uint32_t> b, Form&& form) {
  std::vector<std::uint32_t> out(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), out.begin(),
             [&](std::uint32_t x, std::uint32_t y) { return form(x) < form(y); });
  return out;
}

}  // namespace

std::optional<std::uint32_t> State::ordinal(NodeId wanted) const {
  std::uint32_t low = 0, high = count;
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    if (node(middle) < wanted) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == count || node(low) != wanted) return std::nullopt;
  return low;
}

std::size_t State::bytes() const {
  std::size_t out = chunks.size() * sizeof(Chunk);
  for (const auto& segment : now) out += segment->bytes();
  for (const auto& segment : past) out += segment->bytes();
  return out;
}

Chunk& Draft::edit(std::uint32_t ordinal) {
  const std::uint32_t index = ordinal / kChunk;
  std::shared_ptr<Chunk>& mine = edited_[index];
  if (!mine) {
    mine = std::make_shared<Chunk>(*state_.chunks[index]);
    state_.chunks[index] = mine;
  }
  return *mine;
}

std::uint32_t Draft::append(NodeId node, bool job, std::uint32_t space) {
  const std::uint32_t ordinal = state_.count++;
  if (ordinal / kChunk == state_.chunks.size()) {
    edited_[ordinal / kChunk] = std::make_shared<Chunk>();
    state_.chunks.push_back(edited_[ordinal / kChunk]);
  }
  Chunk& chunk = edit(ordinal);
  const std::uint32_t at = ordinal % kChunk;
  chunk.node[at] = node.value;
  chunk.space[at] = space;
  set_flag(chunk.job, at, job);
  return ordinal;
}

Spaces& Draft::edit_spaces() {
  if (!spaces_) {
    spaces_ = std::make_shared<Spaces>(*state_.spaces);
    state_.spaces = spaces_;
  }
  return *spaces_;
}

std::uint32_t Draft::space(std::string_view name) {
  const std::string key(name);
  const auto known = state_.spaces->by_name.find(key);
  if (known != state_.spaces->by_name.end()) return known->second;
  Spaces& spaces = edit_spaces();
  const auto id = static_cast<std::uint32_t>(spaces.names.size());
  spaces.names.push_back(key);
  spaces.by_name.emplace(key, id);
  spaces.hidden.push_back(false);
  return id;
}

std::shared_ptr<const State> Draft::finish() && {
  return std::make_shared<const State>(std::move(state_));
}

void add_texts(SegmentBuilder& builder, std::uint32_t ordinal, const Texts& texts) {
  for (const Text& text : texts) {
    if (const auto exact = exact_of(text.place)) {
      builder.add(builder.term(exact_term(*exact, text.text)), Group::kName, ordinal);
    }
    if (text.place != Place::kNamespace) {
      add_words(builder, group_of(text.place), ordinal, text.text);
    }
  }
}

void add_space(SegmentBuilder& builder, std::uint32_t space, std::string_view name) {
  add_words(builder, Group::kSpace, space, name);
}

void set_names(SegmentBuilder& builder, const State& state, const graph::Snapshot& names,
               std::vector<std::uint32_t> ordinals) {
  const auto whole = [&](std::uint32_t o) { return whole_form(state, names, o); };
  const auto last = [&](std::uint32_t o) { return last_form(state, names, o); };
  builder.set_names(sorted_by(ordinals, whole), sorted_by(ordinals, last));
}

std::shared_ptr<const Segment> unite(const Segments& segments, const State& state,
                                     const graph::Snapshot& names, const std::vector<bool>& skip,
                                     SegmentBuilder* left_out, SegmentBuilder builder) {
  std::vector<std::uint32_t> by_name, by_last;
  const auto whole = [&](std::uint32_t o) { return whole_form(state, names, o); };
  const auto last = [&](std::uint32_t o) { return last_form(state, names, o); };
  for (const auto& segment : segments) {
    for (std::uint32_t index = 0; index < segment->term_count(); ++index) {
      const std::uint32_t term = builder.term(segment->term(index));
      for (std::size_t g = 0; g < kGroups; ++g) {
        const auto group = static_cast<Group>(g);
        segment->visit(index, group, [&](std::uint32_t ordinal) {
          const bool skipped = group != Group::kSpace && ordinal < skip.size() && skip[ordinal];
          if (!skipped) {
            builder.add(term, group, ordinal);
          } else if (left_out != nullptr) {
            left_out->add(left_out->term(segment->term(index)), group, ordinal);
          }
        });
      }
    }
    by_name = merged(by_name, segment->by_name(), whole);
    by_last = merged(by_last, segment->by_last(), last);
  }
  builder.set_names(std::move(by_name), std::move(by_last));
  return std::move(builder).build(state.count);
}

std::uint64_t rank_key(std::uint64_t use, Micros heard, std::size_t name_bytes) {
  constexpr Micros kDay = Micros{86'400} * 1'000'000;
  const auto day = static_cast<std::uint64_t>(std::clamp<Micros>(heard / kDay, 0, 0xFFFF));
  const std::uint64_t brevity = 255 - std::min<std::size_t>(name_bytes, 255);
  return std::min<std::uint64_t>(use, 0xFFFFFF) << 24 | day << 8 | brevity;
}

}  // namespace headwater::query::text_index
