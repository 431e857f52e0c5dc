// PartitionView: what people declare and decide.

#include <algorithm>
#include <utility>

#include "model/json.h"
#include "model/time.h"
#include "planner/partition_view.h"
#include "planner/perishability.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;

namespace {

constexpr std::size_t kMaxAuthor = 200, kMaxReason = 2'000;

std::string text(const JsonValue& json, std::string_view name) {
  return json.get(name).string().value_or("");
}

base::Error invalid(std::string message) {
  return make_error(ErrorCode::kInvalidArgument, std::move(message));
}

Result<void> check_author(const JsonValue& decision) {
  if (text(decision, "author").empty()) return invalid("author must name who decides.");
  if (text(decision, "author").size() > kMaxAuthor ||
      text(decision, "reason").size() > kMaxReason) {
    return make_error(ErrorCode::kLimitExceeded, "author may have " + std::to_string(kMaxAuthor) +
                                                     " bytes, reason " +
                                                     std::to_string(kMaxReason) + ".");
  }
  return {};
}

}  // namespace

Result<void> PartitionView::admit(const storage::ViewRecord& decision, storage::Writer& writer) {
  if (!loaded_) HW_CHECK_OK(load());
  reader_ = &writer.reader();
  Step step{decision, writer};
  return decide_anything(step, true);
}

// `admit`: look whether it could be done, and change nothing.
Result<void> PartitionView::decide_anything(Step& step, bool admit) {
  const JsonValue decision(step.record.body);
  const std::string kind = text(decision, "decision");
  if (!kind.starts_with("planner.")) return {};
  if (admit) HW_CHECK_OK(check_author(decision));
  if (kind == "planner.put_space") return put_space(step, decision, admit);
  if (kind == "planner.put_mapping") return put_mapping(step, decision, admit);
  if (kind == "planner.put_policy") return put_policy(step, decision, admit);
  if (kind == "planner.decide") return decide(step, decision, admit);
  if (kind == "planner.revoke") return revoke(step, decision, admit);
  if (kind == "planner.put_environment") return put_environment(step, decision, admit);
  if (kind == "planner.delete_environment") return delete_environment(step, decision, admit);
  if (kind == "planner.environment_write") return write_environment(step, decision, admit);
  if (PlanBook::takes(kind)) {
    const PlanBook::Step of_book = book_step(step);
    return admit ? book_->admit(of_book, decision) : book_->apply(of_book, decision);
  }
  if (!admit) return {};  // of a newer version
  return invalid("decision is none that is known: " + kind);
}

Result<NodeId> PartitionView::named_dataset(Step& step, const JsonValue& name) {
  const model::Name of{text(name, "namespace"), text(name, "name")};
  HW_TRY(const NodeId node, find_node(step.writer, model::NodeKind::kDataset, of));
  if (node) return node;
  return make_error(ErrorCode::kNotFound,
                    "There is no dataset " + of.name + " in the namespace " + of.name_space + ".");
}

Result<void> PartitionView::put_space(Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(const NodeId node, named_dataset(step, decision.get("dataset")));
  const auto known = numbers_.find(node.value);
  const Dataset* const before = known == numbers_.end() ? nullptr : &datasets_[known->second - 1];
  if (decision.get("space").is_null()) return withdraw_space(step, decision, node, admit);
  HW_TRY(Space space,
         Space::parse(decision.get("space").text(),
                      before != nullptr && before->has_space ? &before->space : nullptr));
  if (admit) {
    if (before == nullptr) return {};
    for (const Edge& edge : engine_->working().segment(DatasetNo{known->second}).in) {
      const Space& up = datasets_[edge.upstream.value - 1].space;
      auto reads = Reads::create(edge.reads->mapping(), up, space);
      if (!reads) return std::move(reads).error();
    }
    for (const Edge& edge : engine_->working().segment(DatasetNo{known->second}).out) {
      const Space& down = datasets_[edge.downstream.value - 1].space;
      auto reads = Reads::create(edge.reads->mapping(), space, down);
      if (!reads) return std::move(reads).error();
    }
    return {};
  }
  HW_TRY(const DatasetNo number, dataset_of(step, node));
  HW_CHECK_OK(set_space(step, number, std::move(space), true));
  book_->mappings_changed(number);
  for (const Edge& edge : engine_->working().segment(number).out) {
    book_->mappings_changed(edge.downstream);
  }
  const Dataset& dataset = datasets_[number.value - 1];
  return put(step, DocumentKind::kSpace, number.value, 0,
             encode(space_document(dataset, decision)));
}

SpaceDocument PartitionView::space_document(const Dataset& dataset, const JsonValue& decision) {
  SpaceDocument out;
  out.declared = dataset.declared;
  out.space = dataset.space.to_json();
  for (std::uint32_t lane = 0; lane < dataset.space.lane_count(); ++lane) {
    out.lanes.push_back(dataset.space.lane_values(lane));
  }
  out.keys = dataset.keys;
  out.author = text(decision, "author");
  out.reason = text(decision, "reason");
  return out;
}

// What is numbered stays; from now on it counts as learned.
Result<void> PartitionView::withdraw_space(Step& step, const JsonValue& decision, NodeId node,
                                           bool admit) {
  const auto known = numbers_.find(node.value);
  if (known == numbers_.end() || !datasets_[known->second - 1].declared) {
    return make_error(ErrorCode::kNotFound, "Nothing is declared of this dataset's partitions.");
  }
  if (admit) return {};
  Dataset& dataset = datasets_[known->second - 1];
  dataset.declared = false;
  return put(step, DocumentKind::kSpace, known->second, 0,
             encode(space_document(dataset, decision)));
}

Result<void> PartitionView::put_mapping(Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(const NodeId up_node, named_dataset(step, decision.get("upstream")));
  HW_TRY(const NodeId down_node, named_dataset(step, decision.get("downstream")));
  const auto space_of = [&](NodeId node) {
    const auto at = numbers_.find(node.value);
    return at == numbers_.end() ? Space() : datasets_[at->second - 1].space;
  };
  const JsonValue given = decision.get("mapping");
  const bool withdrawn = given.is_null();
  Mapping mapping;
  if (!withdrawn) {
    HW_TRY(mapping, parse_mapping(given.text(), space_of(up_node), space_of(down_node)));
    auto reads = Reads::create(mapping, space_of(up_node), space_of(down_node));
    if (!reads) return std::move(reads).error();
  }
  if (admit) {
    const auto up = numbers_.find(up_node.value), down = numbers_.find(down_node.value);
    if (withdrawn) return {};
    if (up_node == down_node && up == numbers_.end()) {
      Engine alone(*this);
      const DatasetNo itself = alone.add_dataset();
      return alone.try_mapping(itself, itself, mapping);
    }
    if (up == numbers_.end() || down == numbers_.end()) return {};
    return engine_->try_mapping(DatasetNo{up->second}, DatasetNo{down->second}, mapping);
  }
  HW_TRY(const DatasetNo upstream, dataset_of(step, up_node));
  HW_TRY(const DatasetNo downstream, dataset_of(step, down_node));
  const Pair pair{upstream.value, downstream.value};
  MappingDocument& document = mappings_[pair];
  document.declared = !withdrawn;
  document.author = text(decision, "author");
  document.reason = text(decision, "reason");
  for (Candidate& candidate : document.candidates) candidate.refused = false;
  if (!withdrawn) {
    HW_TRY(const bool done, put_in_force(pair, document, std::move(mapping)));
    if (!done) return make_error(ErrorCode::kInternal, "A mapping that was admitted is refused.");
  } else if (!document.candidates.empty()) {
    HW_CHECK_OK(choose_mapping(pair, document));
  } else {
    HW_CHECK_OK(put_out_of_force(pair, document));
    out_of_force_.erase(pair);
    mappings_.erase(pair);
    return step.writer.delete_planner_document(static_cast<std::int32_t>(DocumentKind::kMapping),
                                               upstream.value, downstream.value);
  }
  return put(step, DocumentKind::kMapping, upstream.value, downstream.value, encode(document));
}

Result<void> PartitionView::put_policy(Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(const NodeId node, named_dataset(step, decision.get("dataset")));
  HW_TRY(DatasetPolicy policy, parse_policy(decision.text()));
  if (admit) return {};
  HW_TRY(const DatasetNo dataset, dataset_of(step, node));
  HW_CHECK_OK(put(step, DocumentKind::kPolicy, dataset.value, 0, encode(policy)));
  engine_->set_policy(dataset, std::make_shared<const DatasetPolicy>(std::move(policy)));
  return {};
}

// ---- decisions on changes
// ------------------------------------------------------------------------

Result<DecisionDocument> PartitionView::read_decision(Step& step, const JsonValue& decision) {
  DecisionDocument out;
  out.change_a = decision.get("change").integer().value_or(0);
  out.change_b = decision.get("part").integer().value_or(0);
  const auto verdict = decided(text(decision, "verdict"));
  if (!verdict) return invalid("verdict must be material, immaterial, forward_only or defer.");
  out.decided = *verdict;
  out.at = step.record.event_time;
  out.author = text(decision, "author");
  out.reason = text(decision, "reason");
  const std::string until = text(decision, "until");
  if (out.decided == Decided::kDefer && !until.empty()) {
    const auto moment = model::parse_time(until);
    if (!moment) return invalid("until must be a moment like 2026-11-01T00:00:00Z.");
    out.until = moment->micros;
  }
  const std::string first = text(decision, "first"), last = text(decision, "last"),
                    from = text(decision, "from");
  if (out.decided == Decided::kForwardOnly && from.empty()) {
    return invalid("forward_only needs from, the key of the first partition that it concerns.");
  }
  if (!decision.get("dataset").present() || decision.get("dataset").is_null()) {
    if (first.empty() && last.empty() && from.empty()) return out;
    return invalid("dataset must name the output whose partitions are meant.");
  }
  HW_TRY(const NodeId node, named_dataset(step, decision.get("dataset")));
  const auto at = numbers_.find(node.value);
  if (at == numbers_.end()) {
    return make_error(ErrorCode::kNotFound, "The dataset has no partitions.");
  }
  out.dataset = DatasetNo{at->second};
  const Space& space = datasets_[at->second - 1].space;
  const auto index_of = [&](const std::string& key) -> Result<std::int64_t> {
    HW_TRY(const Place place, space.parse_text(key));
    return place.index;
  };
  if (!first.empty()) {
    HW_TRY(out.first, index_of(first));
  }
  if (!last.empty()) {
    HW_TRY(out.last, index_of(last));
  }
  if (out.decided == Decided::kForwardOnly) {
    HW_TRY(out.last, index_of(from));
    --out.last;
  }
  if (out.last < out.first) return invalid("first must not come after last, nor from before it.");
  return out;
}

Result<void> PartitionView::decide(Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(DecisionDocument document, read_decision(step, decision));
  HW_TRY(const auto row, reader_->planner_document(static_cast<std::int32_t>(DocumentKind::kChange),
                                                   document.change_a, document.change_b));
  if (!row) {
    return make_error(ErrorCode::kNotFound,
                      "There is no such change. GET /api/v1/changes lists them.");
  }
  ChangeDocument change = decode_change(row->body);
  const bool ranged = document.decided == Decided::kForwardOnly || document.dataset ||
                      document.decided == Decided::kDefer;
  if (change.data && ranged) {
    return invalid("A change of data is material or immaterial as a whole.");
  }
  if (admit) return {};
  // The newest decision on a change counts; the one before it is revoked by it.
  for (auto& [seq, other] : decisions_) {
    const bool same = other.change_a == document.change_a && other.change_b == document.change_b;
    if (!same || other.revoked) continue;
    other.revoked = step.record.seq;
    HW_CHECK_OK(put(step, DocumentKind::kDecision, seq, 0, encode(other)));
  }
  const auto seq = static_cast<std::int64_t>(step.record.seq.value);
  HW_CHECK_OK(put(step, DocumentKind::kDecision, seq, 0, encode(document)));
  changes_[{document.change_a, document.change_b}] = change;
  decisions_[seq] = std::move(document);
  if (change.data) return apply_to_data(step, change);
  apply_to_code(change.job, *engine_);
  return {};
}

Result<void> PartitionView::revoke(Step& step, const JsonValue& decision, bool admit) {
  const std::int64_t seq = decision.get("revokes").integer().value_or(0);
  const auto at = decisions_.find(seq);
  if (at == decisions_.end()) {
    return make_error(ErrorCode::kNotFound, "There is no decision with this number.");
  }
  if (at->second.revoked) {
    return make_error(ErrorCode::kConflict, "The decision was revoked before.");
  }
  if (admit) return {};
  at->second.revoked = step.record.seq;
  HW_CHECK_OK(put(step, DocumentKind::kDecision, seq, 0, encode(at->second)));
  const ChangeDocument& change = changes_[{at->second.change_a, at->second.change_b}];
  if (change.data) return apply_to_data(step, change);
  apply_to_code(change.job, *engine_);
  return {};
}

// All that is declared of the job's code now, in place of what was.
void PartitionView::apply_to_code(NodeId job, Engine& engine) {
  std::vector<CodeEquality> equal, deferred;
  for (const auto& [seq, decision] : decisions_) {
    const auto change = changes_.find({decision.change_a, decision.change_b});
    if (decision.revoked || change == changes_.end() || change->second.job != job) continue;
    if (change->second.data || decision.decided == Decided::kMaterial) continue;
    CodeEquality equality{change->second.from, change->second.to, decision.dataset,
                          decision.first,      decision.last,     decision.until};
    (decision.decided == Decided::kDefer ? deferred : equal).push_back(equality);
  }
  engine.set_equalities(job, std::move(equal), std::move(deferred));
}

// What the partitions' writes count as, by all that is decided now.
Result<void> PartitionView::apply_to_data(Step& step, const ChangeDocument& change) {
  for (const Span& span : change.spans) {
    for (std::int64_t index = span.first; index <= span.last; ++index) {
      HW_TRY(const Rows rows, reader_->materializations(change.dataset, span.lane, index));
      HW_CHECK_OK(store(step, change.dataset, {span.lane, index}, rows, rows));
    }
  }
  return {};
}

}  // namespace headwater::planner
