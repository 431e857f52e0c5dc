#include "stats/cube.h"

#include <algorithm>
#include <bit>

#include "stats/cube_maker.h"
#include "stats/cube_plan.h"
#include "stats/members.h"

namespace headwater::stats {
namespace cube {

void Book::finish(const Members& members, Dimension dimension) {
  std::vector<std::pair<ArcName, Raw>> all;
  std::sort(raws_.begin(), raws_.end());
  all.reserve(raws_.size());
  for (const Raw raw : raws_) all.emplace_back(members.name(dimension, raw), raw);
  // Only texts have an order of their own; what stands for none is last as it is.
  if (is_one_of(dimension, {Dimension::kOwner, Dimension::kNamespace, Dimension::kTag,
                            Dimension::kConsumerType})) {
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
      if (a.first.absent != b.first.absent) return a.first.absent < b.first.absent;
      return a.first.text < b.first.text;
    });
  }
  for (auto& [name, raw] : all) {
    place(raw) = static_cast<std::uint32_t>(names_.size());
    names_.push_back(std::move(name));
  }
}

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

bool Plan::fits(const Source& source, bool inherited) {
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

namespace {

// Every value that a ring shows gets a number.
class Reader {
 public:
  explicit Reader(Plan& plan) : plan_(plan) {}

  void read(const Side& side) {
    const Facts& facts = *side.facts;
    for (std::size_t number = 0; number < facts.sources.size(); ++number) {
      const Source& source = facts.sources[number];
      if (!side.present.sources[number] || !plan_.fits(source, facts.inherited)) continue;
      for (Ring& ring : plan_.rings) read(facts, source, ring);
    }
    for (Ring& ring : plan_.rings) {
      const std::optional<Period> period = period_of(ring.dimension);
      for (std::uint32_t b = 0; period && b < facts.buckets.size(); ++b) {
        if (facts.buckets.one() || !side.present.buckets[b]) continue;
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
    ring->bits = std::max(1U, static_cast<unsigned>(std::bit_width(ring->book.names().size())));
    bits += ring->bits;
  }
  return bits;
}

}  // namespace
}  // namespace cube

using cube::CubeMaker;
using cube::Plan;

Wanted wanted_by(const std::vector<Dimension>& by, const CostFilter& filter) {
  Wanted out;
  out.consumers = cube::splits_of(by, filter).consumers;
  for (const Dimension dimension : by) {
    if (const std::optional<Period> period = period_of(dimension)) out.periods.push_back(*period);
    out.jobs = out.jobs || dimension == Dimension::kJob;
  }
  return out;
}

Result<Cube> make_cube(const CostGround& ground, const CostQuestion& question,
                       const CubeQuestion& asked, const Facts& now, const Facts* before) {
  Plan plan{ground, question, cube::splits_of(asked.by, question.filter), Members(ground), {}};
  const std::size_t deep =
      std::min(asked.by.size() - std::min(asked.by.size(), asked.focus.size()), asked.rings);
  for (std::size_t i = 0; i < asked.focus.size() + deep; ++i) {
    plan.rings.push_back({asked.by[i], {}, 0, 0});
  }
  const bool exactly = !asked.focus.empty();  // whether a key is known is asked
  std::vector<cube::Side> sides{{&now, present_in(now, exactly)}};
  if (before != nullptr) sides.push_back({before, present_in(*before, exactly)});
  cube::Reader reader(plan);
  for (const cube::Side& side : sides) reader.read(side);
  for (cube::Ring& ring : plan.rings) ring.book.finish(plan.members, ring.dimension);
  std::vector<std::uint32_t> focus;
  for (std::size_t i = 0; i < asked.focus.size(); ++i) {
    const auto& names = plan.rings[i].book.names();
    const auto it = std::ranges::find_if(
        names, [&](const ArcName& name) { return key_of(*ground.graph, name) == asked.focus[i]; });
    if (it == names.end()) {
      Cube none;
      none.unknown = i;
      return none;
    }
    focus.push_back(static_cast<std::uint32_t>(it - names.begin()));
  }
  if (cube::give_bits(plan.rings) <= 64) {
    return CubeMaker<std::uint64_t>(plan, sides).run(focus);
  }
  return CubeMaker<Wide>(plan, sides).run(focus);
}

}  // namespace headwater::stats
