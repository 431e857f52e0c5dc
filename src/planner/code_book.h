// CodeBook: which code a job has now, and which versions of it are of one class.
//
// Versions are of one class at an index where declarations connect them. Declarations are few and
// are replaced as a whole, job by job, so that one that is revoked leaves nothing behind.
//
// Thread-safety: a value; const methods from any thread. Cost of same_class: a walk over the
// declarations of the job that hold at the index, none if the versions are equal.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "base/clock.h"
#include "model/ids.h"
#include "planner/ids.h"

namespace headwater::planner {

// `a` and `b` compute the same for the partitions of `dataset` (none: of all outputs) with indexes
// in [first, last].
struct CodeEquality {
  CodeId a, b;
  DatasetNo dataset;
  std::int64_t first = INT64_MIN, last = INT64_MAX;
  base::Micros until = model::kOpenEnd;  // of deferred ones: they hold before that moment
  bool operator==(const CodeEquality&) const = default;
};

class CodeBook {
 public:
  // 0: not versioned, or not known.
  CodeId current(NodeId job) const;
  void set_current(NodeId job, CodeId code);
  void set_equalities(NodeId job, std::vector<CodeEquality> equalities);
  // Equalities that only defer: what is stale for want of them alone is deferred.
  void set_deferred(NodeId job, std::vector<CodeEquality> equalities);

  bool same_class(NodeId job, DatasetNo dataset, std::int64_t index, CodeId a, CodeId b) const;
  // The same as if the deferred ones of `now` held too.
  bool same_if_deferred(NodeId job, DatasetNo dataset, std::int64_t index, CodeId a, CodeId b,
                        base::Micros now) const;
  bool has_deferred(NodeId job) const;
  // Where answers for the dataset may change with the index: sorted, each the first index of a
  // piece; without INT64_MIN. Empty: they do not depend on it.
  std::vector<std::int64_t> pieces(NodeId job, DatasetNo dataset) const;

 private:
  struct Job {
    CodeId current;
    std::vector<CodeEquality> equal, deferred;
  };
  std::map<std::uint32_t, Job> jobs_;
};

}  // namespace headwater::planner
