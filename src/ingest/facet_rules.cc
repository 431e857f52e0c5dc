#include "ingest/facet_rules.h"

#include <algorithm>
#include <array>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

namespace headwater::ingest {
namespace {

using model::JsonValue;
using Type = JsonValue::Type;

constexpr std::size_t kPlaces = 5;  // of FacetPlace

// `path`: members separated by '.', "[]" for every element, "*" for every member's value.
// `required` speaks of the last member, given that what stands before it is there.
struct Rule {
  FacetPlace place;
  std::string_view facet;
  std::string_view path;
  Type type;
  bool required;
};

constexpr FacetPlace kR = FacetPlace::kRun, kJ = FacetPlace::kJob, kD = FacetPlace::kDataset,
                     kI = FacetPlace::kInput, kO = FacetPlace::kOutput;
constexpr Type kStr = Type::kString, kNum = Type::kNumber, kArr = Type::kArray,
               kObj = Type::kObject, kBoo = Type::kBool;

constexpr Rule kRules[] = {
    {kR, "parent", "run", kObj, true},
    {kR, "parent", "run.runId", kStr, true},
    {kR, "parent", "job", kObj, true},
    {kR, "parent", "job.namespace", kStr, true},
    {kR, "parent", "job.name", kStr, true},
    {kR, "nominalTime", "nominalStartTime", kStr, true},
    {kR, "nominalTime", "nominalEndTime", kStr, false},
    {kR, "errorMessage", "message", kStr, true},
    {kR, "errorMessage", "programmingLanguage", kStr, false},
    {kR, "errorMessage", "stackTrace", kStr, false},
    {kR, "processing_engine", "version", kStr, true},
    {kR, "processing_engine", "name", kStr, false},
    {kR, "externalQuery", "externalQueryId", kStr, true},
    {kR, "externalQuery", "source", kStr, true},
    {kR, "extractionError", "errors", kArr, false},
    {kR, "environmentVariables", "environmentVariables", kArr, true},
    {kR, "environmentVariables", "environmentVariables[].name", kStr, true},
    {kR, "environmentVariables", "environmentVariables[].value", kStr, true},
    {kR, "tags", "tags", kArr, false},
    {kR, "tags", "tags[].key", kStr, true},
    {kR, "tags", "tags[].value", kStr, true},
    {kR, "jobDependencies", "upstream", kArr, false},
    {kR, "jobDependencies", "upstream[].job", kObj, true},
    {kR, "jobDependencies", "upstream[].job.namespace", kStr, true},
    {kR, "jobDependencies", "upstream[].job.name", kStr, true},
    {kR, "jobDependencies", "downstream", kArr, false},
    {kR, "jobDependencies", "downstream[].job", kObj, true},
    {kR, "jobDependencies", "downstream[].job.namespace", kStr, true},
    {kR, "jobDependencies", "downstream[].job.name", kStr, true},
    {kR, "bigQuery_job", "billedBytes", kNum, false},
    {kR, "bigQuery_job", "cached", kBoo, false},
    {kJ, "sql", "query", kStr, true},
    {kJ, "sql", "dialect", kStr, false},
    {kJ, "sourceCode", "language", kStr, true},
    {kJ, "sourceCode", "sourceCode", kStr, true},
    {kJ, "sourceCodeLocation", "type", kStr, true},
    {kJ, "sourceCodeLocation", "url", kStr, true},
    {kJ, "sourceCodeLocation", "version", kStr, false},
    {kJ, "jobType", "processingType", kStr, true},
    {kJ, "jobType", "integration", kStr, true},
    {kJ, "jobType", "jobType", kStr, false},
    {kJ, "jobType", "emissionPattern", kObj, false},
    {kJ, "documentation", "description", kStr, true},
    {kJ, "ownership", "owners", kArr, false},
    {kJ, "ownership", "owners[].name", kStr, true},
    {kJ, "ownership", "owners[].type", kStr, false},
    {kJ, "tags", "tags", kArr, false},
    {kJ, "tags", "tags[].key", kStr, true},
    {kJ, "tags", "tags[].value", kStr, true},
    {kJ, "lineage", "entries", kArr, true},
    {kJ, "lineage", "entries[].type", kStr, true},
    {kJ, "lineage", "entries[].inputs", kArr, false},
    {kJ, "lineage", "entries[].inputs[].type", kStr, true},
    {kJ, "lineage", "entries[].fields", kObj, false},
    {kJ, "lineage", "entries[].fields.*.inputs", kArr, true},
    {kJ, "headwater_code", "semanticVersion", kStr, true},
    {kJ, "headwater_code", "changesColumns", kArr, false},
    {kJ, "headwater_code", "changesColumns[].namespace", kStr, true},
    {kJ, "headwater_code", "changesColumns[].name", kStr, true},
    {kJ, "headwater_code", "changesColumns[].field", kStr, true},
    {kR, "headwater_cost", "cpu_seconds", kNum, false},
    {kR, "headwater_cost", "gpu_seconds", kNum, false},
    {kR, "headwater_cost", "memory_gb_seconds", kNum, false},
    {kR, "headwater_cost", "slot_ms", kNum, false},
    {kR, "headwater_cost", "bytes_scanned", kNum, false},
    {kR, "headwater_cost", "bytes_billed", kNum, false},
    {kR, "headwater_cost", "energy_wh", kNum, false},
    {kR, "headwater_cost", "amount", kNum, false},
    {kR, "headwater_cost", "currency", kStr, false},
    {kR, "headwater_lease", "token", kStr, true},
    {kI, "headwater_partitions", "partitions", kArr, true},
    {kI, "headwater_partitions", "partitions[].key", kObj, true},
    {kI, "headwater_partitions", "partitions[].dataVersion", kStr, false},
    {kO, "headwater_partitions", "partitions", kArr, true},
    {kO, "headwater_partitions", "partitions[].key", kObj, true},
    {kO, "headwater_partitions", "partitions[].dataVersion", kStr, false},
    {kD, "schema", "fields", kArr, false},
    {kD, "schema", "fields[].name", kStr, true},
    {kD, "schema", "fields[].type", kStr, false},
    {kD, "dataSource", "name", kStr, false},
    {kD, "dataSource", "uri", kStr, false},
    {kD, "documentation", "description", kStr, true},
    {kD, "ownership", "owners", kArr, false},
    {kD, "ownership", "owners[].name", kStr, true},
    {kD, "ownership", "owners[].type", kStr, false},
    {kD, "tags", "tags", kArr, false},
    {kD, "tags", "tags[].key", kStr, true},
    {kD, "tags", "tags[].value", kStr, true},
    {kD, "tags", "tags[].field", kStr, false},
    {kD, "version", "datasetVersion", kStr, true},
    {kD, "datasetType", "datasetType", kStr, true},
    {kD, "storage", "storageLayer", kStr, true},
    {kD, "storage", "fileFormat", kStr, false},
    {kD, "symlinks", "identifiers", kArr, false},
    {kD, "symlinks", "identifiers[].namespace", kStr, true},
    {kD, "symlinks", "identifiers[].name", kStr, true},
    {kD, "symlinks", "identifiers[].type", kStr, true},
    {kD, "lifecycleStateChange", "lifecycleStateChange", kStr, true},
    {kD, "lifecycleStateChange", "previousIdentifier", kObj, false},
    {kD, "lifecycleStateChange", "previousIdentifier.name", kStr, true},
    {kD, "lifecycleStateChange", "previousIdentifier.namespace", kStr, true},
    {kD, "columnLineage", "fields", kObj, true},
    {kD, "columnLineage", "fields.*.inputFields", kArr, true},
    {kD, "columnLineage", "fields.*.inputFields[].namespace", kStr, true},
    {kD, "columnLineage", "fields.*.inputFields[].name", kStr, true},
    {kD, "columnLineage", "fields.*.inputFields[].field", kStr, true},
    {kD, "columnLineage", "dataset", kArr, false},
    {kD, "columnLineage", "dataset[].namespace", kStr, true},
    {kD, "columnLineage", "dataset[].name", kStr, true},
    {kD, "columnLineage", "dataset[].field", kStr, true},
    {kD, "lineage", "inputs", kArr, false},
    {kD, "lineage", "inputs[].type", kStr, true},
    {kD, "lineage", "fields", kObj, false},
    {kD, "lineage", "fields.*.inputs", kArr, true},
    {kD, "catalog", "name", kStr, true},
    {kD, "catalog", "framework", kStr, true},
    {kD, "catalog", "type", kStr, true},
    {kD, "hierarchy", "hierarchy", kArr, true},
    {kD, "hierarchy", "hierarchy[].type", kStr, true},
    {kD, "hierarchy", "hierarchy[].name", kStr, true},
    {kD, "dataQualityMetrics", "columnMetrics", kObj, true},
    {kD, "dataQualityMetrics", "rowCount", kNum, false},
    {kD, "dataQualityAssertions", "assertions", kArr, true},
    {kI, "dataQualityMetrics", "columnMetrics", kObj, true},
    {kI, "dataQualityMetrics", "rowCount", kNum, false},
    {kI, "dataQualityMetrics", "bytes", kNum, false},
    {kI, "dataQualityAssertions", "assertions", kArr, true},
    {kI, "dataQualityAssertions", "assertions[].assertion", kStr, true},
    {kI, "dataQualityAssertions", "assertions[].success", kBoo, true},
    {kI, "inputStatistics", "rowCount", kNum, false},
    {kI, "inputStatistics", "size", kNum, false},
    {kI, "inputStatistics", "fileCount", kNum, false},
    {kI, "subset", "inputCondition", kObj, true},
    {kI, "subset", "inputCondition.type", kStr, true},
    {kO, "outputStatistics", "rowCount", kNum, false},
    {kO, "outputStatistics", "size", kNum, false},
    {kO, "outputStatistics", "fileCount", kNum, false},
    {kO, "subset", "outputCondition", kObj, true},
    {kO, "subset", "outputCondition.type", kStr, true},
};

std::string_view type_name(Type type) {
  switch (type) {
    case Type::kAbsent: return "absent";
    case Type::kNull: return "null";
    case Type::kBool: return "a boolean";
    case Type::kNumber: return "a number";
    case Type::kString: return "a string";
    case Type::kArray: return "an array";
    case Type::kObject: return "an object";
  }
  return "unknown";
}

// The rules of one facet as a tree, so that one pass over the facet tries all of them.
struct Shape {
  struct Member;
  std::optional<Type> type;
  std::uint64_t required_members = 0;  // a bit for each of `members`
  std::vector<std::unique_ptr<Member>> members;
  std::unique_ptr<Shape> each_member, each_element;
};

struct Shape::Member {
  std::string_view name;
  Shape shape;
};

// The member, every member ("*") or every element ("[]") that the path begins with.
Shape& step_into(Shape& shape, std::string_view& path) {
  const auto child = [](std::unique_ptr<Shape>& at) -> Shape& {
    if (!at) at = std::make_unique<Shape>();
    return *at;
  };
  if (path.starts_with("[]")) {
    path.remove_prefix(2);
    return child(shape.each_element);
  }
  if (path.starts_with('.')) path.remove_prefix(1);
  const std::size_t end = std::min(path.find_first_of(".["), path.size());
  const std::string_view name = path.substr(0, end);
  path.remove_prefix(end);
  if (name == "*") return child(shape.each_member);
  for (const auto& member : shape.members) {
    if (member->name == name) return member->shape;
  }
  shape.members.push_back(std::make_unique<Shape::Member>(Shape::Member{name, {}}));
  return shape.members.back()->shape;
}

void require(Shape& around, const Shape& member) {
  for (std::size_t i = 0; i < around.members.size(); ++i) {
    if (&around.members[i]->shape == &member) around.required_members |= std::uint64_t{1} << i;
  }
}

bool conforms(const JsonValue& value, const Shape& shape);

bool members_conform(const JsonValue& object, const Shape& shape) {
  std::uint64_t there = 0;
  bool good = true;
  object.members([&](std::string_view name, const JsonValue& member) {
    if (shape.each_member) good = good && conforms(member, *shape.each_member);
    for (std::size_t i = 0; i < shape.members.size(); ++i) {
      if (shape.members[i]->name != name) continue;
      const std::uint64_t bit = std::uint64_t{1} << i;
      there = member.is_null() ? there & ~bit : there | bit;
      good = good && (member.is_null() || conforms(member, shape.members[i]->shape));
      return;
    }
  });
  return good && (shape.required_members & ~there) == 0;
}

// False if any of the rules is broken.
bool conforms(const JsonValue& value, const Shape& shape) {
  if (shape.type && value.type() != *shape.type) return false;
  if (value.is_object()) return members_conform(value, shape);
  bool good = true;
  if (shape.each_element) {
    value.elements([&](const JsonValue& element) {
      good = good && element.is_object() && conforms(element, *shape.each_element);
    });
  }
  return good;
}

using Shapes = std::unordered_map<std::string_view, Shape>;

const Shapes& shapes_of(FacetPlace place) {
  static const std::array<Shapes, kPlaces> all = [] {
    std::array<Shapes, kPlaces> made;
    for (const Rule& rule : kRules) {
      Shape* at = &made[static_cast<std::size_t>(rule.place)][rule.facet];
      Shape* around = at;
      for (std::string_view path = rule.path; !path.empty();) {
        around = std::exchange(at, &step_into(*at, path));
      }
      at->type = rule.type;
      if (rule.required) require(*around, *at);
    }
    return made;
  }();
  return all[static_cast<std::size_t>(place)];
}

// Names the fault; slower.
class Checker {
 public:
  explicit Checker(const Rule& rule) : rule_(rule) {}

  std::optional<FacetFault> check(const JsonValue& value, std::string_view path,
                                  const std::string& pointer) {
    if (path.empty()) return check_type(value, pointer);
    if (path.starts_with("[]")) return check_elements(value, path.substr(2), pointer);
    if (path.starts_with('.')) path.remove_prefix(1);
    if (!value.is_object()) return std::nullopt;  // another rule speaks of this one
    const std::size_t end = std::min(path.find_first_of(".["), path.size());
    const std::string_view name = path.substr(0, end);
    const std::string_view rest = path.substr(end);
    if (name == "*") return check_members(value, rest, pointer);
    const JsonValue member = value.get(name);
    const std::string below = pointer + "/" + std::string(name);
    if (!member.present() || member.is_null()) {
      if (rest.empty() && rule_.required) return FacetFault{below, "is required"};
      return std::nullopt;
    }
    return check(member, rest, below);
  }

 private:
  std::optional<FacetFault> check_type(const JsonValue& value, const std::string& pointer) const {
    if (value.type() == rule_.type) return std::nullopt;
    return FacetFault{pointer, "must be " + std::string(type_name(rule_.type))};
  }
  std::optional<FacetFault> check_elements(const JsonValue& value, std::string_view rest,
                                           const std::string& pointer) {
    std::optional<FacetFault> fault;
    std::size_t index = 0;
    value.elements([&](const JsonValue& element) {
      const std::string below = pointer + "/" + std::to_string(index++);
      if (fault) return;
      if (!element.is_object()) {
        fault = FacetFault{below, "must be an object"};
      } else {
        fault = check(element, rest, below);
      }
    });
    return fault;
  }
  std::optional<FacetFault> check_members(const JsonValue& value, std::string_view rest,
                                          const std::string& pointer) {
    std::optional<FacetFault> fault;
    value.members([&](std::string_view name, const JsonValue& member) {
      if (!fault) fault = check(member, rest, pointer + "/" + std::string(name));
    });
    return fault;
  }

  const Rule& rule_;
};

}  // namespace

bool known_facet(FacetPlace place, std::string_view name) {
  return shapes_of(place).contains(name);
}

std::optional<FacetFault> check_facet(FacetPlace place, std::string_view name,
                                      const JsonValue& facet) {
  const Shapes& shapes = shapes_of(place);
  const auto shape = shapes.find(name);
  if (shape == shapes.end() || conforms(facet, shape->second)) return std::nullopt;
  for (const Rule& rule : kRules) {
    if (rule.place != place || rule.facet != name) continue;
    if (auto fault = Checker(rule).check(facet, rule.path, "")) return fault;
  }
  return std::nullopt;
}

}  // namespace headwater::ingest
