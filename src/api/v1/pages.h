// Lists: one page as JSON with the cursor of the next. Templates over dto writers.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "api/dto/common.h"
#include "api/dto/cursor.h"
#include "api/v1/context.h"
#include "api/v1/parameters.h"

namespace headwater::api::v1 {

// The text of the next cursor, if there is a next page. `fields`: position to CursorFields.
template <class Position, class Fields>
std::optional<std::string> next_cursor(const Paging& paging, const std::optional<Position>& next,
                                       Fields&& fields) {
  if (!next) return std::nullopt;
  return dto::encode_cursor(paging.binding, fields(*next));
}

// {name: [items], totalCount, next_cursor}; write_item returns Result<void>.
template <class Items, class WriteItem>
Answer list_response(std::string_view name, const Items& items, std::int64_t total,
                     const std::optional<std::string>& next, WriteItem&& write_item) {
  dto::JsonWriter json;
  json.begin_object().key(name).begin_array();
  for (const auto& item : items) HW_CHECK_OK(write_item(json, item));
  json.end_array();
  dto::write_list_end(json, total, next);
  json.end_object();
  return json_response(json.take());
}

}  // namespace headwater::api::v1
