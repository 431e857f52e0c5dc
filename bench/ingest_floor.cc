#include "bench/ingest_floor.h"

#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <sqlite3.h>
#include <zstd.h>
#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "bench/ingest_run.h"

namespace headwater::bench {
namespace {

constexpr std::size_t kLogBody = 8;  // of log's columns, from 0
constexpr std::size_t kRecordBatch = 500;

[[noreturn]] void fail(const std::string& what) {
  std::fprintf(stderr, "floor: %s\n", what.c_str());
  std::exit(1);
}

// Reads back the literal that sqlite3_expanded_sql() wrote, and moves `at` behind it.
Value read_literal(std::string_view text, std::size_t& at) {
  if (text.substr(at, 4) == "NULL") {
    at += 4;
    return {};
  }
  if (text[at] == 'x' && text[at + 1] == '\'') {
    Blob blob;
    for (at += 2; text[at] != '\''; at += 2) {
      unsigned byte = 0;
      std::from_chars(text.data() + at, text.data() + at + 2, byte, 16);
      blob.bytes.push_back(static_cast<char>(byte));
    }
    ++at;
    return blob;
  }
  if (text[at] == '\'') {
    std::string value;
    for (++at; text[at] != '\'' || (at + 1 < text.size() && text[at + 1] == '\''); ++at) {
      value.push_back(text[at]);
      if (text[at] == '\'') ++at;
    }
    ++at;
    return value;
  }
  std::int64_t number = 0;
  const auto end = std::from_chars(text.data() + at, text.data() + text.size(), number);
  if (end.ec != std::errc()) fail("cannot read back " + std::string(text.substr(at, 40)));
  at = static_cast<std::size_t>(end.ptr - text.data());
  return number;
}

// The values of ?1, ?2 … : template and expansion side by side.
std::vector<Value> read_values(std::string_view sql, std::string_view expanded) {
  std::vector<Value> values;
  std::size_t at = 0;
  for (std::size_t i = 0; i < sql.size();) {
    if (sql[i] != '?') {
      if (sql[i++] != expanded[at++]) fail("the expanded statement differs from its template");
      continue;
    }
    std::size_t number = 0;
    for (++i; i < sql.size() && std::isdigit(static_cast<unsigned char>(sql[i])) != 0; ++i) {
      number = 10 * number + static_cast<std::size_t>(sql[i] - '0');
    }
    if (values.size() < number) values.resize(number);
    values[number - 1] = read_literal(expanded, at);
  }
  return values;
}

// What the trace hook writes to; there is one recording at a time.
struct Recorder {
  Recording* target = nullptr;
  bool on = false;

  void statement(sqlite3_stmt* stmt) {
    const std::string_view sql = sqlite3_sql(stmt);
    const bool write = sql.starts_with("INSERT") || sql.starts_with("UPDATE");
    if (!on || !write || sql.starts_with("INSERT INTO dictionary ")) return;
    auto& known = target->sql;
    const auto at = std::find(known.begin(), known.end(), sql);
    Statement made;
    made.sql = static_cast<std::size_t>(at - known.begin());
    if (at == known.end()) known.emplace_back(sql);
    char* const expanded = sqlite3_expanded_sql(stmt);
    if (expanded == nullptr) fail("out of memory");
    made.values = read_values(sql, expanded);
    sqlite3_free(expanded);
    if (sql.starts_with("INSERT INTO log ")) target->events.emplace_back();
    if (!target->events.empty()) target->events.back().push_back(std::move(made));
  }
};
Recorder recorder;

int on_trace(unsigned, void*, void* stmt, void*) {
  recorder.statement(static_cast<sqlite3_stmt*>(stmt));
  return 0;
}

int on_open(sqlite3* db, const char**, const struct sqlite3_api_routines*) {
  return sqlite3_trace_v2(db, SQLITE_TRACE_STMT, on_trace, nullptr);
}

class Database {
 public:
  Database(const std::string& path, bool sync) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) fail("cannot open " + path);
    exec(
        "PRAGMA journal_mode = WAL; PRAGMA mmap_size = 0; PRAGMA secure_delete = OFF;"
        "PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON; PRAGMA cache_size = -65536;"
        "PRAGMA wal_autocheckpoint = 4096;");
    exec(sync ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
  }
  ~Database() {
    for (sqlite3_stmt* stmt : statements_) sqlite3_finalize(stmt);
    sqlite3_close(db_);
  }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  void exec(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail(sqlite3_errmsg(db_));
  }
  sqlite3_stmt* prepare(const std::string& sql) {
    sqlite3_stmt* stmt = nullptr;
    if (sqlite3_prepare_v3(db_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr) !=
        SQLITE_OK) {
      fail(sqlite3_errmsg(db_));
    }
    statements_.push_back(stmt);
    return stmt;
  }
  void step(sqlite3_stmt* stmt) {
    if (sqlite3_step(stmt) != SQLITE_DONE) fail(sqlite3_errmsg(db_));
    sqlite3_reset(stmt);
  }

 private:
  sqlite3* db_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
};

void bind(sqlite3_stmt* stmt, int index, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(stmt, index, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text(stmt, index, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
  } else if (const auto* blob = std::get_if<Blob>(&value)) {
    sqlite3_bind_blob(stmt, index, blob->bytes.data(), static_cast<int>(blob->bytes.size()),
                      SQLITE_STATIC);
  } else {
    sqlite3_bind_null(stmt, index);
  }
}

class Compressor {
 public:
  explicit Compressor(const std::string& dictionary)
      : context_(ZSTD_createCCtx()),
        dictionary_(ZSTD_createCDict(dictionary.data(), dictionary.size(), 3)) {
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, 3);
    ZSTD_CCtx_setParameter(context_, ZSTD_c_dictIDFlag, 0);
    if (!dictionary.empty()) ZSTD_CCtx_refCDict(context_, dictionary_);
  }
  ~Compressor() {
    ZSTD_freeCDict(dictionary_);
    ZSTD_freeCCtx(context_);
  }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  std::string_view pack(std::string_view text) {
    out_.resize(std::max(out_.size(), ZSTD_compressBound(text.size())));
    const std::size_t size =
        ZSTD_compress2(context_, out_.data(), out_.size(), text.data(), text.size());
    if (ZSTD_isError(size) != 0) fail(ZSTD_getErrorName(size));
    return {out_.data(), size};
  }

 private:
  ZSTD_CCtx* context_;
  ZSTD_CDict* dictionary_;
  std::string out_;
};

// One event at a time: parse, compress, write.
class Floor {
 public:
  Floor(const std::string& path, const Recording& recording, bool sync)
      : recording_(recording), db_(path, sync), compressor_(recording.dictionary) {
    begin_ = db_.prepare("BEGIN IMMEDIATE");
    commit_ = db_.prepare("COMMIT");
    for (const std::string& sql : recording.sql) statements_.push_back(db_.prepare(sql));
  }

  void begin() { db_.step(begin_); }
  void commit() { db_.step(commit_); }

  void event(std::size_t index, const std::string& text) {
    rapidjson::MemoryPoolAllocator<> pool(pool_.data(), pool_.size());
    rapidjson::Document document(&pool);
    document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(
        text.data(), text.size());
    if (document.HasParseError()) fail(rapidjson::GetParseError_En(document.GetParseError()));
    const std::string_view packed = compressor_.pack(text);
    bool is_log = true;
    for (const Statement& statement : recording_.events[index]) {
      sqlite3_stmt* const stmt = statements_[statement.sql];
      for (std::size_t i = 0; i < statement.values.size(); ++i) {
        if (is_log && i == kLogBody) {
          sqlite3_bind_blob(stmt, static_cast<int>(i) + 1, packed.data(),
                            static_cast<int>(packed.size()), SQLITE_STATIC);
        } else {
          bind(stmt, static_cast<int>(i) + 1, statement.values[i]);
        }
      }
      db_.step(stmt);
      is_log = false;
    }
  }

 private:
  const Recording& recording_;
  Database db_;
  Compressor compressor_;
  sqlite3_stmt *begin_ = nullptr, *commit_ = nullptr;
  std::vector<sqlite3_stmt*> statements_;
  std::vector<char> pool_ = std::vector<char>(256u << 10);
};

std::string dictionary_of(const std::string& path) {
  std::string out;
  sqlite3* db = nullptr;
  sqlite3_open_v2(path.c_str(), &db, SQLITE_OPEN_READONLY, nullptr);
  sqlite3_stmt* stmt = nullptr;
  sqlite3_prepare_v2(db, "SELECT body FROM dictionary WHERE id = 1", -1, &stmt, nullptr);
  if (sqlite3_step(stmt) == SQLITE_ROW) {
    out.assign(static_cast<const char*>(sqlite3_column_blob(stmt, 0)),
               static_cast<std::size_t>(sqlite3_column_bytes(stmt, 0)));
  }
  sqlite3_finalize(stmt);
  sqlite3_close(db);
  return out;
}

}  // namespace

std::size_t Recording::statements() const {
  std::size_t total = 0;
  for (const auto& event : events) total += event.size();
  return total;
}

Recording record_ingest(const std::string& directory, const std::vector<std::string>& events) {
  Recording out;
  recorder = {&out, false};
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(on_open));
  {
    IngestRun run(directory, false);
    recorder.on = true;
    for (std::size_t at = 0; at < events.size(); at += kRecordBatch) {
      run.send_waiting(json_array(events, at, kRecordBatch));
    }
    run.stop();
    recorder.on = false;
  }
  sqlite3_cancel_auto_extension(reinterpret_cast<void (*)()>(on_open));
  out.dictionary = dictionary_of(directory + "/headwater.db");
  if (out.events.size() != events.size()) fail("the recording does not cover every event");
  return out;
}

Cost run_floor(const std::string& directory, const std::vector<std::string>& events,
               const Recording& recording, const FloorOptions& options) {
  { IngestRun empty(directory, false); }  // makes the tables
  Floor floor(directory + "/headwater.db", recording, options.sync);
  std::size_t next = 0;
  auto batches = [&](std::size_t until) {
    while (next < until) {
      const std::size_t end = std::min(until, next + options.batch);
      floor.begin();
      for (; next < end; ++next) floor.event(next, events[next]);
      floor.commit();
    }
  };
  batches(std::min(options.warm_up, events.size()));
  const Stopwatch watch;
  batches(events.size());
  return watch.stop();
}

}  // namespace headwater::bench
