#include "query/scratch.h"

#include <utility>

#include "base/mutex.h"

namespace headwater::query {
namespace {

using Pool = base::Guarded<std::vector<std::vector<std::uint32_t>>>;

Pool& pool() {
  static Pool arrays;
  return arrays;
}

}  // namespace

ScratchZeros::ScratchZeros(std::size_t size) {
  if (size == 0) return;
  pool().with([this](auto& kept) {
    if (kept.empty()) return;
    values_ = std::move(kept.back());
    kept.pop_back();
  });
  if (values_.size() < size) values_ = std::vector<std::uint32_t>(size + size / 8);
}

void ScratchZeros::give_back() {
  if (values_.empty()) return;
  pool().with([this](auto& kept) {
    if (kept.size() < kKept) kept.push_back(std::move(values_));
  });
}

}  // namespace headwater::query
