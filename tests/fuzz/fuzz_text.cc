// libFuzzer: moments and SQL.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "ingest/sql_tokens.h"
#include "model/time.h"
#include "tests/fuzz/require.h"

namespace headwater {
namespace {

void check_time(std::string_view text) {
  const auto time = model::parse_time(text);
  if (!time) return;
  const std::string formatted = model::format_time(time->micros);
  const auto again = model::parse_time(formatted);
  REQUIRE(again && again->had_zone);
  constexpr std::int64_t kDay = std::int64_t{86'400} * 1'000'000;
  const auto first = model::parse_time("0001-01-01T00:00:00Z")->micros;
  const auto last = model::parse_time("9999-12-31T23:59:59.999999Z")->micros;
  // An offset may lead out of the years that have four digits, by less than a day.
  REQUIRE(time->micros >= first - kDay && time->micros <= last + kDay);
  if (time->micros >= first && time->micros <= last) REQUIRE(again->micros == time->micros);
}

void check_sql(std::string_view sql, std::string_view dialect) {
  const std::string plain = ingest::normalize_sql(sql, dialect);
  REQUIRE(plain == ingest::normalize_sql(sql, dialect));
  REQUIRE(plain.size() <= 2 * sql.size());
  REQUIRE(plain ==
          ingest::normalize_sql("-- a remark\n \t/* another */" + std::string(sql), dialect));
}

}  // namespace
}  // namespace headwater

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::string_view kDialects[] = {"", "bigquery", "postgres", "spark", "MySQL"};
  headwater::check_time(text);
  headwater::check_sql(text, kDialects[data[0] % 5]);
  return 0;
}
