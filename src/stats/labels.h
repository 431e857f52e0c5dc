// Labels: owners and tags of jobs and datasets, as numbers, for one moment of recorded time.
//
// What attributes say is read by whoever knows how (LabelSource); here it is kept. The first
// question reads all of them, later ones only what changed since the newest that was asked for, or
// since one of the few before it. A question about a moment before those reads all of them again;
// the last such answer is kept.
//
// Thread-safety: Labels never change; the keeper from any thread. One reads at a time, and who
// needs something to be read waits for that one first; what is there already is given out
// meanwhile. Cost of reading all: one pass over the attribute rows and one read of each distinct
// facet. Of what changed: a few reads for each node that did, and 8 bytes of copying for each node
// of the graph. Memory: 8 bytes a node and kept answer, and each distinct set and text once, also
// those that nothing has any more. Errors: those of the source.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "model/ids.h"

namespace headwater::stats {

using base::Result;
using model::NodeId;
using model::Seq;

struct LabelTexts {
  std::vector<std::string> owners, tags;
};

// The attributes at one moment.
class LabelSource {
 public:
  using Visit = std::function<void(NodeId canonical, const LabelTexts& texts)>;
  // How far the attributes have been read: up to a record, and up to a row, whatever that is to the
  // source.
  struct Position {
    Seq seq;
    std::int64_t row = 0;
  };
  virtual ~LabelSource() = default;
  virtual Seq seq() const = 0;
  // Every canonical dataset and job that has any, once.
  virtual Result<void> all(const Visit& visit) = 0;
  // Those of which something may have changed in the records after `since`, and those that others
  // were merged into.
  virtual Result<void> changed_after(const Position& since, const Visit& visit) = 0;
  // After one of these: how far it has read.
  virtual Position position() const = 0;
};

class Labels {
 public:
  Labels();
  Seq seq() const { return seq_; }
  // Numbers of texts, in the order of the texts; empty: it has none.
  std::span<const std::uint32_t> owners(NodeId node) const { return set(owners_, node); }
  std::span<const std::uint32_t> tags(NodeId node) const { return set(tags_, node); }
  std::string_view text(std::uint32_t number) const { return *texts_[number]; }
  std::size_t texts() const { return texts_.size(); }

  // While it is made.
  void set(NodeId node, const LabelTexts& texts);
  // Takes numbers of its own: what it was made from has been followed by another.
  void part();
  void finish(Seq seq) { seq_ = seq; }

 private:
  using Set = std::vector<std::uint32_t>;
  std::span<const std::uint32_t> set(const std::vector<std::uint32_t>& of, NodeId node) const {
    return node.value < of.size() ? std::span<const std::uint32_t>(*sets_[of[node.value]])
                                  : std::span<const std::uint32_t>{};
  }
  std::uint32_t set_number(const std::vector<std::string>& texts);
  void put(std::vector<std::uint32_t>& of, NodeId node, std::uint32_t set);

  Seq seq_;
  std::vector<std::uint32_t> owners_, tags_;  // by node: numbers of sets, 0 the empty one
  std::vector<std::shared_ptr<const Set>> sets_;
  std::vector<std::shared_ptr<const std::string>> texts_;
  // Of all Labels that were made one from another; only for whoever makes the next.
  struct Numbers {
    std::unordered_map<std::string, std::uint32_t> texts, sets;  // sets by their texts
  };
  std::shared_ptr<Numbers> numbers_;
};

class LabelKeeper {
 public:
  Result<std::shared_ptr<const Labels>> at(LabelSource& source) EXCLUDES(mutex_, reading_);

 private:
  static constexpr std::size_t kKept = 3;
  struct Kept {
    std::shared_ptr<const Labels> labels;
    LabelSource::Position upto;  // nothing changed after `labels` up to here
  };
  std::shared_ptr<const Labels> ready(Seq seq) EXCLUDES(mutex_);  // null: it is not
  Result<std::shared_ptr<const Labels>> read(LabelSource& source) REQUIRES(reading_)
      EXCLUDES(mutex_);
  Result<std::shared_ptr<const Labels>> follow(const Kept& from, bool newest, LabelSource& source)
      REQUIRES(reading_) EXCLUDES(mutex_);

  base::Mutex reading_;  // before mutex_; of the texts' numbers too
  base::Mutex mutex_;
  // Changed by whoever holds both.
  std::vector<Kept> kept_ GUARDED_BY(mutex_);  // the newest first
  std::shared_ptr<const Labels> past_ GUARDED_BY(mutex_);
};

}  // namespace headwater::stats
