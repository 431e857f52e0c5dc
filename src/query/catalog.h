// The catalog: namespaces, datasets and jobs, one by one and page by page.
//
// Lists leave out what is hidden: nodes merged into another, deleted datasets and jobs, and
// everything in a hidden namespace. A single look-up finds deleted ones too and says so.
//
// Pages: `after` is the position of the last item seen and stays right while items arrive; `offset`
// counts from there. Errors: kNotFound; those of the store.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "query/session.h"
#include "query/values.h"

namespace headwater::query {

template <class Item, class Position>
struct Page {
  std::vector<Item> items;
  std::int64_t total = 0;        // of all pages
  std::optional<Position> next;  // where the next page starts; none on the last
};

struct PageRequest {
  std::size_t limit = 100, offset = 0;
};

struct NodePosition {
  std::uint32_t name_space = 0;
  std::string name;
};

// By (time descending, node); time is when the job was last heard of.
struct RecencyPosition {
  Micros time = 0;
  std::uint32_t node = 0;
};

// ---- namespaces -------------------------------------------------------------------------------

Result<storage::NamespaceRow> find_namespace(Session& session, std::string_view name);
Result<Page<storage::NamespaceRow, std::string>> list_namespaces(
    Session& session, const PageRequest& page, const std::optional<std::string>& after);

// ---- nodes ------------------------------------------------------------------------------------

// The canonical node of that name. kNotFound names what was looked for.
Result<NodeId> find_named(const Session& session, NodeKind kind, std::string_view name_space,
                          std::string_view name);
NodeSummary summarize(const Snapshot& snapshot, NodeId node);

struct NodeListQuery {
  NodeKind kind = NodeKind::kDataset;
  std::optional<storage::NamespaceRow> name_space;  // none: all
  PageRequest page;
  std::optional<NodePosition> after;
};
Result<Page<NodeId, NodePosition>> list_nodes(Session& session, const NodeListQuery& query);

struct JobListQuery {
  std::optional<storage::NamespaceRow> name_space;
  std::vector<RunState> last_run_states;  // empty: any
  PageRequest page;
  std::optional<RecencyPosition> after;
};
// Linear in the nodes of the graph. Of the newest version only jobs that were touched since they
// were last listed are read (query/job_news.h); else every job is, and its latest run if states are
// asked for.
Result<Page<NodeId, RecencyPosition>> list_jobs(Session& session, const JobListQuery& query);

// ---- one dataset, one job ---------------------------------------------------------------------

Result<DatasetDetail> dataset_detail(Session& session, NodeId dataset);
// `runs`: how many of the latest runs to give in full.
Result<JobDetail> job_detail(Session& session, NodeId job, std::size_t runs);
Result<DatasetVersion> dataset_version(Session& session, NodeId dataset, std::string_view version);
Result<JobVersion> job_version(Session& session, NodeId job, std::string_view version);

// Owners by name, those of producers and people united; cheaper than the whole detail.
Result<std::vector<std::string>> owners_of(Session& session, NodeId node);

// What lists leave out, one node at a time; jobs that were deleted are not told apart.
Result<std::function<bool(NodeId)>> hidden_nodes(Session& session);

}  // namespace headwater::query
