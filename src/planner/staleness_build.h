// StalenessBuilder: one version of the verdicts from the one before. Private to planner.
//
// Dataset by dataset, upstream first. A dataset is taken over whole if neither its segment, nor
// what is expected of it, nor what is dirty upstream is another than before; else lane by lane, and
// block by block. "Dirty" is what must run again or may have to: what readers may be stale for. Of
// each dataset it is noted in which blocks that moved, and only their readers look again.
// Datasets of which none reads another are looked at by several threads, each with a builder.
// Thread-safety: a builder is used by one thread; those of one Work build different datasets.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "planner/staleness.h"
#include "planner/staleness_words.h"

namespace headwater::planner {

class StalenessBuilder {
 public:
  static std::shared_ptr<const Staleness> run(std::shared_ptr<const State> state, Micros now,
                                              const std::function<bool()>& cancelled,
                                              const Staleness* before, base::Crew& crew);

 private:
  friend class CycleBuilder;
  using Row = Staleness::Row;
  using Piece = Staleness::Piece;
  using Dataset = Staleness::Dataset;
  using Group = std::vector<DatasetNo>;

  // Blocks of each lane whose dirty partitions are others than before.
  struct Moved {
    bool any = false, all = false;
    std::vector<std::vector<std::int64_t>> lanes;
  };
  // What the builders of one version have together.
  struct Work {
    Work(std::shared_ptr<const State> state, Micros now, const Staleness* before);
    const Staleness* const before;
    const std::shared_ptr<Staleness> out = std::make_shared<Staleness>();
    std::vector<Moved> moved;  // by dataset
    bool expires = false;      // anything does
  };
  // Blocks of a lane whose upstream moved: [first, last], sorted.
  struct Asked {
    bool all = false;
    std::vector<std::pair<std::int64_t, std::int64_t>> blocks;
    bool empty() const { return !all && blocks.empty(); }
  };
  // What is dirty upstream of a block.
  struct Incoming {
    bool none = true, whole = false;
    BlockBits bits{};
  };
  // A dataset as it was; null and null where it was not, or where nothing of it can be taken over.
  struct Old {
    const Dataset* dataset = nullptr;
    const Segment* segment = nullptr;
  };

  explicit StalenessBuilder(Work& work)
      : before_(work.before), out_(work.out.get()), moved_(work.moved), expires_(work.expires) {}

  void build(const Group& group);
  const Segment& segment(DatasetNo dataset) const { return out_->state_->segment(dataset); }
  const Dataset& done(DatasetNo dataset) const { return *out_->datasets_[dataset.value - 1]; }
  Old old(DatasetNo dataset) const;
  // Of two moments with the same horizon, the same is expected of the dataset.
  std::int64_t horizon(DatasetNo dataset) const;
  bool can_share(DatasetNo dataset) const;
  void share(DatasetNo dataset);
  void begin(DatasetNo dataset);
  bool upstream_moved(DatasetNo dataset) const;
  // Whether something else upstream may have expired than before.
  bool expiry_moved(DatasetNo dataset) const;

  void build(DatasetNo dataset);
  std::shared_ptr<const Row> build_row(DatasetNo dataset, std::uint32_t lane, const Span& expected,
                                       Asked& asked);
  Piece build_piece(DatasetNo dataset, std::uint32_t lane, std::int64_t block, const Row& row,
                    const Piece* reusable);
  bool reuse(const Incoming& in, Piece& piece) const;
  Piece seal(DatasetNo dataset, const Block* block, std::int64_t number, const BlockWords& words,
             const BlockBits& maybe, const std::vector<Interval>& reads_expired);
  std::uint16_t count_deferred(DatasetNo dataset, const Block& block, std::int64_t number,
                               const BlockWords& words);
  std::vector<Interval> reads_expired_of(DatasetNo dataset, std::uint32_t lane) const;
  void note_moved(DatasetNo dataset, std::uint32_t lane, std::int64_t block);
  // Whether what is dirty in the block is other than before.
  bool has_moved(DatasetNo dataset, std::uint32_t lane, std::int64_t block, const Piece* before,
                 const Piece& now) const;
  void note_gone(DatasetNo dataset, std::uint32_t lane, const Row& before, const Row& now);
  void note_row(DatasetNo dataset, std::uint32_t lane, const Row* before, const Row& now);
  void keep(DatasetNo dataset, std::shared_ptr<Dataset> result);

  std::vector<Asked> asked(DatasetNo dataset) const;
  bool uniform_dirty(DatasetNo dataset, std::uint32_t lane) const;
  Incoming incoming(DatasetNo dataset, std::uint32_t lane, std::int64_t block,
                    const Group* without);
  // Over those edges that every lane reads alike, or over the others.
  void pull_all(DatasetNo dataset, std::uint32_t lane, std::int64_t block, const Group* without,
                bool alike, Incoming& in);
  void pull(const Edge& edge, std::uint32_t lane, std::int64_t block, Incoming& in);
  void pull_pairs(const Edge& edge, std::uint32_t lane, std::int64_t block, Incoming& in) const;
  // What is dirty in the block of any lane; null: nothing.
  const BlockBits* dirty_anywhere(DatasetNo dataset, std::int64_t block);
  static BlockBits dirty_bits(const Segment& segment, std::uint32_t lane, std::int64_t block,
                              const Piece& piece);

  const Staleness* const before_;
  Staleness* const out_;
  std::vector<Moved>& moved_;                // by dataset
  const bool expires_;                       // anything does
  bool defers_ = false;                      // of the dataset under way
  std::map<std::int64_t, Incoming> common_;  // of the dataset under way: what its lanes read alike
  // Of datasets upstream of the one under way.
  std::map<std::pair<DatasetNo, std::int64_t>, std::unique_ptr<const BlockBits>> dirty_;
};

// Within a cycle of datasets, partition by partition, until nothing is new.
class CycleBuilder {
 public:
  CycleBuilder(StalenessBuilder& builder, const std::vector<DatasetNo>& group)
      : builder_(builder), group_(group) {}
  void run();

 private:
  struct OpenRow {
    Span expected;
    bool uniform = false;
    std::int64_t first = 0;  // number of the block of words[0]
    std::vector<BlockWords> words;
    std::vector<BlockBits> maybe;
  };
  struct Open {
    DatasetNo dataset;
    std::vector<OpenRow> rows;
  };

  void open(DatasetNo dataset);
  void spread();
  void reach(const Edge& edge, const Place& from);
  void mark(Open& open, std::uint32_t lane, Interval interval);
  void close(Open& open);
  Open* find(DatasetNo dataset);

  StalenessBuilder& builder_;
  const std::vector<DatasetNo>& group_;
  std::vector<Open> open_;
  std::vector<std::pair<DatasetNo, Place>> queue_;
};

}  // namespace headwater::planner
