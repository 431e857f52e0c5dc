// PartitionView: environments, as people make them and as what is written in them comes in.

#include <algorithm>
#include <utility>

#include "base/hash.h"
#include "model/json.h"
#include "model/time.h"
#include "planner/environment.h"
#include "planner/learn.h"
#include "planner/partition_view.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;

namespace {

std::string text(const JsonValue& json, std::string_view name) {
  return json.get(name).string().value_or("");
}

base::Error invalid(std::string message) {
  return make_error(ErrorCode::kInvalidArgument, std::move(message));
}

base::Error too_many(std::string_view what, std::int64_t limit) {
  return make_error(ErrorCode::kLimitExceeded,
                    std::string(what) + " at most " + std::to_string(limit) + ".");
}

Result<void> check_name(const std::string& name) {
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
  };
  if (name.empty() || name.size() > kMaxEnvironmentName || !std::ranges::all_of(name, good)) {
    return invalid("The name of an environment has 1 to " + std::to_string(kMaxEnvironmentName) +
                   " letters, digits, dots, dashes and underscores.");
  }
  return {};
}

Result<Micros> moment(const JsonValue& json, std::string_view name, Micros otherwise) {
  const JsonValue given = json.get(name);
  if (!given.present() || given.is_null()) return otherwise;
  const auto parsed = model::parse_time(given.string().value_or(""));
  if (!parsed) return invalid(std::string(name) + " must be a moment like 2026-11-01T00:00:00Z.");
  return parsed->micros;
}

std::int64_t count(const std::vector<Span>& spans) {
  std::int64_t out = 0;
  for (const Span& span : spans) out += span.last - span.first + 1;
  return out;
}

}  // namespace

Result<NodeId> PartitionView::named_job(Step& step, const JsonValue& name) {
  const model::Name of{text(name, "namespace"), text(name, "name")};
  HW_TRY(const NodeId node, find_node(step.writer, model::NodeKind::kJob, of));
  if (node) return node;
  return make_error(ErrorCode::kNotFound,
                    "There is no job " + of.name + " in the namespace " + of.name_space + ".");
}

Result<void> PartitionView::put_environment(Step& step, const JsonValue& decision, bool admit) {
  const std::string name = text(decision, "name");
  HW_CHECK_OK(check_name(name));
  HW_TRY(const auto known, environments(*reader_));
  const auto at = std::ranges::find(known, name, &Environment::name);
  Environment out;
  if (at != known.end()) out = *at;
  if (at == known.end() && known.size() >= kMaxEnvironments) {
    return too_many("There may be environments:", kMaxEnvironments);
  }
  HW_TRY(out.code, read_environment_code(step, decision.get("code"), out.code));
  if (admit) return {};
  if (at == known.end()) {
    out.number = static_cast<std::int64_t>(step.record.seq.value);
    out.created_at = step.record.event_time;
  }
  out.name = name;
  out.description = text(decision, "description");
  out.author = text(decision, "author");
  out.updated_at = step.record.event_time;
  return put(step, DocumentKind::kEnvironment, out.number, 0, encode(out));
}

// Code that the warehouse knows is that code; other code is of this environment alone, and the same
// from one declaration to the next.
Result<std::vector<EnvironmentCode>> PartitionView::read_environment_code(
    Step& step, const JsonValue& json, const std::vector<EnvironmentCode>& before) {
  std::vector<EnvironmentCode> out;
  std::optional<base::Error> failure;
  json.elements([&](const JsonValue& one) {
    if (failure) return;
    const auto job = named_job(step, one.get("job"));
    const std::string version = text(one, "version");
    if (!job) failure = job.error();
    if (!failure && version.empty()) failure = invalid("code needs a version for every job.");
    if (!failure && out.size() == kMaxEnvironmentCode) {
      failure = too_many("An environment has other code for jobs:", kMaxEnvironmentCode);
    }
    if (!failure) out.push_back({*job, {}, version});
  });
  if (failure) return *std::move(failure);
  std::ranges::sort(out, {}, &EnvironmentCode::job);
  if (std::ranges::adjacent_find(out, {}, &EnvironmentCode::job) != out.end()) {
    return invalid("code names a job twice.");
  }
  for (std::size_t i = 0; i < out.size(); ++i) {
    const auto old = std::ranges::find(before, out[i].job, &EnvironmentCode::job);
    if (old != before.end() && old->version == out[i].version) {
      out[i].code = old->code;
      continue;
    }
    HW_TRY(auto known, step.writer.find_code_version(out[i].version));
    if (!known) {  // as a producer's own version stands in the log
      HW_TRY(known, step.writer.find_code_version("declared:" + out[i].version));
    }
    const auto own = static_cast<std::int64_t>(step.record.seq.value * kMaxEnvironmentCode + i);
    out[i].code = known ? *known : CodeId{-own - 1};
  }
  return out;
}

Result<void> PartitionView::delete_environment(Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(const Environment known, find_environment(*reader_, text(decision, "name")));
  if (admit) return {};
  constexpr auto kWrite = static_cast<std::int32_t>(DocumentKind::kEnvironmentWrite);
  HW_TRY(const auto writes, reader_->planner_documents(kWrite, known.number, known.number));
  for (const storage::PlannerDocument& row : writes) {
    HW_CHECK_OK(step.writer.delete_planner_document(kWrite, row.a, row.b));
  }
  book_->environment_deleted(known.name);
  return step.writer.delete_planner_document(static_cast<std::int32_t>(DocumentKind::kEnvironment),
                                             known.number, 0);
}

Result<std::vector<Span>> PartitionView::named_spans(const JsonValue& keys, const Space& space) {
  std::vector<Span> out;
  std::optional<base::Error> failure;
  keys.elements([&](const JsonValue& key) {
    if (failure) return;
    const auto place = space.parse_text(key.string().value_or(""));
    if (!place) {
      failure = place.error();
    } else {
      out.push_back({place->lane, place->index, place->index});
    }
  });
  if (failure) return *std::move(failure);
  if (out.empty()) return invalid("keys must name at least one partition.");
  return joined(std::move(out));
}

// Without a start it is the end: what stood then counts as read.
Result<void> PartitionView::write_environment(Step& step, const JsonValue& decision, bool admit) {
  HW_TRY(Environment known, find_environment(*reader_, text(decision, "environment")));
  HW_TRY(const NodeId node, named_dataset(step, decision.get("dataset")));
  EnvironmentWrite write;
  HW_TRY(write.job, named_job(step, decision.get("job")));
  const auto number = numbers_.find(node.value);
  if (number == numbers_.end()) {
    return make_error(ErrorCode::kNotFound, "The dataset has no partitions.");
  }
  write.dataset = DatasetNo{number->second};
  HW_TRY(write.spans, named_spans(decision.get("keys"), datasets_[number->second - 1].space));
  HW_TRY(write.end, moment(decision, "ended_at", step.record.event_time));
  HW_TRY(write.start, moment(decision, "started_at", write.end));
  write.run_id = text(decision, "run_id");
  if (write.run_id.empty()) return invalid("run_id must name the run that wrote.");
  if (write.end < write.start) return invalid("ended_at must not be before started_at.");
  known.written += count(write.spans);
  if (known.written > kMaxEnvironmentWrites) {
    return too_many("In an environment partitions may be written:", kMaxEnvironmentWrites);
  }
  if (admit) return {};
  const auto own = std::ranges::find(known.code, write.job, &EnvironmentCode::job);
  write.code = own != known.code.end() ? own->code : engine_->working().codes().current(write.job);
  write.out = fingerprint_of(text(decision, "data_version"), known.name + "/" + write.run_id);
  const auto seq = static_cast<std::int64_t>(step.record.seq.value);
  HW_CHECK_OK(put(step, DocumentKind::kEnvironmentWrite, known.number, seq, encode(write)));
  book_->environment_written(book_step(step), known.name, write.dataset, write.spans, write.end);
  return put(step, DocumentKind::kEnvironment, known.number, 0, encode(known));
}

}  // namespace headwater::planner
