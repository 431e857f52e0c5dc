#include "base/hash.h"

#include <string>

#include <gtest/gtest.h>

namespace headwater::base {
namespace {

// Stored on disk: these values never change.
TEST(Hash, IsXxHash3) {
  EXPECT_EQ(to_hex(hash128("")), "99aa06d3014798d86001c324468d497f");
  EXPECT_EQ(to_hex(hash64("")), "2d06800538d394c2");
  EXPECT_NE(hash64("a"), hash64("a", 1));
  EXPECT_EQ(to_hex(Hash128{1, 2}), "00000000000000010000000000000002");
}

TEST(Hasher, TellsFieldsApart) {
  const auto of = [](std::string_view a, std::string_view b) {
    return Hasher().field(a).field(b).finish();
  };
  EXPECT_EQ(of("ab", "c"), of("ab", "c"));
  EXPECT_NE(of("ab", "c"), of("a", "bc"));
  EXPECT_NE(of("", "abc"), of("abc", ""));
  EXPECT_NE(Hasher().field("a").finish(), Hasher().field("a").field("").finish());
}

TEST(Hasher, TellsNumbersApart) {
  EXPECT_NE(Hasher().field(std::uint64_t{1}).finish(), Hasher().field(std::uint64_t{2}).finish());
  EXPECT_NE(Hasher().field(std::uint64_t{1}).field(std::uint64_t{2}).finish(),
            Hasher().field(std::uint64_t{2}).field(std::uint64_t{1}).finish());
}

TEST(Hash, OrdersByTheHighHalfFirst) {
  EXPECT_LT((Hash128{1, 9}), (Hash128{2, 0}));
  EXPECT_LT((Hash128{1, 1}), (Hash128{1, 2}));
}

}  // namespace
}  // namespace headwater::base
