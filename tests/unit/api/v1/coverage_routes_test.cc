#include <set>

#include "tests/unit/api/v1/question_fixture.h"

namespace headwater::api::v1 {
namespace {

class CoverageApi : public QuestionTest {
 protected:
  void fill() {
    tell({.job = "load",
          .run = "r1",
          .inputs = {"raw"},
          .outputs = {"public.orders"},
          .output_facets = R"({"ownership":{"owners":[{"name":"ann"}]}})"});
    tell({.job = "nothing", .run = "r2"});
    tell({.job = "other", .run = "r3", .outputs = {"PUBLIC.ORDERS"}, .name_space = "ns2"});
  }
};

TEST_F(CoverageApi, EverySectionHasItsItems) {
  fill();
  const Said said = get({"coverage"});
  ASSERT_EQ(said.status, 200) << said.body;
  EXPECT_EQ(said.json().get("complete").boolean(), true);
  const auto summary = said.json().get("summary");
  EXPECT_EQ(summary.get("jobs").integer(), 3);
  EXPECT_EQ(summary.get("datasets").integer(), 3);
  EXPECT_EQ(summary.get("look_alikes").integer(), 1);
  EXPECT_EQ(summary.get("owners").integer(), 1);
  const auto items = [&](std::string_view section) {
    return std::string(said.json().get(section).get("items").text());
  };
  EXPECT_NE(items("jobs_without_io").find("job:ns:nothing"), std::string::npos);
  EXPECT_NE(items("written_never_read").find(R"("writers":1)"), std::string::npos);
  EXPECT_NE(items("read_never_written").find("dataset:ns:raw"), std::string::npos);
  EXPECT_EQ(items("look_alikes"),
            R"([{"a":"dataset:ns:public.orders","b":"dataset:ns2:PUBLIC.ORDERS","score":0.6000,)"
            R"("why":["same_words"],"decision":{"kind":"join","nodeId":"dataset:ns:public.orders",)"
            R"("other":"dataset:ns2:PUBLIC.ORDERS"}}])");
  EXPECT_NE(items("producers").find(R"("producer":"https://example.com")"), std::string::npos);
  EXPECT_NE(items("facets").find(
                R"({"facet":"ownership","entities":1,"producers":["https://example.com"]})"),
            std::string::npos);
  EXPECT_NE(items("owners").find(R"("owner":"ann")"), std::string::npos);
  EXPECT_NE(items("owners").find(R"("owner":null)"), std::string::npos);
}

TEST_F(CoverageApi, SectionsAreChosenAndPagedAlone) {
  for (int i = 0; i < 5; ++i)
    tell({.job = "j" + std::to_string(i), .run = "r" + std::to_string(i)});
  const Said two = get({"coverage"}, {{"section", "owners"}, {"section", "facets"}});
  EXPECT_TRUE(two.json().get("owners").is_object());
  EXPECT_TRUE(two.json().get("facets").is_object());
  EXPECT_FALSE(two.json().get("producers").present());
  const Said few = get({"coverage"}, {{"limit", "2"}});
  EXPECT_TRUE(few.json().get("jobs_without_io").get("next_cursor").is_null());
  std::set<std::string> seen;
  std::string cursor;
  int pages = 0;
  do {
    http::Fields query = {{"section", "jobs_without_io"}, {"limit", "2"}};
    if (!cursor.empty()) query.emplace_back("cursor", cursor);
    const Said page = get({"coverage"}, query);
    ASSERT_EQ(page.status, 200) << page.body;
    const auto section = page.json().get("jobs_without_io");
    EXPECT_EQ(section.get("total").integer(), 5);
    section.get("items").elements([&](const model::JsonValue& item) {
      seen.insert(item.get("nodeId").string().value_or(""));
    });
    cursor = section.get("next_cursor").string().value_or("");
    ++pages;
  } while (!cursor.empty() && pages < 9);
  EXPECT_EQ(seen.size(), 5u);
  EXPECT_EQ(pages, 3);
}

TEST_F(CoverageApi, WrongParametersAndLimitsAreNamed) {
  fill();
  EXPECT_EQ(get({"coverage"}, {{"section", "all"}}).text("parameter"), "section");
  EXPECT_EQ(get({"coverage"}, {{"offset", "3"}}).text("parameter"), "section");
  EXPECT_EQ(get({"coverage"}, {{"max_work", "0"}}).text("parameter"), "max_work");
  EXPECT_EQ(get({"coverage"}, {{"limit", "5000"}}).text("code"), "limit-exceeded");
  const Said cut = get({"coverage"}, {{"max_work", "1"}});
  EXPECT_EQ(cut.json().get("complete").boolean(), false);
  EXPECT_EQ(cut.json().get("cut").get("reason").string(), "max_work");
}

}  // namespace
}  // namespace headwater::api::v1
