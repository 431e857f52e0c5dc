#include "ingest/tip.h"

namespace headwater::ingest {
namespace {

// Steps through observations and keeps every interval that ends.
class Collector {
 public:
  void step(Timeline& timeline, const Observation& o) {
    delta_ = {};
    timeline.step(o, delta_);
    for (const EdgeInterval& e : delta_.ended) fold_.edges.push_back({e, o.at});
    for (const AttributeInterval& a : delta_.attributes_ended)
      fold_.attributes.push_back({a, o.at});
  }
  Fold finish(const Timeline& timeline) {
    for (const EdgeInterval& e : timeline.live_edges()) fold_.edges.push_back({e, kNotEnded});
    for (const AttributeInterval& a : timeline.live_attributes()) {
      fold_.attributes.push_back({a, kNotEnded});
    }
    std::ranges::stable_sort(fold_.edges, {}, &Produced<EdgeInterval>::interval);
    std::ranges::stable_sort(fold_.attributes, {}, &Produced<AttributeInterval>::interval);
    return std::move(fold_);
  }

 private:
  Fold fold_;
  Timeline::Delta delta_;
};

template <class Map>
void erase_ended_before(Map& rows, const Position& base) {
  std::erase_if(rows, [&](const auto& row) { return row.second.ended_at <= base; });
}

}  // namespace

Fold Tip::fold(const std::vector<Observation>& history) {
  Collector collector;
  const std::size_t kept = std::min(history.size(), keep_);
  const std::size_t before = history.size() - kept;
  for (std::size_t i = 0; i < before; ++i) collector.step(base_, history[i]);
  unsaved_ += before;
  timeline_ = base_;
  window_.assign(history.begin() + static_cast<std::ptrdiff_t>(before), history.end());
  for (const Observation& o : window_) collector.step(timeline_, o);
  return collector.finish(timeline_);
}

void Tip::step(const Observation& observation, Timeline::Delta& delta) {
  timeline_.step(observation, delta);
  window_.push_back(observation);
  settle();
}

void Tip::settle() {
  if (window_.size() >= 2 * keep_) advance();
}

void Tip::advance() {
  Timeline::Delta ignored;
  while (window_.size() > keep_) {
    ignored = {};
    base_.step(window_.front(), ignored);
    window_.pop_front();
    ++unsaved_;
  }
  trim_rows();
}

bool Tip::save_due() const {
  // With 256: at most 32 bytes an observation.
  constexpr std::size_t kBytes = 8192;
  const std::size_t wanted = std::max(save_every_, base_.encoded_bytes() * save_every_ / kBytes);
  return unsaved_ >= wanted && !window_.empty() && window_.front().at > base_.last();
}

void Tip::trim_rows() {
  erase_ended_before(edge_rows, base_.last());
  erase_ended_before(attribute_rows, base_.last());
}

bool Tip::keep_repeated(const Observation& late) {
  if (late.type != ObservationType::kFacets || !late.facets) return false;
  if ((late.flags & observation_flags::kExists) != 0) return false;  // may bring it back
  const auto next = std::ranges::upper_bound(window_, late.at, {}, &Observation::at);
  if (next == window_.begin()) return false;
  const Observation& before = *std::prev(next);
  if (before.facets != late.facets || before.type == ObservationType::kDatasetDeleted) return false;
  window_.insert(next, late);
  settle();
  return true;
}

Fold Tip::refold_with(const Observation& late) {
  window_.insert(std::ranges::upper_bound(window_, late.at, {}, &Observation::at), late);
  Collector collector;
  timeline_ = base_;
  for (const Observation& o : window_) collector.step(timeline_, o);
  return collector.finish(timeline_);
}

}  // namespace headwater::ingest
