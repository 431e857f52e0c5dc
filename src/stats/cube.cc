#include "stats/cube.h"

#include <algorithm>
#include <bit>
#include <unordered_map>

#include "stats/apportion.h"
#include "stats/members.h"
#include "stats/radix.h"

namespace headwater::stats {
namespace {

bool is_one_of(Dimension dimension, std::initializer_list<Dimension> all) {
  return std::find(all.begin(), all.end(), dimension) != all.end();
}

// The values of one ring and their numbers.
struct Book {
  std::unordered_map<Raw, std::uint32_t> codes;
  std::vector<ArcName> names;

  void add(Raw raw) { codes.try_emplace(raw, 0); }
  void finish(const Members& members, Dimension dimension) {
    std::vector<std::pair<ArcName, Raw>> all;
    for (const auto& [raw, code] : codes) all.emplace_back(members.name(dimension, raw), raw);
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      if (a.first.absent != b.first.absent) return a.first.absent < b.first.absent;
      if (a.first.text != b.first.text) return a.first.text < b.first.text;
      return a.second < b.second;
    });
    for (auto& [name, raw] : all) {
      codes[raw] = static_cast<std::uint32_t>(names.size());
      names.push_back(std::move(name));
    }
  }
};

struct Ring {
  Dimension dimension;
  Book book;
  unsigned shift = 0, bits = 0;
};

// How the question splits.
struct Splits {
  bool owners = false, tags = false, consumers = false;
};

Splits splits_of(const std::vector<Dimension>& by, const CostFilter& filter) {
  Splits out{filter.owner.has_value(), filter.tag.has_value(), filter.consumer.has_value()};
  for (const Dimension dimension : by) {
    out.owners = out.owners || dimension == Dimension::kOwner;
    out.tags = out.tags || dimension == Dimension::kTag;
    out.consumers =
        out.consumers || is_one_of(dimension, {Dimension::kConsumer, Dimension::kConsumerType});
  }
  return out;
}

// What all keys of a question share; the maker below is for one width of keys.
struct Plan {
  const CostGround& ground;
  const CostQuestion& question;
  const CubeQuestion& cube;
  Splits splits;
  Members members;
  std::vector<Ring> rings;

  bool fits(const Source& source, bool inherited) {
    const CostFilter& filter = question.filter;
    const auto is = [](const std::optional<NodeId>& wanted, NodeId node) {
      return !wanted || *wanted == node;
    };
    // Inherited cost was handed down from that job alone.
    if (!inherited && !is(filter.job, source.job)) return false;
    if (!is(filter.dataset, source.dataset)) return false;
    if (!filter.name_space) return true;
    return key(Dimension::kNamespace, members.single(Dimension::kNamespace, source, inherited)) ==
           *filter.name_space;
  }
  std::string key(Dimension dimension, Raw raw) const {
    return key_of(*ground.graph, members.name(dimension, raw));
  }
};

template <class Key>
class CubeMaker {
 public:
  using Leaf = Keyed<Key>;

  explicit CubeMaker(Plan& plan) : plan_(plan) {}

  Result<Cube> run(const Facts& now, const Facts* before, std::vector<std::uint32_t> focus) {
    Cube out;
    for (std::size_t i = 0; i < focus.size(); ++i) {
      prefix_ |= Key{focus[i]} << plan_.rings[i].shift;
      out.focus.push_back(plan_.rings[i].book.names[focus[i]]);
    }
    focused_ = focus.size();
    HW_TRY(std::vector<Leaf> leaves, leaves_of(now, out.total));
    std::vector<Leaf> others;
    if (before != nullptr) {
      HW_TRY(others, leaves_of(*before, out.total_before));
    }
    build(leaves, others, out);
    return out;
  }

 private:
  struct Share {
    Key part = 0;
    std::uint64_t weight = 1;
    bool kept = true;
  };
  struct Range {
    std::uint32_t first = 0, count = 0;
  };
  struct Keys {
    Key base = 0;
    Range owners, tags, consumers;
    bool known = false, fits = false;
  };

  Key part(Dimension dimension, Raw raw) const {
    for (const Ring& ring : plan_.rings) {
      if (ring.dimension == dimension) return Key{ring.book.codes.at(raw)} << ring.shift;
    }
    return 0;
  }
  Range put(const std::vector<Share>& shares) {
    const Range out{static_cast<std::uint32_t>(pool_.size()),
                    static_cast<std::uint32_t>(shares.size())};
    pool_.insert(pool_.end(), shares.begin(), shares.end());
    return out;
  }
  std::span<const Share> get(const Range& range) const {
    return std::span<const Share>(pool_).subspan(range.first, range.count);
  }

  void learn(const Facts& facts, std::uint32_t number, Keys& keys) {
    const Source& source = facts.sources[number];
    keys.known = true;
    keys.fits = plan_.fits(source, facts.inherited);
    if (!keys.fits) return;
    for (const Ring& ring : plan_.rings) {
      if (!is_one_of(ring.dimension,
                     {Dimension::kJob, Dimension::kDataset, Dimension::kNamespace})) {
        continue;
      }
      keys.base |=
          part(ring.dimension, plan_.members.single(ring.dimension, source, facts.inherited));
    }
    std::vector<Share> shares(1);
    if (plan_.splits.owners) {
      plan_.members.owners(source, facts.inherited, raws_);
      shares = equal(Dimension::kOwner, plan_.question.filter.owner);
    }
    keys.owners = put(shares);
    shares.assign(1, {});
    if (plan_.splits.tags) {
      plan_.members.tags(source, facts.inherited, raws_);
      shares = equal(Dimension::kTag, plan_.question.filter.tag);
    }
    keys.tags = put(shares);
    shares.assign(1, {});
    if (plan_.splits.consumers) shares = consumers(source, facts);
    keys.consumers = put(shares);
  }
  std::vector<Share> equal(Dimension dimension, const std::optional<std::string>& wanted) const {
    std::vector<Share> out;
    for (const Raw raw : raws_) {
      out.push_back({part(dimension, raw), 1, !wanted || plan_.key(dimension, raw) == *wanted});
    }
    return out;
  }
  std::vector<Share> consumers(const Source& source, const Facts& facts) {
    plan_.members.consumers(source, facts, raws_, weights_);
    const std::optional<NodeId>& wanted = plan_.question.filter.consumer;
    std::vector<Share> out;
    for (std::size_t i = 0; i < raws_.size(); ++i) {
      const Key both = part(Dimension::kConsumer, raws_[i]) |
                       part(Dimension::kConsumerType, plan_.members.consumer_type(raws_[i]));
      out.push_back({both, weights_[i], !wanted || raws_[i] == wanted->value});
    }
    return out;
  }
  std::vector<Key> bucket_parts(const Facts& facts) const {
    std::vector<Key> out(facts.buckets.size(), 0);
    if (facts.buckets.one()) return out;
    for (const Ring& ring : plan_.rings) {
      const std::optional<Period> period = period_of(ring.dimension);
      if (!period) continue;
      for (std::uint32_t b = 0; b < out.size(); ++b) {
        const Raw raw = raw_of_day(start_of(*period, facts.buckets.first_day(b)));
        const auto code = ring.book.codes.find(raw);
        if (code != ring.book.codes.end()) out[b] |= Key{code->second} << ring.shift;
      }
    }
    return out;
  }

  Result<std::vector<Leaf>> leaves_of(const Facts& facts, std::int64_t& total) {
    std::vector<Keys> keys(facts.sources.size());
    const std::vector<Key> buckets = bucket_parts(facts);
    pool_.clear();
    leaves_.clear();
    leaves_.reserve(facts.facts.size());
    std::size_t limit = CubeQuestion::kMaxCells, polled = 0;
    for (const Fact& fact : facts.facts) {
      Keys& of = keys[fact.source];
      if (!of.known) learn(facts, fact.source, of);
      if (of.fits) emit(of, of.base | buckets[fact.bucket], fact.value, total);
      if (leaves_.size() > limit) HW_CHECK_OK(compact());
      if (++polled % 65536 == 0 && plan_.question.cancelled && plan_.question.cancelled()) {
        return cancelled_error();
      }
    }
    sort_and_add(leaves_);
    return std::move(leaves_);
  }
  Result<void> compact() {
    sort_and_add(leaves_);
    if (leaves_.size() <= CubeQuestion::kMaxCells / 2) return {};
    return base::make_error(
        base::ErrorCode::kLimitExceeded,
        "The answer has more than " + std::to_string(CubeQuestion::kMaxCells / 2) +
            " values (limit max_cells). Ask by fewer dimensions, or for a shorter interval.");
  }
  void emit(const Keys& of, Key base, std::int64_t value, std::int64_t& total) {
    const auto owners = get(of.owners), tags = get(of.tags);
    for (std::size_t i = 0; i < owners.size(); ++i) {
      if (!owners[i].kept) continue;
      const std::int64_t owned = equal_share(value, owners.size(), i);
      for (std::size_t j = 0; j < tags.size(); ++j) {
        const std::int64_t tagged = equal_share(owned, tags.size(), j);
        if (!tags[j].kept || tagged == 0) continue;
        emit_used(of, base | owners[i].part | tags[j].part, tagged, total);
      }
    }
  }
  void emit_used(const Keys& of, Key base, std::int64_t value, std::int64_t& total) {
    const auto consumers = get(of.consumers);
    if (consumers.size() == 1) {
      if (consumers[0].kept) put(base | consumers[0].part, value, total);
      return;
    }
    weights_.clear();
    for (const Share& share : consumers) weights_.push_back(share.weight);
    apportion(value, weights_, shares_);
    for (std::size_t i = 0; i < consumers.size(); ++i) {
      if (consumers[i].kept && shares_[i] != 0) put(base | consumers[i].part, shares_[i], total);
    }
  }
  void put(Key key, std::int64_t value, std::int64_t& total) {
    total += value;
    if (focused_ > 0) {
      const unsigned shift = plan_.rings[focused_ - 1].shift;
      if (key >> shift != prefix_ >> shift) return;
    }
    leaves_.push_back({key, value});
  }

  // Rings from the innermost out.
  void build(const std::vector<Leaf>& now, const std::vector<Leaf>& before, Cube& out) {
    const std::size_t count = plan_.rings.size() - focused_;
    out.rings.resize(count + 1);
    out.names.resize(count + 1);
    std::vector<Key> keys;  // of the ring that was built last
    merge(now, before, count, keys, out.rings[count]);
    for (std::size_t i = count; i > 0; --i) {
      out.names[i] = plan_.rings[focused_ + i - 1].book.names;
      const std::size_t outer = focused_ + i - 1;  // rings that the parents are told apart by
      collect(out.rings[i], keys, outer, out.rings[i - 1]);
    }
    if (out.rings[0].empty()) out.rings[0].push_back({});
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

  Plan& plan_;
  Key prefix_ = 0;
  std::size_t focused_ = 0;
  std::vector<Share> pool_;
  std::vector<Leaf> leaves_;
  std::vector<Raw> raws_;
  std::vector<std::uint64_t> weights_;
  std::vector<std::int64_t> shares_;
};

// Every value that a ring shows gets a number.
class Reader {
 public:
  explicit Reader(Plan& plan) : plan_(plan) {}

  void read(const Facts& facts) {
    std::vector<bool> seen(facts.sources.size()), buckets(facts.buckets.size());
    for (const Fact& fact : facts.facts) {
      buckets[fact.bucket] = true;
      if (seen[fact.source]) continue;
      seen[fact.source] = true;
      const Source& source = facts.sources[fact.source];
      if (!plan_.fits(source, facts.inherited)) continue;
      for (Ring& ring : plan_.rings) read(facts, source, ring);
    }
    for (Ring& ring : plan_.rings) {
      const std::optional<Period> period = period_of(ring.dimension);
      for (std::uint32_t b = 0; period && b < buckets.size(); ++b) {
        if (facts.buckets.one() || !buckets[b]) continue;
        ring.book.add(raw_of_day(start_of(*period, facts.buckets.first_day(b))));
      }
    }
  }

 private:
  void read(const Facts& facts, const Source& source, Ring& ring) {
    const Dimension dimension = ring.dimension;
    if (dimension == Dimension::kOwner) {
      plan_.members.owners(source, facts.inherited, raws_);
    } else if (dimension == Dimension::kTag) {
      plan_.members.tags(source, facts.inherited, raws_);
    } else if (is_one_of(dimension, {Dimension::kConsumer, Dimension::kConsumerType})) {
      plan_.members.consumers(source, facts, raws_, weights_);
      if (dimension == Dimension::kConsumerType) {
        for (Raw& raw : raws_) raw = plan_.members.consumer_type(raw);
      }
    } else if (period_of(dimension)) {
      return;
    } else {
      raws_.assign(1, plan_.members.single(dimension, source, facts.inherited));
    }
    for (const Raw raw : raws_) ring.book.add(raw);
  }

  Plan& plan_;
  std::vector<Raw> raws_;
  std::vector<std::uint64_t> weights_;
};

unsigned give_bits(std::vector<Ring>& rings) {
  unsigned bits = 0;
  for (auto ring = rings.rbegin(); ring != rings.rend(); ++ring) {
    ring->shift = bits;
    ring->bits = std::max(1U, static_cast<unsigned>(std::bit_width(ring->book.names.size())));
    bits += ring->bits;
  }
  return bits;
}

}  // namespace

Wanted wanted_by(const std::vector<Dimension>& by, const CostFilter& filter) {
  Wanted out;
  out.consumers = splits_of(by, filter).consumers;
  for (const Dimension dimension : by) {
    if (const std::optional<Period> period = period_of(dimension)) out.periods.push_back(*period);
    out.jobs = out.jobs || dimension == Dimension::kJob;
  }
  return out;
}

Result<Cube> make_cube(const CostGround& ground, const CostQuestion& question,
                       const CubeQuestion& cube, const Facts& now, const Facts* before) {
  Plan plan{ground, question, cube, splits_of(cube.by, question.filter), Members(ground), {}};
  const std::size_t deep =
      std::min(cube.by.size() - std::min(cube.by.size(), cube.focus.size()), cube.rings);
  for (std::size_t i = 0; i < cube.focus.size() + deep; ++i) {
    plan.rings.push_back({cube.by[i], {}, 0, 0});
  }
  Reader reader(plan);
  reader.read(now);
  if (before != nullptr) reader.read(*before);
  for (Ring& ring : plan.rings) ring.book.finish(plan.members, ring.dimension);
  std::vector<std::uint32_t> focus;
  for (std::size_t i = 0; i < cube.focus.size(); ++i) {
    const auto& names = plan.rings[i].book.names;
    const auto it = std::ranges::find_if(
        names, [&](const ArcName& name) { return key_of(*ground.graph, name) == cube.focus[i]; });
    if (it == names.end()) {
      Cube none;
      none.unknown = i;
      return none;
    }
    focus.push_back(static_cast<std::uint32_t>(it - names.begin()));
  }
  if (give_bits(plan.rings) <= 64) {
    return CubeMaker<std::uint64_t>(plan).run(now, before, std::move(focus));
  }
  return CubeMaker<Wide>(plan).run(now, before, std::move(focus));
}

}  // namespace headwater::stats
