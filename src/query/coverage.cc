#include "query/coverage.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

#include "graph/graph_inl.h"
#include "model/decision.h"
#include "model/edge_set.h"
#include "model/json.h"
#include "query/annotations.h"
#include "query/attributes.h"
#include "query/hidden.h"
#include "query/look_alikes.h"
#include "query/node_ref.h"

namespace headwater::query {
namespace {

using graph::CutReason;
using graph::Direction;
using model::EdgeKind;
using storage::AttributeRow;
using storage::ObservationRow;

constexpr model::EdgeKinds kOutputs = mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped);
constexpr std::size_t kMaxBundles = 200'000;  // remembered at once

// What the attributes say of one node.
struct About {
  model::ContentId schema, owners;
  bool described = false, gone = false, people = false;  // people: they said something of it
};

// Facet by producer: the names in a bundle are read once.
class Speakers {
 public:
  explicit Speakers(Session& session) : session_(session) {}

  Result<void> add(const ObservationRow& row, NodeKind kind) {
    ProducerSeen& seen = by_producer_[row.producer];
    if (seen.statements++ == 0) seen.first_seen = seen.last_seen = row.time;
    seen.first_seen = std::min(seen.first_seen, row.time);
    seen.last_seen = std::max(seen.last_seen, row.time);
    // Rows come by owner.
    if (row.owner != owner_) here_.clear();
    owner_ = row.owner;
    if (here_.insert(row.producer.value).second) {
      ++(kind == NodeKind::kJob ? seen.jobs : seen.datasets);
    }
    if (!row.bundle || !read_.emplace(row.bundle.value, row.producer.value).second) return {};
    if (read_.size() > kMaxBundles) read_.clear();
    HW_TRY(const std::optional<std::string> bytes, session_.rows().bundle(row.bundle));
    const auto bundle = bytes ? model::decode_bundle(*bytes) : std::optional<model::Bundle>{};
    if (!bundle) return {};
    for (const auto& [name, content] : *bundle) facets_[name].insert(row.producer);
    return {};
  }

  Result<std::vector<ProducerSeen>> producers() {
    std::vector<ProducerSeen> out;
    for (auto& [id, seen] : by_producer_) {
      HW_TRY(seen.name, name_of(id));
      out.push_back(seen);
    }
    std::sort(out.begin(), out.end(), [](const ProducerSeen& a, const ProducerSeen& b) {
      return std::tie(b.statements, a.name) < std::tie(a.statements, b.name);
    });
    return out;
  }
  Result<std::vector<std::string>> producers_of(model::AttributeNameId facet) {
    std::vector<std::string> out;
    const auto it = facets_.find(facet);
    if (it == facets_.end()) return out;
    for (const model::ProducerId id : it->second) {
      HW_TRY(std::string name, name_of(id));
      if (!name.empty()) out.push_back(std::move(name));
    }
    std::sort(out.begin(), out.end());
    return out;
  }

 private:
  Result<std::string> name_of(model::ProducerId id) {
    HW_TRY(const std::optional<std::string> name, session_.rows().producer(id));
    return name.value_or("");
  }

  Session& session_;
  std::map<model::ProducerId, ProducerSeen> by_producer_;
  std::map<model::AttributeNameId, std::set<model::ProducerId>> facets_;
  std::set<std::pair<std::int64_t, std::int64_t>> read_;
  NodeId owner_;
  std::unordered_set<std::int64_t> here_;
};

class Surveyor {
 public:
  Surveyor(Session& session, const CoverageRequest& request)
      : session_(session), graph_(session.graph()), request_(request), speakers_(session) {}

  Result<std::shared_ptr<const Coverage>> run() {
    HW_TRY(hidden_, query::hidden(session_));
    HW_CHECK_OK(read_attributes());
    mark_columns();
    HW_CHECK_OK(read_observations());
    if (cancelled_)
      return base::make_error(base::ErrorCode::kCancelled, "The question was cancelled.");
    HW_CHECK_OK(each_node());
    HW_CHECK_OK(find_look_alikes());
    if (cancelled_)
      return base::make_error(base::ErrorCode::kCancelled, "The question was cancelled.");
    HW_CHECK_OK(finish());
    return std::shared_ptr<const Coverage>(std::make_shared<Coverage>(std::move(out_)));
  }

 private:
  // False when the work is done or nobody waits for it.
  bool go_on() {
    if ((++work_ & 4095) == 0 && request_.cancelled && request_.cancelled()) cancelled_ = true;
    if (work_ > request_.max_work && out_.cut.reason == CutReason::kNone) {
      out_.cut = {CutReason::kMaxWork, 0, request_.max_work};
    }
    return !cancelled_ && out_.cut.reason == CutReason::kNone;
  }
  // Of the asked namespace, and there at the moment; deletion is not judged here.
  bool wanted(NodeId node) const {
    const graph::NodeInfo info = graph_.node(node);
    if (info.kind != NodeKind::kDataset && info.kind != NodeKind::kJob) return false;
    return !request_.name_space || info.name_space == *request_.name_space;
  }

  Result<void> read_attributes();
  Result<void> note(const AttributeRow& row, NodeId node);
  Result<void> read_observations();
  void mark_columns();
  Result<void> each_node();
  void dataset(NodeId node, const About& about, OwnerScore& score);
  void job(NodeId node, const About& about, OwnerScore& score);
  bool any(NodeId node, Direction direction, model::EdgeKinds kinds) const;
  Result<void> score(const About& about, const Annotations& people, const OwnerScore& one);
  Result<void> find_look_alikes();
  Result<void> finish();

  Session& session_;
  const Snapshot& graph_;
  const CoverageRequest& request_;
  std::shared_ptr<const Hidden> hidden_;
  Speakers speakers_;
  std::unordered_map<std::uint32_t, About> about_;
  std::map<model::AttributeNameId, std::int64_t> entities_;
  std::set<std::pair<model::AttributeNameId, NodeId>> of_merged_;  // counted once
  std::unordered_set<std::uint32_t> with_columns_;
  std::vector<Dataset> datasets_;
  std::map<std::string, OwnerScore> owners_;
  std::size_t work_ = 0;
  bool cancelled_ = false;
  Coverage out_;
};

Result<void> Surveyor::note(const AttributeRow& row, NodeId node) {
  HW_TRY(const std::string name, session_.attribute_name(row.name));
  if (name == "$state") {
    HW_TRY(const std::optional<std::string> json, session_.content(row.content));
    about_[node.value].gone = says_gone(json.value_or("null"));
  }
  if (name.starts_with(model::kPeople)) about_[node.value].people = true;
  if (name.starts_with('$')) return {};
  const bool merged = node != row.owner || !graph_.aliases(node).empty();
  if (!merged || of_merged_.emplace(row.name, node).second) ++entities_[row.name];
  if (name == "schema") about_[node.value].schema = row.content;
  if (name == "ownership") about_[node.value].owners = row.content;
  if (name == "documentation") about_[node.value].described = true;
  return {};
}

Result<void> Surveyor::read_attributes() {
  Result<void> failed{};
  HW_CHECK_OK(session_.rows().scan_attributes([&](const AttributeRow& row) {
    if (!row.content || row.owner.value > graph_.node_count() ||
        !session_.recorded(row.recorded_from, row.recorded_to) ||
        !session_.holds(row.valid_from, row.valid_to)) {
      return go_on();
    }
    const NodeId node = graph_.canonical(row.owner);
    if (wanted(node)) failed = note(row, node);
    return failed && go_on();
  }));
  return failed;
}

Result<void> Surveyor::read_observations() {
  Result<void> failed{};
  HW_CHECK_OK(session_.rows().scan_observations([&](const ObservationRow& row) {
    const bool later = session_.seq() < row.seq || row.owner.value > graph_.node_count() ||
                       (!session_.latest() && row.time > session_.moment().as_of);
    if (later) return go_on();
    const NodeId node = graph_.canonical(row.owner);
    if (wanted(node)) failed = speakers_.add(row, graph_.node(node).kind);
    return failed && go_on();
  }));
  return failed;
}

// Datasets of which some column's sources are known.
void Surveyor::mark_columns() {
  const auto count = static_cast<std::uint32_t>(graph_.edge_count());
  for (std::uint32_t id = 1; id <= count; ++id) {
    const graph::EdgeInfo edge = graph_.edge(model::EdgeId{id});
    if ((mask(edge.kind) & model::kColumnLineage) == 0 || edge.recorded_to <= session_.seq() ||
        !session_.holds(edge.valid_from, edge.valid_to)) {
      continue;
    }
    const graph::NodeInfo target = graph_.node(edge.dst);
    const NodeId dataset = target.kind == NodeKind::kField ? target.parent : edge.dst;
    with_columns_.insert(graph_.canonical(dataset).value);
  }
}

bool Surveyor::any(NodeId node, Direction direction, model::EdgeKinds kinds) const {
  bool found = false;
  graph_.for_each(node, direction, kinds, [&found](const graph::Neighbor&) {
    found = true;
    return false;
  });
  return found;
}

void Surveyor::dataset(NodeId node, const About& about, OwnerScore& score) {
  const model::EdgeKinds flow = mask(EdgeKind::kFlow);
  const bool written = any(node, Direction::kUpstream, kOutputs | flow);
  const bool read = any(node, Direction::kDownstream, mask(EdgeKind::kReads) | flow);
  const bool used = any(node, Direction::kDownstream, mask(EdgeKind::kUses));
  if (written && !read && !used) out_.written_never_read.push_back(node);
  if (!written && read) out_.read_never_written.push_back(node);
  score.datasets = 1;
  score.with_schema = about.schema ? 1 : 0;
  score.with_description = about.described ? 1 : 0;
  score.with_column_lineage = with_columns_.contains(node.value) ? 1 : 0;
  score.checks = written ? 3 : 2;
  score.passed =
      score.with_schema + score.with_description + (written ? score.with_column_lineage : 0);
  datasets_.push_back({node, about.schema});
}

void Surveyor::job(NodeId node, const About& about, OwnerScore& score) {
  const bool works = any(node, Direction::kUpstream, model::kTableLineage) ||
                     any(node, Direction::kDownstream, model::kTableLineage);
  // The parent of others leaves the work to them.
  const bool leads = any(node, Direction::kDownstream, mask(EdgeKind::kParent));
  score.jobs = 1;
  score.with_description = about.described ? 1 : 0;
  score.without_io = works || leads ? 0 : 1;
  score.checks = 2;
  score.passed = score.with_description + 1 - score.without_io;
  if (!works && !leads) out_.jobs_without_io.push_back(node);
}

void add_to(OwnerScore& sum, const OwnerScore& one) {
  sum.datasets += one.datasets;
  sum.jobs += one.jobs;
  sum.with_schema += one.with_schema;
  sum.with_description += one.with_description;
  sum.with_column_lineage += one.with_column_lineage;
  sum.without_io += one.without_io;
  sum.checks += one.checks;
  sum.passed += one.passed;
}

Result<void> Surveyor::score(const About& about, const Annotations& people, const OwnerScore& one) {
  add_to(out_.all, one);
  std::vector<std::string> owners;
  if (about.owners) {
    HW_TRY(const std::optional<std::string> facet, session_.content(about.owners));
    owners = read_owners(facet.value_or("{}"));
  }
  owners = unite_owners(owners, people);
  std::sort(owners.begin(), owners.end());
  owners.erase(std::unique(owners.begin(), owners.end()), owners.end());
  if (owners.empty()) owners.emplace_back();
  for (const std::string& owner : owners) add_to(owners_[owner], one);
  return {};
}

Result<void> Surveyor::each_node() {
  const auto count = static_cast<std::uint32_t>(graph_.node_count());
  const About nothing;
  for (std::uint32_t id = 1; id <= count; ++id) {
    const NodeId node{id};
    if (!wanted(node) || graph_.canonical(node) != node || hidden_->contains(graph_, node))
      continue;
    const graph::NodeInfo info = graph_.node(node);
    if (!was_seen(graph_, node)) continue;
    const auto it = about_.find(id);
    About about = it == about_.end() ? nothing : it->second;
    const bool joined = any(node, Direction::kUpstream, model::kTableLineage) ||
                        any(node, Direction::kDownstream, model::kTableLineage);
    if (about.gone && !joined) continue;
    Annotations people;
    if (about.people) {
      HW_TRY(const Attributes attributes, Attributes::read(session_, node));
      HW_TRY(people, read_annotations(session_, attributes, session_.moment().as_of));
      about.described = about.described || people.description;
    }
    OwnerScore one;
    if (info.kind == NodeKind::kJob) {
      job(node, about, one);
    } else {
      dataset(node, about, one);
    }
    HW_CHECK_OK(score(about, people, one));
  }
  return {};
}

Result<void> Surveyor::find_look_alikes() {
  HW_TRY(NodePairs rejected, rejected_pairs(session_));
  LookAlikeFinder finder(session_, request_, std::move(rejected));
  HW_TRY(out_.look_alikes, finder.find(datasets_));
  if (finder.left_out() > 0 && out_.cut.reason == CutReason::kNone) {
    out_.cut = {CutReason::kMaxWork, finder.left_out(), LookAlikeFinder::kMaxPairs};
  }
  if (!finder.stopped()) return {};
  cancelled_ = request_.cancelled && request_.cancelled();
  if (out_.cut.reason == CutReason::kNone) {
    out_.cut = {CutReason::kMaxWork, 0, request_.max_work};
  }
  return {};
}

Result<void> Surveyor::finish() {
  HW_TRY(out_.producers, speakers_.producers());
  for (const auto& [id, count] : entities_) {
    FacetSeen facet;
    HW_TRY(facet.name, session_.attribute_name(id));
    facet.entities = count;
    HW_TRY(facet.producers, speakers_.producers_of(id));
    out_.facets.push_back(std::move(facet));
  }
  std::sort(out_.facets.begin(), out_.facets.end(), [](const FacetSeen& a, const FacetSeen& b) {
    return std::tie(b.entities, a.name) < std::tie(a.entities, b.name);
  });
  for (auto& [name, score] : owners_) {
    score.owner = name;
    out_.owners.push_back(score);
  }
  std::sort(out_.owners.begin(), out_.owners.end(), [](const OwnerScore& a, const OwnerScore& b) {
    const double left = a.score(), right = b.score();
    const auto size_a = a.datasets + a.jobs, size_b = b.datasets + b.jobs;
    return std::tie(left, size_b, a.owner) < std::tie(right, size_a, b.owner);
  });
  return {};
}

}  // namespace

std::size_t Coverage::bytes() const {
  constexpr std::size_t kText = 64;  // about, for each name
  return sizeof(*this) +
         (jobs_without_io.size() + written_never_read.size() + read_never_written.size()) *
             sizeof(NodeId) +
         look_alikes.size() * (sizeof(LookAlike) + kText) +
         producers.size() * (sizeof(ProducerSeen) + kText) +
         facets.size() * (sizeof(FacetSeen) + 4 * kText) +
         owners.size() * (sizeof(OwnerScore) + kText);
}

Result<NodePairs> rejected_pairs(Session& session) {
  HW_TRY(const auto pairs, rejected_joins(session));
  return NodePairs(pairs.begin(), pairs.end());
}

Result<std::shared_ptr<const Coverage>> coverage(Session& session, const CoverageRequest& request) {
  AnswerCache& cache = session.service().answers();
  std::string key = "coverage|" + std::to_string(session.moment().as_of) + "|" +
                    std::to_string(session.seq().value) + "|" + std::to_string(request.max_work);
  if (request.name_space) key += "|" + *request.name_space;
  if (auto known = cache.find<Coverage>(key)) return known;
  HW_TRY(const std::shared_ptr<const Coverage> made, Surveyor(session, request).run());
  cache.put(key, made, made->bytes());
  return made;
}

}  // namespace headwater::query
