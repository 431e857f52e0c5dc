// libFuzzer: what stands in a URL, from its escapes to a node of the graph.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "api/http/text.h"
#include "api/http/uri.h"
#include "base/utf8.h"
#include "graph/graph.h"
#include "query/node_ref.h"
#include "tests/fuzz/require.h"

namespace headwater {
namespace {

struct World {
  graph::Graph graph;
  World() {
    graph::Changes changes;
    changes.seq = model::Seq{1};
    const auto add = [&](model::NodeKind kind, const char* ns, const char* name,
                         std::uint32_t parent) {
      const auto id = static_cast<std::uint32_t>(changes.nodes.size() + 1);
      changes.nodes.push_back(
          {model::NodeId{id}, kind, ns, name, model::NodeId{parent}, model::Seq{1}, 0, false});
    };
    add(model::NodeKind::kDataset, "a", "b", 0);
    add(model::NodeKind::kDataset, "a:b", "c", 0);
    add(model::NodeKind::kDataset, "a", "b:c", 0);
    add(model::NodeKind::kJob, "s3://x", "%3A", 0);
    add(model::NodeKind::kField, "", "f:g", 1);
    graph.publish(changes);
  }
};

void check_url(std::string_view text) {
  namespace http = api::http;
  for (const bool plus : {false, true}) {
    const auto decoded = http::percent_decode(text, plus);
    if (!decoded) continue;
    REQUIRE(base::is_utf8(*decoded) && decoded->size() <= text.size());
    // One that stands there as it is, no request line lets through.
    const bool raw_nul = text.find('\0') != std::string_view::npos;
    REQUIRE(raw_nul || decoded->find('\0') == std::string::npos);
  }
  if (const auto query = http::parse_query(text)) {
    for (const auto& [name, value] : *query) REQUIRE(base::is_utf8(name) && base::is_utf8(value));
  }
  if (const auto target = http::parse_target(text)) {
    REQUIRE(target->asterisk || target->path.starts_with('/'));
    const auto segments = http::split_path(target->path);
    REQUIRE(target->asterisk || (segments && *segments == target->segments));
  }
}

void check_node(std::string_view text) {
  static World world;
  const auto ref = query::parse_node_ref(text);
  if (!ref || ref->kind == query::RefKind::kRun) return;
  const auto snapshot = world.graph.snapshot();
  const auto node = query::resolve(snapshot, *ref);
  if (!node) return;
  const std::string plain = query::format_node(snapshot, *node);
  const auto again = query::parse_node_ref(plain);
  REQUIRE(again && query::resolve(snapshot, *again));
}

}  // namespace
}  // namespace headwater

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  headwater::check_url(text);
  headwater::check_node(text);
  return 0;
}
