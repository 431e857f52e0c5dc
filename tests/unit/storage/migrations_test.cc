#include "storage/migrations.h"

#include <array>

#include "tests/unit/storage/store_fixture.h"

namespace headwater::storage {
namespace {

using base::ErrorCode;
using sqlite::Connection;

class FixedClock : public base::Clock {
 public:
  base::Micros now() const override { return 1234567; }
};

constexpr const char* kFirst =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE migration (version INTEGER PRIMARY KEY, name TEXT, checksum TEXT,"
    " applied_at INTEGER);";
constexpr std::array kOne{Migration{1, "0001_first", kFirst}};
constexpr std::array kTwo{Migration{1, "0001_first", kFirst},
                          Migration{2, "0002_second", "CREATE TABLE second (x);"}};
constexpr std::array kBroken{Migration{1, "0001_first", kFirst},
                             Migration{2, "0002_bad", "CREATE TABLE half (x); SELECT nonsense;"}};
constexpr std::array kChanged{
    Migration{1, "0001_first", "CREATE TABLE meta (key, value); CREATE TABLE migration (x);"}};

class Migrations : public ::testing::Test {
 protected:
  std::unique_ptr<Connection> connect() {
    return must(Connection::open({.path = directory_.file("headwater.db"), .create = true}));
  }
  std::int64_t number(Connection& db, const char* sql) {
    return must(db.exec_integer("test", sql));
  }
  ErrorCode code_of(const base::Result<void>& result) {
    EXPECT_FALSE(result);
    return result ? ErrorCode::kNotFound : result.error().code;
  }

  ScratchDirectory directory_;
  FixedClock clock_;
};

TEST_F(Migrations, MakeAFreshDatabaseAndNoteItsOrigin) {
  auto db = connect();
  must(migrate(*db, kOne, clock_));
  EXPECT_EQ(number(*db, "PRAGMA user_version"), 1);
  EXPECT_EQ(number(*db, "PRAGMA application_id"), kApplicationId);
  EXPECT_EQ(number(*db, "SELECT value FROM meta WHERE key = 'created_at'"), 1234567);
  EXPECT_EQ(number(*db, "SELECT value FROM meta WHERE key = 'format_version'"), 1);
  EXPECT_EQ(number(*db, "SELECT length(value) FROM meta WHERE key = 'instance_id'"), 32);
}

TEST_F(Migrations, AreAppliedOnce) {
  auto db = connect();
  must(migrate(*db, kOne, clock_));
  must(migrate(*db, kOne, clock_));
  must(migrate(*db, kTwo, clock_));
  must(migrate(*db, kTwo, clock_));
  EXPECT_EQ(number(*db, "PRAGMA user_version"), 2);
  EXPECT_EQ(number(*db, "SELECT count(*) FROM migration"), 2);
  EXPECT_EQ(number(*db, "SELECT value FROM meta WHERE key = 'format_version'"), 2);
  must(verify_migrated(*db, kTwo));
}

TEST_F(Migrations, ThatChangedAreRefused) {
  auto db = connect();
  must(migrate(*db, kOne, clock_));
  const auto refused = migrate(*db, kChanged, clock_);
  EXPECT_EQ(code_of(refused), ErrorCode::kInvalidConfig);
  EXPECT_NE(refused.error().message.find("0001_first"), std::string::npos);
}

TEST_F(Migrations, OfANewerBinaryAreRefused) {
  auto db = connect();
  must(migrate(*db, kTwo, clock_));
  const auto refused = migrate(*db, kOne, clock_);
  EXPECT_EQ(code_of(refused), ErrorCode::kInvalidConfig);
  EXPECT_NE(refused.error().message.find("newer"), std::string::npos);
  EXPECT_EQ(code_of(verify_migrated(*db, kOne)), ErrorCode::kInvalidConfig);
}

TEST_F(Migrations, ThatAreMissingStopAReadOnlyOpen) {
  auto db = connect();
  must(migrate(*db, kOne, clock_));
  const auto refused = verify_migrated(*db, kTwo);
  EXPECT_EQ(code_of(refused), ErrorCode::kInvalidConfig);
  EXPECT_NE(refused.error().message.find("older"), std::string::npos);
}

TEST_F(Migrations, LeaveNothingWhenTheyFail) {
  auto db = connect();
  must(migrate(*db, kOne, clock_));
  const auto failed = migrate(*db, kBroken, clock_);
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().detail.find("0002_bad"), std::string::npos);
  EXPECT_EQ(number(*db, "PRAGMA user_version"), 1);
  EXPECT_EQ(number(*db, "SELECT count(*) FROM sqlite_schema WHERE name = 'half'"), 0);
  must(migrate(*db, kTwo, clock_));
}

TEST_F(Migrations, DoNotTouchADatabaseOfAnotherProgram) {
  auto db = connect();
  must(db->exec("test", "CREATE TABLE theirs (x)"));
  EXPECT_EQ(code_of(migrate(*db, kOne, clock_)), ErrorCode::kInvalidConfig);
  EXPECT_EQ(code_of(check_ours(*db, kOne)), ErrorCode::kInvalidConfig);
  EXPECT_EQ(number(*db, "SELECT count(*) FROM sqlite_schema"), 1);
}

TEST_F(Migrations, AreNumberedWithoutGapsAndEveryStatementPrepares) {
  int version = 0;
  for (const Migration& migration : embedded_migrations()) {
    EXPECT_EQ(migration.version, ++version);
  }
  EXPECT_GE(version, 1);
  auto db = connect();
  must(migrate(*db, embedded_migrations(), clock_));
  for (const auto& statement : sqlite::catalogue()) {
    EXPECT_NE(statement.name.find('.'), std::string_view::npos);
    const std::string explain = std::string("EXPLAIN ") + statement.sql;
    must(db->exec(statement.name, explain.c_str()));
  }
}

}  // namespace
}  // namespace headwater::storage
