// What the states that ingest stores are made of: numbers in memory order (little-endian, as every
// number in the store) one after the other. Private to ingest.
//
// Thread-safety: none. A reader that runs out answers 0 and is not good() any more.
#pragma once

#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "ingest/timeline.h"

namespace headwater::ingest {

class ByteWriter {
 public:
  template <class T>
  void put(T value) {
    static_assert(std::is_integral_v<T> || std::is_enum_v<T>);
    char raw[sizeof(T)];
    std::memcpy(raw, &value, sizeof(T));
    out_.append(raw, sizeof(T));
  }
  void put(const Position& p) {
    put(p.time);
    put(p.rank);
    put(p.tie);
    put(p.seq);
  }
  const std::string& bytes() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

class ByteReader {
 public:
  explicit ByteReader(std::string_view in) : in_(in) {}

  template <class T>
  T get() {
    T value{};
    if (in_.size() < sizeof(T)) {
      good_ = false;
      return value;
    }
    std::memcpy(&value, in_.data(), sizeof(T));
    in_.remove_prefix(sizeof(T));
    return value;
  }
  template <class Id>
  Id id() {
    return Id{get<decltype(Id::value)>()};
  }
  Position position() {
    Position p;
    p.time = get<Micros>();
    p.rank = get<std::int32_t>();
    p.tie = get<std::int64_t>();
    p.seq = get<std::uint64_t>();
    return p;
  }
  // A count of things that take at least one byte each.
  std::size_t size() {
    const std::size_t n = get<std::uint32_t>();
    if (n > in_.size()) good_ = false;
    return good_ ? n : 0;
  }
  bool good() const { return good_; }
  bool at_end() const { return good_ && in_.empty(); }

 private:
  std::string_view in_;
  bool good_ = true;
};

}  // namespace headwater::ingest
