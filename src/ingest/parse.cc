#include "ingest/parse.h"

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>
#include <rapidjson/stream.h>

#include "base/utf8.h"
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

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

constexpr std::size_t kMaxJsonBytes = std::size_t{1} << 30;  // JsonDocument counts in 31 bits

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r';
}

// The first one that JSON has no place for; text.size() if there is none. `text` is UTF-8.
std::size_t find_control(std::string_view text) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    const bool any = ((word - 0x20 * kOnes) & ~word & 0x80 * kOnes) != 0;  // below 0x20
    if (any && std::ranges::any_of(text.substr(at, sizeof word), is_control)) break;
  }
  return static_cast<std::size_t>(std::ranges::find_if(text.substr(at), is_control) - text.begin());
}

// A copy for RapidJSON to write in, several times as fast as a stream that it only reads. The
// zeros behind the text are its end, and what whole registers may read beyond it.
class ParseBuffer {
 public:
  explicit ParseBuffer(std::string_view text) {
    if (bytes().size() < text.size() + kZeros) bytes().resize(text.size() + kZeros);
    std::memcpy(bytes().data(), text.data(), text.size());
    std::memset(bytes().data() + text.size(), 0, kZeros);
  }
  ~ParseBuffer() {
    if (bytes().size() > kKept) bytes() = {};
  }
  ParseBuffer(const ParseBuffer&) = delete;
  ParseBuffer& operator=(const ParseBuffer&) = delete;
  char* data() const { return bytes().data(); }

 private:
  static constexpr std::size_t kZeros = 64, kKept = std::size_t{1} << 20;
  static std::vector<char>& bytes() {  // kept from one text to the next
    thread_local std::vector<char> kept;
    return kept;
  }
};

}  // namespace

Result<void> check_json(std::string_view text, const ParseLimits& limits) {
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseInsituFlag |
                              rapidjson::kParseNanAndInfFlag |
                              rapidjson::kParseNumbersAsStringsFlag;
  const auto not_json = [](const std::string& what, std::size_t at) {
    return make_error(ErrorCode::kInvalidJson, "The body is not valid JSON in UTF-8: " + what +
                                                   " At byte " + std::to_string(at) + ".");
  };
  if (text.size() > kMaxJsonBytes) {
    return make_error(ErrorCode::kLimitExceeded, "More than 1 GiB of JSON in one piece; split it.");
  }
  if (const std::size_t at = base::utf8_prefix(text); at != text.size()) {
    return not_json("Not UTF-8.", at);
  }
  // RapidJSON takes NUL for the end, and lets others pass in a string.
  if (const std::size_t at = find_control(text); at != text.size()) {
    return not_json("A control character.", at);
  }
  const std::size_t mark = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  const ParseBuffer buffer(text.substr(mark));
  rapidjson::InsituStringStream stream(buffer.data());
  rapidjson::Reader reader;
  DepthHandler handler(limits.max_depth);
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
  if (!result.IsError()) return {};
  if (handler.too_deep()) {
    return make_error(ErrorCode::kInvalidJson,
                      "The JSON is nested deeper than " + std::to_string(limits.max_depth) +
                          " levels (limit ingest.max_json_depth); flatten it.");
  }
  return not_json(rapidjson::GetParseError_En(result.Code()), mark + result.Offset());
}

Result<Body> split_body(std::string_view body, const ParseLimits& limits) {
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
  const model::JsonDocument document(text);
  const JsonValue root = document.root();
  model::Event event;
  event.hash = base::hash128(document.text());
  EventParser parser(root, limits);
  if (!parser.run(event)) {
    return Rejection{parser.reason(), parser.pointer(), root.get("producer").string().value_or(""),
                     event.hash};
  }
  if (document.replaced() > 0) {
    event.warnings.push_back(
        {"nan_as_null", "",
         std::to_string(document.replaced()) +
             " values of NaN or Infinity, which are not JSON, were read as null."});
  }
  return event;
}

bool is_usage(std::string_view text) { return names_consumer(JsonValue(text)); }

base::Hash128 event_hash(std::string_view text) {
  return base::hash128(model::JsonDocument(text).text());
}

}  // namespace headwater::ingest
