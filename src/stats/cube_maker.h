// CubeMaker: facts as keys, one part for each ring, and keys as a tree. Private to cube.cc.
//
// In general the shares of all facts are sorted by their keys. Where time is the innermost ring and
// most values have cost in most periods, they are added up in a table of values by periods instead,
// and the innermost ring is made where it is looked at (Cube::open). Belongs to one question.
#pragma once

#include <bit>
#include <span>

#include "stats/apportion.h"
#include "stats/cube_plan.h"
#include "stats/radix.h"

namespace headwater::stats::cube {

template <class Key>
class CubeMaker {
 public:
  using Leaf = Keyed<Key>;

  explicit CubeMaker(Plan& plan) : plan_(plan) {}

  Result<Cube> run(const Facts& now, const Facts* before, const std::vector<std::uint32_t>& focus) {
    Cube out;
    for (std::size_t i = 0; i < focus.size(); ++i) {
      prefix_ |= Key{focus[i]} << plan_.rings[i].shift;
      out.focus.push_back(plan_.rings[i].book.names()[focus[i]]);
    }
    focused_ = focus.size();
    const std::size_t count = plan_.rings.size() - focused_;
    out.rings.resize(count + 1);
    out.names.resize(count + 1);
    for (std::size_t i = 1; i <= count; ++i) {
      out.names[i] = plan_.rings[focused_ + i - 1].book.names();
    }
    learn_all(now);
    if (before == nullptr && is_table(now)) {
      HW_CHECK_OK(add_table(now, out));
    } else {
      HW_TRY(const std::vector<Leaf> leaves, leaves_of(now, out.total));
      std::vector<Leaf> others;
      if (before != nullptr) {
        learn_all(*before);
        HW_TRY(others, leaves_of(*before, out.total_before));
      }
      std::vector<Key> keys;
      merge(leaves, others, count, keys, out.rings[count]);
      collect_from(count, keys, out);
    }
    if (out.rings[0].empty()) out.rings[0].push_back({});
    return out;
  }

 private:
  static constexpr std::size_t kMaxTable = std::size_t{1} << 24;  // values by periods
  static constexpr std::uint32_t kOutside = UINT32_MAX;           // not below the focus

  // One owner, tag and consumer of a source.
  struct Combination {
    Key part = 0;
    std::uint32_t slot = kOutside;
    bool kept = true;
  };
  struct Share {
    Key part = 0;
    std::uint64_t weight = 1;
    bool kept = true;
  };
  struct Keys {
    std::size_t first = 0;  // of its combinations: by owner, then tag, then consumer
    std::uint32_t owners = 0, tags = 0, consumers = 0;  // no owners: it does not count at all
    std::size_t weights = 0;                            // of consumers
  };

  Key part(Dimension dimension, Raw raw) const {
    for (const Ring& ring : plan_.rings) {
      if (ring.dimension == dimension) return Key{ring.book.code(raw)} << ring.shift;
    }
    return 0;
  }

  void learn_all(const Facts& facts) {
    keys_.assign(facts.sources.size(), {});
    all_.clear();
    weights_of_.clear();
    std::vector<bool> known(facts.sources.size());
    for (const Fact& fact : facts.facts) {
      if (known[fact.number]) continue;
      known[fact.number] = true;
      learn(facts, facts.sources[fact.number], keys_[fact.number]);
    }
  }
  void learn(const Facts& facts, const Source& source, Keys& keys) {
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
    combine(base, keys);
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
    const std::optional<NodeId>& wanted = plan_.question.filter.consumer;
    consumers_.clear();
    for (std::size_t i = 0; i < raws_.size(); ++i) {
      const Key both = part(Dimension::kConsumer, raws_[i]) |
                       part(Dimension::kConsumerType, plan_.members.consumer_type(raws_[i]));
      consumers_.push_back({both, weights_[i], !wanted || raws_[i] == wanted->value});
    }
  }
  void combine(Key base, Keys& keys) {
    keys = {all_.size(), static_cast<std::uint32_t>(owners_.size()),
            static_cast<std::uint32_t>(tags_.size()), static_cast<std::uint32_t>(consumers_.size()),
            weights_of_.size()};
    for (const Share& owner : owners_) {
      for (const Share& tag : tags_) {
        for (const Share& consumer : consumers_) {
          all_.push_back({base | owner.part | tag.part | consumer.part, kOutside,
                          owner.kept && tag.kept && consumer.kept});
        }
      }
    }
    for (const Share& consumer : consumers_) weights_of_.push_back(consumer.weight);
  }

  // Calls put(combination, share) for each share of the value.
  template <class Put>
  void share_out(const Keys& of, std::int64_t value, Put&& put) {
    const std::int64_t sign = value < 0 ? -1 : 1;
    // Most have one owner, and a division takes as long as all else here.
    const std::int64_t owned = of.owners == 1 ? value : value / of.owners;
    const std::int64_t more = of.owners == 1 ? 0 : value % of.owners * sign;
    const Combination* at = all_.data() + of.first;
    for (std::uint32_t i = 0; i < of.owners; ++i) {
      const std::int64_t mine = owned + (i < more ? sign : 0);
      const std::int64_t tagged = of.tags == 1 ? mine : mine / of.tags;
      const std::int64_t left = of.tags == 1 ? 0 : mine % of.tags * sign;
      for (std::uint32_t j = 0; j < of.tags; ++j, at += of.consumers) {
        const std::int64_t share = tagged + (j < left ? sign : 0);
        if (of.consumers == 1) {
          put(*at, share);
          continue;
        }
        apportion(share, std::span(weights_of_).subspan(of.weights, of.consumers), shares_);
        for (std::uint32_t k = 0; k < of.consumers; ++k) put(at[k], shares_[k]);
      }
    }
  }
  bool in_focus(Key key) const {
    if (focused_ == 0) return true;
    const unsigned shift = plan_.rings[focused_ - 1].shift;
    return key >> shift == prefix_ >> shift;
  }
  // Calls visit(fact, keys) for each that counts.
  template <class Visit>
  Result<void> each_fact(const Facts& facts, Visit&& visit) const {
    std::size_t polled = 0;
    for (const Fact& fact : facts.facts) {
      const Keys& of = keys_[fact.number];
      if (of.owners > 0) HW_CHECK_OK(visit(fact, of));
      if (++polled % 65536 == 0 && plan_.question.cancelled && plan_.question.cancelled()) {
        return cancelled_error();
      }
    }
    return {};
  }

  // ---- in general ----

  std::vector<Key> bucket_parts(const Facts& facts) const {
    std::vector<Key> out(facts.buckets.size(), 0);
    if (facts.buckets.one()) return out;
    for (const Ring& ring : plan_.rings) {
      const std::optional<Period> period = period_of(ring.dimension);
      if (!period) continue;
      for (std::uint32_t b = 0; b < out.size(); ++b) {
        const Raw raw = raw_of_day(start_of(*period, facts.buckets.first_day(b)));
        if (ring.book.has(raw)) out[b] |= Key{ring.book.code(raw)} << ring.shift;
      }
    }
    return out;
  }
  Result<std::vector<Leaf>> leaves_of(const Facts& facts, std::int64_t& total) {
    const std::vector<Key> buckets = bucket_parts(facts);
    std::vector<Leaf> leaves;
    leaves.reserve(facts.facts.size());
    HW_CHECK_OK(each_fact(facts, [&](const Fact& fact, const Keys& of) -> Result<void> {
      const Key bucket = buckets[fact.bucket];
      share_out(of, fact.value, [&](const Combination& one, std::int64_t share) {
        if (!one.kept || share == 0) return;
        total += share;
        if (in_focus(one.part | bucket)) leaves.push_back({one.part | bucket, share});
      });
      return leaves.size() > CubeQuestion::kMaxCells ? compact(leaves) : Result<void>{};
    }));
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

  // ---- as a table ----

  // Numbers every combination by its key; true if there are not too many for the facts.
  bool is_table(const Facts& facts) {
    const std::size_t last = plan_.rings.size();
    if (facts.buckets.one() || last < focused_ + 2 || !period_of(plan_.rings[last - 1].dimension)) {
      return false;
    }
    for (std::size_t i = 0; i + 1 < last; ++i) {
      if (period_of(plan_.rings[i].dimension)) return false;
    }
    const std::size_t buckets = facts.buckets.size();
    if (buckets != plan_.rings[last - 1].book.names().size()) return false;  // some have no rows
    std::unordered_map<std::uint64_t, std::uint32_t> slots;
    for (Combination& one : all_) {
      if (!one.kept || !in_focus(one.part)) continue;
      if (one.part >> 63 >> 1 != 0) return false;  // wide ones go the general way
      const auto [at, is_new] = slots.emplace(static_cast<std::uint64_t>(one.part),
                                              static_cast<std::uint32_t>(parts_.size()));
      if (is_new) parts_.push_back(one.part);
      one.slot = at->second;
    }
    const std::size_t size = parts_.size() * buckets;
    return size <= kMaxTable && size <= 8 * facts.facts.size();
  }
  Result<void> add_table(const Facts& facts, Cube& out) {
    const std::size_t buckets = facts.buckets.size();
    std::vector<std::int64_t>& table = out.inner.values;
    table.assign(parts_.size() * buckets, 0);
    HW_CHECK_OK(each_fact(facts, [&](const Fact& fact, const Keys& of) -> Result<void> {
      share_out(of, fact.value, [&](const Combination& one, std::int64_t share) {
        if (!one.kept) return;
        out.total += share;
        if (one.slot != kOutside) table[one.slot * buckets + fact.bucket] += share;
      });
      return {};
    }));
    out.inner.periods = buckets;
    build_outer(out);
    return {};
  }
  // The ring before the innermost; a node's `first` is its row of the table until it is opened.
  void build_outer(Cube& out) const {
    const std::size_t ring = out.rings.size() - 2, buckets = out.inner.periods;
    const Ring& inner = plan_.rings.back();
    const Ring& own = plan_.rings[plan_.rings.size() - 2];
    std::vector<Leaf> order;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      order.push_back({parts_[i] >> inner.bits, static_cast<std::int64_t>(i)});
    }
    sort_by_key(order);
    std::vector<Key> keys;
    for (const auto& [key, slot] : order) {
      CubeNode node;
      node.code = static_cast<std::uint32_t>(key & ((Key{1} << own.bits) - 1));
      node.first = static_cast<std::uint32_t>(slot);
      const std::int64_t* values =
          out.inner.values.data() + static_cast<std::size_t>(slot) * buckets;
      for (std::size_t b = 0; b < buckets; ++b) {
        node.value += values[b];
        node.count += values[b] != 0 ? 1 : 0;
      }
      if (node.count == 0) continue;
      out.rings[ring].push_back(node);
      keys.push_back(key);
    }
    out.inner.opened.assign(out.rings[ring].size(), false);
    collect_from(ring, keys, out);
  }

  Plan& plan_;
  Key prefix_ = 0;
  std::size_t focused_ = 0;
  std::vector<Keys> keys_;        // by source
  std::vector<Combination> all_;  // of all sources
  std::vector<std::uint64_t> weights_of_;
  std::vector<Key> parts_;  // by slot
  std::vector<Share> owners_, tags_, consumers_;
  std::vector<Raw> raws_;
  std::vector<std::uint64_t> weights_;
  std::vector<std::int64_t> shares_;
};

}  // namespace headwater::stats::cube
