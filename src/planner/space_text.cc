// The names of a space's partitions: Space's methods that write and read keys as text.
#include <algorithm>
#include <cassert>

#include "planner/space.h"

namespace headwater::planner {
namespace {

constexpr std::string_view kHex = "0123456789ABCDEF";

// So that it can stand between "," and "=".
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ',' || c == '=' || c == '%') {
      out += '%';
      out += kHex[static_cast<std::size_t>(c) / 16];
      out += kHex[static_cast<std::size_t>(c) % 16];
    } else {
      out += c;
    }
  }
  return out;
}

// A "%" that no code follows stands for itself, as in keys that people type.
std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const std::size_t high = kHex.find(text[i + 1]), low = kHex.find(text[i + 2]);
      if (high != std::string_view::npos && low != std::string_view::npos) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

}  // namespace

std::string Space::value_text(std::size_t dimension, std::int64_t number) const {
  const Dimension& d = dimensions_[dimension];
  if (d.kind == Dimension::Kind::kTime) return d.calendar->key_of(number);
  if (d.kind == Dimension::Kind::kInteger) return std::to_string(d.start + number * d.step);
  assert(number >= 0 && static_cast<std::size_t>(number) < d.keys.size());
  return d.keys[static_cast<std::size_t>(number)].text;
}

KeyParts Space::key_of(const Place& place) const {
  assert(lane_at_.empty() || place.lane < lanes_.size());
  KeyParts key;
  if (index_at_) key.emplace(dimensions_[*index_at_].name, value_text(*index_at_, place.index));
  for (std::size_t i = 0; i < lane_at_.size(); ++i) {
    key.emplace(dimensions_[lane_at_[i]].name, value_text(lane_at_[i], lanes_[place.lane][i]));
  }
  return key;
}

std::string Space::text_of(const Place& place) const {
  const KeyParts key = key_of(place);
  std::string out;
  for (const Dimension& dimension : dimensions_) {
    if (!out.empty()) out += ',';
    out += escaped(dimension.name) + '=' + escaped(key.at(dimension.name));
  }
  return out;
}

std::string Space::lane_text(std::uint32_t lane) const {
  std::string out;
  if (lane >= lanes_.size()) return out;
  for (std::size_t i = 0; i < lane_at_.size(); ++i) {
    if (!out.empty()) out += ',';
    out += escaped(dimensions_[lane_at_[i]].name) + '=' +
           escaped(value_text(lane_at_[i], lanes_[lane][i]));
  }
  return out;
}

std::string Space::index_text(std::int64_t index) const {
  if (!index_at_) return "";
  return escaped(dimensions_[*index_at_].name) + '=' + escaped(value_text(*index_at_, index));
}

namespace {

base::Result<KeyParts> parts_of(std::string_view text) {
  KeyParts key;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    const std::size_t equals = part.find('=');
    const bool named = equals != std::string_view::npos;
    std::string name = named ? unescaped(part.substr(0, equals)) : "";
    if (!key.emplace(name, unescaped(named ? part.substr(equals + 1) : part)).second) {
      return base::make_error(base::ErrorCode::kInvalidArgument,
                              "The key has two values of \"" + name + "\"; give one.");
    }
  }
  return key;
}

}  // namespace

base::Result<Place> Space::parse_text(std::string_view text) const {
  HW_TRY(const KeyParts key, parts_of(text));
  return find(key);
}

base::Result<Space::Bound> Space::parse_bound(std::string_view text) const {
  HW_TRY(const KeyParts key, parts_of(text));
  const bool alone = index_at_ && dimensions_.size() > 1 && key.size() == 1;
  if (alone && key.begin()->first == dimensions_[*index_at_].name) {
    HW_TRY(const std::int64_t index, number_of(*index_at_, key.begin()->second, false));
    return Bound{index, std::nullopt};
  }
  HW_TRY(const Place place, find(key));
  return Bound{place.index, place.lane};
}

}  // namespace headwater::planner
