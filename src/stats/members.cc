#include "stats/members.h"

#include <algorithm>

#include "graph/graph_inl.h"

namespace headwater::stats {
namespace {

Raw consumer_raw(const Source& source, NodeId consumer) {
  if (consumer.value != 0) return consumer.value;
  return raw_of(source.dataset.value == 0 ? Absent::kNoOutput : Absent::kNotUsed);
}

}  // namespace

Raw Members::text(std::string_view text) {
  const auto [at, is_new] = text_numbers_.emplace(std::string(text), texts_.size());
  if (is_new) texts_.emplace_back(text);
  return at->second;
}

Raw Members::single(Dimension dimension, const Source& source, bool inherited) {
  if (dimension == Dimension::kJob) {
    return source.job.value != 0 ? source.job.value : raw_of(Absent::kUnattributed);
  }
  if (dimension == Dimension::kDataset) {
    return source.dataset.value != 0 ? source.dataset.value : raw_of(Absent::kNoOutput);
  }
  // The namespace.
  const bool ends = source.job.value == 0 || (inherited && source.dataset.value != 0);
  const NodeId node = ends ? source.dataset : source.job;
  if (node.value == 0) return raw_of(Absent::kUnattributed);
  const std::string_view name =
      node.value <= graph_.node_count() ? graph_.node(node).name_space : std::string_view("");
  const auto [at, is_new] = spaces_.try_emplace(name.data(), 0);
  if (is_new) at->second = text(name);
  return at->second;
}

void Members::owners(const Source& source, bool inherited, std::vector<Raw>& out) const {
  out.clear();
  if (labels_ != nullptr) {
    const bool ends = inherited && source.dataset.value != 0;
    const NodeId first = ends ? source.dataset : source.job;
    std::span<const std::uint32_t> found = labels_->owners(first);
    if (found.empty() && !ends) found = labels_->owners(source.dataset);
    out.assign(found.begin(), found.end());
  }
  if (out.empty()) out.push_back(raw_of(Absent::kNoOwner));
}

void Members::tags(const Source& source, bool inherited, std::vector<Raw>& out) const {
  out.clear();
  if (labels_ != nullptr) {
    const auto of_dataset = labels_->tags(source.dataset);
    out.assign(of_dataset.begin(), of_dataset.end());
    if (!inherited || source.dataset.value == 0) {
      for (const std::uint32_t tag : labels_->tags(source.job)) {
        if (std::ranges::find(out, Raw{tag}) == out.end()) out.push_back(tag);
      }
      std::ranges::sort(out, [&](Raw a, Raw b) {
        return labels_->text(static_cast<std::uint32_t>(a)) <
               labels_->text(static_cast<std::uint32_t>(b));
      });
    }
  }
  if (out.empty()) out.push_back(raw_of(Absent::kUntagged));
}

void Members::consumers(const Source& source, const Facts& facts, std::vector<Raw>& out,
                        std::vector<std::uint64_t>& weights) const {
  out.clear();
  weights.clear();
  if (!facts.inherited && source.dataset.value != 0) {
    for (const Uses::Use& use : facts.uses.of_dataset(source.dataset)) {
      out.push_back(use.consumer.value);
      weights.push_back(use.count);
    }
  }
  if (!out.empty()) return;
  out.push_back(consumer_raw(source, source.consumer));
  weights.push_back(1);
}

// Consumers are named "type:name".
Raw Members::consumer_type(Raw consumer) {
  if (consumer >= kAbsentRaw) return consumer;
  const NodeId node{static_cast<std::uint32_t>(consumer)};
  if (node.value > graph_.node_count()) return text("");
  const std::string_view name = graph_.node(node).name;
  return text(name.substr(0, std::min(name.find(':'), name.size())));
}

ArcName Members::name(Dimension dimension, Raw raw) const {
  ArcName out;
  out.dimension = dimension;
  if (raw >= kAbsentRaw) {
    out.absent = static_cast<Absent>(raw - kAbsentRaw);
    return out;
  }
  switch (dimension) {
    case Dimension::kOwner:
    case Dimension::kTag: out.text = labels_->text(static_cast<std::uint32_t>(raw)); break;
    case Dimension::kNamespace:
    case Dimension::kConsumerType: out.text = texts_[raw]; break;
    case Dimension::kJob:
    case Dimension::kDataset:
    case Dimension::kConsumer: out.node = NodeId{static_cast<std::uint32_t>(raw)}; break;
    case Dimension::kDays:
    case Dimension::kWeeks:
    case Dimension::kMonths:
      out.day =
          static_cast<std::int32_t>(static_cast<std::uint32_t>(raw) ^ (std::uint32_t{1} << 31));
      break;
  }
  return out;
}

}  // namespace headwater::stats
