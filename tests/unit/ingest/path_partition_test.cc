#include "ingest/path_partition.h"

#include <gtest/gtest.h>

#include <string>

namespace headwater::ingest {
namespace {

// "key=value,key=value", or "none".
std::string read(std::string_view path) {
  const auto box = path_partition(path);
  if (!box) return "none";
  std::string out;
  for (const model::DimensionBounds& bounds : box->bounds) {
    EXPECT_TRUE(bounds.is_value() && bounds.lower_included && bounds.upper_included) << path;
    out += (out.empty() ? "" : ",") + bounds.dimension + "=" + bounds.lower.value_or("?");
  }
  return out;
}

TEST(PathPartition, ReadsKeyValueFoldersInTheOrderOfTheirNames) {
  EXPECT_EQ(read("s3://bucket/t/region=eu/date=2026-10-01/part-0.parquet"),
            "date=2026-10-01,region=eu");
  EXPECT_EQ(read("/warehouse/t/date=2026-10-01"), "date=2026-10-01") << "the last segment counts";
  EXPECT_EQ(read("date=2026-10-01/"), "date=2026-10-01");
  EXPECT_EQ(read("a//b=1///c=2"), "b=1,c=2");
  EXPECT_EQ(read("t/expression=a=b"), "expression=a=b") << "up to the first sign";
}

TEST(PathPartition, DecodesPercentSigns) {
  EXPECT_EQ(read("t/ts=2026-10-01%2005%3A00/f"), "ts=2026-10-01 05:00");
  EXPECT_EQ(read("t/a%3Db=c%2Fd"), "a=b=c/d");
  EXPECT_EQ(read("t/share=100%"), "share=100%") << "one that begins no code stands for itself";
  EXPECT_EQ(read("t/share=%zz%4"), "share=%zz%4");
  EXPECT_EQ(read("t/name=%FF"), "none") << "no UTF-8";
}

TEST(PathPartition, TheHostOrBucketIsNoPartition) {
  EXPECT_EQ(read("s3://date=2026-10-01/t"), "none");
  EXPECT_EQ(read("s3://2026-10-01"), "none");
  EXPECT_EQ(read("https://host/t/d=1?x=2#y=3"), "d=1");
  EXPECT_EQ(read("gs://bucket/t/d=1?x=2"), "d=1?x=2") << "a query is one of the web only";
  EXPECT_EQ(read("t/x=1://y"), "x=1:") << "a scheme stands at the beginning";
}

TEST(PathPartition, WhatHasNoSingleMeaningIsNone) {
  for (const char* path : {"t/date=", "t/date=*", "t/date=2026-10-0*", "t/d=1/d=2", "t/=1", "", "/",
                           "t", "t/2026-10-01/2026-10-02", "t/2026/10/01/2026-10-02"}) {
    EXPECT_EQ(read(path), "none") << path;
  }
  EXPECT_EQ(read("t/d=1/d=1"), "d=1") << "said twice is said";
  EXPECT_EQ(read("t/2026-10-01/x/2026-10-01"), "=2026-10-01");
  EXPECT_EQ(read("t/2026-10-01/d="), "none") << "a date does not stand in for a key";
}

TEST(PathPartition, ReadsDatesOfPlainFolders) {
  EXPECT_EQ(read("logs/2026-10-01/x.gz"), "=2026-10-01");
  EXPECT_EQ(read("logs/2026/10/01/x.gz"), "=2026-10-01");
  EXPECT_EQ(read("logs/2026/10/01/05/x.gz"), "=2026-10-01T05");
  EXPECT_EQ(read("logs/2026-10-01/05"), "=2026-10-01T05");
  EXPECT_EQ(read("logs/2026-10-01/24"), "=2026-10-01") << "there is no such hour";
  EXPECT_EQ(read("logs/2026/10"), "none");
  EXPECT_EQ(read("logs/2026/13/01"), "none");
  EXPECT_EQ(read("logs/2026-02-30"), "none");
  EXPECT_EQ(read("logs/20261001"), "none") << "a number may be anything";
  EXPECT_EQ(read("region=eu/2026-10-01"), "region=eu") << "keys before dates";
}

}  // namespace
}  // namespace headwater::ingest
