// What a Reader holds: a leased connection of the pool, or the writer's own.
// Thread-safety: that of Reader.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "storage/codec.h"
#include "storage/reader_pool.h"
#include "storage/sqlite/connection.h"
#include "storage/sqlite/rows.h"
#include "storage/storage.h"

namespace headwater::storage {

// A connection and how to read the bodies it finds.
struct ReadContext {
  sqlite::Connection* db = nullptr;
  Codec* codec = nullptr;

  // Loads the dictionary first if another process added it since this store was opened.
  Result<std::string> unpack(std::int64_t dictionary, std::int64_t size, std::string_view body);
  Result<LogRecord> record(const sqlite::StoredRecord& stored);
};

struct Reader::Impl : ReadContext {
  std::unique_ptr<sqlite::Connection> leased;  // null for the writer's reader
  ReaderPool* pool = nullptr;                  // null for the writer's reader
};

}  // namespace headwater::storage
