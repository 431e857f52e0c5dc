// The table of facet rules against the facets' own schemas: the smallest instance of each schema
// must be accepted, and without a member that the schema requires it may be refused, never the
// other way round.

#include "ingest/facet_rules.h"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>

#include <filesystem>
#include <string>
#include <vector>

#include "ingest/parse.h"
#include "tests/support/corpora.h"

namespace headwater::ingest {
namespace {

using rapidjson::Value;

std::filesystem::path schemas() {
  return tests::corpora_dir().parent_path() / "openlineage" / "spec" / "facets";
}

// An instance that has what is required; `full`: everything that is named.
class Instance {
 public:
  Instance(const rapidjson::Document& schema, bool full) : schema_(schema), full_(full) {}

  std::string of(const Value& s, int depth = 0) const {
    if (depth > 12) return "{}";
    if (s.HasMember("$ref")) return of_reference(s["$ref"].GetString(), depth);
    for (const char* any : {"oneOf", "anyOf"}) {
      if (s.HasMember(any)) return of(s[any][0], depth + 1);
    }
    if (s.HasMember("const")) return "\"" + std::string(s["const"].GetString()) + "\"";
    if (s.HasMember("enum")) return "\"" + std::string(s["enum"][0].GetString()) + "\"";
    const std::string type = type_of(s);
    if (type == "object") return of_object(s, depth);
    if (type == "array") return s.HasMember("items") ? "[" + of(s["items"], depth + 1) + "]" : "[]";
    if (type == "integer" || type == "number") return "1";
    if (type == "boolean") return "true";
    if (type == "string") return "\"2026-01-01T00:00:00Z\"";
    return "{}";
  }

 private:
  static std::string type_of(const Value& s) {
    if (s.HasMember("type") && s["type"].IsString()) return s["type"].GetString();
    return s.HasMember("properties") || s.HasMember("allOf") ? "object" : "";
  }
  std::string of_reference(const std::string& ref, int depth) const {
    constexpr std::string_view kOwn = "#/$defs/";
    if (!ref.starts_with(kOwn)) return "{\"_producer\":\"p\",\"_schemaURL\":\"s\"}";
    return of(schema_["$defs"][ref.substr(kOwn.size()).c_str()], depth + 1);
  }
  void add_members(const Value& s, int depth, std::vector<std::string>& out) const {
    if (s.HasMember("$ref")) {
      const std::string ref = s["$ref"].GetString();
      if (ref.starts_with("#/$defs/")) {
        add_members(schema_["$defs"][ref.substr(8).c_str()], depth + 1, out);
      }
    }
    if (s.HasMember("allOf")) {
      for (const Value& part : s["allOf"].GetArray()) add_members(part, depth, out);
    }
    const auto required = [&](const std::string& name) {
      if (!s.HasMember("required")) return false;
      for (const Value& r : s["required"].GetArray()) {
        if (name == r.GetString()) return true;
      }
      return false;
    };
    if (s.HasMember("properties")) {
      for (const auto& p : s["properties"].GetObject()) {
        const std::string name = p.name.GetString();
        if (name == "_deleted" || (!full_ && !required(name))) continue;
        out.push_back("\"" + name + "\":" + of(p.value, depth + 1));
      }
    }
    if (s.HasMember("additionalProperties") && s["additionalProperties"].IsObject()) {
      out.push_back("\"any\":" + of(s["additionalProperties"], depth + 1));
    }
  }
  std::string of_object(const Value& s, int depth) const {
    std::vector<std::string> members;
    add_members(s, depth, members);
    std::string out = "{";
    for (const std::string& m : members) out += (out.size() == 1 ? "" : ",") + m;
    return out + "}";
  }

  const rapidjson::Document& schema_;
  const bool full_;
};

// Where a facet of this kind stands, by the base that its definition extends.
std::vector<FacetPlace> places(const std::string& definition) {
  if (definition.find("InputDatasetFacet") != std::string::npos) return {FacetPlace::kInput};
  if (definition.find("OutputDatasetFacet") != std::string::npos) return {FacetPlace::kOutput};
  if (definition.find("/RunFacet") != std::string::npos) return {FacetPlace::kRun};
  if (definition.find("/JobFacet") != std::string::npos) return {FacetPlace::kJob};
  if (definition.find("/DatasetFacet") != std::string::npos) return {FacetPlace::kDataset};
  return {};
}

std::string text_of(const Value& value) {
  std::string out;
  if (value.IsObject()) {
    for (const auto& m : value.GetObject()) out += text_of(m.value);
  } else if (value.IsArray()) {
    for (const Value& v : value.GetArray()) out += text_of(v);
  } else if (value.IsString()) {
    out = std::string(" ") + value.GetString();
  }
  return out;
}

TEST(FacetRules, AcceptTheSmallestAndTheFullestInstanceOfEverySchema) {
  if (!std::filesystem::exists(schemas())) GTEST_SKIP() << "no schemas at " << schemas();
  int checked = 0, known = 0;
  for (const auto& entry : std::filesystem::directory_iterator(schemas())) {
    rapidjson::Document schema;
    const std::string source = tests::read_file(entry.path());
    schema.Parse(source.data(), source.size());  // to a NUL it reads some bytes beyond it
    ASSERT_FALSE(schema.HasParseError()) << entry.path();
    if (!schema.HasMember("properties")) continue;
    for (const auto& property : schema["properties"].GetObject()) {
      const std::string name = property.name.GetString();
      std::vector<std::string> definitions;
      if (property.value.HasMember("$ref")) definitions = {property.value["$ref"].GetString()};
      if (property.value.HasMember("anyOf")) {
        for (const Value& v : property.value["anyOf"].GetArray())
          definitions.push_back(v["$ref"].GetString());
      }
      for (const std::string& ref : definitions) {
        const Value& definition = schema["$defs"][ref.substr(8).c_str()];
        for (const FacetPlace place : places(text_of(definition))) {
          for (const bool full : {false, true}) {
            const std::string text = Instance(schema, full).of(definition);
            ASSERT_TRUE(check_json(text, {})) << text;
            const auto fault = check_facet(place, name, model::JsonValue(text));
            EXPECT_FALSE(fault) << entry.path().filename() << " " << name << " " << fault->pointer
                                << " " << fault->message << "\n"
                                << text;
            ++checked;
          }
          known += known_facet(place, name) ? 1 : 0;
        }
      }
    }
  }
  std::printf("%d instances, %d facets with rules\n", checked, known);
  EXPECT_GE(checked, 60);
}

TEST(FacetRules, NameTheMemberThatIsWrong) {
  const auto fault = [](FacetPlace place, const char* name, const char* text) {
    const auto found = check_facet(place, name, model::JsonValue(text));
    return found ? found->pointer + " " + found->message : "none";
  };
  EXPECT_EQ(fault(FacetPlace::kJob, "sql", "{}"), "/query is required");
  EXPECT_EQ(fault(FacetPlace::kJob, "sql", "{\"query\":null}"), "/query is required");
  EXPECT_EQ(fault(FacetPlace::kJob, "sql", "{\"query\":1}"), "/query must be a string");
  EXPECT_EQ(fault(FacetPlace::kDataset, "schema", "{\"fields\":[{\"name\":\"a\"},{}]}"),
            "/fields/1/name is required");
  EXPECT_EQ(fault(FacetPlace::kDataset, "schema", "{\"fields\":[1]}"),
            "/fields/0 must be an object");
  EXPECT_EQ(fault(FacetPlace::kDataset, "columnLineage", "{\"fields\":{\"x\":{}}}"),
            "/fields/x/inputFields is required");
  EXPECT_EQ(fault(FacetPlace::kDataset, "nobody's", "{\"fields\":1}"), "none");
}

}  // namespace
}  // namespace headwater::ingest
