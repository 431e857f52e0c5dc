#include "query/text_index/sources.h"

#include <algorithm>
#include <array>

#include "query/text_index/words.h"

namespace headwater::query::text_index {
namespace {

void set(Bits& bits, std::uint32_t ordinal) {
  bits[ordinal / 64] |= std::uint64_t{1} << (ordinal % 64);
}

// An asset and what it was merged into: the winner has its names.
void set_with_winners(const State& state, Bits& bits, std::uint32_t ordinal) {
  for (;;) {
    set(bits, ordinal);
    const auto& merged = state.chunk(ordinal).merged_into;
    if (merged.empty()) return;
    const auto it = merged.find(ordinal);
    if (it == merged.end()) return;
    ordinal = it->second;
  }
}

// The same for all that are set; O(merges).
void add_winners(const State& state, Bits& bits) {
  for (const auto& chunk : state.chunks) {
    for (const auto& [loser, winner] : chunk->merged_into) {
      if ((bits[loser / 64] >> (loser % 64) & 1) != 0) set_with_winners(state, bits, loser);
    }
  }
}

// What of `ranges` is not in `without`; both sorted.
std::vector<TermRange> subtract(const std::vector<TermRange>& ranges,
                                const std::vector<TermRange>& without) {
  std::vector<TermRange> out;
  std::size_t i = 0;
  for (TermRange range : ranges) {
    while (i < without.size() && without[i].end <= range.begin) ++i;
    for (std::size_t j = i; j < without.size() && without[j].begin < range.end; ++j) {
      if (range.begin < without[j].begin) out.push_back({range.begin, without[j].begin});
      range.begin = std::min(range.end, std::max(range.begin, without[j].end));
    }
    if (!range.empty()) out.push_back(range);
  }
  return out;
}

// ---- words --------------------------------------------------------------------------------------

// The terms that fit one word in one segment, by how.
using Expansion = std::array<std::optional<std::vector<TermRange>>, 3>;  // by Fit

class WordSource final : public LevelSource {
 public:
  explicit WordSource(const Inquiry& inquiry)
      : inquiry_(inquiry), state_(inquiry.state), whole_(state_.words()) {
    words_.resize(inquiry.question.words.size());
    for (Word& word : words_) {
      word.found.resize(state_.words());
      word.now.resize(state_.now.size());
      word.past.resize(state_.past.size());
      word.spaces.resize(state_.spaces->names.size() / 64 + 1);
    }
  }

  bool raise(Level level) override {
    while (next_ <= static_cast<int>(level)) step(static_cast<Level>(next_++));
    return true;
  }
  void raise_to_ever() override {
    raise(Level::kInsideElsewhere);
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::size_t s = 0; s < state_.past.size(); ++s) {
        const Segment& segment = *state_.past[s];
        for (const Fit fit : {Fit::kStart, Fit::kFuzzy, Fit::kInside}) {
          const auto& ranges = terms(i, words_[i].past[s], segment, fit);
          for (const Group group : {Group::kName, Group::kLabel, Group::kProse}) {
            unite(segment, ranges, group, words_[i].found);
          }
        }
      }
    }
  }
  Bits matched() const override {
    Bits out = words_.front().found;
    for (std::size_t w = 1; w < words_.size(); ++w) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] &= words_[w].found[i];
    }
    for (std::size_t i = 0; i < out.size(); ++i) out[i] |= whole_[i];
    return out;
  }

 private:
  struct Word {
    Bits found, spaces;
    std::vector<Expansion> now, past;
  };

  void step(Level level) {
    switch (level) {
      case Level::kExact: return names(true);
      case Level::kPrefix: return names(false);
      case Level::kWordInName: return lists(Fit::kStart, {Group::kName});
      case Level::kWordInLabel: return lists(Fit::kStart, {Group::kLabel});
      case Level::kWordInProse: return lists(Fit::kStart, {Group::kProse, Group::kSpace});
      case Level::kFuzzyInName: return lists(Fit::kFuzzy, {Group::kName});
      case Level::kFuzzyElsewhere:
        return lists(Fit::kFuzzy, {Group::kLabel, Group::kProse, Group::kSpace});
      case Level::kInsideName: return lists(Fit::kInside, {Group::kName});
      case Level::kInsideElsewhere:
        return lists(Fit::kInside, {Group::kLabel, Group::kProse, Group::kSpace});
      case Level::kNone: return;
    }
  }

  // Names that are the question, or that start with it.
  void names(bool exact) {
    for (const auto& segment : state_.now) {
      names_in(segment->by_name(), exact, [](std::string_view name) { return name; });
      names_in(segment->by_last(), exact, [](std::string_view name) { return last_part(name); });
    }
  }
  template <class Part>
  void names_in(std::span<const std::uint32_t> sorted, bool exact, Part&& part) {
    const std::string& wanted = inquiry_.question.plain;
    const auto form = [&](std::uint32_t ordinal) {
      return plain_form(part(inquiry_.names.node(state_.node(ordinal)).name));
    };
    const auto low = std::partition_point(sorted.begin(), sorted.end(),
                                          [&](std::uint32_t o) { return form(o) < wanted; });
    const auto high = std::partition_point(low, sorted.end(), [&](std::uint32_t o) {
      return exact ? form(o) == wanted : form(o).starts_with(wanted);
    });
    // A look at each asset's chunk would cost more than all the rest.
    const bool few_merges = state_.merges < static_cast<std::size_t>(high - low);
    for (auto it = low; it != high; ++it) {
      if (few_merges) {
        set(whole_, *it);
      } else {
        set_with_winners(state_, whole_, *it);
      }
    }
    if (few_merges && state_.merges > 0) add_winners(state_, whole_);
  }

  void lists(Fit fit, std::initializer_list<Group> groups) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      for (std::size_t s = 0; s < state_.now.size(); ++s) {
        const Segment& segment = *state_.now[s];
        const auto& ranges = terms(i, words_[i].now[s], segment, fit);
        for (const Group group : groups) {
          if (group != Group::kSpace) unite(segment, ranges, group, words_[i].found);
        }
      }
      if (std::find(groups.begin(), groups.end(), Group::kSpace) != groups.end()) {
        spaces(i, fit);
      }
    }
  }

  // Everything in the namespaces that fit.
  void spaces(std::size_t i, Fit fit) {
    Bits fitting(words_[i].spaces.size());
    for (std::size_t s = 0; s < state_.now.size(); ++s) {
      unite(*state_.now[s], terms(i, words_[i].now[s], *state_.now[s], fit), Group::kSpace,
            fitting);
    }
    for (std::size_t at = 0; at < fitting.size() * 64; ++at) {
      const std::uint64_t bit = std::uint64_t{1} << (at % 64);
      if ((fitting[at / 64] & bit) == 0 || (words_[i].spaces[at / 64] & bit) != 0) continue;
      words_[i].spaces[at / 64] |= bit;
      const std::string term = exact_term(Exact::kNamespace, state_.spaces->names[at]);
      for (const Segments* segments : {&state_.now, &state_.past}) {
        for (const auto& segment : *segments) {
          const TermRange range = segment->find(term);
          if (!range.empty()) segment->unite(range.begin, Group::kName, words_[i].found);
        }
      }
    }
  }

  const std::vector<TermRange>& terms(std::size_t i, Expansion& known, const Segment& segment,
                                      Fit fit) {
    const std::string& word = inquiry_.question.words[i];
    auto& ranges = known[static_cast<std::size_t>(fit)];
    if (ranges) return *ranges;
    switch (fit) {
      case Fit::kStart: ranges.emplace(1, segment.starting_with(word)); break;
      case Fit::kFuzzy:
        ranges = subtract(segment.fuzzy(word), terms(i, known, segment, Fit::kStart));
        break;
      case Fit::kInside:
        ranges = subtract(subtract(segment.containing(word), terms(i, known, segment, Fit::kStart)),
                          terms(i, known, segment, Fit::kFuzzy));
        break;
      case Fit::kNone: ranges.emplace(); break;
    }
    return *ranges;
  }

  static void unite(const Segment& segment, const std::vector<TermRange>& ranges, Group group,
                    Bits& into) {
    for (const TermRange& range : ranges) {
      for (std::uint32_t term = range.begin; term < range.end; ++term) {
        segment.unite(term, group, into);
      }
    }
  }

  const Inquiry& inquiry_;
  const State& state_;
  Bits whole_;
  std::vector<Word> words_;
  int next_ = 0;
};

// ---- patterns -----------------------------------------------------------------------------------

// Looks at every name; names never change, so this is the same for all moments.
class ScanSource final : public LevelSource {
 public:
  explicit ScanSource(const Inquiry& inquiry)
      : exact_(inquiry.state.words()), inside_(inquiry.state.words()) {
    for (std::uint32_t ordinal = 0; ordinal < inquiry.state.count; ++ordinal) {
      if (ordinal % kChunk == 0 && inquiry.cancelled && inquiry.cancelled()) {
        cancelled_ = true;
        return;
      }
      const graph::NodeInfo info = inquiry.names.node(inquiry.state.node(ordinal));
      const Level level = match(inquiry.question, {{Place::kName, std::string(info.name)}});
      if (level == Level::kNone) continue;
      set_with_winners(inquiry.state, level == Level::kExact ? exact_ : inside_, ordinal);
    }
  }
  bool raise(Level level) override {
    if (level >= Level::kInsideName && !with_inside_) {
      for (std::size_t i = 0; i < exact_.size(); ++i) exact_[i] |= inside_[i];
      with_inside_ = true;
      return true;
    }
    return level == Level::kExact;
  }
  void raise_to_ever() override { raise(Level::kInsideName); }
  Bits matched() const override { return exact_; }
  bool cancelled() const override { return cancelled_; }

 private:
  Bits exact_, inside_;
  bool with_inside_ = false, cancelled_ = false;
};

}  // namespace

std::unique_ptr<LevelSource> make_source(const Inquiry& inquiry) {
  if (scans_names(inquiry.question)) return std::make_unique<ScanSource>(inquiry);
  return std::make_unique<WordSource>(inquiry);
}

}  // namespace headwater::query::text_index
