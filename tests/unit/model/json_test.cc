#include "model/json.h"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace headwater::model {
namespace {

TEST(JsonValue, KeepsIntegersBeyondTwoToThe53Exact) {
  const JsonValue json(R"({"a":9007199254740993,"b":-9223372036854775808,"c":9223372036854775808,
                           "d":1e3,"e":5.0,"f":5.5,"g":1e300})");
  EXPECT_EQ(json.get("a").integer(), 9'007'199'254'740'993);
  EXPECT_EQ(json.get("b").integer(), std::numeric_limits<std::int64_t>::min());
  EXPECT_FALSE(json.get("c").integer());
  EXPECT_EQ(json.get("c").text(), "9223372036854775808");
  EXPECT_EQ(json.get("d").integer(), 1000);
  EXPECT_EQ(json.get("e").integer(), 5);
  EXPECT_FALSE(json.get("f").integer());
  EXPECT_FALSE(json.get("g").integer());
}

TEST(JsonValue, TakesTheLastOfDuplicateKeys) {
  const std::string text = R"({"a":1,"b":2,"a":3,"\u0061":4})";
  EXPECT_EQ(JsonValue(text).get("a").integer(), 4);
  EXPECT_EQ(JsonFields(JsonValue(text)).get("a").integer(), 4);
}

TEST(JsonValue, IsAbsentWhereNothingIs) {
  const JsonValue json(R"({"a":{"b":null},"s":"x","list":[1]})");
  EXPECT_FALSE(json.get("z").get("y").present());
  EXPECT_TRUE(json.get("a").get("b").is_null());
  EXPECT_FALSE(json.get("s").get("b").present());
  EXPECT_FALSE(json.get("list").get("0").present());
  EXPECT_FALSE(json.get("a").string());
  EXPECT_FALSE(JsonValue("").present());
  EXPECT_EQ(JsonFields(JsonValue("[1]")).get("a").type(), JsonValue::Type::kAbsent);
}

TEST(JsonValue, SeesThroughWhiteSpaceAndBracketsInStrings) {
  const JsonValue json(" { \"a}\" : [ \"]\\\"\" , { \"b\" : \"{\" } ] , \"c\" : true } ");
  std::vector<std::string> elements;
  json.get("a}").elements([&](const JsonValue& v) { elements.emplace_back(v.text()); });
  EXPECT_EQ(elements, (std::vector<std::string>{"\"]\\\"\"", "{ \"b\" : \"{\" }"}));
  EXPECT_EQ(json.get("c").boolean(), true);
}

// A value of random shape; strings hold brackets, quotes, backslashes.
std::string random_value(std::mt19937& random, int depth) {
  const auto pick = [&](unsigned below) { return static_cast<unsigned>(random()) % below; };
  if (pick(3) == 0 || depth == 0) {
    if (pick(4) == 0) return std::to_string(random());
    std::string text = "\"";
    for (unsigned i = pick(40); i > 0; --i) {
      constexpr std::array kPieces = {"a",    "{",    "]", "}",   "[",
                                      "\\\"", "\\\\", ",", "\\n", "\\u0041"};
      text += kPieces[pick(kPieces.size())];
    }
    return text + "\"";
  }
  const bool object = pick(2) == 0;
  std::string text = object ? "{" : "[";
  const unsigned size = pick(6);
  for (unsigned i = 0; i < size; ++i) {
    if (i > 0) text += ",";
    if (object) text += random_value(random, 0).append(":");
    text += random_value(random, depth - 1);
  }
  return text + (object ? "}" : "]");
}

TEST(JsonValue, EndsWhereItEndsWhateverFollows) {
  std::mt19937 random(20261126);
  for (int i = 0; i < 20'000; ++i) {
    std::string value = random_value(random, static_cast<int>(random() % 6));
    if (value[0] != '"' && value[0] != '{' && value[0] != '[') value = "[" + value + "]";
    const std::string before(random() % 70, ' ');
    for (const std::string& after :
         {std::string(), std::string(",\"}\":["), random_value(random, 3)}) {
      const std::string text = before + value + after;
      ASSERT_EQ(json_skip_value(text, before.size()), before.size() + value.size()) << text;
    }
  }
}

TEST(JsonString, DecodesEscapes) {
  EXPECT_EQ(json_decode_string(R"("a\"\\\/\b\f\n\r\t\u0041")"), "a\"\\/\b\f\n\r\tA");
  EXPECT_EQ(json_decode_string(R"("\u00e9\u20ac\ud83d\ude00")"), "é€😀");
  EXPECT_EQ(json_decode_string(R"("\ud83d")"), "\xEF\xBF\xBD");
  EXPECT_EQ(json_decode_string(R"("\ude00x")"), "\xEF\xBF\xBDx");
  EXPECT_EQ(json_decode_string("\"a\\u0000b\""), std::string("a\0b", 3));
}

TEST(JsonString, QuotesWhatItDecodes) {
  std::string all;
  for (int c = 0; c < 128; ++c) all.push_back(static_cast<char>(c));
  all += "é€😀";
  EXPECT_EQ(json_decode_string(json_quote(all)), all);
}

TEST(JsonMinify, DropsWhiteSpaceBetweenTokensOnly) {
  EXPECT_EQ(json_minify(" { \"a b\" :\t[ 1 ,\r\n \" \\\" \" ] } "), "{\"a b\":[1,\" \\\" \"]}");
}

TEST(JsonMinify, IsTheTextOfTheDocument) {
  for (
      const std::string_view text :
      {R"( {"a" : [ 1 , -2.5e3 , NaN , { } , [ ] , "x\" , "\"y\\" , true ,null ] , "b":-Infinity } )",
       "7", "\"s\"", " [ [ [ 1 ] , 2 ] ] ", ""}) {
    std::size_t replaced = 0;
    const JsonDocument document(text);
    EXPECT_EQ(json_minify(text, &replaced), document.text());
    EXPECT_EQ(replaced, document.replaced());
  }
}

TEST(JsonMinify, ReadsWhatIsNoNumberAsNullAndCounts) {
  std::size_t replaced = 0;
  EXPECT_EQ(json_minify("[NaN, Infinity,-Infinity ,-NaN,Inf,-Inf,\"NaN\",-1]", &replaced),
            "[null,null,null,null,null,null,\"NaN\",-1]");
  EXPECT_EQ(replaced, 6u);
}

}  // namespace
}  // namespace headwater::model
