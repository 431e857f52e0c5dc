// Config: named settings from defaults, a file, the environment and flags, in this order.
//
// Each setting is one row of a table (app/settings.h): key, type, default, bounds, description.
// Values are checked when they are set, and an error names the key, where the value came from and
// what is allowed. Unknown keys are refused, with the key that was probably meant. A whole number
// of bytes may carry a unit: "64MiB" (KiB, MiB, GiB); integer() gives bytes.
//
// Thread-safety: build it on one thread, then share it read-only. Errors: kInvalidConfig.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace headwater::base {

struct Setting {
  enum class Type { kText, kInteger, kBoolean, kList, kChoice };
  std::string_view key;  // "ingest.queue_bytes": the unit last
  Type type = Type::kText;
  std::string_view default_value;  // lists: comma-separated
  std::int64_t min = 0, max = 0;   // integers, both inclusive
  std::string_view description;
  std::string_view choices = {};  // kChoice: comma-separated
};

class Config {
 public:
  // `settings` outlives the Config.
  explicit Config(std::span<const Setting> settings);

  // "key = value" lines; '#' starts a comment; a value may stand in double quotes.
  Result<void> load_file(const std::string& path);
  // HEADWATER_INGEST_QUEUE_BYTES=... sets ingest.queue_bytes. Names that begin as ours do
  // (HEADWATER_INGEST_) and are no setting are refused; others (HEADWATER_URL) are left alone.
  Result<void> load_environment(const char* const* environment);
  // `source` stands in the error: "flag --port", "file x.conf line 3".
  Result<void> set(std::string_view key, std::string_view value, std::string_view source);

  // Where the value came from: "default" or the `source` of set().
  const std::string& source(std::string_view key) const;

  // The key must be in the table and of the type asked for.
  const std::string& text(std::string_view key) const;
  std::int64_t integer(std::string_view key) const;
  bool boolean(std::string_view key) const;
  std::vector<std::string> list(std::string_view key) const;

  std::span<const Setting> settings() const { return settings_; }

 private:
  const Setting* find(std::string_view key) const;
  std::string suggestion(std::string_view key) const;
  Result<void> refuse_if_ours(std::string_view name) const;

  struct Value {
    std::string text, source;
  };
  std::span<const Setting> settings_;
  std::map<std::string, Value, std::less<>> values_;
};

// What values are allowed: "0 to 65535", "true or false".
std::string allowed_values(const Setting& setting);

// "ingest.queue_bytes" to "HEADWATER_INGEST_QUEUE_BYTES" and to "--ingest.queue-bytes".
std::string environment_name(std::string_view key);
std::string flag_name(std::string_view key);

}  // namespace headwater::base
