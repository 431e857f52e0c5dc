#include "ingest/subset_reader.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include "ingest/partition_boxes.h"
#include "ingest/path_partition.h"

namespace headwater::ingest {

using model::DimensionBounds;
using model::JsonValue;
using model::PartitionBox;
using Values = std::map<std::string, std::string>;

namespace {

constexpr const char* kMalformed = "malformed_facet";
constexpr const char* kNotRead = "subset_not_read";
constexpr const char* kTooLarge = "subset_too_large";

std::string upper_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return text;
}

// A string, number or truth value in its own spelling.
std::optional<std::string> value_text(const JsonValue& value) {
  switch (value.type()) {
    case JsonValue::Type::kString: return value.string();
    case JsonValue::Type::kNumber:
    case JsonValue::Type::kBool: return std::string(value.text());
    default: return std::nullopt;
  }
}

bool is_whole_number(const JsonValue& value) {
  return value.type() == JsonValue::Type::kNumber &&
         value.text().find_first_of(".eE") == std::string_view::npos;
}

PartitionBox box_of(const Values& values) {
  PartitionBox box;
  for (const auto& [dimension, value] : values) box.bounds.push_back({dimension, value, value});
  return box;
}

base::Hash128 hash_of(const PartitionBox& box) {
  base::Hasher hasher;
  const auto end = [&](const std::optional<std::string>& value, bool included) {
    hasher.field(value ? (included ? 2 : 1) : 0).field(value.value_or(""));
  };
  hasher.field(box.bounds.size());
  for (const DimensionBounds& bounds : box.bounds) {
    hasher.field(bounds.dimension);
    end(bounds.lower, bounds.lower_included);
    end(bounds.upper, bounds.upper_included);
  }
  hasher.field(box.data_version);
  for (const auto& count : {box.rows, box.size_bytes}) {
    hasher.field(count ? 1 : 0).field(static_cast<std::uint64_t>(count.value_or(0)));
  }
  return hasher.finish();
}

std::string step(const std::string& pointer, std::size_t index) {
  return pointer + "/" + std::to_string(index);
}

}  // namespace

// One side of a comparison.
struct SubsetReader::Operand {
  bool is_field = false;
  std::string text;  // the field's name, or the literal
};

void SubsetReader::fault(std::string code, std::string pointer, std::string message,
                         Reading& into) {
  warn_(std::move(code), std::move(pointer), std::move(message));
  into.complete = false;
}

bool SubsetReader::too_many(Reading& into) {
  into.complete = false;
  if (!std::exchange(told_too_large_, true)) {
    warn_(kTooLarge, facet_,
          "It comes to more than " + std::to_string(limits_.max_subset_boxes) +
              " partitions (limit max_subset_boxes), or the event to too many; those beyond were "
              "kept but not used. Name ranges by comparisons.");
  }
  return false;
}

bool SubsetReader::spend(Reading& into) {
  if (work_ >= kWorkPerBox * limits_.max_subset_boxes) return too_many(into);
  ++work_;
  return true;
}

// False: the limit is reached.
bool SubsetReader::add(PartitionBox box, Reading& into) {
  if (!spend(into)) return false;
  const base::Hash128 hash = hash_of(box);
  if (into.seen.contains(hash)) return true;
  if (into.boxes.size() >= limits_.max_subset_boxes) return too_many(into);
  into.seen.insert(hash);
  into.boxes.push_back(std::move(box));
  return true;
}

bool SubsetReader::usable(const PartitionBox& box) const {
  return std::ranges::all_of(box.bounds, [&](const DimensionBounds& bounds) {
    return usable_text(bounds.dimension, limits_) &&
           usable_text(bounds.lower.value_or(""), limits_) &&
           usable_text(bounds.upper.value_or(""), limits_);
  });
}

void SubsetReader::add_condition(const JsonValue& condition, const std::string& pointer,
                                 Reading& into) {
  facet_ = pointer;
  told_too_large_ = false;
  read(condition, {pointer, 0}, into);
}

void SubsetReader::read(const JsonValue& condition, const Place& at, Reading& into) {
  if (at.depth > limits_.max_subset_depth) {
    return fault(kTooLarge, at.pointer,
                 "Conditions are nested deeper than " + std::to_string(limits_.max_subset_depth) +
                     " levels (limit max_subset_depth); this one was kept but not used.",
                 into);
  }
  if (!condition.is_object()) {
    return fault(kMalformed, at.pointer, "must be a condition; it was kept but not used.", into);
  }
  const std::string type = condition.get("type").string().value_or("");
  if (type == "partition") return read_dimensions(condition, at, into);
  if (type == "location") return read_locations(condition, at, into);
  if (type == "compare") return read_compare(condition, at, into);
  if (type == "binary") return read_binary(condition, at, into);
  fault(kMalformed, at.pointer + "/type",
        "must be partition, location, compare or binary; the condition was kept but not used.",
        into);
}

// Without dimensions the identifier says it: as Hive writes it (date=2026-10-01/hour=05), or a
// value of the only dimension.
std::optional<PartitionBox> SubsetReader::dimensions_box(const JsonValue& partition) const {
  Values values;
  bool good = true;
  partition.get("dimensions").members([&](std::string_view name, const JsonValue& member) {
    auto value = value_text(member);
    good = good && value && !name.empty();
    if (good) values[std::string(name)] = std::move(*value);
  });
  if (!good) return std::nullopt;
  if (!values.empty()) return box_of(values);
  auto identifier = partition.get("identifier").string();
  if (!identifier || identifier->empty()) return std::nullopt;
  if (identifier->find('=') != std::string::npos) return path_partition(*identifier);
  return box_of({{"", std::move(*identifier)}});
}

// Of faults in a list the first is told, so that they do not crowd out other warnings.
void SubsetReader::read_dimensions(const JsonValue& condition, const Place& at, Reading& into) {
  const JsonValue list = condition.get("partitions");
  const std::string pointer = at.pointer + "/partitions";
  if (!list.is_array()) {
    return fault(kMalformed, pointer, "must be an array; it was kept but not used.", into);
  }
  std::size_t index = 0;
  bool told = false, full = false;
  list.elements([&](const JsonValue& partition) {
    const std::size_t own = index++;
    if (full) return;
    auto box = dimensions_box(partition);
    if (box && usable(*box)) {
      full = !add(std::move(*box), into);
    } else if (!std::exchange(told, true)) {
      fault(kMalformed, step(pointer, own),
            "needs dimensions with plain values, or an identifier; it was kept but not used.",
            into);
    }
  });
}

void SubsetReader::read_locations(const JsonValue& condition, const Place& at, Reading& into) {
  const JsonValue list = condition.get("locations");
  const std::string pointer = at.pointer + "/locations";
  if (!list.is_array()) {
    return fault(kMalformed, pointer, "must be an array; it was kept but not used.", into);
  }
  std::size_t index = 0;
  bool told_type = false, told_path = false, full = false;
  list.elements([&](const JsonValue& location) {
    const std::size_t own = index++;
    if (full) return;
    const auto path = location.string();
    auto box = path ? path_partition(*path) : std::nullopt;
    if (box && usable(*box)) {
      full = !add(std::move(*box), into);
    } else if (!path && !std::exchange(told_type, true)) {
      fault(kMalformed, step(pointer, own), "must be a string; it was kept but not used.", into);
    } else if (path && !std::exchange(told_path, true)) {
      fault(kNotRead, step(pointer, own),
            "No partition could be read from this path: neither key=value folders nor one date.",
            into);
    }
  });
}

std::optional<SubsetReader::Operand> SubsetReader::operand(const JsonValue& value) const {
  const std::string type = value.get("type").string().value_or("");
  std::optional<std::string> text;
  if (type == "field") text = value.get("field").string();
  if (type == "literal") text = value_text(value.get("value"));
  const bool good = text && usable_text(*text, limits_) && (type == "literal" || !text->empty());
  if (!good) return std::nullopt;
  return Operand{type == "field", std::move(*text)};
}

void SubsetReader::read_compare(const JsonValue& condition, const Place& at, Reading& into) {
  const auto left = operand(condition.get("left")), right = operand(condition.get("right"));
  if (!left || !right) {
    return fault(kMalformed, at.pointer + (left ? "/right" : "/left"),
                 "must be a field with its name or a literal with its value; it was kept but not "
                 "used.",
                 into);
  }
  if (left->is_field == right->is_field) {
    return fault(kNotRead, at.pointer, "Only a field and a literal are compared here.", into);
  }
  const std::string& value = left->is_field ? right->text : left->text;
  DimensionBounds bounds{left->is_field ? left->text : right->text, {}, {}};
  std::string comparison = upper_case(condition.get("comparison").string().value_or(""));
  const bool equal = comparison == "EQUAL";
  const bool greater = comparison.starts_with("GREATER_"), less = comparison.starts_with("LESS_");
  const bool included = comparison.ends_with("_EQUAL_THAN");
  const std::string rest = comparison.substr(std::min(comparison.find('_'), comparison.size()));
  if (!equal && !((greater || less) && (rest == "_THAN" || rest == "_EQUAL_THAN"))) {
    return fault(kMalformed, at.pointer + "/comparison",
                 "must be EQUAL, GREATER_THAN, GREATER_EQUAL_THAN, LESS_THAN or LESS_EQUAL_THAN; "
                 "the condition was kept but not used.",
                 into);
  }
  if (equal || greater == left->is_field) bounds.lower = value;  // 3 < x is x > 3
  if (equal || less == left->is_field) bounds.upper = value;
  bounds.lower_included = !bounds.lower || equal || included;
  bounds.upper_included = !bounds.upper || equal || included;
  PartitionBox box;
  box.bounds.push_back(std::move(bounds));
  add(std::move(box), into);
}

void SubsetReader::read_binary(const JsonValue& condition, const Place& at, Reading& into) {
  const std::string name = upper_case(condition.get("operator").string().value_or(""));
  const Place left{at.pointer + "/left", at.depth + 1}, right{at.pointer + "/right", at.depth + 1};
  if (name == "OR") {
    read(condition.get("left"), left, into);
    return read(condition.get("right"), right, into);
  }
  if (name != "AND") {
    return fault(kMalformed, at.pointer + "/operator",
                 "must be AND or OR; the condition was kept but not used.", into);
  }
  Reading these, those;
  read(condition.get("left"), left, these);
  read(condition.get("right"), right, those);
  if (these.nothing() || those.nothing()) return;  // whatever the other side is
  if (!these.complete || !those.complete) into.complete = false;
  intersect(these, those, at, into);
}

void SubsetReader::intersect(const Reading& left, const Reading& right, const Place& at,
                             Reading& into) {
  bool decided = true;
  for (const PartitionBox& a : left.boxes) {
    for (const PartitionBox& b : right.boxes) {
      if (!spend(into)) return;
      CommonBox common = common_box(a, b);
      decided = decided && common.decided;
      if (common.box && !add(std::move(*common.box), into)) return;
    }
  }
  if (!decided) {
    fault(kNotRead, at.pointer,
          "Some of these bounds do not compare (2026-10-01 with 20261001, a day with an hour); "
          "what they have in common was not read.",
          into);
  }
}

std::optional<PartitionBox> SubsetReader::keyed_box(const JsonValue& key) const {
  Values values;
  bool good = true;
  key.members([&](std::string_view name, const JsonValue& member) {
    good = good && !name.empty() && (member.is_string() || is_whole_number(member));
    if (good) values[std::string(name)] = *value_text(member);
  });
  if (!good || values.empty()) return std::nullopt;
  return box_of(values);
}

void SubsetReader::read_content(const JsonValue& partition, const std::string& pointer,
                                PartitionBox& box, bool& told) {
  const auto say = [&](const char* member, const char* what) {
    if (std::exchange(told, true)) return;
    warn_(kMalformed, pointer + "/" + member, std::string(what) + "; it was kept but not used.");
  };
  const auto count = [&](const char* member) -> std::optional<std::int64_t> {
    const JsonValue value = partition.get(member);
    if (!value.present() || value.is_null()) return std::nullopt;
    const auto number = is_whole_number(value) ? value.integer() : std::nullopt;
    if (number && *number >= 0) return number;
    say(member, "must be a whole number of 0 or more");
    return std::nullopt;
  };
  box.rows = count("rows");
  box.size_bytes = count("bytes");
  box.data_version = partition.get("dataVersion").string().value_or("");
  if (usable_text(box.data_version, limits_)) return;
  box.data_version.clear();
  say("dataVersion", "is too long or holds U+0000");
}

void SubsetReader::add_partitions(const JsonValue& partitions, const std::string& pointer,
                                  Reading& into) {
  facet_ = pointer;
  told_too_large_ = false;
  std::size_t index = 0;
  bool told_key = false, told_content = false, full = false;
  partitions.elements([&](const JsonValue& partition) {
    const std::size_t own = index++;
    if (full) return;
    auto box = keyed_box(partition.get("key"));
    if (box && usable(*box)) {
      read_content(partition, step(pointer, own), *box, told_content);
      full = !add(std::move(*box), into);
    } else if (!std::exchange(told_key, true)) {
      fault(kMalformed, step(pointer, own) + "/key",
            "needs a string or an integer for each of its dimensions; the partition was kept but "
            "not used.",
            into);
    }
  });
}

}  // namespace headwater::ingest
