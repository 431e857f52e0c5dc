#include "query/text_index/match.h"

#include <gtest/gtest.h>

namespace headwater::query::text_index {
namespace {

std::vector<std::string> pieces(std::string_view text) {
  std::vector<std::string> out;
  for (const Span& span : words(text)) {
    out.emplace_back(text.substr(span.begin, span.end - span.begin));
  }
  return out;
}

Question ask(std::string_view text) {
  auto question = parse_question(text);
  EXPECT_TRUE(question);
  return *std::move(question);
}

Level level(std::string_view question, const Texts& texts) { return match(ask(question), texts); }

using Pieces = std::vector<std::string>;

TEST(SearchWords, EndAtSeparatorsCamelCaseAndDigits) {
  EXPECT_EQ(pieces("mart.orders_daily-v2"), (Pieces{"mart", "orders", "daily", "v2", "v", "2"}));
  EXPECT_EQ(pieces("OrderItems"), (Pieces{"OrderItems", "Order", "Items"}));
  EXPECT_EQ(pieces("parseXMLFile"), (Pieces{"parseXMLFile", "parse", "XML", "File"}));
  EXPECT_EQ(pieces("IDs"), (Pieces{"IDs", "I", "Ds"}));
  EXPECT_EQ(pieces("s3://b/ünïcode"), (Pieces{"s3", "s", "3", "b", "ünïcode"}));
  EXPECT_TRUE(pieces("._-").empty());
}

TEST(SearchWords, OfManyPartsStayWhole) {
  EXPECT_EQ(pieces("a1b2c3d4"), (Pieces{"a1b2c3d4", "a", "1", "b", "2", "c", "3", "d", "4"}));
  EXPECT_EQ(pieces("a1b2c3d4e"), Pieces{"a1b2c3d4e"});
}

TEST(SearchWords, AreFoldedInPlace) {
  EXPECT_EQ(fold("ÄÖß ŁÓDŹ ΑΒΓ МОСКВА Ё Ÿ"), "äöß łódź αβγ москва ё ÿ");
  for (const std::string_view text : {"ÄŽİĸŉſ×÷", "日本語", "😀x"}) {
    EXPECT_EQ(fold(text).size(), text.size()) << text;
    EXPECT_EQ(fold(fold(text)), fold(text));
  }
}

TEST(SearchFit, StartThenTypoThenInside) {
  EXPECT_EQ(fit("ord", "orders"), Fit::kStart);
  EXPECT_EQ(fit("odrers", "orders"), Fit::kFuzzy);   // neighbours swapped
  EXPECT_EQ(fit("ordes", "orders_x"), Fit::kFuzzy);  // one is missing
  EXPECT_EQ(fit("oorders", "orders"), Fit::kFuzzy);  // one too many
  EXPECT_EQ(fit("urders", "orders"), Fit::kFuzzy);   // another one
  EXPECT_EQ(fit("custmoer", "customers"), Fit::kFuzzy);
  EXPECT_EQ(fit("cutsmoer", "customers"), Fit::kFuzzy);  // two, in eight
  EXPECT_EQ(fit("rders", "reorders"), Fit::kInside);
  EXPECT_EQ(fit("der", "orders"), Fit::kInside);
  EXPECT_EQ(fit("odr", "orders"), Fit::kNone);  // three characters must be right
  EXPECT_EQ(fit("xxders", "orders"), Fit::kNone);
  EXPECT_EQ(fit("münchen", "munchen"), Fit::kFuzzy);  // one character, two bytes
}

TEST(SearchMatch, RanksWhereAndHow) {
  EXPECT_EQ(level("orders", {{Place::kName, "Orders"}}), Level::kExact);
  EXPECT_EQ(level("orders", {{Place::kName, "shop.mart.Orders"}}), Level::kExact);
  EXPECT_EQ(level("mart orders", {{Place::kName, "mart-orders"}}), Level::kExact);
  EXPECT_EQ(level("orders", {{Place::kName, "mart.orders_daily"}}), Level::kPrefix);
  EXPECT_EQ(level("mart.ord", {{Place::kName, "mart.orders"}}), Level::kPrefix);
  EXPECT_EQ(level("orders", {{Place::kName, "shop_orders_x"}}), Level::kWordInName);
  EXPECT_EQ(level("pric", {{Place::kName, "x"}, {Place::kColumn, "unit_price"}}),
            Level::kWordInLabel);
  EXPECT_EQ(level("revenue", {{Place::kName, "x"}, {Place::kDescription, "Daily revenue."}}),
            Level::kWordInProse);
  EXPECT_EQ(level("ordres", {{Place::kName, "shop_orders"}}), Level::kFuzzyInName);
  EXPECT_EQ(level("ordres", {{Place::kColumn, "orders"}}), Level::kFuzzyElsewhere);
  EXPECT_EQ(level("der", {{Place::kName, "shop_orders"}}), Level::kInsideName);
  EXPECT_EQ(level("der", {{Place::kOwner, "orders"}}), Level::kInsideElsewhere);
}

TEST(SearchMatch, EveryWordMustMatchAndTheWorstDecides) {
  const Texts texts{{Place::kName, "mart.orders"},
                    {Place::kColumn, "customer_id"},
                    {Place::kNamespace, "warehouse"}};
  EXPECT_EQ(level("orders customer", texts), Level::kWordInLabel);
  EXPECT_EQ(level("warehouse orders", texts), Level::kWordInProse);
  EXPECT_EQ(level("orders nowhere", texts), Level::kNone);
}

TEST(SearchMatch, FindsWhateverTheNameHolds) {
  for (const std::string name : {"mart.ordersDaily_v2", "s3://bucket/Path=1/file"}) {
    for (std::size_t begin = 0; begin < name.size(); ++begin) {
      for (std::size_t size = 1; begin + size <= name.size(); ++size) {
        const std::string part = name.substr(begin, size);
        if (part == "%") continue;
        EXPECT_NE(level(part, {{Place::kName, name}}), Level::kNone) << part;
        EXPECT_NE(level(fold(part), {{Place::kName, name}}), Level::kNone) << part;
      }
    }
  }
}

TEST(SearchMatch, PatternsAreThoseOfSql) {
  EXPECT_EQ(level("my-job%", {{Place::kName, "my-job-1"}}), Level::kExact);
  EXPECT_EQ(level("my-job%", {{Place::kName, "a-my-job-1"}}), Level::kInsideName);
  EXPECT_EQ(level("%a_b%", {{Place::kName, "xaéb"}}), Level::kExact);
  EXPECT_EQ(level("my-j_b-1", {{Place::kName, "my-jab-1"}}), Level::kInsideName);
  EXPECT_EQ(level("%a%a%a%a%a%a%a%a%a%a%b", {{Place::kName, std::string(5000, 'a')}}),
            Level::kNone);
}

TEST(SearchQuestion, HasLimits) {
  EXPECT_TRUE(parse_question(std::string(kMaxTextBytes, 'a')));
  EXPECT_EQ(parse_question(std::string(kMaxTextBytes + 1, 'a')).error().code,
            base::ErrorCode::kLimitExceeded);
  EXPECT_TRUE(parse_question("a b c d e f g h i j k l m n o p"));
  EXPECT_EQ(parse_question("a b c d e f g h i j k l m n o p q").error().code,
            base::ErrorCode::kLimitExceeded);
}

TEST(SearchHighlights, AreInUtf16UnitsAndApart) {
  const auto found = highlights(ask("daily orders"), {{Place::kName, "😀é.orders_daily_orders"},
                                                      {Place::kColumn, "none"},
                                                      {Place::kDescription, "Dayly things"}});
  ASSERT_EQ(found.size(), 2u);
  // 😀 is two units, é one.
  EXPECT_EQ(found[0].ranges, (std::vector<Span>{{4, 10}, {11, 16}, {17, 23}}));
  EXPECT_EQ(found[1].where.place, Place::kDescription);
  EXPECT_EQ(found[1].ranges, (std::vector<Span>{{0, 5}}));
}

TEST(SearchHighlights, OfOverlappingWordsAreUnited) {
  const auto found = highlights(ask("order orderitems"), {{Place::kName, "OrderItems"}});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].ranges, (std::vector<Span>{{0, 10}}));
}

}  // namespace
}  // namespace headwater::query::text_index
