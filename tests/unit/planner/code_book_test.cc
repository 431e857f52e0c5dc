#include "planner/code_book.h"

#include <gtest/gtest.h>

#include <vector>

namespace headwater::planner {
namespace {

const NodeId kJob{7};
const DatasetNo kDays{1}, kOther{2};
const CodeId kA{1}, kB{2}, kC{3}, kD{4};

TEST(CodeBook, AJobHasTheCodeThatWasSetLast) {
  CodeBook book;
  EXPECT_FALSE(book.current(kJob));
  book.set_current(kJob, kA);
  book.set_current(kJob, kB);
  EXPECT_EQ(book.current(kJob), kB);
  EXPECT_FALSE(book.current(NodeId{8}));
}

TEST(CodeBook, WithoutDeclarationsEveryVersionIsItsOwnClass) {
  const CodeBook book;
  EXPECT_TRUE(book.same_class(kJob, kDays, 0, kA, kA));
  EXPECT_FALSE(book.same_class(kJob, kDays, 0, kA, kB));
}

TEST(CodeBook, ClassesAreWhatDeclarationsConnect) {
  CodeBook book;
  book.set_equalities(kJob, {{kA, kB, {}}, {kC, kB, {}}});
  EXPECT_TRUE(book.same_class(kJob, kDays, 0, kA, kC)) << "over another";
  EXPECT_TRUE(book.same_class(kJob, kDays, 0, kC, kA)) << "whatever the direction";
  EXPECT_FALSE(book.same_class(kJob, kDays, 0, kA, kD));
  EXPECT_FALSE(book.same_class(NodeId{8}, kDays, 0, kA, kB)) << "of another job";
  book.set_equalities(kJob, {{kA, kB, {}}});
  EXPECT_FALSE(book.same_class(kJob, kDays, 0, kA, kC)) << "what is revoked never was";
}

TEST(CodeBook, ADeclarationHoldsWhereItWasMade) {
  CodeBook book;
  book.set_equalities(kJob, {{kA, kB, kDays, 10, 20}, {kB, kC, kDays, 15, INT64_MAX}});
  EXPECT_FALSE(book.same_class(kJob, kDays, 9, kA, kB));
  EXPECT_TRUE(book.same_class(kJob, kDays, 10, kA, kB));
  EXPECT_TRUE(book.same_class(kJob, kDays, 20, kA, kB));
  EXPECT_FALSE(book.same_class(kJob, kDays, 21, kA, kB));
  EXPECT_FALSE(book.same_class(kJob, kOther, 15, kA, kB));
  EXPECT_FALSE(book.same_class(kJob, kDays, 14, kA, kC));
  EXPECT_TRUE(book.same_class(kJob, kDays, 15, kA, kC));
  EXPECT_EQ(book.pieces(kJob, kDays), (std::vector<std::int64_t>{10, 15, 21}));
  EXPECT_TRUE(book.pieces(kJob, kOther).empty());
  EXPECT_TRUE(book.pieces(NodeId{8}, kDays).empty());
}

TEST(CodeBook, WhatIsDeferredCountsOnlyWhereItIsAskedAndUntilItsMoment) {
  CodeBook book;
  EXPECT_FALSE(book.has_deferred(kJob));
  CodeEquality deferred{kB, kC, {}};
  deferred.until = 100;
  book.set_equalities(kJob, {{kA, kB, {}}});
  book.set_deferred(kJob, {deferred});
  EXPECT_TRUE(book.has_deferred(kJob));
  EXPECT_FALSE(book.same_class(kJob, kDays, 0, kA, kC));
  EXPECT_TRUE(book.same_if_deferred(kJob, kDays, 0, kA, kC, 99)) << "with what is equal";
  EXPECT_FALSE(book.same_if_deferred(kJob, kDays, 0, kA, kC, 100));
  EXPECT_TRUE(book.same_if_deferred(kJob, kDays, 0, kA, kB, 100));
  book.set_deferred(kJob, {});
  EXPECT_FALSE(book.has_deferred(kJob));
}

}  // namespace
}  // namespace headwater::planner
