#include "cli/impact_change.h"

#include <optional>
#include <string_view>

#include "ingest/parse.h"
#include "model/json.h"
#include "model/time.h"

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

struct Parts {
  std::string_view kind, node;
  std::optional<std::string> column, to, until;
};

base::Error wrong(const std::string& text, const char* what) {
  return make_error(ErrorCode::kInvalidArgument, "The change " + text + " " + what +
                                                     "; headwater impact --help shows the forms.");
}

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view three = text.substr(i, 3);
    const bool colon = three == "%3A" || three == "%3a";
    if (colon || three == "%25") {
      out.push_back(colon ? ':' : '%');
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// What follows the last colon of `text`, which loses it.
std::optional<std::string> take_last(std::string_view& text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string last = unescape(text.substr(colon + 1));
  text = text.substr(0, colon);
  return last;
}

// A moment has colons of its own: the longest end that is one.
std::optional<std::string> take_moment(std::string_view& text) {
  for (std::size_t colon = text.find(':'); colon != text.npos; colon = text.find(':', colon + 1)) {
    const std::string_view rest = text.substr(colon + 1);
    if (rest.empty() || rest.front() < '0' || rest.front() > '9' || !model::parse_time(rest)) {
      continue;
    }
    std::string moment(rest);
    text = text.substr(0, colon);
    return moment;
  }
  return std::nullopt;
}

Result<Parts> split(const std::string& text) {
  Parts parts;
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos) return wrong(text, "has no node");
  parts.kind = std::string_view(text).substr(0, colon);
  parts.node = std::string_view(text).substr(colon + 1);
  const bool field = parts.node.starts_with("datasetField:");
  if (parts.kind == "dataset_late") {
    parts.until = take_moment(parts.node);
    if (!parts.until) return wrong(text, "needs a moment like 2026-10-01T06:00:00Z at its end");
  }
  if (!parts.kind.starts_with("column_")) return parts;
  if (parts.kind == "column_renamed" || parts.kind == "column_retyped") {
    parts.to = take_last(parts.node);
    if (parts.kind == "column_renamed" && parts.to == "") return wrong(text, "needs a new name");
  }
  if (!field) parts.column = take_last(parts.node);
  if (!field && parts.column.value_or("").empty()) return wrong(text, "needs a column");
  return parts;
}

}  // namespace

Result<std::string> change_json(const std::string& text) {
  HW_TRY(const Parts parts, split(text));
  std::string json = R"({"kind":)" + model::json_quote(parts.kind);
  json += R"(,"nodeId":)" + model::json_quote(parts.node);
  const auto put = [&json](const char* name, const std::optional<std::string>& value) {
    if (value && !value->empty()) {
      json.append(",\"").append(name).append("\":").append(model::json_quote(*value));
    }
  };
  put("column", parts.column);
  put("to", parts.to);
  put("until", parts.until);
  return json + "}";
}

Result<std::string> changes_json(const std::vector<std::string>& changes,
                                 const std::string& file_text) {
  std::string json;
  const auto add = [&json](std::string_view change) {
    json += json.empty() ? "[" : ",";
    json += change;
  };
  for (const std::string& change : changes) {
    HW_TRY(const std::string object, change_json(change));
    add(object);
  }
  if (!file_text.empty()) {
    HW_CHECK_OK(ingest::check_json(file_text, {}));
    const model::JsonValue value{std::string_view(file_text)};
    const model::JsonValue list = value.is_array() ? value : value.get("changes");
    if (!list.is_array()) {
      return make_error(ErrorCode::kInvalidArgument,
                        "The file of changes must hold an array, or an object with \"changes\".");
    }
    list.elements([&](const model::JsonValue& change) { add(change.text()); });
  }
  if (json.empty()) {
    return make_error(ErrorCode::kInvalidArgument, "Name a change with --change or --changes.");
  }
  return json + "]";
}

}  // namespace headwater::cli
