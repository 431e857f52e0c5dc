// Questions about the past, on a real warehouse's events: what Headwater says of a moment now is
// what it said, or would have said, then.
//
// known_at: against a second Headwater that was fed the same records up to that one.
// as_of: against one that was fed the events up to that moment, in their order, and no other.

#include <algorithm>
#include <cstdlib>
#include <random>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "model/json.h"
#include "model/time.h"
#include "tests/support/api_world.h"
#include "tests/support/corpora.h"

namespace headwater::tests {
namespace {

using api::http::Fields;
using base::Micros;
using model::NodeKind;

struct TimedEvent {
  Micros time = 0;
  std::string text;
};

const std::vector<TimedEvent>& events() {
  static const std::vector<TimedEvent> all = [] {
    std::vector<TimedEvent> out;
    for (std::string& line : read_zst_lines(corpora_dir() / "bqetl" / "events-14d.ndjson.zst")) {
      const auto text = model::JsonValue(line).get("eventTime").string();
      const auto time = text ? model::parse_time(*text) : std::nullopt;
      if (time) out.push_back({time->micros, std::move(line)});
    }
    return out;
  }();
  return all;
}

#define REQUIRE_CORPUS()                                     \
  if (events().empty())                                      \
  GTEST_SKIP() << "no corpus at " << corpora_dir() / "bqetl" \
               << ": set HW_CORPORA to the folder that holds it"

int moments() {
  const char* set = std::getenv("HW_MOMENTS");
  return set != nullptr ? std::atoi(set) : 1000;
}

// Each event some places away from its own, so that many come late.
std::vector<TimedEvent> out_of_order(std::mt19937_64& random) {
  std::vector<std::pair<double, std::size_t>> places;
  std::normal_distribution<double> shift(0, 300);
  for (std::size_t i = 0; i < events().size(); ++i) {
    places.emplace_back(static_cast<double>(i) + shift(random), i);
  }
  std::sort(places.begin(), places.end());
  std::vector<TimedEvent> out;
  for (const auto& [place, i] : places) out.push_back(events()[i]);
  return out;
}

// A Headwater that is fed step by step.
class Fed {
 public:
  Fed(const std::string& directory, const std::vector<TimedEvent>& feed)
      : world_(directory, {}), feed_(feed) {
    world_.harness().clock().now_ = 1'830'000'000'000'000;  // after everything that happens
  }
  void up_to(std::size_t count) {
    while (fed_ < count) {
      std::string body = "[";
      for (std::size_t n = 0; n < 500 && fed_ < count; ++n, ++fed_) {
        if (n > 0) body += ",";
        body += feed_[fed_].text;
      }
      must(world_.harness().try_send(body + "]"));
    }
  }
  std::size_t fed() const { return fed_; }
  ApiWorld& world() { return world_; }

 private:
  ApiWorld world_;
  const std::vector<TimedEvent>& feed_;
  std::size_t fed_ = 0;
};

struct Question {
  std::vector<std::string> path;
  Fields query;
  std::string body;  // a POST if there is one
};

// What users ask about a node, over every clocked endpoint.
enum class Order { kSame, kAny };

std::vector<Question> questions(const graph::NodeInfo& node, std::mt19937_64& random, Order order) {
  const std::string space(node.name_space), name(node.name);
  const bool job = node.kind == NodeKind::kJob;
  const std::string id = (job ? "job:" : "dataset:") + space + ":" + name;
  const std::string kinds = job ? "jobs" : "datasets";
  std::vector<Question> out;
  out.push_back({{"lineage"}, {{"nodeId", id}, {"detail", "summary"}}, ""});
  out.push_back({{"lineage"}, {{"nodeId", id}, {"depth", "1"}}, ""});
  out.push_back({{"lineage", "layout"}, {{"nodeId", id}, {"depth", "2"}}, ""});
  out.push_back({{"namespaces", space, kinds, name}, {}, ""});
  out.push_back({{"namespaces", space, kinds, name, "versions"}, {}, ""});
  if (job) out.push_back({{"namespaces", space, kinds, name, "runs"}, {{"limit", "5"}}, ""});
  const std::string change = job ? "code" : "dataset_deleted";
  out.push_back(
      {{"impact"},
       {},
       R"({"changes":[{"kind":")" + change + R"(","nodeId":)" + model::json_quote(id) + "}]}"});
  out.push_back({{"column-lineage"}, {{"nodeId", id}, {"depth", "2"}, {"direction", "both"}}, ""});
  if (order == Order::kSame) {  // moments of their own; what was known is the question
    const Fields days = {{"nodeId", id}, {"from", "2026-10-04"}, {"to", "2026-10-08T12:00:00Z"}};
    out.push_back({{"diff"}, days, ""});
    out.push_back({{"cause"}, {{"nodeId", id}, {"at", "2026-10-09T12:00:00Z"}}, ""});
  }
  // Lists are long: now and then.
  if (random() % 20 == 0) {
    out.push_back({{"namespaces", space, kinds}, {{"limit", "20"}}, ""});
    // By name: use and recency, by which the best are chosen, are those of now.
    const std::string word = name.substr(name.rfind('.') + 1);
    out.push_back({{"search"}, {{"q", word}, {"sort", "name"}, {"limit", "1000"}}, ""});
  }
  return out;
}

ApiReply ask(ApiWorld& world, Question question, const Fields& moment) {
  question.query.insert(question.query.end(), moment.begin(), moment.end());
  if (question.body.empty()) return world.get(std::move(question.path), std::move(question.query));
  return world.post(std::move(question.path), std::move(question.body), std::move(question.query));
}

// Without what names the moment itself. A cursor carries it too, sealed.
std::string without_moment(const std::string& body) {
  static const std::regex moment(
      R"re("(as_of|next_cursor)":"[^"]*",?|"(seq|known_at)":\d+,?|"request_id":"[^"]*",?)re");
  return std::regex_replace(body, moment, "");
}

// The order of lists, and which of several shortest paths is shown, follow the order of arrival,
// which is another one here; so does a picture.
void sorted_text(const model::JsonValue& value, std::string& out) {
  std::vector<std::string> parts;
  const bool object = value.is_object();
  if (object) {
    value.members([&](std::string_view name, const model::JsonValue& member) {
      if (name == "path") return;
      parts.push_back(model::json_quote(name) + ":");
      sorted_text(member, parts.back());
    });
  } else if (value.is_array()) {
    value.elements(
        [&](const model::JsonValue& element) { sorted_text(element, parts.emplace_back()); });
  } else {
    out += value.text();
    return;
  }
  std::sort(parts.begin(), parts.end());
  out += object ? "{" : "[";
  for (const std::string& part : parts) out += part + ",";
  out += object ? "}" : "]";
}

std::string comparable(const std::string& body, Order order) {
  std::string text = without_moment(body);
  if (order == Order::kSame) return text;
  std::string sorted;
  sorted_text(model::JsonValue(body), sorted);
  return without_moment(sorted);
}

// The first place where two texts differ, with what stands around it.
std::string difference(const std::string& a, const std::string& b) {
  std::size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  const std::size_t from = at < 200 ? 0 : at - 200;
  return "\n  now:  ..." + a.substr(from, 400) + "\n  then: ..." + b.substr(from, 400);
}

model::NodeId any_node(const graph::Snapshot& graph, std::mt19937_64& random) {
  for (;;) {
    const model::NodeId node{static_cast<std::uint32_t>(random() % graph.node_count() + 1)};
    const NodeKind kind = graph.node(node).kind;
    if (kind == NodeKind::kDataset || kind == NodeKind::kJob) return node;
  }
}

// Asks both about one random node; false once they differ.
bool agree(ApiWorld& now, const Fields& moment, ApiWorld& then, std::mt19937_64& random,
           Order order) {
  std::vector<Question> asked;
  {
    const graph::Snapshot graph = then.harness().graph().snapshot();
    asked = questions(graph.node(any_node(graph, random)), random, order);
  }
  for (const Question& question : asked) {
    if (order == Order::kAny && question.path.back() == "layout") continue;
    const ApiReply expected = ask(then, question, {});
    const ApiReply actual = ask(now, question, moment);
    const std::string a = comparable(actual.body, order), b = comparable(expected.body, order);
    if (actual.status == expected.status && a == b) continue;
    std::string text;
    for (const std::string& segment : question.path) text += "/" + segment;
    for (const auto& [name, value] : question.query) text += " " + name + "=" + value;
    for (const auto& [name, value] : moment) text += " " + name + "=" + value;
    ADD_FAILURE() << text << question.body << " " << actual.status << " " << expected.status
                  << difference(a, b);
    return false;
  }
  return true;
}

constexpr int kMaxFailures = 5;

TEST(Moments, KnownAtIsWhatASecondHeadwaterKnewThen) {
  REQUIRE_CORPUS();
  std::mt19937_64 random(20261101);
  const std::vector<TimedEvent> feed = out_of_order(random);
  TempDir dir;
  Fed now(dir.path("now"), feed), then(dir.path("then"), feed);
  now.up_to(feed.size());
  std::vector<std::size_t> counts;
  for (int i = 0; i < moments(); ++i) counts.push_back(random() % feed.size() + 1);
  std::sort(counts.begin(), counts.end());
  int failures = 0;
  for (const std::size_t count : counts) {
    then.up_to(count);
    const Fields moment = {{"known_at", std::to_string(count)}};
    if (!agree(now.world(), moment, then.world(), random, Order::kSame) &&
        ++failures == kMaxFailures)
      break;
  }
}

TEST(Moments, AsOfIsWhatTheEventsUpToThenSay) {
  REQUIRE_CORPUS();
  std::mt19937_64 random(20261102);
  const std::vector<TimedEvent> feed = out_of_order(random);
  std::vector<TimedEvent> in_order = feed;
  std::stable_sort(in_order.begin(), in_order.end(),
                   [](const TimedEvent& a, const TimedEvent& b) { return a.time < b.time; });
  TempDir dir;
  Fed now(dir.path("now"), feed), then(dir.path("then"), in_order);
  now.up_to(feed.size());
  std::vector<Micros> times;
  const Micros span = in_order.back().time - in_order.front().time;
  for (int i = 0; i < moments(); ++i) {
    times.push_back(in_order.front().time +
                    static_cast<Micros>(random() % static_cast<std::uint64_t>(span)));
  }
  std::sort(times.begin(), times.end());
  int failures = 0;
  for (const Micros time : times) {
    std::size_t count = then.fed();
    while (count < in_order.size() && in_order[count].time <= time) ++count;
    then.up_to(count);
    const Fields moment = {{"as_of", model::format_time(time)}};
    if (!agree(now.world(), moment, then.world(), random, Order::kAny) &&
        ++failures == kMaxFailures)
      break;
  }
}

}  // namespace
}  // namespace headwater::tests
