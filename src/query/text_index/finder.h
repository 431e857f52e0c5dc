// Finder: which assets of a State answer a question, best first, and how many there are.
//
// What the lists settle is counted and ranked here; what they leave open for the moment asked is
// returned as `open`, to be decided by reading (I2 and I3 in state.h): all of it that could match.
// Thread-safety: pure functions. Cost: the lists of all terms that fit any word of the question,
// united in bitmaps of one bit an asset, and one pass over the hits' keys.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graph/graph.h"
#include "query/text_index/match.h"
#include "query/text_index/state.h"

namespace headwater::query::text_index {

enum class Order { kRelevance, kName, kHeard };

struct Filter {
  std::optional<model::NodeKind> kind;
  std::optional<std::string> space, owner, tag;
};

struct Inquiry {
  const State& state;
  const graph::Snapshot& names;  // knows every node of the state
  const Question& question;
  Filter filter;
  Order order = Order::kRelevance;
  std::size_t most = 10;  // of the best
  // The moment: the newest valid time if as_of is kLatest.
  Seq known_at;
  Micros as_of = graph::kLatest;
  std::function<bool()> cancelled = {};  // polled where every name or path is looked at
};

struct Candidate {
  Level level = Level::kNone;  // kNone: not known, by an order that does not need it
  std::uint64_t key = 0;
  Micros heard = 0;
  std::uint32_t ordinal = 0;
  NodeId node;
  std::string column;  // of a column search
};

struct Finding {
  std::vector<Candidate> best;  // settled ones, in order
  std::uint64_t total = 0;      // settled ones
  std::vector<std::uint32_t> open;
  bool cancelled = false;  // not everything was looked at
};

// Whole assets.
Finding find(const Inquiry& inquiry);
// Columns: the words must all match the column's path.
Finding find_columns(const Inquiry& inquiry);

Candidate candidate(const Inquiry& inquiry, std::uint32_t ordinal, Level level);
// A strict order: level, then use, recency and brevity, then names.
bool better(const Inquiry& inquiry, const Candidate& a, const Candidate& b);

// Keeps the best `most`.
class Best {
 public:
  explicit Best(const Inquiry& inquiry) : inquiry_(inquiry) {}
  bool full() const { return heap_.size() == inquiry_.most; }
  void add(Candidate candidate);
  // False if a candidate of that level and key cannot get in: spares its making.
  bool wants(Level level, std::uint64_t key) const;
  std::vector<Candidate> take();

 private:
  const Inquiry& inquiry_;
  std::vector<Candidate> heap_;
};

// The level of a column's path.
Level match_column(const Question& question, const std::string& path);

}  // namespace headwater::query::text_index
