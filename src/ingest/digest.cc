// Digests of the views: what a replay must repeat, and what must not depend on arrival.

#include <algorithm>
#include <unordered_map>

#include "ingest/digest_collector.h"
#include "ingest/ingest.h"
#include "ingest/partition_digest.h"
#include "ingest/profile_digest.h"
#include "ingest/run_merge.h"
#include "ingest/stats_digest.h"

namespace headwater::ingest {

using base::Hash128;
using base::Hasher;
using base::Result;
using model::NodeId;

namespace {

Hasher exact_edge(const storage::EdgeRow& e) {
  Hasher h;
  h.field(e.id.value).field(static_cast<std::uint64_t>(e.kind)).field(e.src.value);
  h.field(e.dst.value).field(e.via.value).field(e.detail.value).field(bits(e.valid_from));
  h.field(bits(e.valid_to)).field(e.recorded_from.value).field(e.recorded_to.value);
  return h;
}

Hasher tag_definition(const storage::TagDefinitionRow& t) {
  Hasher h;
  h.field(t.name).field(bits(t.at)).field(t.description).field(t.rule.downstream ? 1 : 0);
  h.field(t.rule.stop_masking ? 1 : 0).field(t.rule.stop_indirect ? 1 : 0);
  h.field(t.rule.stop_at_tag).field(t.author);
  return h;
}

class ExactDigests {
 public:
  explicit ExactDigests(storage::Reader& reader) : reader_(reader) {}

  Result<std::vector<ViewDigest>> run() {
    HW_CHECK_OK(nodes());
    HW_CHECK_OK(edges());
    HW_CHECK_OK(attributes());
    HW_CHECK_OK(observations());
    HW_CHECK_OK(runs());
    HW_CHECK_OK(namespaces());
    HW_CHECK_OK(quarantine());
    HW_CHECK_OK(decisions());
    HW_CHECK_OK(plans());
    HW_TRY(ViewDigest partitions, partition_digest(reader_));
    out_.push_back(std::move(partitions));
    HW_TRY(ViewDigest stats, stats_digest(reader_));
    out_.push_back(std::move(stats));
    HW_TRY(ViewDigest profiles, profile_digest(reader_));
    out_.push_back(std::move(profiles));
    return std::move(out_);
  }

 private:
  static void add_counts(Hasher& h, const storage::PlanCounts& n) {
    h.field(bits(n.done)).field(bits(n.told)).field(bits(n.skipped));
    h.field(bits(n.running)).field(bits(n.failed)).field(bits(n.blocked));
  }
  Result<void> plans() {
    Collector all("plans", true);
    HW_TRY(const auto plans, reader_.plans(std::nullopt, model::kNeverSeq, INT64_MAX));
    for (const storage::PlanRow& p : plans) {
      Hasher h;
      h.field(p.id.value).field(p.seq.value).field(bits(p.state)).field(bits(p.hold));
      h.field(bits(p.created_at)).field(bits(p.updated_at)).field(bits(p.upper));
      h.field(bits(p.refreshed)).field(bits(p.total)).field(bits(p.ready));
      h.field(p.author).field(p.reason);
      add_counts(h, p.counts);
      all.add(h);
      HW_CHECK_OK(tasks(p.id, all));
    }
    HW_CHECK_OK(reader_.scan_plan_leases([&](const storage::PlanLeaseRow& l) {
      Hasher h;
      h.field(l.seq.value).field(l.n).field(l.plan.value).field(l.task).field(bits(l.first));
      h.field(bits(l.last)).field(l.worker).field(l.request).field(bits(l.given_at));
      h.field(bits(l.expires_at)).field(bits(l.lease_ms)).field(bits(l.attempt));
      h.field(l.desired).field(bits(l.state)).field(bits(l.ended_at)).field(l.ended.value);
      h.field(l.run_id).field(l.message);
      all.add(h);
      return true;
    }));
    out_.push_back(all.finish());
    return {};
  }
  Result<void> tasks(model::Seq plan, Collector& all) {
    HW_TRY(const auto body, reader_.plan_body(plan));
    if (body) all.add(Hasher().field(plan.value).field(body->body).field(body->summary));
    HW_TRY(const auto tasks, reader_.plan_tasks(plan, 1, UINT32_MAX));
    for (const storage::PlanTaskRow& t : tasks) {
      Hasher h;
      h.field(t.plan.value).field(t.number).field(t.wave).field(t.dataset.value).field(t.lane);
      h.field(bits(t.first)).field(bits(t.last)).field(t.job.value).field(bits(t.action));
      h.field(bits(t.flags)).field(bits(t.deadline)).field(bits(t.probability));
      for (const storage::PlanEstimate& e : {t.duration_ms, t.cost_micros}) {
        h.field(bits(e.p50)).field(bits(e.p90)).field(e.samples).field(bits(e.basis));
      }
      h.field(t.upstream);
      all.add(h);
    }
    HW_TRY(const auto progress, reader_.plan_progress(plan));
    for (const storage::PlanProgressRow& r : progress) {
      Hasher h;
      h.field(r.plan.value).field(r.number).field(r.seq.value).field(bits(r.state));
      h.field(r.ready ? 1 : 0).field(bits(r.attempts)).field(r.runs);
      add_counts(h, r.counts);
      all.add(h);
    }
    return {};
  }
  Result<void> nodes() {
    Collector all("nodes", true);
    HW_CHECK_OK(reader_.scan_nodes(NodeId{}, [&](const storage::NodeRow& n) {
      Hasher h;
      h.field(n.id.value).field(static_cast<std::uint64_t>(n.kind)).field(n.name_space.value);
      h.field(n.parent.value).field(n.name).field(n.recorded.value).field(bits(n.first_seen));
      h.field(n.placeholder ? 1 : 0).field(n.merged_into.value).field(n.merged_seq.value);
      all.add(h);
      return true;
    }));
    HW_TRY(const auto pasts, reader_.node_pasts_after(model::Seq{}));
    for (const storage::NodePastRow& p : pasts) {
      Hasher h;
      h.field(p.node.value).field(p.recorded_to.value).field(bits(p.first_seen));
      h.field(p.placeholder ? 1 : 0);
      all.add(h);
    }
    out_.push_back(all.finish());
    return {};
  }
  Result<void> edges() {
    Collector all("edges", true);
    Collector reasons("edge owners and reasons", true);
    HW_CHECK_OK(reader_.scan_edges(model::EdgeId{}, [&](const storage::EdgeRow& e) {
      all.add(exact_edge(e));
      Hasher h;
      h.field(e.owner.value).field(static_cast<std::uint64_t>(e.reason));
      reasons.add(h);
      return true;
    }));
    out_.push_back(all.finish());
    out_.push_back(reasons.finish());
    return {};
  }
  Result<void> attributes() {
    Collector all("attributes", true);
    Result<void> inner;
    HW_CHECK_OK(reader_.scan_attributes([&](const storage::AttributeRow& a) {
      auto text = content(a.content);
      if (!text) {
        inner = std::move(text).error();
        return false;
      }
      Hasher h;
      h.field(bits(a.id)).field(a.owner.value).field(bits(a.name.value));
      h.field(bits(a.content.value)).field(text->high).field(text->low).field(bits(a.valid_from));
      h.field(bits(a.valid_to)).field(a.recorded_from.value).field(a.recorded_to.value);
      all.add(h);
      return true;
    }));
    HW_CHECK_OK(inner);
    out_.push_back(all.finish());
    return {};
  }
  Result<void> observations() {
    Collector all("observations", true);
    HW_CHECK_OK(reader_.scan_observations([&](const storage::ObservationRow& o) {
      Hasher h;
      h.field(o.owner.value).field(bits(o.time)).field(bits(o.rank)).field(bits(o.tie));
      h.field(o.seq.value).field(bits(o.run.value)).field(bits(o.type)).field(bits(o.flags));
      h.field(bits(o.code.value)).field(bits(o.edge_set.value)).field(bits(o.bundle.value));
      h.field(bits(o.producer.value));
      all.add(h);
      return true;
    }));
    HW_CHECK_OK(reader_.scan_deletions([&](const storage::DeletionRow& d) {
      Hasher h;
      h.field(d.dataset.value).field(bits(d.time)).field(bits(d.rank)).field(bits(d.tie));
      h.field(d.seq.value);
      all.add(h);
      return true;
    }));
    out_.push_back(all.finish());
    return {};
  }
  Result<void> runs() {
    Collector all("runs", true);
    HW_CHECK_OK(reader_.scan_runs([&](const storage::RunInfo& r) {
      Hasher h;
      h.field(bits(r.id.value)).field(r.run_id).field(r.job.value).field(bits(r.parent.value));
      h.field(bits(static_cast<std::int32_t>(r.state))).field(bits(r.started_at));
      h.field(bits(r.ended_at)).field(bits(r.first_time)).field(bits(r.last_time));
      h.field(bits(r.nominal_start)).field(bits(r.nominal_end)).field(bits(r.code.value));
      h.field(r.recorded.value).field(r.updated.value).field(r.merge);
      all.add(h);
      return true;
    }));
    HW_CHECK_OK(reader_.scan_run_pasts([&](const storage::RunPastRow& p) {
      Hasher h;
      h.field(p.job.value).field(p.recorded_to.value).field(bits(p.run.value));
      h.field(bits(p.first_time));
      all.add(h);
      return true;
    }));
    out_.push_back(all.finish());
    return {};
  }
  Result<void> namespaces() {
    Collector all("namespaces", true);
    std::string after;
    constexpr std::size_t kPage = 1000;
    while (true) {
      HW_TRY(const auto page, reader_.namespaces(after, kPage));
      for (const auto& n : page) {
        Hasher h;
        h.field(n.id.value).field(n.name).field(n.owner).field(n.description);
        h.field(bits(n.created_at)).field(bits(n.updated_at)).field(n.deleted ? 1 : 0);
        all.add(h);
        after = n.name;
      }
      if (page.size() < kPage) break;
    }
    out_.push_back(all.finish());
    return {};
  }
  Result<void> decisions() {
    Collector all("decisions", true);
    HW_CHECK_OK(reader_.scan_decisions([&](const storage::DecisionRow& d) {
      Hasher h;
      h.field(d.seq.value).field(static_cast<std::uint64_t>(d.kind)).field(d.node.value);
      h.field(d.other.value).field(d.author).field(bits(d.at));
      all.add(h);
      return true;
    }));
    HW_CHECK_OK(reader_.scan_tag_definitions([&](const storage::TagDefinitionRow& t) {
      all.add(tag_definition(t).field(t.seq.value));
      return true;
    }));
    out_.push_back(all.finish());
    return {};
  }
  Result<void> quarantine() {
    Collector all("quarantine", true);
    model::Seq after;
    constexpr std::size_t kPage = 1000;
    while (true) {
      HW_TRY(const auto page, reader_.quarantined(after, kPage));
      for (const auto& q : page) {
        Hasher h;
        h.field(q.seq.value).field(q.producer).field(q.replayed_as.value);
        all.add(h);
        after = q.seq;
      }
      if (page.size() < kPage) break;
    }
    out_.push_back(all.finish());
    return {};
  }
  Result<Hash128> content(model::ContentId id) {
    if (!id) return Hash128{};
    if (const auto at = contents_.find(id.value); at != contents_.end()) return at->second;
    HW_TRY(const auto text, reader_.content(id));
    const Hash128 hash = base::hash128(text.value_or("<missing>"));
    contents_.emplace(id.value, hash);
    return hash;
  }

  storage::Reader& reader_;
  std::unordered_map<std::int64_t, Hash128> contents_;
  std::vector<ViewDigest> out_;
};

// By name, as it is known now.
class NamedDigests {
 public:
  explicit NamedDigests(storage::Reader& reader) : reader_(reader) {}

  Result<std::vector<ViewDigest>> run() {
    HW_CHECK_OK(nodes());
    HW_CHECK_OK(edges());
    HW_CHECK_OK(attributes());
    HW_CHECK_OK(runs());
    HW_CHECK_OK(tags());
    HW_TRY(std::vector<ViewDigest> stats, named_stats_digests(reader_, names_));
    for (ViewDigest& digest : stats) out_.push_back(std::move(digest));
    HW_TRY(ViewDigest profiles, named_profile_digest(reader_, names_));
    out_.push_back(std::move(profiles));
    return std::move(out_);
  }

 private:
  Result<void> tags() {
    Collector all("definitions of tags", false);
    HW_CHECK_OK(reader_.scan_tag_definitions([&](const storage::TagDefinitionRow& t) {
      all.add(tag_definition(t));
      return true;
    }));
    out_.push_back(all.finish());
    return {};
  }
  Result<void> nodes() {
    std::unordered_map<std::uint32_t, std::string> spaces;
    std::string after;
    constexpr std::size_t kPage = 1000;
    while (true) {
      HW_TRY(const auto page, reader_.namespaces(after, kPage));
      for (const auto& n : page) {
        spaces.emplace(n.id.value, n.name);
        after = n.name;
      }
      if (page.size() < kPage) break;
    }
    std::unordered_map<std::uint32_t, NodeId> merged;
    Collector all("nodes", false);
    HW_CHECK_OK(reader_.scan_nodes(NodeId{}, [&](const storage::NodeRow& n) {
      Hasher name;
      name.field(static_cast<std::uint64_t>(n.kind)).field(spaces[n.name_space.value]);
      const Hash128 parent = names_[n.parent.value];
      name.field(parent.high).field(parent.low).field(n.name);
      names_[n.id.value] = name.finish();
      if (n.merged_into) merged.emplace(n.id.value, n.merged_into);
      // A field that only a merge made says nothing of its own.
      if (n.kind == model::NodeKind::kField) return true;
      name.field(bits(n.first_seen)).field(n.placeholder ? 1 : 0);
      all.add(name);
      return true;
    }));
    Collector aliases("aliases", false);
    for (const auto& [loser, winner] : merged) {
      NodeId last = winner;
      while (merged.contains(last.value)) last = merged.at(last.value);
      const Hash128 from = names_[loser], to = names_[last.value];
      Hasher h;
      h.field(from.high).field(from.low).field(to.high).field(to.low);
      if (!is_field(loser)) aliases.add(h);
    }
    out_.push_back(all.finish());
    out_.push_back(aliases.finish());
    return {};
  }
  bool is_field(std::uint32_t id) const {
    const auto row = reader_.node(NodeId{id});
    return row && *row && (*row)->kind == model::NodeKind::kField;
  }
  Result<void> edges() {
    std::unordered_map<std::uint16_t, Hash128> details;
    HW_TRY(const auto transformations, reader_.transformations());
    for (const auto& t : transformations) {
      details[t.id.value] =
          Hasher().field(t.type).field(t.subtype).field(t.masking ? 1 : 0).finish();
    }
    Collector current("current edges", false);
    Collector history("valid-time history of edges", false);
    HW_CHECK_OK(reader_.scan_edges(model::EdgeId{}, [&](const storage::EdgeRow& e) {
      if (e.recorded_to != model::kNeverSeq) return true;
      Hasher h;
      h.field(static_cast<std::uint64_t>(e.kind));
      for (const NodeId id : {e.owner, e.src, e.dst, e.via}) {
        h.field(names_[id.value].high).field(names_[id.value].low);
      }
      h.field(details[e.detail.value].high).field(details[e.detail.value].low);
      if (e.valid_to == model::kOpenEnd) current.add(h);
      h.field(bits(e.valid_from)).field(bits(e.valid_to));
      h.field(static_cast<std::uint64_t>(e.reason));
      history.add(h);
      return true;
    }));
    out_.push_back(current.finish());
    out_.push_back(history.finish());
    return {};
  }
  Result<void> attributes() {
    Collector all("valid-time history of attributes", false);
    Result<void> inner;
    HW_CHECK_OK(reader_.scan_attributes([&](const storage::AttributeRow& a) {
      if (a.recorded_to != model::kNeverSeq) return true;
      auto text = reader_.content(a.content);
      auto name = reader_.attribute_name(a.name);
      if (!text || !name) {
        inner = !text ? std::move(text).error() : std::move(name).error();
        return false;
      }
      Hasher h;
      h.field(names_[a.owner.value].high).field(names_[a.owner.value].low);
      h.field(name->value_or("")).field(text->value_or("")).field(bits(a.valid_from));
      h.field(bits(a.valid_to));
      all.add(h);
      return true;
    }));
    HW_CHECK_OK(inner);
    out_.push_back(all.finish());
    return {};
  }
  Result<void> runs() {
    std::unordered_map<std::int64_t, Hash128> names;
    std::vector<storage::RunInfo> rows;
    HW_CHECK_OK(reader_.scan_runs([&](const storage::RunInfo& r) {
      const Hash128 job = names_[r.job.value];
      names[r.id.value] = Hasher().field(r.run_id).field(job.high).field(job.low).finish();
      rows.push_back(r);
      rows.back().merge.clear();
      return true;
    }));
    Collector all("runs", false);
    for (const storage::RunInfo& r : rows) {
      Hasher h;
      for (const Hash128& name : {names[r.id.value], names[r.parent.value]}) {
        h.field(name.high).field(name.low);
      }
      h.field(bits(static_cast<std::int32_t>(r.state))).field(bits(r.started_at));
      h.field(bits(r.ended_at)).field(bits(r.first_time)).field(bits(r.last_time));
      h.field(bits(r.nominal_start)).field(bits(r.nominal_end));
      all.add(h);
    }
    out_.push_back(all.finish());
    return {};
  }

  storage::Reader& reader_;
  std::unordered_map<std::uint32_t, Hash128> names_;
  std::vector<ViewDigest> out_;
};

// The graph in memory, hashed as the rows are.
ViewDigest graph_digest(const graph::Graph& graph) {
  const graph::Snapshot snapshot = graph.snapshot();
  Collector all("graph", true);
  for (std::uint32_t id = 1; id <= snapshot.edge_count(); ++id) {
    const graph::EdgeInfo e = snapshot.edge(model::EdgeId{id});
    storage::EdgeRow row;
    row.id = model::EdgeId{id};
    row.kind = e.kind;
    row.src = e.src;
    row.dst = e.dst;
    row.via = e.via;
    row.detail = e.detail;
    row.valid_from = e.valid_from;
    row.valid_to = e.valid_to;
    row.recorded_from = e.recorded_from;
    row.recorded_to = e.recorded_to;
    all.add(exact_edge(row));
  }
  return all.finish();
}

}  // namespace

Result<std::vector<ViewDigest>> digests(storage::Store& store, bool exact) {
  HW_TRY(auto reader, store.reader());
  HW_CHECK_OK(reader.begin());
  if (!exact) return NamedDigests(reader).run();
  HW_TRY(auto out, ExactDigests(reader).run());
  HW_TRY(const auto graph, load_graph(store));
  out.push_back(graph_digest(*graph));
  return out;
}

}  // namespace headwater::ingest
