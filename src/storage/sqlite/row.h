// Row and bind: C++ values to and from a prepared statement, column by column.
//
// Thread-safety: the connection's. Text is bound without a copy (SQLITE_STATIC): it must stay until
// the statement is reset, which Connection does before it returns.
#pragma once

#include <sqlite3.h>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "base/hash.h"
#include "model/ids.h"

namespace headwater::storage::sqlite {

struct Blob {
  std::string_view bytes;
};

template <class T>
concept IdType = requires(T id) {
  typename T::rep;
  { id.value } -> std::convertible_to<typename T::rep>;
};

// Sequence numbers are uint64 in memory and int64 on disk; never is the open end.
constexpr std::int64_t to_stored(model::Seq seq) {
  return seq == model::kNeverSeq ? model::kOpenEnd : static_cast<std::int64_t>(seq.value);
}
constexpr model::Seq seq_from_stored(std::int64_t value) {
  return value == model::kOpenEnd ? model::kNeverSeq
                                  : model::Seq{static_cast<std::uint64_t>(value)};
}

template <class T>
requires std::integral<T> || std::is_enum_v<T>
int bind_value(sqlite3_stmt* stmt, int index, T value) {
  return sqlite3_bind_int64(stmt, index, static_cast<std::int64_t>(value));
}
inline int bind_value(sqlite3_stmt* stmt, int index, model::Seq seq) {
  return sqlite3_bind_int64(stmt, index, to_stored(seq));
}
template <IdType T>
int bind_value(sqlite3_stmt* stmt, int index, T id) {
  return sqlite3_bind_int64(stmt, index, static_cast<std::int64_t>(id.value));
}
// A null pointer would bind NULL, so an empty text points at something.
inline int bind_value(sqlite3_stmt* stmt, int index, std::string_view text) {
  const char* data = text.data() != nullptr ? text.data() : "";
  return sqlite3_bind_text64(stmt, index, data, text.size(), SQLITE_STATIC, SQLITE_UTF8);
}
inline int bind_value(sqlite3_stmt* stmt, int index, const std::string& text) {
  return bind_value(stmt, index, std::string_view(text));
}
inline int bind_value(sqlite3_stmt* stmt, int index, Blob blob) {
  const char* data = blob.bytes.data() != nullptr ? blob.bytes.data() : "";
  return sqlite3_bind_blob64(stmt, index, data, blob.bytes.size(), SQLITE_STATIC);
}

// The current row of a statement, read from left to right.
class Row {
 public:
  explicit Row(sqlite3_stmt* stmt) : stmt_(stmt) {}

  std::int64_t integer() { return sqlite3_column_int64(stmt_, column_++); }
  bool flag() { return integer() != 0; }
  model::Seq seq() { return seq_from_stored(integer()); }
  template <class T>
  requires std::is_enum_v<T> T kind() { return static_cast<T>(integer()); }
  template <IdType T>
  T id() {
    return T{static_cast<typename T::rep>(integer())};
  }
  base::Hash128 hash() {
    const auto high = static_cast<std::uint64_t>(integer());
    return {high, static_cast<std::uint64_t>(integer())};
  }
  // Valid until the next step.
  std::string_view bytes() {
    const int column = column_++;
    const void* data = sqlite3_column_blob(stmt_, column);
    const int size = sqlite3_column_bytes(stmt_, column);
    return data == nullptr
               ? std::string_view()
               : std::string_view(static_cast<const char*>(data), static_cast<std::size_t>(size));
  }
  std::string text() { return std::string(bytes()); }
  bool null() const { return sqlite3_column_type(stmt_, column_) == SQLITE_NULL; }

 private:
  sqlite3_stmt* stmt_;
  int column_ = 0;
};

}  // namespace headwater::storage::sqlite
