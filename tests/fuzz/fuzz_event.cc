// libFuzzer: a body, from its bytes to parsed events.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "ingest/parse.h"
#include "model/json.h"
#include "tests/fuzz/require.h"

namespace headwater::ingest {
namespace {

ParseLimits small_limits() {
  ParseLimits limits;
  limits.max_depth = 64;
  limits.max_name_bytes = 256;
  limits.max_edges = 2000;
  limits.max_batch_events = 50;
  return limits;
}

bool inside(std::string_view part, std::string_view whole) {
  return part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size();
}

void check_name(const model::Name& name, const ParseLimits& limits) {
  REQUIRE(name.name_space.size() <= limits.max_name_bytes);
  REQUIRE(name.name.size() <= limits.max_name_bytes);
  REQUIRE(!name.name.empty());
}

void check_event(const model::Event& event, const ParseLimits& limits) {
  REQUIRE(event.edges.edges.size() <= limits.max_edges);
  REQUIRE(event.job.has_value() == (event.kind != model::EventKind::kDataset));
  REQUIRE(event.run_id.empty() == (event.kind != model::EventKind::kRun));
  check_name(event.edges.owner.name, limits);
  for (const model::NamedEdge& edge : event.edges.edges) {
    for (const model::End* end : {&edge.src, &edge.dst}) {
      check_name(end->name, limits);
      REQUIRE(end->field.size() <= limits.max_name_bytes);
      REQUIRE(end->field.empty() == (end->kind != model::NodeKind::kField));
    }
    REQUIRE(edge.src != edge.dst);
  }
  for (const model::EntityFacets& entity : event.facets) {
    check_name(entity.entity, limits);
    std::string_view before;
    for (const model::Facet& facet : entity.facets) {
      REQUIRE(before.empty() || before < facet.name);
      before = facet.name;
      REQUIRE(facet.deleted == facet.json.empty());
      if (!facet.deleted) REQUIRE(check_json(facet.json, limits));
    }
  }
  for (const auto& [name, other] : event.aliases) {
    check_name(other, limits);
    REQUIRE(name != other);
  }
}

void check_text(std::string_view text, const ParseLimits& limits) {
  std::size_t replaced = 0;
  const std::string minified = model::json_minify(text, &replaced);
  REQUIRE(minified.size() <= text.size() + 4 * replaced);
  std::size_t again = 0;
  REQUIRE(model::json_minify(minified, &again) == minified && again == 0);
  REQUIRE(check_json(minified, limits));
  REQUIRE(event_hash(text) == event_hash(minified));
  const ParsedEvent first = parse_event(text, limits);
  const ParsedEvent second = parse_event(minified, limits);
  REQUIRE(first.index() == second.index());
  if (const auto* event = std::get_if<model::Event>(&first)) {
    const auto& other = std::get<model::Event>(second);
    REQUIRE(event->hash == event_hash(text) && event->hash == other.hash);
    REQUIRE(event->edges.hash == other.edges.hash && event->time == other.time);
    check_event(*event, limits);
  } else {
    const auto& rejection = std::get<Rejection>(first);
    REQUIRE(!rejection.reason.empty() && rejection.hash == event_hash(text));
  }
}

}  // namespace
}  // namespace headwater::ingest

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headwater::ingest;
  static const ParseLimits limits = small_limits();
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  if (!check_json(body, limits)) return 0;
  const auto split = split_body(body, limits);
  if (!split) return 0;
  for (const std::string_view event : split->events) {
    REQUIRE(inside(event, body) && !event.empty());
    REQUIRE(check_json(event, limits));
    check_text(event, limits);
  }
  return 0;
}
