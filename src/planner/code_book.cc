#include "planner/code_book.h"

#include <algorithm>
#include <utility>

namespace headwater::planner {

namespace {

struct Where {
  DatasetNo dataset;
  std::int64_t index;
  base::Micros now;
};

bool holds(const CodeEquality& equality, const Where& where) {
  const std::int64_t index = where.index;
  if (equality.dataset && equality.dataset != where.dataset) return false;
  if (where.now >= equality.until) return false;
  return equality.first <= index && index <= equality.last;
}

using Lists = std::vector<const std::vector<CodeEquality>*>;

// Whether `to` can be reached from `from` along what holds there.
bool connected(const Lists& lists, const Where& where, CodeId from, CodeId to) {
  if (from == to) return true;
  std::vector<CodeId> reached{from};
  for (std::size_t at = 0; at < reached.size(); ++at) {
    for (const std::vector<CodeEquality>* list : lists) {
      for (const CodeEquality& equality : *list) {
        if (!holds(equality, where)) continue;
        CodeId next;
        if (equality.a == reached[at]) next = equality.b;
        if (equality.b == reached[at]) next = equality.a;
        if (!next) continue;
        if (next == to) return true;
        if (std::find(reached.begin(), reached.end(), next) == reached.end()) {
          reached.push_back(next);
        }
      }
    }
  }
  return false;
}

}  // namespace

CodeId CodeBook::current(NodeId job) const {
  const auto at = jobs_.find(job.value);
  return at == jobs_.end() ? CodeId{} : at->second.current;
}

void CodeBook::set_current(NodeId job, CodeId code) { jobs_[job.value].current = code; }

void CodeBook::set_equalities(NodeId job, std::vector<CodeEquality> equalities) {
  jobs_[job.value].equal = std::move(equalities);
}

void CodeBook::set_deferred(NodeId job, std::vector<CodeEquality> equalities) {
  jobs_[job.value].deferred = std::move(equalities);
}

bool CodeBook::same_class(NodeId job, DatasetNo dataset, std::int64_t index, CodeId a,
                          CodeId b) const {
  if (a == b) return true;
  const auto at = jobs_.find(job.value);
  return at != jobs_.end() && connected({&at->second.equal}, {dataset, index, 0}, a, b);
}

bool CodeBook::same_if_deferred(NodeId job, DatasetNo dataset, std::int64_t index, CodeId a,
                                CodeId b, base::Micros now) const {
  if (a == b) return true;
  const auto at = jobs_.find(job.value);
  if (at == jobs_.end()) return false;
  return connected({&at->second.equal, &at->second.deferred}, {dataset, index, now}, a, b);
}

bool CodeBook::has_deferred(NodeId job) const {
  const auto at = jobs_.find(job.value);
  return at != jobs_.end() && !at->second.deferred.empty();
}

std::vector<std::int64_t> CodeBook::pieces(NodeId job, DatasetNo dataset) const {
  std::vector<std::int64_t> out;
  const auto at = jobs_.find(job.value);
  if (at == jobs_.end()) return out;
  for (const std::vector<CodeEquality>* list : {&at->second.equal, &at->second.deferred}) {
    for (const CodeEquality& equality : *list) {
      if (equality.dataset && equality.dataset != dataset) continue;
      if (equality.first != INT64_MIN) out.push_back(equality.first);
      if (equality.last != INT64_MAX) out.push_back(equality.last + 1);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace headwater::planner
