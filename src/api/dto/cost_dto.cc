#include "api/dto/cost_dto.h"

#include <array>
#include <cstdio>
#include <string>

namespace headwater::api::dto {
namespace {

// One arc after the other, without recursion: as many rings as there are dimensions.
class SunburstWriter {
 public:
  SunburstWriter(JsonWriter& json, const query::Snapshot& graph, const stats::Sunburst& drawn,
                 bool compared)
      : json_(json), graph_(graph), drawn_(drawn), compared_(compared) {}

  void write() {
    struct Open {
      std::uint32_t arc = 0, next = 0;
    };
    std::vector<Open> open;
    begin(0);
    open.push_back({0, 0});
    while (!open.empty()) {
      Open& top = open.back();
      const stats::Arc& arc = drawn_.arcs[top.arc];
      if (top.next < arc.count) {
        const std::uint32_t child = arc.first + top.next++;
        begin(child);
        open.push_back({child, 0});
      } else {
        end(arc);
        open.pop_back();
      }
    }
  }

 private:
  void begin(std::uint32_t index) {
    const stats::Arc& arc = drawn_.arcs[index];
    json_.begin_object();
    if (index == 0 && drawn_.path.empty()) {
      json_.key("name").text("total").key("key").text("");
    } else {
      write_arc_name(json_, graph_, arc.name);
    }
    values(arc.value, arc.before);
    write_share(json_, "share", arc.value, drawn_.arcs[0].value);
    json_.key("children").begin_array();
  }
  void end(const stats::Arc& arc) {
    json_.end_array();
    if (arc.others > 0) {
      json_.key("other").begin_object();
      json_.key("count").number(static_cast<std::int64_t>(arc.others));
      values(arc.other, arc.other_before);
      json_.end_object();
    }
    json_.end_object();
  }
  void values(std::int64_t value, std::int64_t before) {
    json_.key("value").number(value);
    if (compared_) json_.key("before").number(before).key("change").number(value - before);
  }

  JsonWriter& json_;
  const query::Snapshot& graph_;
  const stats::Sunburst& drawn_;
  const bool compared_;
};

void write_points(JsonWriter& json, const stats::OneSeries& one) {
  json.key("value").number(one.value).key("points").begin_array();
  for (const std::int64_t point : one.points) json.number(point);
  json.end_array();
}

}  // namespace

void write_measure(JsonWriter& json, model::Measure measure, std::string_view currency) {
  const model::MeasureInfo& info = model::info(measure);
  json.key("measure").text(info.name).key("unit").begin_object();
  json.key("name").text(info.unit.empty() ? currency : info.unit);
  json.key("scale").number(info.scale);
  if (measure == model::Measure::kAmount) json.key("currency").text(currency);
  json.end_object();
}

void write_arc_name(JsonWriter& json, const query::Snapshot& graph, const stats::ArcName& name) {
  const std::string key = key_of(graph, name);
  json.key("name").text(display_name(graph, name)).key("key").text(key);
  if (name.node.value != 0) json.key("nodeId").text(key);
}

void write_sunburst(JsonWriter& json, const query::Snapshot& graph, const stats::Sunburst& drawn,
                    bool compared) {
  SunburstWriter(json, graph, drawn, compared).write();
}

void write_series(JsonWriter& json, const query::Snapshot& graph, const stats::Series& series) {
  json.key("series").begin_array();
  for (const stats::OneSeries& one : series.series) {
    json.begin_object();
    write_arc_name(json, graph, one.name);
    write_points(json, one);
    json.end_object();
  }
  json.end_array().key("other").begin_object();
  json.key("count").number(static_cast<std::int64_t>(series.others));
  write_points(json, series.other);
  json.end_object().key("total").begin_object();
  write_points(json, series.total);
  json.end_object();
}

void write_ratio(JsonWriter& json, std::string_view key, double value) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.6g", value);
  json.key(key).raw({text.data(), static_cast<std::size_t>(size)});
}

void write_share(JsonWriter& json, std::string_view key, std::int64_t part, std::int64_t whole) {
  write_ratio(json, key, whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole));
}

}  // namespace headwater::api::dto
