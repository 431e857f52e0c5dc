// CubeMaker: facts as keys, one part for each ring, and keys as a tree. Private to cube.cc.
//
// In general the shares of all facts are sorted by their keys. Where time is among what is asked
// for, and most values have cost in most periods, they are added up in a grid of values by periods
// instead, and rings are made where they are looked at (Cube::open). Belongs to one question.
#pragma once

#include <bit>
#include <span>

#include "stats/apportion.h"
#include "stats/cube_plan.h"
#include "stats/lines.h"
#include "stats/radix.h"

namespace headwater::stats::cube {

template <class Key>
class CubeMaker {
 public:
  using Leaf = Keyed<Key>;

  // One for the question and, if intervals are compared, one for the other.
  CubeMaker(Plan& plan, const std::vector<Side>& sides) : plan_(plan), sides_(sides) {}

  Result<Cube> run(const std::vector<std::uint32_t>& focus) {
    Cube out;
    for (std::size_t i = 0; i < focus.size(); ++i) {
      const Ring& ring = plan_.rings[i];
      prefix_ |= Key{focus[i]} << ring.shift;
      (period_of(ring.dimension) ? time_mask_ : slot_mask_) |= mask(ring) << ring.shift;
      out.focus.push_back(ring.book.names()[focus[i]]);
    }
    focused_ = focus.size();
    const std::size_t count = plan_.rings.size() - focused_;
    out.rings.resize(count + 1);
    out.names.resize(count + 1);
    for (std::size_t i = 1; i <= count; ++i) {
      out.names[i] = plan_.rings[focused_ + i - 1].book.names();
    }
    for (const Side& side : sides_) learn(side);
    if (count > 0 && lay_out(out)) {
      CubeGrid::Level& inner = out.grid->levels.back();
      HW_CHECK_OK(fill(sides_[0], learned_[0], inner.values, out.total));
      if (learned_.size() > 1) {
        HW_CHECK_OK(fill(sides_[1], learned_[1], inner.before, out.total_before));
      }
      out.grid->add_levels();
      open_root(out);
      return out;
    }
    HW_TRY(const std::vector<Leaf> leaves, leaves_of(sides_[0], learned_[0], out.total));
    std::vector<Leaf> others;
    if (learned_.size() > 1) {
      HW_TRY(others, leaves_of(sides_[1], learned_[1], out.total_before));
    }
    std::vector<Key> keys;
    merge(leaves, others, count, keys, out.rings[count]);
    collect_from(count, keys, out);
    if (out.rings[0].empty()) out.rings[0].push_back({});
    return out;
  }

 private:
  static constexpr std::size_t kMaxGrid = std::size_t{1} << 24;  // values by periods
  static constexpr std::size_t kMostlyZero = 8;                  // times as many as there are facts
  static constexpr std::size_t kOutside = SIZE_MAX;              // not below the focus
  static constexpr std::size_t kPolled = 65'536;                 // facts between polls

  // One owner, tag and consumer of a source.
  struct Combination {
    Key part = 0;
    std::size_t place = kOutside;  // its row of the grid
    bool kept = true;
  };
  struct Share {
    Key part = 0;
    std::uint64_t weight = 1;
    bool kept = true;
  };
  struct Keys {
    std::size_t first = 0;    // of its combinations: by owner, then tag, then consumer
    std::size_t weights = 0;  // of consumers
    EqualParts owners, tags;
    std::uint32_t consumers = 0;  // none: it does not count at all
  };
  // What there is to know of the sources of a side.
  struct Learned {
    std::vector<Keys> keys;        // by source
    std::vector<Combination> all;  // of all sources
    std::vector<std::uint64_t> weights;
    std::vector<Key> buckets;          // parts of the keys
    std::vector<std::size_t> columns;  // of buckets in the grid
    bool straight = false;             // each bucket has the column of its number
  };

  static Key mask(const Ring& ring) { return (Key{1} << ring.bits) - 1; }
  Key part(Dimension dimension, Raw raw) const {
    for (const Ring& ring : plan_.rings) {
      if (ring.dimension == dimension) return Key{ring.book.code(raw)} << ring.shift;
    }
    return 0;
  }

  void learn(const Side& side) {
    Learned& out = learned_.emplace_back();
    out.keys.resize(side.facts->sources.size());
    for (std::size_t i = 0; i < out.keys.size(); ++i) {
      if (side.present.sources[i]) learn(*side.facts, side.facts->sources[i], out, out.keys[i]);
    }
    out.buckets.assign(side.facts->buckets.size(), 0);
    for (const Ring& ring : plan_.rings) {
      const std::optional<Period> period = period_of(ring.dimension);
      if (!period || side.facts->buckets.one()) continue;
      for (std::uint32_t b = 0; b < out.buckets.size(); ++b) {
        const Raw raw = raw_of_day(start_of(*period, side.facts->buckets.first_day(b)));
        if (ring.book.has(raw)) out.buckets[b] |= Key{ring.book.code(raw)} << ring.shift;
      }
    }
  }
  void learn(const Facts& facts, const Source& source, Learned& to, Keys& keys) {
    if (!plan_.fits(source, facts.inherited)) return;
    Key base = 0;
    for (const Ring& ring : plan_.rings) {
      if (!is_one_of(ring.dimension,
                     {Dimension::kJob, Dimension::kDataset, Dimension::kNamespace})) {
        continue;
      }
      const Raw raw = plan_.members.single(ring.dimension, source, facts.inherited);
      base |= Key{ring.book.code(raw)} << ring.shift;
    }
    owners_.assign(1, {});
    if (plan_.splits.owners) {
      plan_.members.owners(source, facts.inherited, raws_);
      equal(Dimension::kOwner, plan_.question.filter.owner, owners_);
    }
    tags_.assign(1, {});
    if (plan_.splits.tags) {
      plan_.members.tags(source, facts.inherited, raws_);
      equal(Dimension::kTag, plan_.question.filter.tag, tags_);
    }
    consumers_.assign(1, {});
    if (plan_.splits.consumers) consumers(source, facts);
    combine(base, to, keys);
  }
  void equal(Dimension dimension, const std::optional<std::string>& wanted,
             std::vector<Share>& out) const {
    out.clear();
    for (const Raw raw : raws_) {
      out.push_back({part(dimension, raw), 1, !wanted || plan_.key(dimension, raw) == *wanted});
    }
  }
  void consumers(const Source& source, const Facts& facts) {
    plan_.members.consumers(source, facts, raws_, weights_);
    const std::optional<ConsumerKey>& wanted = plan_.question.filter.consumer;
    consumers_.clear();
    for (std::size_t i = 0; i < raws_.size(); ++i) {
      const Key both = part(Dimension::kConsumer, raws_[i]) |
                       part(Dimension::kConsumerType, plan_.members.consumer_type(raws_[i]));
      consumers_.push_back({both, weights_[i], !wanted || raws_[i] == raw_of(*wanted)});
    }
  }
  void combine(Key base, Learned& to, Keys& keys) {
    keys = {to.all.size(), to.weights.size(),
            EqualParts(static_cast<std::uint32_t>(owners_.size())),
            EqualParts(static_cast<std::uint32_t>(tags_.size())),
            static_cast<std::uint32_t>(consumers_.size())};
    for (const Share& owner : owners_) {
      for (const Share& tag : tags_) {
        for (const Share& consumer : consumers_) {
          to.all.push_back({base | owner.part | tag.part | consumer.part, kOutside,
                            owner.kept && tag.kept && consumer.kept});
        }
      }
    }
    for (const Share& consumer : consumers_) to.weights.push_back(consumer.weight);
  }

  // Calls put(combination, share) for each share of the value.
  template <class Put>
  void share_out(const Learned& learned, const Keys& of, std::int64_t value, Put&& put) {
    const Combination* at = learned.all.data() + of.first;
    const EqualParts::Split owned = of.owners.split(value);
    for (std::uint32_t i = 0; i < of.owners.parts(); ++i) {
      const EqualParts::Split tagged = of.tags.split(owned.of(i));
      for (std::uint32_t j = 0; j < of.tags.parts(); ++j, at += of.consumers) {
        if (of.consumers == 1) {
          put(*at, tagged.of(j));
          continue;
        }
        apportion(tagged.of(j), std::span(learned.weights).subspan(of.weights, of.consumers),
                  shares_);
        for (std::uint32_t k = 0; k < of.consumers; ++k) put(at[k], shares_[k]);
      }
    }
  }
  bool in_focus(Key key, Key mask) const { return (key & mask) == (prefix_ & mask); }
  Result<void> poll() const {
    if (plan_.question.cancelled && plan_.question.cancelled()) return cancelled_error();
    return {};
  }
  // Calls visit(bucket, keys, value) for each fact that counts; not for those in lines.
  template <class Visit>
  Result<void> each_fact(const Side& side, const Learned& learned, Visit&& visit) const {
    std::size_t polled = 0;
    for (const Fact& fact : side.facts->facts) {
      const Keys& of = learned.keys[fact.number];
      if (of.consumers > 0) visit(fact.bucket, of, fact.value);
      if (++polled % kPolled == 0) HW_CHECK_OK(poll());
    }
    return {};
  }
  // Calls visit(keys, line) for each source that counts of those that are in lines.
  template <class Visit>
  Result<void> each_of_lines(const Side& side, const Learned& learned, Visit&& visit) const {
    if (!side.facts->lines) return {};
    Result<void> going;
    each_line(
        *side.facts,
        [&](std::uint32_t number, std::span<const std::int64_t> line) {
          const Keys& of = learned.keys[number];
          if (of.consumers > 0) visit(of, line);
        },
        [&] {
          going = poll();
          return going.has_value();
        });
    return going;
  }

  // ---- in general ----

  Result<std::vector<Leaf>> leaves_of(const Side& side, const Learned& learned,
                                      std::int64_t& total) {
    std::vector<Leaf> leaves;
    leaves.reserve(side.present.facts);
    const Key focus = slot_mask_ | time_mask_;
    Result<void> fits;
    const auto add = [&](std::size_t number, const Keys& of, std::int64_t value) {
      if (!fits) return;
      const Key bucket = learned.buckets[number];
      share_out(learned, of, value, [&](const Combination& one, std::int64_t share) {
        if (!one.kept || share == 0) return;
        total += share;
        if (in_focus(one.part | bucket, focus)) leaves.push_back({one.part | bucket, share});
      });
      if (leaves.size() > CubeQuestion::kMaxCells) fits = compact(leaves);
    };
    HW_CHECK_OK(each_fact(side, learned, add));
    const auto add_all = [&](const Keys& of, std::span<const std::int64_t> line) {
      for (std::size_t bucket = 0; bucket < line.size(); ++bucket) {
        if (line[bucket] != 0) add(bucket, of, line[bucket]);
      }
    };
    HW_CHECK_OK(each_of_lines(side, learned, add_all));
    HW_CHECK_OK(fits);
    sort_and_add(leaves);
    return leaves;
  }
  static Result<void> compact(std::vector<Leaf>& leaves) {
    sort_and_add(leaves);
    if (leaves.size() <= CubeQuestion::kMaxCells / 2) return {};
    return base::make_error(
        base::ErrorCode::kLimitExceeded,
        "The answer has more than " + std::to_string(CubeQuestion::kMaxCells / 2) +
            " values (limit max_cells). Ask by fewer dimensions, or for a shorter interval.");
  }
  void merge(const std::vector<Leaf>& now, const std::vector<Leaf>& before, std::size_t count,
             std::vector<Key>& keys, std::vector<CubeNode>& nodes) const {
    const Key mask = count == 0 ? 0 : (Key{1} << plan_.rings.back().bits) - 1;
    nodes.reserve(now.size());
    keys.reserve(now.size());
    for (std::size_t i = 0, j = 0; i < now.size() || j < before.size();) {
      const bool old_only = i == now.size() || (j < before.size() && before[j].key < now[i].key);
      const Key key = old_only ? before[j].key : now[i].key;
      CubeNode node;
      node.code = static_cast<std::uint32_t>(key & mask);
      if (!old_only) node.value = now[i++].value;
      if (j < before.size() && before[j].key == key) node.before = before[j++].value;
      if (node.value == 0 && node.before == 0) continue;
      nodes.push_back(node);
      keys.push_back(key);
    }
  }
  // Rings from the innermost that there is out. `keys` are those of its nodes.
  void collect_from(std::size_t ring, std::vector<Key>& keys, Cube& out) const {
    for (; ring > 0; --ring)
      collect(out.rings[ring], keys, focused_ + ring - 1, out.rings[ring - 1]);
  }
  void collect(const std::vector<CubeNode>& children, std::vector<Key>& keys, std::size_t outer,
               std::vector<CubeNode>& parents) const {
    // The last ring of the parents' keys; with none all have one parent.
    const unsigned bits = outer == 0 ? 0 : plan_.rings[outer - 1].bits;
    const unsigned shift = plan_.rings[outer].bits;
    std::size_t size = 0;
    for (std::uint32_t i = 0; i < children.size(); ++i) {
      const Key key = outer == 0 ? 0 : keys[i] >> shift;
      if (parents.empty() || keys[size - 1] != key) {
        CubeNode parent;
        parent.code = static_cast<std::uint32_t>(key & ((Key{1} << bits) - 1));
        parent.first = i;
        parents.push_back(parent);
        keys[size++] = key;
      }
      CubeNode& parent = parents.back();
      ++parent.count;
      parent.value += children[i].value;
      parent.before += children[i].before;
    }
    keys.resize(size);
  }

  // ---- as a grid ----

  // Gives every combination and bucket its place; true if there are not too many for the facts.
  bool lay_out(Cube& out) {
    std::size_t facts = 0;
    for (const Side& side : sides_) {
      if (side.facts->buckets.one()) return false;
      facts += side.present.facts;
    }
    std::vector<Leaf> slots, columns;  // with a number of what they are of
    for (const Learned& learned : learned_) {
      for (const Combination& one : learned.all) {
        if (one.kept && in_focus(one.part, slot_mask_)) slots.push_back({one.part, 0});
      }
    }
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      for (std::size_t b = 0; b < learned_[i].buckets.size(); ++b) {
        const Key part = learned_[i].buckets[b];
        if (sides_[i].present.buckets[b] && in_focus(part, time_mask_))
          columns.push_back({part, 0});
      }
    }
    sort_and_add(slots);
    sort_and_add(columns);
    const std::size_t size = slots.size() * columns.size();
    if (size == 0 || size > kMaxGrid || size > kMostlyZero * facts) return false;
    CubeGrid& grid = out.grid.emplace();
    grid.columns = columns.size();
    grid.parts.resize(out.rings.size());
    grid.parts[0].push_back({0, {0, static_cast<std::uint32_t>(columns.size())}});
    give_places(slots, columns);
    make_levels(slots, columns, grid);
    grid.levels.back().values.resize(slots.size(), columns.size());
    if (sides_.size() > 1) grid.levels.back().before.resize(slots.size(), columns.size());
    return true;
  }
  static std::size_t place(const std::vector<Leaf>& of, Key part) {
    const auto at = std::lower_bound(of.begin(), of.end(), part,
                                     [](const Leaf& a, Key b) { return a.key < b; });
    return static_cast<std::size_t>(at - of.begin());
  }
  void give_places(const std::vector<Leaf>& slots, const std::vector<Leaf>& columns) {
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      Learned& learned = learned_[i];
      for (Combination& one : learned.all) {
        if (!one.kept || !in_focus(one.part, slot_mask_)) continue;
        one.place = place(slots, one.part);
      }
      learned.columns.assign(learned.buckets.size(), kOutside);
      learned.straight = learned.buckets.size() == columns.size();
      for (std::size_t b = 0; b < learned.buckets.size(); ++b) {
        const Key part = learned.buckets[b];
        if (sides_[i].present.buckets[b] && in_focus(part, time_mask_)) {
          learned.columns[b] = place(columns, part);
        }
        learned.straight = learned.straight && learned.columns[b] == b;
      }
    }
  }
  void make_levels(const std::vector<Leaf>& slots, const std::vector<Leaf>& columns,
                   CubeGrid& grid) const {
    std::vector<std::size_t> starts{0, slots.size()};  // of the rows of a level in `slots`
    grid.levels.resize(1);
    grid.levels[0].codes.resize(1);
    grid.level_of.resize(1);
    grid.column_codes.resize(1);
    for (std::size_t i = focused_; i < plan_.rings.size(); ++i) {
      const Ring& ring = plan_.rings[i];
      std::vector<std::uint32_t>& codes = grid.column_codes.emplace_back();
      if (period_of(ring.dimension)) {
        for (const Leaf& one : columns) codes.push_back(code(one.key, ring));
      } else {
        add_level(slots, ring, starts, grid);
      }
      grid.level_of.push_back(grid.levels.size() - 1);
    }
  }
  static std::uint32_t code(Key key, const Ring& ring) {
    return static_cast<std::uint32_t>((key >> ring.shift) & mask(ring));
  }
  // A row for each key down to the ring, in the order of `slots`.
  void add_level(const std::vector<Leaf>& slots, const Ring& ring, std::vector<std::size_t>& starts,
                 CubeGrid& grid) const {
    CubeGrid::Level next;
    std::vector<std::uint32_t>& children = grid.levels.back().children;
    std::vector<std::size_t> own;
    for (std::size_t row = 0; row + 1 < starts.size(); ++row) {
      children.push_back(static_cast<std::uint32_t>(own.size()));
      for (std::size_t slot = starts[row]; slot < starts[row + 1]; ++slot) {
        const std::uint32_t its = code(slots[slot].key, ring);
        if (slot > starts[row] && its == next.codes.back()) continue;
        next.codes.push_back(its);
        own.push_back(slot);
      }
    }
    children.push_back(static_cast<std::uint32_t>(own.size()));
    own.push_back(slots.size());
    starts = std::move(own);
    grid.levels.push_back(std::move(next));
  }
  // Every cell of the grid gets its shares.
  Result<void> fill(const Side& side, const Learned& learned, LineTable& values,
                    std::int64_t& total) {
    HW_CHECK_OK(
        each_fact(side, learned, [&](std::size_t bucket, const Keys& of, std::int64_t value) {
          const std::size_t column = learned.columns[bucket];
          share_out(learned, of, value, [&](const Combination& one, std::int64_t share) {
            if (!one.kept) return;
            total += share;
            if (column != kOutside && one.place != kOutside)
              values.to_add(one.place)[column] += share;
          });
        }));
    return each_of_lines(side, learned, [&](const Keys& of, std::span<const std::int64_t> line) {
      share_line(learned, of, line, values, total);
    });
  }
  // What share_out does, for all values of a source.
  void share_line(const Learned& learned, const Keys& of, std::span<const std::int64_t> line,
                  LineTable& values, std::int64_t& total) {
    const Combination* at = learned.all.data() + of.first;
    by_owner_.split(of.owners, line.data(), line.size());
    for (std::uint32_t i = 0; i < of.owners.parts(); ++i) {
      by_tag_.split(of.tags, by_owner_.of(i), line.size());
      for (std::uint32_t j = 0; j < of.tags.parts(); ++j, at += of.consumers) {
        const std::span<const std::int64_t> tagged(by_tag_.of(j), line.size());
        if (of.consumers == 1) {
          put_line(learned, *at, tagged, values, total);
          continue;
        }
        const auto weights = std::span(learned.weights).subspan(of.weights, of.consumers);
        for (std::size_t bucket = 0; bucket < tagged.size(); ++bucket) {
          if (tagged[bucket] == 0) continue;
          apportion(tagged[bucket], weights, shares_);
          for (std::uint32_t k = 0; k < of.consumers; ++k) {
            put(learned, at[k], bucket, shares_[k], values, total);
          }
        }
      }
    }
  }
  static void put(const Learned& learned, const Combination& one, std::size_t bucket,
                  std::int64_t share, LineTable& values, std::int64_t& total) {
    if (!one.kept) return;
    total += share;
    const std::size_t column = learned.columns[bucket];
    if (column != kOutside && one.place != kOutside) values.to_add(one.place)[column] += share;
  }
  static void put_line(const Learned& learned, const Combination& one,
                       std::span<const std::int64_t> line, LineTable& values, std::int64_t& total) {
    if (!one.kept) return;
    const std::int64_t sum = sum_of(line.data(), line.size());
    total += sum;
    if (one.place == kOutside) return;
    if (learned.straight) return values.add(one.place, line.data(), sum);
    std::int64_t* to = values.to_add(one.place);
    for (std::size_t b = 0; b < line.size(); ++b) {
      if (learned.columns[b] != kOutside) to[learned.columns[b]] += line[b];
    }
  }
  void open_root(Cube& out) const {
    CubeNode& root = out.rings[0].emplace_back();
    out.open(0, 0);
    for (const CubeNode& node : out.rings[1]) {
      root.value += node.value;
      root.before += node.before;
    }
  }

  Plan& plan_;
  const std::vector<Side>& sides_;
  std::vector<Learned> learned_;  // beside sides_
  Key prefix_ = 0;
  Key slot_mask_ = 0, time_mask_ = 0;  // of the rings in focus
  std::size_t focused_ = 0;
  std::vector<Share> owners_, tags_, consumers_;
  std::vector<Raw> raws_;
  std::vector<std::uint64_t> weights_;
  std::vector<std::int64_t> shares_;
  SplitLine by_owner_, by_tag_;
};

}  // namespace headwater::stats::cube
