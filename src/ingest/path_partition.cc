#include "ingest/path_partition.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "model/time.h"

namespace headwater::ingest {
namespace {

using model::DimensionBounds;
using model::PartitionBox;
using Segments = std::vector<std::string_view>;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view text, std::size_t digits) {
  return text.size() == digits && std::ranges::all_of(text, is_digit);
}

// Without the scheme, the host or bucket and, on the web, what follows '?' or '#'.
Segments segments_of(std::string_view path) {
  const std::size_t scheme = path.find("://");
  if (scheme != std::string_view::npos && path.find('/') == scheme + 1) {
    if (path.starts_with("http")) path = path.substr(0, path.find_first_of("?#"));
    path.remove_prefix(std::min(path.find('/', scheme + 3), path.size()));
  }
  Segments out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    if (end > 0) out.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// A '%' that begins no code stands for itself.
std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool code = text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 &&
                      hex_digit(text[i + 2]) >= 0;
    if (code) {
      out.push_back(static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

// nullopt: one of them has no value, or a key has two. `none`: there are no such segments.
std::optional<PartitionBox> key_values(const Segments& segments, bool& none) {
  std::map<std::string, std::string> values;
  none = true;
  for (const std::string_view segment : segments) {
    const std::size_t equals = segment.find('=');
    if (equals == std::string_view::npos || equals == 0) continue;
    none = false;
    std::string key = percent_decoded(segment.substr(0, equals));
    std::string value = percent_decoded(segment.substr(equals + 1));
    const bool good = !value.empty() && value.find('*') == std::string::npos &&
                      base::is_utf8(key) && base::is_utf8(value);
    if (!good) return std::nullopt;
    const auto [at, fresh] = values.try_emplace(std::move(key), value);
    if (!fresh && at->second != value) return std::nullopt;
  }
  PartitionBox box;
  for (auto& [key, value] : values) box.bounds.push_back({key, value, value});
  return box;
}

// The date that begins at segments[at], and how many segments it takes.
std::pair<std::string, std::size_t> date_at(const Segments& segments, std::size_t at) {
  const auto is_date = [](const std::string& text) { return model::parse_time(text).has_value(); };
  if (segments[at].size() == 10 && is_date(std::string(segments[at]))) {
    return {std::string(segments[at]), 1};
  }
  if (at + 2 >= segments.size() || !is_number(segments[at], 4) || !is_number(segments[at + 1], 2) ||
      !is_number(segments[at + 2], 2)) {
    return {"", 0};
  }
  std::string date(segments[at]);
  date.append("-").append(segments[at + 1]).append("-").append(segments[at + 2]);
  return is_date(date) ? std::pair(date, std::size_t{3}) : std::pair(std::string(), std::size_t{0});
}

std::optional<PartitionBox> dates(const Segments& segments) {
  std::string found;
  for (std::size_t at = 0; at < segments.size(); ++at) {
    auto [date, taken] = date_at(segments, at);
    if (taken == 0) continue;
    at += taken - 1;
    if (at + 1 < segments.size() && is_number(segments[at + 1], 2) && segments[at + 1] < "24") {
      date.append("T").append(segments[++at]);
    }
    if (!found.empty() && found != date) return std::nullopt;
    found = std::move(date);
  }
  if (found.empty()) return std::nullopt;
  PartitionBox box;
  box.bounds.push_back({"", found, found});
  return box;
}

}  // namespace

std::optional<PartitionBox> path_partition(std::string_view path) {
  const Segments segments = segments_of(path);
  bool none = false;
  auto box = key_values(segments, none);
  return none ? dates(segments) : std::move(box);
}

}  // namespace headwater::ingest
