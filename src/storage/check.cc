// Store::check: what must hold in every store, looked up in one read transaction.

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "storage/reader_impl.h"
#include "storage/sqlite/check_rules.h"
#include "storage/store_impl.h"

namespace headwater::storage {

using base::ErrorCode;
using sqlite::Row;

namespace {

constexpr const char* kLogBodies =
    "SELECT seq, hash_high, hash_low, dictionary, size, body FROM log ORDER BY seq";
constexpr const char* kContentBodies =
    "SELECT id, hash_high, hash_low, dictionary, size, body FROM content ORDER BY id";
constexpr const char* kBundleBodies =
    "SELECT id, hash_high, hash_low, -1, length(body), body FROM bundle ORDER BY id";
constexpr const char* kEdgeSetBodies =
    "SELECT id, hash_high, hash_low, -1, length(body), body FROM edge_set ORDER BY id";
constexpr const char* kMerges = "SELECT id, merged_into FROM node WHERE merged_into <> 0";

class Checker {
 public:
  Checker(ReadContext& reading, const std::function<void(double)>& progress,
          const Store::BodyHash& body_hash)
      : reading_(reading), progress_(progress), body_hash_(body_hash) {}

  Result<std::vector<CheckFinding>> run() {
    HW_CHECK_OK(guarded("database", integrity()));
    report(0.3);
    HW_CHECK_OK(guarded("log.body", bodies("log", kLogBodies, 0.3, 0.4)));
    HW_CHECK_OK(guarded("content.body", bodies("content", kContentBodies, 0.7, 0.06)));
    HW_CHECK_OK(guarded("bundle.body", bodies("bundle", kBundleBodies, 0.76, 0.02)));
    HW_CHECK_OK(guarded("edge_set.body", bodies("edge_set", kEdgeSetBodies, 0.78, 0.02)));
    HW_CHECK_OK(guarded("node.merged_into", merges()));
    const auto rules = sqlite::check_rules();
    for (std::size_t i = 0; i < rules.size(); ++i) {
      HW_CHECK_OK(guarded(rules[i].where, apply(rules[i])));
      report(0.8 + 0.2 * static_cast<double>(i + 1) / static_cast<double>(rules.size()));
    }
    return std::move(findings_);
  }

 private:
  void report(double share) const {
    if (progress_) progress_(share);
  }

  // False when there are too many to go on with this question.
  bool find(std::string_view where, std::string what) {
    if (findings_.size() + 1 < Store::kMaxFindings) {
      findings_.push_back({std::string(where), std::move(what)});
      return true;
    }
    if (findings_.size() < Store::kMaxFindings) {
      findings_.push_back({"check", "there are more findings than are listed"});
    }
    return false;
  }

  // Damage that stops a question is a finding; the next question may still be answered.
  Result<void> guarded(std::string_view where, Result<void> done) {
    if (done || done.error().code != ErrorCode::kStorageCorrupt) return done;
    find(where, done.error().detail);
    return {};
  }

  Result<void> integrity() {
    auto visit = [this](Row& row) {
      std::string what = row.text();
      return what == "ok" || find("database", std::move(what));
    };
    return reading_.db->exec_each("check.integrity", "PRAGMA integrity_check(1000)", visit);
  }

  Result<void> apply(const sqlite::CheckRule& rule) {
    auto visit = [&](Row& row) { return find(rule.where, row.text()); };
    return reading_.db->exec_each(rule.name, rule.sql, visit);
  }

  Result<void> bodies(const std::string& table, const char* sql, double start, double share) {
    const std::string count = "SELECT count(*) FROM " + table;
    HW_TRY(const auto rows, reading_.db->exec_integer("check.count", count.c_str()));
    std::int64_t seen = 0;
    auto visit = [&](Row& row) {
      if (++seen % 4096 == 0) {
        report(start + share * static_cast<double>(seen) / static_cast<double>(rows));
      }
      return body(table, row);
    };
    return reading_.db->exec_each("check.bodies", sql, visit);
  }

  bool body(const std::string& table, Row& row) {
    const std::string id = std::to_string(row.integer());
    const base::Hash128 hash = row.hash();
    const std::int64_t dictionary = row.integer();
    const std::int64_t size = row.integer();
    const auto unpacked = reading_.unpack(dictionary, size, row.bytes());
    if (!unpacked) return find(table + ".body", "row " + id + ": " + unpacked.error().detail);
    if (matches(table, *unpacked, hash)) return true;
    return find(table + ".hash", "row " + id + ": the body has another hash");
  }

  // A record's hash may be that of its body without white space: only the caller can tell.
  bool matches(const std::string& table, const std::string& body, const base::Hash128& hash) const {
    if (table == "log" && !body_hash_) return true;
    return base::hash128(body) == hash || (table == "log" && body_hash_(body) == hash);
  }

  // Follows each chain of merges; a chain longer than there are merges runs in a circle.
  Result<void> merges() {
    std::map<std::int64_t, std::int64_t> into;
    auto visit = [&](Row& row) {
      const std::int64_t id = row.integer();
      into[id] = row.integer();
      return true;
    };
    HW_CHECK_OK(reading_.db->exec_each("check.merges", kMerges, visit));
    std::map<std::int64_t, std::int64_t> visited;  // node -> the chain that came by
    for (const auto& [first, ignored] : into) {
      std::int64_t at = first;
      while (into.contains(at) && visited.emplace(at, first).second) at = into[at];
      if (!into.contains(at) || visited[at] != first) continue;
      find("node.merged_into", "node " + std::to_string(at) + " is merged into itself");
    }
    return {};
  }

  ReadContext& reading_;
  const std::function<void(double)>& progress_;
  const Store::BodyHash& body_hash_;
  std::vector<CheckFinding> findings_;
};

}  // namespace

Result<std::vector<CheckFinding>> Store::check(const std::function<void(double)>& progress,
                                               const BodyHash& body_hash) {
  HW_TRY(auto reading, reader());
  HW_CHECK_OK(reading.begin());
  return Checker(*reading.impl_, progress, body_hash).run();
}

}  // namespace headwater::storage
