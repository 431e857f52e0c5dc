#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <utility>

#include "api/dto/common.h"
#include "api/v1/context.h"
#include "api/v1/moment_cursor.h"
#include "graph/graph_inl.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;
using model::EdgeKind;

constexpr std::array<std::string_view, 7> kSections = {
    "jobs_without_io", "written_never_read", "read_never_written",
    "look_alikes",     "producers",          "facets",
    "owners"};
constexpr std::size_t kItems = 50;  // of a section, if not asked otherwise

struct Asked {
  ListPage page;
  std::array<bool, kSections.size()> sections{};
  query::CoverageRequest request;
};

Result<Asked> read_request(Context& context) {
  Asked out;
  HW_TRY(out.page, list_page(context));
  if (context.request.query_value("limit") == nullptr) out.page.paging.page.limit = kItems;
  std::size_t count = 0;
  for (const auto& [name, value] : context.request.query) {
    if (name != "section") continue;
    const auto it = std::find(kSections.begin(), kSections.end(), value);
    if (it == kSections.end()) {
      std::string all;
      for (const std::string_view section : kSections) {
        all.append(all.empty() ? "" : ", ").append(section);
      }
      return invalid_parameter(context, "section", "must be one of " + all + ".");
    }
    out.sections[static_cast<std::size_t>(it - kSections.begin())] = true;
    ++count;
  }
  if (count == 0) out.sections.fill(true);
  if (out.page.first > 0 && count != 1) {
    return invalid_parameter(context, "section",
                             "must be given exactly once beside a cursor or an offset.");
  }
  HW_TRY(const std::int64_t work,
         number_parameter(context, "max_work", 20'000'000, {1, 1'000'000'000}));
  out.request.max_work = static_cast<std::size_t>(work);
  if (const std::string* name_space = context.request.query_value("namespace")) {
    out.request.name_space = *name_space;
  }
  out.request.cancelled = [cancel = context.cancel] { return cancel.cancelled(); };
  return out;
}

// Scores have two digits more than anybody needs.
void write_score(JsonWriter& json, double score) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.4f", score);
  json.key("score").raw({text.data(), static_cast<std::size_t>(size)});
}

class SectionWriter {
 public:
  SectionWriter(JsonWriter& json, query::Session& session, const Asked& asked)
      : json_(json), session_(session), asked_(asked) {}

  template <class Items, class Write>
  void section(std::size_t index, const Items& items, Write&& write) {
    if (!asked_.sections[index]) return;
    json_.key(kSections[index]).begin_object();
    json_.key("total").number(static_cast<std::int64_t>(items.size()));
    json_.key("items").begin_array();
    for (std::size_t i = asked_.page.first; i < std::min(asked_.page.end(), items.size()); ++i) {
      json_.begin_object();
      write(items[i]);
      json_.end_object();
    }
    json_.end_array();
    // A cursor is good for one section: it binds the parameters.
    const bool alone = std::count(asked_.sections.begin(), asked_.sections.end(), true) == 1;
    json_.key("next_cursor")
        .text_or_null(alone ? cursor_after(asked_.page, session_, items.size()) : std::nullopt);
    json_.end_object();
  }

  void node(model::NodeId id) {
    const graph::NodeInfo info = session_.graph().node(id);
    json_.key("nodeId").text(query::format_node(session_.graph(), id));
    json_.key("namespace").text(info.name_space).key("name").text(info.name);
    json_.key("first_seen").time(info.first_seen);
  }
  void neighbours(std::string_view key, model::NodeId id, graph::Direction direction,
                  model::EdgeKinds kinds) {
    std::set<model::NodeId> others;
    session_.graph().for_each(id, direction, kinds, [&](const graph::Neighbor& n) {
      others.insert(session_.graph().canonical(n.node));
      return true;
    });
    json_.key(key).number(static_cast<std::int64_t>(others.size()));
  }
  void look_alike(const query::LookAlike& pair) {
    const std::string a = query::format_node(session_.graph(), pair.a);
    const std::string b = query::format_node(session_.graph(), pair.b);
    json_.key("a").text(a).key("b").text(b);
    write_score(json_, pair.score);
    json_.key("why").begin_array();
    for (const std::string_view why : pair.why) json_.text(why);
    json_.end_array();
    json_.key("decision").begin_object().key("kind").text("join");
    json_.key("nodeId").text(a).key("other").text(b).end_object();
  }
  void producer(const query::ProducerSeen& seen) {
    json_.key("producer").text(seen.name).key("statements").number(seen.statements);
    json_.key("jobs").number(seen.jobs).key("datasets").number(seen.datasets);
    json_.key("first_seen").time(seen.first_seen).key("last_seen").time(seen.last_seen);
  }
  void facet(const query::FacetSeen& seen) {
    json_.key("facet").text(seen.name).key("entities").number(seen.entities).key("producers");
    dto::write_texts(json_, seen.producers);
  }
  void owner(const query::OwnerScore& score) {
    json_.key("owner");
    json_.text_or_null(score.owner.empty() ? std::nullopt : std::optional(score.owner));
    write_score(json_, score.score());
    json_.key("datasets").number(score.datasets).key("jobs").number(score.jobs);
    json_.key("with_schema").number(score.with_schema);
    json_.key("with_description").number(score.with_description);
    json_.key("with_column_lineage").number(score.with_column_lineage);
    json_.key("without_io").number(score.without_io);
  }

 private:
  JsonWriter& json_;
  query::Session& session_;
  const Asked& asked_;
};

void write_summary(JsonWriter& json, const query::Coverage& found) {
  const auto put = [&json](std::string_view key, std::size_t value) {
    json.key(key).number(static_cast<std::int64_t>(value));
  };
  json.key("summary").begin_object();
  json.key("jobs").number(found.all.jobs).key("datasets").number(found.all.datasets);
  write_score(json, found.all.score());
  put("jobs_without_io", found.jobs_without_io.size());
  put("written_never_read", found.written_never_read.size());
  put("read_never_written", found.read_never_written.size());
  put("look_alikes", found.look_alikes.size());
  put("producers", found.producers.size());
  put("facets", found.facets.size());
  put("owners", static_cast<std::size_t>(
                    std::count_if(found.owners.begin(), found.owners.end(),
                                  [](const auto& owner) { return !owner.owner.empty(); })));
  json.key("with_schema").number(found.all.with_schema);
  json.key("with_description").number(found.all.with_description);
  json.key("with_column_lineage").number(found.all.with_column_lineage);
  json.end_object();
}

void write_sections(SectionWriter& out, const query::Coverage& found) {
  using graph::Direction;
  constexpr model::EdgeKinds kFlow = mask(EdgeKind::kFlow);
  constexpr model::EdgeKinds kWriters =
      mask(EdgeKind::kWrites) | mask(EdgeKind::kWritesScoped) | kFlow;
  out.section(0, found.jobs_without_io, [&](model::NodeId node) { out.node(node); });
  out.section(1, found.written_never_read, [&](model::NodeId node) {
    out.node(node);
    out.neighbours("writers", node, Direction::kUpstream, kWriters);
  });
  out.section(2, found.read_never_written, [&](model::NodeId node) {
    out.node(node);
    out.neighbours("readers", node, Direction::kDownstream, mask(EdgeKind::kReads) | kFlow);
  });
  out.section(3, found.look_alikes, [&](const auto& pair) { out.look_alike(pair); });
  out.section(4, found.producers, [&](const auto& seen) { out.producer(seen); });
  out.section(5, found.facets, [&](const auto& seen) { out.facet(seen); });
  out.section(6, found.owners, [&](const auto& score) { out.owner(score); });
}

Answer get_coverage(Context& context) {
  HW_TRY(const Asked asked, read_request(context));
  HW_TRY(query::Session session, asked.page.moment
                                     ? context.services.queries().open(*asked.page.moment)
                                     : context.open_at_moment());
  HW_TRY(const std::shared_ptr<const query::Coverage> found,
         query::coverage(session, asked.request));
  JsonWriter json;
  json.begin_object();
  write_summary(json, *found);
  SectionWriter sections(json, session, asked);
  write_sections(sections, *found);
  dto::write_graph_head(json, session.answered_as_of(), session.seq(), found->cut);
  json.end_object();
  return json_response(json.take());
}

}  // namespace

std::vector<ApiRoute> coverage_routes() {
  return {{http::Method::kGet, "/api/v1/coverage", {get_coverage, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
