// Reader: leases, and what is read from the log, the quarantine and the interned values.

#include <utility>

#include "storage/reader_impl.h"

namespace headwater::storage {

using sqlite::Row;
using sqlite::Sql;

namespace {

std::string read_text(Row& row) { return row.text(); }

Result<std::int64_t> single(Result<std::optional<std::int64_t>> found) {
  if (!found) return std::move(found).error();
  return found.value().value_or(0);
}

}  // namespace

Result<std::string> ReadContext::unpack(std::int64_t dictionary, std::int64_t size,
                                        std::string_view body) {
  if (!codec->knows(dictionary)) {
    HW_TRY(auto stored, db->one(Sql::kDictionaryById, read_text, dictionary));
    if (stored) HW_CHECK_OK(codec->add(dictionary, *stored));
  }
  return codec->unpack(dictionary, size, body);
}

Result<LogRecord> ReadContext::record(const sqlite::StoredRecord& stored) {
  auto body = unpack(stored.dictionary, stored.size, stored.body);
  if (!body) {
    body.error().detail += " (log record " + std::to_string(stored.seq.value) + ")";
    return std::move(body).error();
  }
  return LogRecord{.seq = stored.seq,
                   .kind = stored.kind,
                   .received_at = stored.received_at,
                   .event_time = stored.event_time,
                   .hash = stored.hash,
                   .body = std::move(body).value()};
}

Reader::Reader(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Reader::Reader(Reader&&) noexcept = default;

Reader& Reader::operator=(Reader&& other) noexcept {
  // The old lease ends with `old`, which goes back to the pool like any other.
  Reader old(std::move(*this));
  impl_ = std::move(other.impl_);
  return *this;
}

Reader::~Reader() {
  if (!impl_ || impl_->pool == nullptr) return;
  end();
  impl_->pool->give_back(std::move(impl_->leased));
}

// The writer's reader is always inside the writer's transaction, or sees the last committed state.
Result<void> Reader::begin() {
  if (impl_->pool == nullptr || impl_->db->in_transaction()) return {};
  return impl_->db->run(Sql::kBegin);
}

void Reader::end() {
  if (impl_->pool == nullptr || !impl_->db->in_transaction()) return;
  // A read transaction has nothing to lose, so a rollback ends it as well.
  if (!impl_->db->run(Sql::kCommit)) (void)impl_->db->run(Sql::kRollback);
}

Result<Seq> Reader::last_seq() {
  HW_TRY(auto last, impl_->db->one(Sql::kLogLast, [](Row& row) { return row.seq(); }));
  return last.value_or(Seq{});
}

Result<Seq> Reader::seq_received_by(Micros at) {
  HW_TRY(const Seq last, last_seq());
  std::uint64_t low = 0, high = last.value;  // the answer is in [low, high]
  while (low < high) {
    const std::uint64_t middle = low + (high - low + 1) / 2;
    auto read = [](Row& row) { return row.integer(); };
    HW_TRY(const auto received_at, impl_->db->one(Sql::kLogReceivedAt, read, Seq{middle}));
    if (!received_at) {
      return base::make_error(base::ErrorCode::kStorageCorrupt, "The log has a gap.",
                              "seq " + std::to_string(middle));
    }
    if (*received_at <= at) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return Seq{low};
}

Result<std::optional<LogRecord>> Reader::log_record(Seq seq) {
  auto read = [this](Row& row) { return impl_->record(sqlite::read_record(row)); };
  return impl_->db->one(Sql::kLogBySeq, read, seq);
}

Result<std::vector<LogRecord>> Reader::log_range(Seq after, std::size_t limit) {
  auto read = [this](Row& row) { return impl_->record(sqlite::read_record(row)); };
  return impl_->db->many(Sql::kLogRange, read, after, limit);
}

// Sequence numbers start at 1, so (t, 0) lies before every event at t.
Result<std::vector<LogRecord>> Reader::events(const EventQuery& query) {
  auto read = [this](Row& row) { return impl_->record(sqlite::read_record(row)); };
  if (query.descending) {
    const std::pair<Micros, Seq> end{query.to, Seq{}};
    const auto from = query.after && *query.after < end ? *query.after : end;
    return impl_->db->many(Sql::kEventsDescending, read, from.first, from.second, query.from,
                           query.limit);
  }
  const std::pair<Micros, Seq> start{query.from, Seq{}};
  const auto from = query.after && *query.after > start ? *query.after : start;
  return impl_->db->many(Sql::kEventsAscending, read, from.first, from.second, query.to,
                         query.limit);
}

Result<std::int64_t> Reader::count_events(Micros from, Micros to) {
  auto read = [](Row& row) { return row.integer(); };
  return single(impl_->db->one(Sql::kEventsCount, read, from, to));
}

Result<std::optional<Micros>> Reader::last_event_time(Micros until, Seq known) {
  auto read = [](Row& row) { return row.integer(); };
  HW_TRY(const std::int64_t last, single(impl_->db->one(Sql::kEventsLastTime, read, until, known)));
  return last < 0 ? std::optional<Micros>() : last;
}

Result<std::optional<Seq>> Reader::find_event(const base::Hash128& hash) {
  auto read = [](Row& row) { return row.null() ? std::optional<Seq>() : row.seq(); };
  HW_TRY(auto found, impl_->db->one(Sql::kEventByHash, read, hash.low, hash.high));
  return found.value_or(std::nullopt);
}

Result<std::vector<QuarantineRow>> Reader::quarantined(Seq after, std::size_t limit) {
  return impl_->db->many(Sql::kQuarantineList, sqlite::read_quarantine, after, limit);
}

Result<std::optional<QuarantineRow>> Reader::quarantine_row(Seq seq) {
  return impl_->db->one(Sql::kQuarantineBySeq, sqlite::read_quarantine, seq);
}

Result<std::int64_t> Reader::count_quarantined(bool include_replayed) {
  auto read = [](Row& row) { return row.integer(); };
  return single(impl_->db->one(Sql::kQuarantineCount, read, include_replayed));
}

Result<std::optional<std::string>> Reader::content(model::ContentId id) {
  auto read = [this](Row& row) {
    const std::int64_t dictionary = row.integer();
    const std::int64_t size = row.integer();
    return impl_->unpack(dictionary, size, row.bytes());
  };
  return impl_->db->one(Sql::kContentById, read, id);
}

Result<std::optional<std::string>> Reader::bundle(model::BundleId id) {
  return impl_->db->one(Sql::kBundleById, read_text, id);
}

Result<std::optional<std::string>> Reader::edge_set(model::EdgeSetId id) {
  return impl_->db->one(Sql::kEdgeSetById, read_text, id);
}

Result<std::optional<std::string>> Reader::attribute_name(model::AttributeNameId id) {
  return impl_->db->one(Sql::kAttributeNameById, read_text, id);
}

Result<std::optional<model::AttributeNameId>> Reader::find_attribute_name(std::string_view name) {
  auto read = [](Row& row) { return row.id<model::AttributeNameId>(); };
  return impl_->db->one(Sql::kAttributeNameByName, read, name);
}

Result<std::optional<std::string>> Reader::producer(model::ProducerId id) {
  return impl_->db->one(Sql::kProducerById, read_text, id);
}

Result<std::optional<std::string>> Reader::code_version(model::CodeId id) {
  return impl_->db->one(Sql::kCodeVersionById, read_text, id);
}

Result<std::vector<TransformationRow>> Reader::transformations() {
  return impl_->db->many(Sql::kTransformations, sqlite::read_transformation);
}

}  // namespace headwater::storage
