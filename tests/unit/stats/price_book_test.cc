#include "stats/price_book.h"

#include <gtest/gtest.h>

#include "model/time.h"
#include "tests/support/harness.h"

namespace headwater::stats {
namespace {

using model::Measure;
using model::Quantities;
using tests::must;

constexpr base::Micros kThen = 1'700'000'000'000'000;

Quantities bytes_billed(std::int64_t bytes) {
  Quantities q;
  q[Measure::kBytesBilled] = bytes;
  return q;
}

TEST(PriceBook, PatternsMatchAnyRunOfCharacters) {
  EXPECT_TRUE(matches("", "anything"));
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("big*", "bigquery"));
  EXPECT_TRUE(matches("*.daily.*x", "a.daily.b.x"));
  EXPECT_FALSE(matches("*.daily.*x", "a.daily.b.y"));
  EXPECT_FALSE(matches("bigquery", "bigquery2"));
  EXPECT_TRUE(matches("a*b*c", "a-b-b-c"));
}

TEST(PriceBook, PricesAreExactForEveryPer) {
  const PriceBook book = must(parse_price_book(
      R"({"currency":"EUR","prices":[{"unit":"bytes_billed","price":6.25,"per":1099511627776}]})"));
  Quantities q = bytes_billed(std::int64_t{3} << 40);
  EXPECT_TRUE(book.price({}, "ns", "job", kThen, q));
  EXPECT_EQ(q[Measure::kAmount], 18'750'000);
  q = bytes_billed(1);  // a fraction of a micro is rounded
  book.price({}, "ns", "job", kThen, q);
  EXPECT_EQ(q[Measure::kAmount], 0);
}

TEST(PriceBook, OfOneUnitTheFirstRuleThatMatchesCountsAndUnitsAddUp) {
  const PriceBook book = must(parse_price_book(R"({"prices":[
      {"unit":"slot_ms","price":"0.04","per":3600000,"namespace":"prod*"},
      {"unit":"slot_ms","price":1,"per":3600000},
      {"unit":"runs","price":0.5}]})"));
  Quantities q;
  q[Measure::kSlotMs] = 7'200'000;
  q[Measure::kRuns] = model::kMicro;
  Quantities prod = q, test = q;
  book.price({}, "prod-eu", "job", kThen, prod);
  book.price({}, "test", "job", kThen, test);
  EXPECT_EQ(prod[Measure::kAmount], 80'000 + 500'000);
  EXPECT_EQ(test[Measure::kAmount], 2'000'000 + 500'000);
}

TEST(PriceBook, ARuleHoldsFromAndUntilItsMoments) {
  const PriceBook book = must(parse_price_book(R"({"prices":[
      {"unit":"runs","price":1,"to":"2026-01-01T00:00:00Z"},
      {"unit":"runs","price":2,"from":"2026-01-01T00:00:00Z"}]})"));
  const base::Micros turn = model::parse_time("2026-01-01T00:00:00Z")->micros;
  for (const auto& [end, micros] : {std::pair{turn - 1, 1'000'000}, std::pair{turn, 2'000'000}}) {
    Quantities q;
    q[Measure::kRuns] = model::kMicro;
    book.price({}, "", "", end, q);
    EXPECT_EQ(q[Measure::kAmount], micros);
  }
}

TEST(PriceBook, WhatAProducerNamesStandsBeforePrices) {
  const PriceBook book = must(parse_price_book(
      R"({"currency":"USD","prices":[{"unit":"runs","price":9}],
          "exchange":[{"currency":"EUR","rate":1.08}]})"));
  Quantities q;
  q[Measure::kRuns] = model::kMicro;
  EXPECT_TRUE(book.price({2'500'000, "USD"}, "", "", kThen, q));
  EXPECT_EQ(q[Measure::kAmount], 2'500'000);
  EXPECT_TRUE(book.price({1'000'000, "EUR"}, "", "", kThen, q));
  EXPECT_EQ(q[Measure::kAmount], 1'080'000);
  EXPECT_FALSE(book.price({1'000'000, "JPY"}, "", "", kThen, q));
  EXPECT_EQ(q[Measure::kAmount], 0);
}

TEST(PriceBook, EnergyIsWhatWasReportedOrWhatTheBookMakesOfUnits) {
  const PriceBook book = must(parse_price_book(
      R"({"energy":[{"unit":"cpu_seconds","wh":0.002}],"co2":[{"unit":"energy_wh","grams":0.4}]})"));
  Quantities q;
  q[Measure::kCpuSeconds] = 1000 * model::kMicro;
  book.price({}, "", "", kThen, q);
  EXPECT_EQ(q[Measure::kEnergyWh], 2'000'000);
  EXPECT_EQ(q[Measure::kCo2G], 800'000);
  q[Measure::kEnergyWh] = 10 * model::kMicro;
  book.price({}, "", "", kThen, q);
  EXPECT_EQ(q[Measure::kEnergyWh], 10'000'000);
  EXPECT_EQ(q[Measure::kCo2G], 4'000'000);
}

TEST(PriceBook, WhatIsWrongIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"([])", "must be an object"},
      {R"({"currency":"usd"})", "/currency"},
      {R"({"prices":{}})", "/prices must be an array"},
      {R"({"prices":[{"unit":"amount","price":1}]})", "/prices/0/unit"},
      {R"({"prices":[{"unit":"runs","price":-1}]})", "/prices/0/price"},
      {R"({"prices":[{"unit":"runs","price":0.0000001}]})", "/prices/0/price"},
      {R"({"prices":[{"unit":"runs","price":1,"per":0}]})", "/prices/0/per"},
      {R"({"prices":[{"unit":"slot_ms","price":1,"per":0.5}]})", "/prices/0/per"},
      {R"({"prices":[{"unit":"runs","price":1,"from":"yesterday"}]})", "/prices/0/from"},
      {R"({"prices":[{"unit":"runs","price":1,"from":"2026-01-01T00:00:00Z","to":"2026-01-01T00:00:00Z"}]})",
       "/prices/0/to"},
      {R"({"energy":[{"unit":"energy_wh","wh":1}]})", "/energy/0/unit"},
      {R"({"exchange":[{"currency":"EURO","rate":1}]})", "/exchange/0/currency"},
  };
  for (const auto& [json, expected] : cases) {
    const auto book = parse_price_book(json);
    ASSERT_FALSE(book) << json;
    EXPECT_EQ(book.error().code, base::ErrorCode::kInvalidArgument);
    EXPECT_NE(book.error().message.find(expected), std::string::npos) << book.error().message;
  }
}

TEST(PriceBook, TooManyRulesAreRefused) {
  std::string json = R"({"prices":[)";
  for (std::size_t i = 0; i <= PriceBook::kMaxRules; ++i) {
    json += std::string(i == 0 ? "" : ",") + R"({"unit":"runs","price":1})";
  }
  const auto book = parse_price_book(json + "]}");
  ASSERT_FALSE(book);
  EXPECT_EQ(book.error().code, base::ErrorCode::kLimitExceeded);
}

}  // namespace
}  // namespace headwater::stats
