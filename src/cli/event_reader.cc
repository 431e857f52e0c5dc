#include "cli/event_reader.h"

#include <algorithm>

namespace headwater::cli {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// One object from the first byte to the last, by brackets and quotes.
bool is_whole_object(std::string_view text) {
  if (text.empty() || text.front() != '{') return false;
  std::size_t depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1 == text.size();
    }
  }
  return false;
}

// `first` opens something that the next line goes on with.
bool goes_on(std::string_view first) {
  constexpr std::string_view kOpen = "{[,:";
  return first.front() == '{' && kOpen.find(first.back()) != std::string_view::npos;
}

base::Error too_long(std::uint64_t line) {
  return make_error(ErrorCode::kLimitExceeded,
                    "An item that starts at line " + std::to_string(line) +
                        " is longer than 256 MiB. Is this a file of OpenLineage events?");
}

}  // namespace

Result<bool> EventReader::fill() {
  if (ended_) return false;
  buffer_.erase(0, at_);
  at_ = 0;
  HW_TRY(const bool more, source_.read(buffer_));
  ended_ = !more;
  return more;
}

// The end of the line that starts `from` bytes behind at_, as a distance from at_ too. False: there
// is no more.
Result<bool> EventReader::line_end(std::size_t from, std::size_t& end) {
  std::size_t searched = from;
  while (true) {
    if (at_ + searched > buffer_.size()) return false;
    const std::size_t found = buffer_.find('\n', at_ + searched);
    if (found != std::string::npos) {
      end = found - at_;
      return true;
    }
    searched = buffer_.size() - at_;
    if (searched > kMaxItemBytes) return too_long(line_);
    HW_TRY(const bool more, fill());
    if (more) continue;
    end = searched;
    return end > from;
  }
}

// The first lines that are not blank, at most two; fewer at the end or if one is very long.
Result<std::vector<std::string_view>> EventReader::first_lines() {
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  std::size_t from = 0;
  while (spans.size() < 2) {
    std::size_t end = 0;
    auto more = line_end(from, end);
    if (!more && more.error().code == ErrorCode::kLimitExceeded) break;
    if (!more) return std::move(more).error();
    if (!*more) break;
    const std::string_view line = std::string_view(buffer_).substr(at_ + from, end - from);
    if (!trim(line).empty()) spans.emplace_back(from, end - from);
    from = end + 1;
  }
  std::vector<std::string_view> lines;
  for (const auto& span : spans) {
    lines.push_back(trim(std::string_view(buffer_).substr(at_ + span.first, span.second)));
  }
  return lines;
}

Result<void> EventReader::decide_layout() {
  bool more = true;
  while (more && buffer_.size() < kByteOrderMark.size()) {
    HW_TRY(more, fill());
  }
  if (buffer_.starts_with(kByteOrderMark)) buffer_.erase(0, kByteOrderMark.size());
  std::size_t first = buffer_.find_first_not_of(" \t\r\n");
  while (first == std::string::npos && more) {
    HW_TRY(more, fill());
    first = buffer_.find_first_not_of(" \t\r\n");
  }
  layout_ = Layout::kValues;
  // The line of an array may be the whole file: it is not looked for.
  if (first == std::string::npos || buffer_[first] == '[') return {};
  HW_TRY(const auto lines, first_lines());
  const bool by_line =
      !lines.empty() && (is_whole_object(lines[0]) ||
                         (lines.size() == 2 && !goes_on(lines[0]) && is_whole_object(lines[1])));
  if (by_line) layout_ = Layout::kLines;
  return {};
}

Result<std::optional<EventReader::Item>> EventReader::next() {
  if (layout_ == Layout::kUnknown) HW_CHECK_OK(decide_layout());
  return layout_ == Layout::kLines ? next_line() : next_value();
}

Result<std::optional<EventReader::Item>> EventReader::next_line() {
  while (true) {
    std::size_t end = 0;
    if (at_ >= buffer_.size() && ended_) return std::optional<Item>();
    HW_TRY(const bool more, line_end(0, end));
    if (!more && at_ >= buffer_.size()) return std::optional<Item>();
    const std::string_view text = trim(std::string_view(buffer_).substr(at_, end));
    std::optional<Item> item;
    if (!text.empty()) item = Item{std::string(text), line_, is_whole_object(text)};
    at_ = std::min(at_ + end + 1, buffer_.size());
    ++line_;
    if (item) return item;
  }
}

// White space, the brackets of an array around all, and the commas in it. False: nothing is left in
// the buffer.
bool EventReader::skip_separators() {
  for (; at_ < buffer_.size(); ++at_) {
    const char c = buffer_[at_];
    if (c == '\n') ++line_;
    const bool opens = c == '[' && !in_array_;
    const bool closes = c == ']' && in_array_;
    if (opens || closes) in_array_ = opens;
    if (!is_space(c) && !opens && !closes && !(c == ',' && in_array_)) return true;
  }
  return false;
}

// True when the object that starts at at_ is complete, or cannot become so: a line ends in a
// string.
bool EventReader::scan_object(std::size_t& end, bool& closed) {
  closed = false;
  for (std::size_t i = at_ + scanned_; i < buffer_.size(); ++i) {
    const char c = buffer_[i];
    end = i + 1;
    if (in_string_ && c == '\n') return true;
    if (in_string_) {
      if (!escaped_ && c == '"') in_string_ = false;
      escaped_ = !escaped_ && c == '\\';
    } else if (c == '"') {
      in_string_ = true;
    } else if (c == '{' || c == '[') {
      ++depth_;
    } else if ((c == '}' || c == ']') && --depth_ == 0) {
      closed = true;
      return true;
    }
  }
  scanned_ = buffer_.size() - at_;
  end = buffer_.size();
  return ended_;
}

// What is no object ends with its line, or where an array goes on.
bool EventReader::scan_other(std::size_t& end) {
  for (end = at_ + scanned_; end < buffer_.size(); ++end) {
    const char c = buffer_[end];
    if (c == '\n' || (in_array_ && (c == ',' || c == ']'))) return true;
  }
  scanned_ = buffer_.size() - at_;
  return ended_;
}

Result<std::optional<EventReader::Item>> EventReader::next_value() {
  while (!skip_separators()) {
    HW_TRY(const bool more, fill());
    if (more) continue;
    if (!in_array_) return std::optional<Item>();
    in_array_ = false;
    return make_error(ErrorCode::kInvalidArgument,
                      "The file ends inside its array: it may have been cut off.");
  }
  scanned_ = depth_ = 0;
  in_string_ = escaped_ = false;
  const bool object = buffer_[at_] == '{';
  std::size_t end = 0;
  bool closed = false;
  while (!(object ? scan_object(end, closed) : scan_other(end))) {
    if (buffer_.size() - at_ > kMaxItemBytes) return too_long(line_);
    HW_TRY([[maybe_unused]] const bool more, fill());
  }
  Item item{std::string(trim(std::string_view(buffer_).substr(at_, end - at_))), line_, closed};
  line_ += static_cast<std::uint64_t>(std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(at_),
                                                 buffer_.begin() + static_cast<std::ptrdiff_t>(end),
                                                 '\n'));
  at_ = end;
  return std::optional<Item>(std::move(item));
}

}  // namespace headwater::cli
