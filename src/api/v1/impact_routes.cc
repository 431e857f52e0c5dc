#include <algorithm>
#include <map>
#include <utility>

#include "api/dto/common.h"
#include "api/v1/body.h"
#include "api/v1/impact_body.h"
#include "api/v1/impact_stream.h"
#include "api/v1/impact_write.h"
#include "api/v1/parameters.h"

namespace headwater::api::v1 {
namespace {

using dto::JsonWriter;
using model::JsonValue;

// Pages of one answer are all of one version: the cursor of the first carries its moment.
struct Position {
  query::Moment moment;
  std::int64_t distance = 0, node = 0;  // or, by weight, its opposite
};

Result<std::optional<Position>> read_cursor(Context& context, const JsonValue& body,
                                            std::uint64_t binding) {
  HW_TRY(const std::optional<std::string> text, text_member(context, body, "cursor"));
  if (!text || text->empty()) return std::optional<Position>{};
  context.details.pointer = "/cursor";
  HW_TRY(const dto::CursorFields fields, dto::decode_cursor(*text, binding));
  if (fields.size() != 4) return wrong_cursor(context);
  Position position;
  HW_TRY(position.moment.as_of, dto::read_cursor_number(fields[0]));
  HW_TRY(const std::int64_t seq, dto::read_cursor_number(fields[1]));
  HW_TRY(position.distance, dto::read_cursor_number(fields[2]));
  HW_TRY(position.node, dto::read_cursor_number(fields[3]));
  position.moment.known_at = model::Seq{static_cast<std::uint64_t>(seq)};
  context.details.pointer.clear();
  return std::optional<Position>(position);
}

// One page as JSON.
class Page {
 public:
  Page(query::Session& session, const ImpactQuery& query, const query::Impact& impact,
       const query::ImpactSelection& selection, ImpactFigures& figures)
      : session_(session),
        query_(query),
        impact_(impact),
        selection_(selection),
        figures_(figures) {}

  Answer write(std::uint64_t binding, const std::optional<Position>& after) {
    json_.begin_object();
    write_changes(json_, session_.graph(), impact_.changes());
    HW_TRY(const std::optional<std::string> next, write_affected(binding, after));
    if (query_.filter.group_by != query::ImpactGrouping::kNone) write_groups();
    write_impact_summary(json_, impact_, selection_, figures_);
    json_.key("next_cursor").text_or_null(next);
    dto::write_graph_head(json_, session_.answered_as_of(), session_.seq(), impact_.cut());
    json_.end_object();
    return json_response(json_.take());
  }

 private:
  // Returns the cursor of the next page.
  Result<std::optional<std::string>> write_affected(std::uint64_t binding,
                                                    const std::optional<Position>& after) {
    const auto& kept = selection_.kept;
    const auto place = [this](std::uint32_t i) {
      const query::Affected& affected = impact_.affected()[i];
      const std::int64_t first =
          query_.by_weight ? -figures_.weight(session_.graph(), affected) : affected.distance;
      return std::pair<std::int64_t, std::int64_t>(first, affected.node.value);
    };
    auto it = kept.begin();
    if (after) {
      it = std::partition_point(kept.begin(), kept.end(), [&](std::uint32_t i) {
        return place(i) <= std::pair(after->distance, after->node);
      });
    }
    AffectedWriter writer(session_, impact_, figures_, query_.evidence);
    const auto first = it;
    json_.key("affected").begin_array();
    for (; it != kept.end() && it - first < static_cast<std::ptrdiff_t>(query_.limit); ++it) {
      const query::Affected& affected = impact_.affected()[*it];
      json_.begin_object();
      HW_CHECK_OK(writer.json(json_, affected));
      json_.end_object();
      for (std::string& key : query::groups_of(session_.graph(), affected.node, writer.owners(),
                                               query_.filter.group_by)) {
        members_[std::move(key)].push_back(query::format_node(session_.graph(), affected.node));
      }
    }
    json_.end_array();
    if (it == kept.end() || it == first) return std::optional<std::string>{};
    const auto [distance, node] = place(*std::prev(it));
    return std::optional<std::string>(dto::encode_cursor(
        binding, {dto::cursor_number(session_.moment().as_of),
                  dto::cursor_number(static_cast<std::int64_t>(session_.seq().value)),
                  dto::cursor_number(distance), dto::cursor_number(node)}));
  }

  // Counts are of the whole answer, nodes of this page.
  void write_groups() {
    json_.key("groups").begin_array();
    for (const query::ImpactGroup& group : selection_.groups) {
      json_.begin_object().key("key").text(group.key);
      json_.key("breaking").number(static_cast<std::int64_t>(group.summary.breaking));
      json_.key("degraded").number(static_cast<std::int64_t>(group.summary.degraded));
      json_.key("recompute").number(static_cast<std::int64_t>(group.summary.recompute));
      json_.key("nodes");
      dto::write_texts(json_, members_[group.key]);
      json_.end_object();
    }
    json_.end_array();
  }

  query::Session& session_;
  const ImpactQuery& query_;
  const query::Impact& impact_;
  const query::ImpactSelection& selection_;
  ImpactFigures& figures_;
  std::map<std::string, std::vector<std::string>> members_;  // of each group, on this page
  JsonWriter json_;
};

Answer post_impact(Context& context) {
  HW_TRY(const JsonValue body, json_object(context));
  const std::uint64_t binding = impact_binding(context.request, body);
  HW_TRY(const std::optional<Position> after, read_cursor(context, body, binding));
  HW_TRY(query::Session session,
         after ? context.services.queries().open(after->moment) : context.open_at_moment());
  HW_TRY(const ImpactQuery query, read_impact(context, session, body));
  HW_TRY(query::Impact impact, query::Impact::of(session, query.request));
  HW_TRY(query::ImpactSelection selection, query::select(session, impact, query.filter));
  HW_TRY(ImpactFigures figures, ImpactFigures::of(context.services.dependencies.stats, session));
  if (query.by_weight) sort_by_weight(session.graph(), impact, selection, figures);
  if (query.format == ImpactFormat::kJson) {
    return Page(session, query, impact, selection, figures).write(binding, after);
  }
  return impact_stream(context.services.queries(), context.services.dependencies.stats,
                       {std::move(impact), std::move(selection), session.moment(),
                        session.answered_as_of(), query.format, query.evidence});
}

}  // namespace

std::vector<ApiRoute> impact_routes() {
  return {{http::Method::kPost, "/api/v1/impact", {post_impact, {}, Pin::kYes}}};
}

}  // namespace headwater::api::v1
