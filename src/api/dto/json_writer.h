// JsonWriter: the one way in which answers become JSON text; a thin layer over RapidJSON's Writer.
//
// Strings must be UTF-8 (names and paths are checked when they come in). Facets are passed through
// as text with raw(). Thread-safety: belongs to one answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "base/clock.h"

namespace headwater::api::dto {

class JsonWriter {
 public:
  JsonWriter() : writer_(buffer_) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);

  JsonWriter& text(std::string_view value);
  JsonWriter& number(std::int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  JsonWriter& time(base::Micros value);  // RFC 3339 with microseconds
  // One JSON value that is known to be valid; NaN and Infinity become null.
  JsonWriter& raw(std::string_view json);
  // The same of what is strict JSON without white space already: copied.
  JsonWriter& verbatim(std::string_view json);

  JsonWriter& text_or_null(const std::optional<std::string>& value);
  JsonWriter& time_or_null(const std::optional<base::Micros>& value);

  std::size_t size() const { return buffer_.GetSize(); }
  // What was written since the last take; what follows continues the same document.
  std::string take();
  void take_to(std::string& end);  // appends it

 private:
  // RapidJSON puts texts in byte by byte; most need no escape and can be copied.
  class Output : public rapidjson::Writer<rapidjson::StringBuffer> {
   public:
    using Base = rapidjson::Writer<rapidjson::StringBuffer>;
    using Base::Base;
    void put_text(std::string_view value);
    void put_json(std::string_view json);
  };

  rapidjson::StringBuffer buffer_;
  Output writer_;
};

}  // namespace headwater::api::dto
