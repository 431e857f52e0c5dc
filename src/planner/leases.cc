#include "planner/leases.h"

#include <array>
#include <charconv>

namespace headwater::planner {

namespace {

constexpr std::array<std::string_view, 7> kLeaseStates{
    "valid", "completed", "failed", "released", "expired", "revoked", "answered"};

template <class Number>
bool read(std::string_view text, Number& out) {
  const bool digits = !text.empty() && text.front() >= '1' && text.front() <= '9';
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return digits && error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string_view to_string(LeaseState state) {
  return kLeaseStates[static_cast<std::size_t>(state) - 1];
}

std::string to_text(const LeaseToken& token) {
  return std::to_string(token.seq.value) + "-" + std::to_string(token.n);
}

std::optional<LeaseToken> parse_lease_token(std::string_view text) {
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  LeaseToken out;
  if (!read(text.substr(0, dash), out.seq.value) || !read(text.substr(dash + 1), out.n)) {
    return std::nullopt;
  }
  return out;
}

}  // namespace headwater::planner
