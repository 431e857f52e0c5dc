// PartitionView: mappings, learned from what runs read and wrote, and which of them are in force.

#include <algorithm>
#include <utility>

#include "planner/learn.h"
#include "planner/partition_view.h"

namespace headwater::planner {

using base::ErrorCode;
using base::Result;

namespace {

constexpr std::size_t kMaxCandidates = 16;

// What the mapping itself is the reason of, and no retry cures.
bool is_refusal(const base::Error& error) {
  return error.code == ErrorCode::kInvalidArgument || error.code == ErrorCode::kLimitExceeded;
}

}  // namespace

// A pair counts once for each record that shows something new of it: which partitions were read or
// written, or that the run completed.
Result<void> PartitionView::learn_mappings(Step& step, const Outputs& inputs,
                                           const Outputs& outputs,
                                           const std::set<std::uint32_t>& new_inputs,
                                           const std::set<std::uint32_t>& new_outputs) {
  for (const auto& [downstream, wrote] : outputs) {
    for (const auto& [upstream, read] : inputs) {
      if (!new_inputs.contains(upstream) && !new_outputs.contains(downstream)) continue;
      const Pair pair{upstream, downstream};
      MappingDocument& document = mappings_[pair];
      if (document.declared) continue;
      HW_CHECK_OK(learn_mapping(step, pair, joined(read), joined(wrote)));
    }
  }
  return {};
}

Result<void> PartitionView::learn_mapping(Step& step, const Pair& pair,
                                          const std::vector<Span>& inputs,
                                          const std::vector<Span>& outputs) {
  MappingDocument& document = mappings_[pair];
  const Space& up = datasets_[pair.first - 1].space;
  const Space& down = datasets_[pair.second - 1].space;
  ++document.runs;
  bool met = false;
  for (Candidate& candidate : document.candidates) {
    const auto reads = Reads::create(candidate.mapping, up, down);
    if (!reads || !agrees(*reads, up.lane_count(), inputs, outputs)) continue;
    ++candidate.seen;
    met = true;
  }
  if (!met && document.candidates.size() < kMaxCandidates) {
    if (auto mapping = suggested(inputs, up, outputs, down)) {
      document.candidates.push_back({*std::move(mapping), 1});
    }
  }
  HW_CHECK_OK(choose_mapping(pair, document));
  return put(step, DocumentKind::kMapping, pair.first, pair.second, encode(document));
}

Result<void> PartitionView::choose_mapping(const Pair& pair, MappingDocument& document) {
  std::vector<Candidate*> best;
  for (Candidate& candidate : document.candidates) best.push_back(&candidate);
  std::ranges::stable_sort(best, std::ranges::greater(), &Candidate::seen);
  for (Candidate* const candidate : best) {
    if (candidate->refused) continue;
    if (document.in_force && document.mapping == candidate->mapping) return {};
    HW_TRY(const bool done, put_in_force(pair, document, candidate->mapping));
    if (done) return {};
    candidate->refused = true;
  }
  return put_out_of_force(pair, document);
}

// False: it cannot be, and the one before it stays.
Result<bool> PartitionView::put_in_force(const Pair& pair, MappingDocument& document,
                                         Mapping mapping) {
  const auto [upstream, downstream] = pair;
  auto done = engine_->set_mapping(DatasetNo{upstream}, DatasetNo{downstream}, mapping);
  if (!done && !is_refusal(done.error())) return std::move(done).error();
  if (!done) return false;
  document.mapping = std::move(mapping);
  document.in_force = true;
  out_of_force_.erase(pair);
  book_->mappings_changed(DatasetNo{downstream});
  return true;
}

Result<void> PartitionView::put_out_of_force(const Pair& pair, MappingDocument& document) {
  const auto [upstream, downstream] = pair;
  out_of_force_.insert(pair);
  if (!std::exchange(document.in_force, false)) return {};
  HW_CHECK_OK(engine_->remove_mapping(DatasetNo{upstream}, DatasetNo{downstream}));
  book_->mappings_changed(DatasetNo{downstream});
  return {};
}

// Mappings that the new space of the dataset does not allow go out of force.
Result<void> PartitionView::make_room(Step& step, DatasetNo dataset, const Space& space) {
  std::vector<Pair> misfits;
  const Segment& segment = engine_->working().segment(dataset);
  for (const std::vector<Edge>* edges : {&segment.in, &segment.out}) {
    for (const Edge& edge : *edges) {
      const Space& up = edge.upstream == dataset ? space : datasets_[edge.upstream.value - 1].space;
      const Space& down =
          edge.downstream == dataset ? space : datasets_[edge.downstream.value - 1].space;
      if (!Reads::create(edge.reads->mapping(), up, down)) {
        misfits.emplace_back(edge.upstream.value, edge.downstream.value);
      }
    }
  }
  for (const Pair& pair : misfits) {
    MappingDocument& document = mappings_[pair];
    HW_CHECK_OK(put_out_of_force(pair, document));
    HW_CHECK_OK(put(step, DocumentKind::kMapping, pair.first, pair.second, encode(document)));
  }
  return {};
}

// Those of the dataset that are out of force: what did not fit its space may fit the new one.
Result<void> PartitionView::try_again(Step& step, DatasetNo dataset) {
  std::vector<Pair> again;
  for (const Pair& pair : out_of_force_) {
    if (pair.first == dataset.value || pair.second == dataset.value) again.push_back(pair);
  }
  for (const Pair& pair : again) {
    MappingDocument& document = mappings_[pair];
    if (!document.declared) {
      HW_CHECK_OK(choose_mapping(pair, document));
    } else {
      HW_TRY([[maybe_unused]] const bool done, put_in_force(pair, document, document.mapping));
    }
    HW_CHECK_OK(put(step, DocumentKind::kMapping, pair.first, pair.second, encode(document)));
  }
  return {};
}

}  // namespace headwater::planner
