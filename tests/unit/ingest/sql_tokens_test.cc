#include "ingest/sql_tokens.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace headwater::ingest {
namespace {

TEST(NormalizeSql, IgnoresCommentsWhiteSpaceAndTheCaseOfKeywords) {
  const std::string plain = normalize_sql("SELECT a, b FROM t WHERE n = 1", "");
  for (const char* same :
       {"select a,b from t where n=1", "SELECT a , b\n\tFROM t\r\nWHERE n = 1;",
        "-- first\nSELECT a, b FROM t WHERE n = 1 -- last",
        "SELECT a, /* both */ b FROM t WHERE n=1", "SELECT a, b FROM t WHERE n = 1 ; ;"}) {
    EXPECT_EQ(normalize_sql(same, ""), plain) << same;
  }
}

TEST(NormalizeSql, KeepsWhatDecidesTheResult) {
  const std::string plain = normalize_sql("SELECT a FROM t WHERE n = 1", "");
  for (const char* other :
       {"SELECT a FROM t WHERE n = 2", "SELECT A FROM t WHERE n = 1", "SELECT a FROM T WHERE n = 1",
        "SELECT a FROM t WHERE n = '1'", "SELECT \"a\" FROM t WHERE n = 1",
        "SELECT a FROM t WHERE n = 1 LIMIT 1", "SELECT a FROM t WHERE n = 1; SELECT 2"}) {
    EXPECT_NE(normalize_sql(other, ""), plain) << other;
  }
  EXPECT_NE(normalize_sql("SELECT 'a b'", ""), normalize_sql("SELECT 'a  b'", ""));
}

TEST(NormalizeSql, SeesNoCommentInAString) {
  EXPECT_NE(normalize_sql("SELECT '-- x', 1", ""), normalize_sql("SELECT '-- y', 1", ""));
  EXPECT_NE(normalize_sql("SELECT '/*', 1, '*/'", ""), normalize_sql("SELECT '/*', 2, '*/'", ""));
  EXPECT_NE(normalize_sql("SELECT \"--\" , 1", ""), normalize_sql("SELECT \"--\" , 2", ""));
  EXPECT_NE(normalize_sql("SELECT 'it''s -- ' , 1", ""),
            normalize_sql("SELECT 'it''s -- ' , 2", ""));
  EXPECT_EQ(normalize_sql("SELECT 1 -- 'x\n, 2", ""), normalize_sql("SELECT 1, 2", ""));
}

TEST(NormalizeSql, ReadsTheDialect) {
  EXPECT_EQ(normalize_sql("SELECT 1 # note", "bigquery"), normalize_sql("SELECT 1", "bigquery"));
  EXPECT_NE(normalize_sql("SELECT 1 # 2", "postgres"), normalize_sql("SELECT 1", "postgres"));
  EXPECT_EQ(normalize_sql(R"(SELECT 'it\'s' -- a)", "Spark"),
            normalize_sql(R"(SELECT 'it\'s')", "spark"));
  EXPECT_NE(normalize_sql(R"(SELECT '\' -- a)", "postgres"),
            normalize_sql(R"(SELECT '\' , '-- b)", "postgres"));
  EXPECT_EQ(normalize_sql("SELECT /* a /* b */ c */ 1", "postgres"),
            normalize_sql("SELECT 1", "postgres"));
  EXPECT_NE(normalize_sql("SELECT /* a /* b */ c */ 1", ""), normalize_sql("SELECT 1", ""));
  EXPECT_NE(normalize_sql("SELECT $t$ -- a $t$", "postgres"),
            normalize_sql("SELECT $t$ -- b $t$", "postgres"));
  EXPECT_NE(normalize_sql("SELECT \"\"\"a'--\n\"\"\", 1", "bigquery"),
            normalize_sql("SELECT \"\"\"a'--\n\"\"\", 2", "bigquery"));
  EXPECT_NE(normalize_sql("SELECT `a -- b`, 1 FROM t", "bigquery"),
            normalize_sql("SELECT `a -- b`, 2 FROM t", "bigquery"));
}

TEST(NormalizeSql, TakesWhatIsNoSql) {
  for (const char* text : {"", ";", "'", "\"", "/*", "--", "$a$", "\\", "'\\", "\xFF\xFE", "((("}) {
    EXPECT_EQ(normalize_sql(text, "mysql"), normalize_sql(text, "mysql"));
  }
  EXPECT_EQ(normalize_sql("", ""), "");
  EXPECT_EQ(normalize_sql(" ; ", ""), "");
}

TEST(NormalizeSql, StaysLinearInQuotesThatAreNeverClosed) {
  std::string sql = "SELECT ";
  for (int i = 0; i < 300'000; ++i) {
    std::string tag;
    for (int n = i; n > 0; n /= 26) tag.push_back(static_cast<char>('a' + n % 26));
    sql += "$" + tag + "$ ";
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(normalize_sql(sql, "postgres").empty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

}  // namespace
}  // namespace headwater::ingest
