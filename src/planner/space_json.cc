#include "planner/space_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "model/duration.h"
#include "model/json.h"

namespace headwater::planner {
namespace {

using model::JsonValue;

base::Error refused(std::string message) {
  return base::make_error(base::ErrorCode::kInvalidArgument, std::move(message));
}

// An object, and its place in the text for errors: "dimensions[0]".
struct Object {
  JsonValue value;
  std::string where;

  JsonValue get(std::string_view name) const { return value.get(name); }
  std::string path(std::string_view name) const {
    return where.empty() ? std::string(name) : fmt::format("{}.{}", where, name);
  }
  // `must`: "must be a string."
  base::Error wrong(std::string_view name, std::string_view must) const {
    return refused(fmt::format("{} {}", path(name), must));
  }
};

base::Result<void> allow(const Object& object, const std::vector<std::string_view>& names) {
  std::optional<std::string> other;
  object.value.members([&](std::string_view name, const JsonValue&) {
    if (std::find(names.begin(), names.end(), name) == names.end()) other = name;
  });
  if (!other) return {};
  return object.wrong(*other,
                      fmt::format("is not known; the members are {}.", fmt::join(names, ", ")));
}

base::Result<std::string> text_of(const Object& object, std::string_view name,
                                  std::string_view must) {
  auto text = object.get(name).string();
  if (!text) return object.wrong(name, must);
  return *std::move(text);
}

base::Result<std::int64_t> integer_of(const Object& object, std::string_view name,
                                      std::int64_t otherwise) {
  if (!object.get(name).present()) return otherwise;
  const auto integer = object.get(name).integer();
  if (!integer) return object.wrong(name, "must be a whole number.");
  return *integer;
}

base::Result<std::int64_t> read_key(const Object& object, std::string_view name,
                                    std::string_view must, const Calendar& calendar) {
  HW_TRY(const auto text, text_of(object, name, must));
  const auto index = calendar.parse(text);
  if (!index) return refused(object.path(name) + ": " + index.error().message);
  return *index;
}

// How many partitions are run again with each that closes, and from which on.
base::Result<void> read_refresh(const Object& object, Dimension& dimension) {
  const bool bounded = object.get("refresh_from").present();
  if (!object.get("refresh").present()) {
    return bounded ? object.wrong("refresh_from", "goes with refresh.") : base::Result<void>();
  }
  const auto count = object.get("refresh").integer();
  if (!count || *count < 1) {
    return object.wrong("refresh", "must be a whole number of partitions, 1 or more.");
  }
  if (!dimension.expects) {
    return object.wrong("refresh", "needs a start: without one no partition is expected.");
  }
  dimension.refresh = *count;
  if (!bounded) return {};
  HW_TRY(dimension.refresh_from,
         read_key(object, "refresh_from", "must be the key of the first that is run again.",
                  *dimension.calendar));
  return {};
}

base::Result<void> read_time(const Object& object, Dimension& dimension) {
  HW_CHECK_OK(allow(object, {"name", "kind", "granularity", "zone", "start", "close_offset",
                             "refresh", "refresh_from"}));
  constexpr std::string_view kGranularities = "must be one of hour, day, week, month.";
  HW_TRY(const auto name, text_of(object, "granularity", kGranularities));
  const auto granularity = granularity_of(name);
  if (!granularity) return object.wrong("granularity", kGranularities);
  std::string zone = "UTC";
  if (object.get("zone").present()) {
    HW_TRY(zone, text_of(object, "zone", "must be a time zone like \"Europe/Berlin\"."));
  }
  auto calendar = Calendar::create(*granularity, zone);
  if (!calendar) {
    return base::make_error(calendar.error().code,
                            object.path("zone") + ": " + calendar.error().message,
                            calendar.error().detail);
  }
  dimension.calendar = *std::move(calendar);
  dimension.expects = object.get("start").present();
  dimension.start_index = dimension.calendar->min_index();
  if (dimension.expects) {
    HW_TRY(dimension.start_index,
           read_key(object, "start", "must be the key of the first partition that is expected.",
                    *dimension.calendar));
  }
  HW_CHECK_OK(read_refresh(object, dimension));
  if (!object.get("close_offset").present()) return {};
  HW_TRY(const auto text, text_of(object, "close_offset", "must be a duration like PT6H."));
  const auto offset = model::parse_duration(text);
  if (!offset) return object.wrong("close_offset", offset.error().message);
  dimension.close_offset_us = *offset;
  return {};
}

base::Result<std::vector<std::string>> texts_of(const Object& object, std::string_view name) {
  constexpr std::string_view kMust = "must be an array of strings.";
  if (!object.get(name).is_array()) return object.wrong(name, kMust);
  std::vector<std::string> texts;
  bool strings = true;
  object.get(name).elements([&](const JsonValue& element) {
    strings = strings && element.is_string();
    if (strings) texts.push_back(*element.string());
  });
  if (!strings) return object.wrong(name, kMust);
  return texts;
}

base::Result<void> refuse_refresh(const Object& object) {
  if (!object.get("refresh").present()) return {};
  return object.wrong("refresh", "goes with time: only of time partitions close one by one.");
}

base::Result<void> read_static(const Object& object, Dimension& dimension) {
  HW_CHECK_OK(refuse_refresh(object));
  HW_CHECK_OK(allow(object, {"name", "kind", "keys", "retired"}));
  HW_TRY(auto keys, texts_of(object, "keys"));
  std::set<std::string> retired;
  if (object.get("retired").present()) {
    HW_TRY(const auto texts, texts_of(object, "retired"));
    retired.insert(texts.begin(), texts.end());
  }
  for (std::string& key : keys) {
    const bool expected = retired.erase(key) == 0;
    dimension.keys.push_back({std::move(key), expected});
  }
  if (retired.empty()) return {};
  return object.wrong("retired", fmt::format("must be some of the keys; \"{}\" is none of them.",
                                             *retired.begin()));
}

base::Result<void> read_integer(const Object& object, Dimension& dimension) {
  HW_CHECK_OK(refuse_refresh(object));
  HW_CHECK_OK(allow(object, {"name", "kind", "start", "end", "step"}));
  HW_TRY(dimension.start, integer_of(object, "start", 0));
  HW_TRY(dimension.step, integer_of(object, "step", 1));
  if (object.get("end").present()) {
    HW_TRY(dimension.end, integer_of(object, "end", 0));
  }
  return {};
}

base::Result<Dimension> read_dimension(const Object& object) {
  if (!object.value.is_object()) return refused(object.where + " must be an object.");
  Dimension dimension;
  HW_TRY(dimension.name, text_of(object, "name", "must be a string."));
  constexpr std::string_view kKinds = "must be one of time, static, integer.";
  HW_TRY(const auto kind, text_of(object, "kind", kKinds));
  if (kind == "time") {
    HW_CHECK_OK(read_time(object, dimension));
  } else if (kind == "static") {
    dimension.kind = Dimension::Kind::kStatic;
    HW_CHECK_OK(read_static(object, dimension));
  } else if (kind == "integer") {
    dimension.kind = Dimension::Kind::kInteger;
    HW_CHECK_OK(read_integer(object, dimension));
  } else {
    return object.wrong("kind", kKinds);
  }
  return dimension;
}

std::string array_json(const std::vector<std::string_view>& texts) {
  std::string out;
  for (const std::string_view text : texts) {
    out += (out.empty() ? "" : ",") + model::json_quote(text);
  }
  return "[" + out + "]";
}

std::string kind_json(const Dimension& d) {
  if (d.kind == Dimension::Kind::kTime) {
    const std::string start =
        d.expects ? fmt::format(R"("start":"{}",)", d.calendar->key_of(d.start_index)) : "";
    std::string refresh;
    if (d.refresh > 0) refresh = fmt::format(R"(,"refresh":{})", d.refresh);
    if (d.refresh_from != INT64_MIN) {
      refresh += fmt::format(R"(,"refresh_from":"{}")", d.calendar->key_of(d.refresh_from));
    }
    return fmt::format(R"("kind":"time","granularity":"{}","zone":{},{}"close_offset":"{}"{})",
                       to_string(d.calendar->granularity()), model::json_quote(d.calendar->zone()),
                       start, model::format_duration(d.close_offset_us), refresh);
  }
  if (d.kind == Dimension::Kind::kInteger) {
    const std::string end = d.end ? fmt::format(R"("end":{},)", *d.end) : "";
    return fmt::format(R"("kind":"integer","start":{},{}"step":{})", d.start, end, d.step);
  }
  std::vector<std::string_view> keys, retired;
  for (const Dimension::Key& key : d.keys) {
    keys.push_back(key.text);
    if (!key.expected) retired.push_back(key.text);
  }
  std::string out = R"("kind":"static","keys":)" + array_json(keys);
  if (!retired.empty()) out += R"(,"retired":)" + array_json(retired);
  return out;
}

// What must not change of a dimension, said as a whole; "" if it is the same.
std::string moved(const Dimension& before, const Dimension& after) {
  if (before.kind != after.kind) return "its kind";
  if (before.kind == Dimension::Kind::kTime) {
    const bool same = before.calendar->granularity() == after.calendar->granularity() &&
                      before.calendar->zone() == after.calendar->zone();
    return same ? ""
                : fmt::format("its granularity and zone ({}, {})",
                              to_string(before.calendar->granularity()), before.calendar->zone());
  }
  if (before.kind == Dimension::Kind::kStatic) return "";
  const bool same = before.start == after.start && before.step == after.step;
  return same ? "" : fmt::format("its start and step ({}, {})", before.start, before.step);
}

void keep_numbers(const std::vector<Dimension::Key>& before, std::vector<Dimension::Key>& keys) {
  std::map<std::string_view, bool> expected;
  for (const Dimension::Key& key : keys) expected.emplace(key.text, key.expected);
  std::vector<Dimension::Key> merged;
  for (const Dimension::Key& key : before) {
    const auto found = expected.find(key.text);
    merged.push_back({key.text, found != expected.end() && found->second});
  }
  std::set<std::string_view> numbered;
  for (const Dimension::Key& key : before) numbered.insert(key.text);
  for (const Dimension::Key& key : keys) {
    if (!numbered.contains(key.text)) merged.push_back(key);
  }
  keys = std::move(merged);
}

}  // namespace

base::Result<std::vector<Dimension>> read_dimensions(std::string_view json) {
  const Object space{JsonValue(json), ""};
  if (!space.value.is_object()) return refused("The space must be a JSON object.");
  HW_CHECK_OK(allow(space, {"dimensions"}));
  if (!space.get("dimensions").is_array()) {
    return space.wrong("dimensions", "must be an array of objects.");
  }
  std::vector<JsonValue> elements;
  space.get("dimensions").elements([&](const JsonValue& value) { elements.push_back(value); });
  std::vector<Dimension> dimensions;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    HW_TRY(auto dimension, read_dimension({elements[i], fmt::format("dimensions[{}]", i)}));
    dimensions.push_back(std::move(dimension));
  }
  return dimensions;
}

std::string dimensions_json(const std::vector<Dimension>& dimensions) {
  std::string out;
  for (const Dimension& dimension : dimensions) {
    out += fmt::format("{}{{\"name\":{},{}}}", out.empty() ? "" : ",",
                       model::json_quote(dimension.name), kind_json(dimension));
  }
  return "{\"dimensions\":[" + out + "]}";
}

base::Result<std::vector<Dimension>> replace_dimensions(const std::vector<Dimension>& before,
                                                        std::vector<Dimension> after) {
  std::vector<Dimension> ordered;
  for (const Dimension& old : before) {
    const auto found = std::find_if(after.begin(), after.end(),
                                    [&old](const Dimension& d) { return d.name == old.name; });
    if (found == after.end() || after.size() != before.size()) {
      std::vector<std::string_view> names;
      for (const Dimension& dimension : before) names.push_back(dimension.name);
      return refused(
          fmt::format("The dimensions of a space stay, so that no partition changes its number: "
                      "declare {}, and no other.",
                      fmt::join(names, ", ")));
    }
    if (const std::string what = moved(old, *found); !what.empty()) {
      return refused(
          fmt::format("The dimension \"{}\" must keep {}, so that no partition changes its number.",
                      old.name, what));
    }
    keep_numbers(old.keys, found->keys);
    ordered.push_back(std::move(*found));
  }
  return ordered;
}

}  // namespace headwater::planner
