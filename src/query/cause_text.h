// Texts for people, of numbers, lengths and moments. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "query/session.h"

namespace headwater::query::cause {

std::string text_of(Micros moment);          // "2026-10-09 02:17 UTC"
std::string length_text(Micros length);      // "3 h 20 min", "2 days 4 h"
std::string count_text(std::int64_t count);  // "1,471,133"
std::string plural(std::size_t count, const std::string& one, const std::string& many);
// "a, b and c"; of more than `most` the first, and how many more.
std::string list_text(const std::vector<std::string>& items, std::size_t most = 8);

}  // namespace headwater::query::cause
