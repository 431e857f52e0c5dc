#include "api/v1/partition_reading.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "api/v1/parameters.h"

namespace headwater::api::v1 {

using base::ErrorCode;
using base::make_error;
using planner::DatasetNo;

namespace {

constexpr std::size_t kMaxNameShown = 200;
constexpr auto kPause = std::chrono::microseconds(100);

constexpr model::EdgeKinds kOutputs =
    model::mask(model::EdgeKind::kWrites) | model::mask(model::EdgeKind::kWritesScoped);

void add_numbers(const PartitionReading& reading, model::NodeId canonical,
                 std::vector<DatasetNo>& out) {
  for (const model::NodeId name : query::all_names(reading.session.graph(), canonical)) {
    if (const DatasetNo number = reading.state->find(name)) out.push_back(number);
  }
}

}  // namespace

std::string PartitionReading::name_of(model::NodeId node) const {
  return query::format_node(session.graph(), node);
}

std::string PartitionReading::name_of(DatasetNo dataset) const {
  return name_of(state->segment(dataset).node);
}

Result<PartitionReading> open_partitions(Context& context) {
  const query::Service& queries = context.services.queries();
  const auto& planner = context.services.dependencies.planner;
  for (int tries = 0; tries < kMaxReadingTries; ++tries) {
    if (tries > 0) std::this_thread::sleep_for(kPause);
    if (context.cancel.cancelled()) {
      return make_error(ErrorCode::kCancelled, "The request was cancelled.");
    }
    std::shared_ptr<const planner::State> state = planner->state();
    const model::Seq seq = state->seq();
    if (seq < context.pinned || queries.published() < seq) continue;
    HW_TRY(query::Session session, context.services.queries().open({graph::kLatest, seq}));
    HW_TRY(const model::Seq last, session.rows().last_seq());
    if (last != seq) continue;
    context.pinned = seq;
    return PartitionReading{std::move(session), std::move(state), {}, {}};
  }
  return make_error(ErrorCode::kOverloaded,
                    "Writes come too fast for a consistent reading. Try again in 1 s.");
}

Result<std::shared_ptr<const planner::Staleness>> staleness_of(Context& context,
                                                               const PartitionReading& reading) {
  return context.services.dependencies.planner->staleness(
      reading.state, reading.now(), [cancel = context.cancel] { return cancel.cancelled(); });
}

planner::Inbox inbox_of(Context& context, PartitionReading& reading,
                        std::shared_ptr<const planner::Staleness> staleness) {
  return {reading.session.rows(), std::move(staleness),
          context.services.dependencies.planner->changes(),
          [cancel = context.cancel] { return cancel.cancelled(); }};
}

Result<PartitionSubject> find_partition_subject(const PartitionReading& reading,
                                                std::string_view text, bool job_allowed) {
  const query::Snapshot& graph = reading.session.graph();
  HW_TRY(const query::NodeRef ref, query::parse_node_ref(text));
  const bool right =
      ref.kind == query::RefKind::kDataset || (job_allowed && ref.kind == query::RefKind::kJob);
  if (!right) {
    return make_error(ErrorCode::kInvalidArgument, job_allowed
                                                       ? "The node must be a dataset or a job."
                                                       : "The node must be a dataset.");
  }
  PartitionSubject out;
  HW_TRY(out.node, query::resolve(graph, ref));
  out.is_job = ref.kind == query::RefKind::kJob;
  if (!out.is_job) {
    add_numbers(reading, out.node, out.datasets);
    std::stable_partition(out.datasets.begin(), out.datasets.end(),
                          [&](DatasetNo dataset) { return reading.name_of(dataset) == text; });
    return out;
  }
  for (const graph::Neighbor& next :
       graph.neighbors(out.node, graph::Direction::kDownstream, kOutputs)) {
    add_numbers(reading, graph.canonical(next.node), out.datasets);
  }
  std::sort(out.datasets.begin(), out.datasets.end());
  out.datasets.erase(std::unique(out.datasets.begin(), out.datasets.end()), out.datasets.end());
  return out;
}

Result<PartitionSubject> dataset_parameter(Context& context, const PartitionReading& reading) {
  HW_TRY(const std::string text, required_parameter(context, "nodeId"));
  context.details.parameter = "nodeId";
  HW_TRY(PartitionSubject subject, find_partition_subject(reading, text, false));
  context.details.parameter.clear();
  return subject;
}

Result<PartitionReading> open_environment(Context& context) {
  HW_TRY(PartitionReading out, open_partitions(context));
  const std::string* const name = context.request.query_value("environment");
  if (name == nullptr || name->empty()) return out;
  context.details.parameter = "environment";
  storage::Reader& rows = out.session.rows();
  HW_TRY(out.environment, planner::find_environment(rows, name->substr(0, kMaxNameShown)));
  context.details.parameter.clear();
  HW_TRY(out.environment_writes, planner::environment_writes(rows, out.environment->number));
  HW_TRY(out.state, planner::environment_state(*out.state, rows, *out.environment));
  return out;
}

std::unique_ptr<planner::History> PartitionReading::history() {
  return planner::environment_history(session.rows(), state->seq(), environment_writes);
}

std::optional<std::string> PartitionReading::environment_name() const {
  return environment ? std::optional(environment->name) : std::nullopt;
}

model::Name logged_name(const PartitionReading& reading, const PartitionSubject& subject) {
  const model::NodeId node = subject.datasets.empty()
                                 ? subject.node
                                 : reading.state->segment(subject.datasets.front()).node;
  return query::summarize(reading.session.graph(), node).name;
}

}  // namespace headwater::api::v1
