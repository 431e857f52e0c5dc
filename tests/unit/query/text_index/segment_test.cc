#include "query/text_index/segment.h"

#include <gtest/gtest.h>
#include <algorithm>
#include <random>
#include <set>

#include "query/text_index/match.h"

namespace headwater::query::text_index {
namespace {

std::set<std::string> terms_of(const Segment& segment, const std::vector<TermRange>& ranges) {
  std::set<std::string> out;
  for (const TermRange& range : ranges) {
    for (std::uint32_t i = range.begin; i < range.end; ++i) out.emplace(segment.term(i));
  }
  return out;
}

std::string random_word(std::mt19937& random, std::string_view letters, int most) {
  std::string out;
  const int size = std::uniform_int_distribution(1, most)(random);
  for (int i = 0; i < size; ++i) {
    std::size_t at = std::uniform_int_distribution<std::size_t>(0, letters.size() - 1)(random);
    while ((static_cast<unsigned char>(letters[at]) & 0xC0) == 0x80) --at;
    out += letters.substr(at, decode(letters, at).second);
  }
  return out;
}

TEST(SearchSegment, WalksFindWhatTheDefinitionSays) {
  std::mt19937 random(7);
  for (int round = 0; round < 30; ++round) {
    SegmentBuilder builder;
    std::set<std::string> all;
    for (int i = 0; i < 400; ++i) all.insert(random_word(random, "abcé", 11));
    for (const std::string& word : all) builder.add(builder.term(word), Group::kName, 0);
    builder.add(builder.term(exact_term(Exact::kTag, "abab")), Group::kName, 0);
    const auto segment = std::move(builder).build(1);
    for (int i = 0; i < 30; ++i) {
      const std::string word = random_word(random, "abcé", 11);
      std::set<std::string> start, fuzzy, inside;
      for (const std::string& term : all) {
        const Fit how = fit(word, term);
        if (how == Fit::kStart) start.insert(term);
        if (how == Fit::kFuzzy) fuzzy.insert(term);
        if (term.find(word) != std::string::npos) inside.insert(term);
      }
      EXPECT_EQ(terms_of(*segment, {segment->starting_with(word)}), start) << word;
      EXPECT_EQ(terms_of(*segment, segment->containing(word)), inside) << word;
      std::set<std::string> walked = terms_of(*segment, segment->fuzzy(word));
      for (const std::string& term : start) walked.erase(term);
      EXPECT_EQ(walked, fuzzy) << word;
    }
  }
}

TEST(SearchSegment, ListsAreTheSameAsArraysAndAsBitmaps) {
  SegmentBuilder builder;
  std::vector<std::uint32_t> many, few{3, 5000, 9999};
  for (std::uint32_t i = 0; i < 10'000; i += 3) many.push_back(i);
  for (const std::uint32_t i : many) builder.add(builder.term("many"), Group::kLabel, i);
  for (auto it = few.rbegin(); it != few.rend(); ++it) {
    builder.add(builder.term("few"), Group::kLabel, *it);
    builder.add(builder.term("few"), Group::kLabel, *it);
  }
  const auto segment = std::move(builder).build(10'000);
  EXPECT_EQ(segment->postings(), many.size() + few.size());
  for (const auto& [term, expected] : {std::pair("many", many), std::pair("few", few)}) {
    const TermRange range = segment->find(term);
    ASSERT_FALSE(range.empty());
    std::vector<std::uint32_t> visited, united;
    segment->visit(range.begin, Group::kLabel, [&](std::uint32_t i) { visited.push_back(i); });
    EXPECT_EQ(visited, expected);
    Bits bits(10'000 / 64 + 1);
    segment->unite(range.begin, Group::kLabel, bits);
    for (std::uint32_t i = 0; i < 10'000; ++i) {
      if ((bits[i / 64] >> (i % 64) & 1) != 0) united.push_back(i);
    }
    EXPECT_EQ(united, expected);
    Bits none(10'000 / 64 + 1);
    segment->unite(range.begin, Group::kName, none);
    EXPECT_TRUE(std::all_of(none.begin(), none.end(), [](auto word) { return word == 0; }));
  }
  EXPECT_TRUE(segment->find("man").empty());
}

}  // namespace
}  // namespace headwater::query::text_index
