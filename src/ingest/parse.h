// Parsing: bytes from a client to model::Event, or the reason why not.
//
// Runs on the request's thread. JSON is checked once by RapidJSON (iteratively, depth bounded,
// UTF-8 validated); the specification's rules for the core are checked here, facets by
// facet_rules.h. Thread-safety: pure functions. Errors: kInvalidJson for text that is not JSON; an
// event that is JSON but not OpenLineage is a Rejection, which the caller quarantines.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "model/event.h"

namespace headwater::ingest {

struct ParseLimits {
  std::size_t max_depth = 256;        // nesting of JSON; beyond: kInvalidJson
  std::size_t max_name_bytes = 8192;  // of a namespace, name, field or run id; beyond: rejected
  std::size_t max_edges = 200'000;    // distinct ones of one event; beyond: rejected
  std::size_t max_warnings = 1000;    // of one event; the last then says that there are more
  std::size_t max_batch_events = 100'000;
  std::size_t max_subset_boxes = 100'000;    // of one dataset in one event; beyond: a warning
  std::size_t max_profile_columns = 10'000;  // or assertions, of one dataset; beyond: a warning
  std::size_t max_subset_depth = 200;        // of conditions in conditions; beyond: a warning
};

// Why an event cannot be applied.
struct Rejection {
  std::string reason;    // says what to do
  std::string pointer;   // JSON pointer to the culprit, "" for the whole event
  std::string producer;  // as far as it could be read
  base::Hash128 hash;
};

using ParsedEvent = std::variant<model::Event, Rejection>;

// kInvalidJson unless `text` is one JSON value in UTF-8 within the limits.
base::Result<void> check_json(std::string_view text, const ParseLimits& limits);

// The events of a body: the body itself if it is an object, the elements if it is an array.
// Slices of `body`. Requires check_json.
struct Body {
  bool is_array = false;
  std::vector<std::string_view> events;
};
base::Result<Body> split_body(std::string_view body, const ParseLimits& limits);

// `text` is valid JSON (check_json).
ParsedEvent parse_event(std::string_view text, const ParseLimits& limits);

// Whether valid JSON is a report of use (docs/usage-rules.md): parse_event reads both.
bool is_usage(std::string_view text);

// What tells two events apart: the text without white space between tokens.
base::Hash128 event_hash(std::string_view text);

}  // namespace headwater::ingest
