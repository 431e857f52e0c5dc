#include "stats/ledger_file.h"

#include <utility>

#include "base/section_file.h"

namespace headwater::stats {

using base::Result;

namespace {

enum SectionId : std::uint32_t { kPairs, kChunks, kColumns, kSectionCount };

struct Fields {
  std::uint64_t seq, instance, record_high, record_low, pairs, chunks, rows;
};
struct ChunkRecord {
  std::uint64_t first_seq;
  std::uint32_t rows;
  std::uint32_t measures;  // a bit for each column that is there
};
static_assert(sizeof(Fields) == 56 && sizeof(ChunkRecord) == 16 && sizeof(Pair) == 8);
static_assert(model::kMeasures <= 32);

base::SectionFormat format() {
  return {
      {'H', 'W', 'L', 'E', 'D', 'G', 'E', 'R'}, 1, kSectionCount, sizeof(Fields), "ledger snapshot",
      "It is made anew from the table."};
}

std::size_t bytes_of(const ChunkRecord& record) {
  const auto columns = static_cast<std::size_t>(__builtin_popcount(record.measures));
  return record.rows * (sizeof(Micros) + 2 * sizeof(std::uint32_t) + columns * 8);
}

}  // namespace

// Knows the insides of chunks and of the ledger.
class LedgerFile {
 public:
  static ChunkRecord record_of(const LedgerChunk& chunk, std::size_t rows) {
    ChunkRecord out{chunk.first_seq_, static_cast<std::uint32_t>(rows), 0};
    for (std::size_t i = 0; i < model::kMeasures; ++i) {
      if (chunk.column(static_cast<model::Measure>(i)) != nullptr) out.measures |= 1U << i;
    }
    return out;
  }

  // A column that came after the record was taken is left out: it is zero in these rows.
  static void write(const LedgerChunk& chunk, const ChunkRecord& record, base::SectionWriter& out) {
    out.append(chunk.times_.get(), record.rows * sizeof(Micros));
    out.append(chunk.pairs_.get(), record.rows * sizeof(std::uint32_t));
    out.append(chunk.seqs_.get(), record.rows * sizeof(std::uint32_t));
    for (std::size_t i = 0; i < model::kMeasures; ++i) {
      if ((record.measures >> i & 1U) == 0) continue;
      out.append(chunk.column(static_cast<model::Measure>(i)), record.rows * std::size_t{8});
    }
  }

  static Result<void> read(const ChunkRecord& record, std::size_t pairs, base::SectionReader& in,
                           Ledger& ledger) {
    auto chunk = std::make_shared<LedgerChunk>();
    chunk->first_seq_ = record.first_seq;
    HW_CHECK_OK(in.read(chunk->times_.get(), record.rows * sizeof(Micros)));
    HW_CHECK_OK(in.read(chunk->pairs_.get(), record.rows * sizeof(std::uint32_t)));
    HW_CHECK_OK(in.read(chunk->seqs_.get(), record.rows * sizeof(std::uint32_t)));
    for (std::size_t i = 0; i < model::kMeasures; ++i) {
      if ((record.measures >> i & 1U) == 0) continue;
      auto* const column = new std::int64_t[LedgerChunk::kRows]();
      chunk->columns_[i].store(column, std::memory_order_release);
      HW_CHECK_OK(in.read(column, record.rows * std::size_t{8}));
    }
    for (std::size_t row = 0; row < record.rows; ++row) {
      if (chunk->pairs_[row] >= pairs) return in.corrupt("a row of a pair that is not there");
      chunk->cover(chunk->times_[row]);
    }
    ledger.take(std::move(chunk), record.rows);
    return {};
  }

  static void add_pair(Ledger& ledger, Pair pair) { ledger.pair_number(pair); }
};

Result<void> save_ledger(const LedgerSnapshot& ledger, Seq seq, const LedgerOrigin& origin,
                         const std::string& path) {
  base::SectionWriter out(format(), path);
  std::vector<ChunkRecord> records;
  for (std::size_t c = 0; c < ledger.chunks(); ++c) {
    records.push_back(LedgerFile::record_of(ledger.chunk(c), ledger.rows_of(c)));
  }
  out.begin(kPairs);
  for (std::size_t i = 0; i < ledger.pairs(); ++i) {
    const Pair pair = ledger.pair(static_cast<std::uint32_t>(i));
    out.append(&pair, sizeof pair);
  }
  out.end();
  out.begin(kChunks);
  out.append(records.data(), records.size() * sizeof(ChunkRecord));
  out.end();
  out.begin(kColumns);
  for (std::size_t c = 0; c < records.size() && !out.failed(); ++c) {
    LedgerFile::write(ledger.chunk(c), records[c], out);
  }
  out.end();
  const Fields fields{seq.value,          base::hash64(origin.instance),
                      origin.record.high, origin.record.low,
                      ledger.pairs(),     ledger.chunks(),
                      ledger.rows()};
  return out.commit(&fields);
}

Result<Seq> load_ledger(const std::string& path,
                        const std::function<Result<LedgerOrigin>(Seq)>& origin_of, Ledger& ledger) {
  base::SectionReader in(format());
  HW_CHECK_OK(in.open(path));
  Fields fields{};
  in.fields(&fields);
  HW_TRY(const LedgerOrigin origin, origin_of(Seq{fields.seq}));
  if (fields.instance != base::hash64(origin.instance) ||
      fields.record_high != origin.record.high || fields.record_low != origin.record.low) {
    return base::make_error(base::ErrorCode::kNotFound, "The ledger snapshot is of another store.");
  }
  HW_CHECK_OK(in.begin(kPairs, fields.pairs * sizeof(Pair)));
  for (std::uint64_t i = 0; i < fields.pairs; ++i) {
    Pair pair;
    HW_CHECK_OK(in.read(&pair, sizeof pair));
    LedgerFile::add_pair(ledger, pair);
  }
  HW_CHECK_OK(in.end());
  HW_CHECK_OK(in.begin(kChunks, fields.chunks * sizeof(ChunkRecord)));
  std::vector<ChunkRecord> records;
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 0; i < fields.chunks; ++i) {
    ChunkRecord record{};
    HW_CHECK_OK(in.read(&record, sizeof record));
    if (record.rows > LedgerChunk::kRows) return in.corrupt("a chunk has too many rows");
    records.push_back(record);
    bytes += bytes_of(record);
  }
  HW_CHECK_OK(in.end());
  HW_CHECK_OK(in.begin(kColumns, bytes));
  for (const ChunkRecord& record : records) {
    HW_CHECK_OK(LedgerFile::read(record, fields.pairs, in, ledger));
  }
  HW_CHECK_OK(in.end());
  return Seq{fields.seq};
}

}  // namespace headwater::stats
