#include "ingest/parse.h"

#include <utility>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "ingest/event_parser.h"
#include "model/json.h"

namespace headwater::ingest {
namespace {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;

// Accepts everything up to a depth; numbers are not converted.
class DepthHandler {
 public:
  explicit DepthHandler(std::size_t max_depth) : max_depth_(max_depth) {}
  bool Null() { return true; }
  bool Bool(bool) { return true; }
  bool Int(int) { return true; }
  bool Uint(unsigned) { return true; }
  bool Int64(std::int64_t) { return true; }
  bool Uint64(std::uint64_t) { return true; }
  bool Double(double) { return true; }
  bool RawNumber(const char*, rapidjson::SizeType, bool) { return true; }
  bool String(const char*, rapidjson::SizeType, bool) { return true; }
  bool Key(const char*, rapidjson::SizeType, bool) { return true; }
  bool StartObject() { return ++depth_ <= max_depth_; }
  bool StartArray() { return ++depth_ <= max_depth_; }
  bool EndObject(rapidjson::SizeType) { return depth_-- > 0; }
  bool EndArray(rapidjson::SizeType) { return depth_-- > 0; }
  bool too_deep() const { return depth_ > max_depth_; }

 private:
  std::size_t max_depth_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<void> check_json(std::string_view text, const ParseLimits& limits) {
  constexpr unsigned kFlags =
      rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag |
      rapidjson::kParseNanAndInfFlag | rapidjson::kParseNumbersAsStringsFlag;
  // RapidJSON takes it for the end of the text, whatever follows.
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos) {
    return make_error(
        ErrorCode::kInvalidJson,
        "The body is not valid JSON in UTF-8: a NUL byte at " + std::to_string(nul) + ".");
  }
  rapidjson::MemoryStream memory(text.data(), text.size());
  rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(memory);
  rapidjson::Reader reader;
  DepthHandler handler(limits.max_depth);
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
  if (!result.IsError()) return {};
  if (handler.too_deep()) {
    return make_error(ErrorCode::kInvalidJson,
                      "The JSON is nested deeper than " + std::to_string(limits.max_depth) +
                          " levels (limit ingest.max_json_depth); flatten it.");
  }
  return make_error(ErrorCode::kInvalidJson, std::string("The body is not valid JSON in UTF-8: ") +
                                                 rapidjson::GetParseError_En(result.Code()) +
                                                 " At byte " + std::to_string(result.Offset()) +
                                                 ".");
}

Result<Body> split_body(std::string_view body, const ParseLimits& limits) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (body.starts_with(kByteOrderMark)) body.remove_prefix(kByteOrderMark.size());
  const JsonValue root(body);
  Body out;
  if (root.is_array()) {
    out.is_array = true;
    root.elements([&](const JsonValue& element) { out.events.push_back(element.text()); });
    if (out.events.size() > limits.max_batch_events) {
      return make_error(ErrorCode::kLimitExceeded,
                        "The batch has " + std::to_string(out.events.size()) +
                            " events; the limit ingest.max_batch_events is " +
                            std::to_string(limits.max_batch_events) + ". Send smaller batches.");
    }
    return out;
  }
  out.events.push_back(root.text());
  return out;
}

ParsedEvent parse_event(std::string_view text, const ParseLimits& limits) {
  std::size_t not_numbers = 0;
  const std::string minified = model::json_minify(text, &not_numbers);
  const JsonValue root{minified};
  model::Event event;
  event.hash = base::hash128(minified);
  EventParser parser(root, limits);
  if (!parser.run(event)) {
    return Rejection{parser.reason(), parser.pointer(), root.get("producer").string().value_or(""),
                     event.hash};
  }
  if (not_numbers > 0) {
    event.warnings.push_back(
        {"nan_as_null", "",
         std::to_string(not_numbers) +
             " values of NaN or Infinity, which are not JSON, were read as null."});
  }
  return event;
}

base::Hash128 event_hash(std::string_view text) { return base::hash128(model::json_minify(text)); }

}  // namespace headwater::ingest
