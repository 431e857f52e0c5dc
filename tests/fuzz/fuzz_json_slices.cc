// libFuzzer: JSON seen through slices against the same text as RapidJSON's tree; and the byte forms
// of edge sets and bundles.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <rapidjson/document.h>
#include <rapidjson/memorystream.h>

#include "base/utf8.h"
#include "ingest/parse.h"
#include "model/edge_set.h"
#include "model/json.h"
#include "tests/fuzz/require.h"

namespace headwater::model {
namespace {

using Type = JsonValue::Type;

void same(const JsonValue& slice, const rapidjson::Value& tree, std::string_view whole);

void same_members(const JsonValue& slice, const rapidjson::Value& tree, std::string_view whole) {
  auto at = tree.MemberBegin();
  slice.members([&](std::string_view name, const JsonValue& value) {
    REQUIRE(at != tree.MemberEnd());
    const std::string_view theirs(at->name.GetString(), at->name.GetStringLength());
    REQUIRE(name == theirs || !base::is_utf8(theirs));  // see below
    same(value, at->value, whole);
    ++at;
  });
  REQUIRE(at == tree.MemberEnd());
  std::vector<std::string_view> names;
  for (auto m = tree.MemberBegin(); m != tree.MemberEnd() && names.size() < 20; ++m) {
    names.emplace_back(m->name.GetString(), m->name.GetStringLength());
  }
  for (const std::string_view name : names) {
    REQUIRE(slice.get(name).present() || !base::is_utf8(name));
  }
}

void same(const JsonValue& slice, const rapidjson::Value& tree, std::string_view whole) {
  const std::string_view text = slice.text();
  REQUIRE(text.data() >= whole.data() && text.data() + text.size() <= whole.data() + whole.size());
  if (tree.IsObject()) {
    REQUIRE(slice.type() == Type::kObject);
    same_members(slice, tree, whole);
  } else if (tree.IsArray()) {
    REQUIRE(slice.type() == Type::kArray);
    rapidjson::SizeType index = 0;
    slice.elements([&](const JsonValue& value) {
      REQUIRE(index < tree.Size());
      same(value, tree[index++], whole);
    });
    REQUIRE(index == tree.Size());
  } else if (tree.IsString()) {
    const auto decoded = slice.string();
    REQUIRE(decoded);
    // RapidJSON makes bytes that are not UTF-8 of half a surrogate pair.
    const std::string_view theirs(tree.GetString(), tree.GetStringLength());
    REQUIRE(base::is_utf8(*decoded) && (*decoded == theirs || !base::is_utf8(theirs)));
    REQUIRE(json_decode_string(json_quote(*decoded)) == *decoded);
  } else if (tree.IsBool()) {
    REQUIRE(slice.boolean() == tree.GetBool());
  } else if (tree.IsNull()) {
    REQUIRE(slice.is_null());
  } else {
    REQUIRE(slice.type() == Type::kNumber);
    if (tree.IsInt64()) REQUIRE(slice.integer() == tree.GetInt64());
  }
}

void check_tree(const std::string& text) {
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag;
  rapidjson::Document document;
  rapidjson::MemoryStream stream(text.data(), text.size());
  document.ParseStream<kFlags>(stream);
  if (document.HasParseError()) return;  // a number beyond a double
  same(JsonValue(text), document, text);
  const JsonDocument indexed(text);
  REQUIRE(indexed.text() == text && indexed.replaced() == 0);
  same(indexed.root(), document, indexed.text());
}

void check_bytes(std::string_view bytes) {
  if (const auto set = decode_edge_set(bytes)) {
    REQUIRE(decode_edge_set(encode_edge_set(*set))->entries == set->entries);
  }
  if (const auto bundle = decode_bundle(bytes)) {
    REQUIRE(decode_bundle(encode_bundle(*bundle)) == bundle);
  }
}

}  // namespace
}  // namespace headwater::model

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headwater;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  model::check_bytes(text);
  ingest::ParseLimits limits;
  limits.max_depth = 64;
  if (!ingest::check_json(text, limits)) return 0;
  model::check_tree(model::json_minify(text));
  return 0;
}
