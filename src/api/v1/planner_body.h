// What decisions about partitions, changes and plans have in common: who decides and why, and the
// record of the log that they become.
//
// Errors: kInvalidArgument, kLimitExceeded, with the member's pointer or the parameter's name.
#pragma once

#include <string>

#include "api/dto/json_writer.h"
#include "api/v1/context.h"
#include "ingest/ingest.h"
#include "model/json.h"

namespace headwater::api::v1 {

inline constexpr std::size_t kMaxAuthorBytes = 200, kMaxReasonBytes = 2'000;

struct Signed {
  std::string author, reason;
};
Result<Signed> signed_body(Context& context, const model::JsonValue& body);
Result<Signed> signed_parameters(Context& context);  // author and reason of a DELETE

// A string member that must be there.
Result<std::string> required_text(Context& context, const model::JsonValue& body,
                                  std::string_view name);

// "decision", "author" and "reason" of the object that is under way.
void write_signed(dto::JsonWriter& json, std::string_view decision, const Signed& who);
// "dataset": {"namespace", "name"} and the like.
void write_named(dto::JsonWriter& json, std::string_view key, const model::Name& name);
ingest::Decision planner_record(dto::JsonWriter& json);
ingest::Decision stats_record(dto::JsonWriter& json);

}  // namespace headwater::api::v1
