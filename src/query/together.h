// Together: what many items lead to, looked for by several threads and taken by one. Private to
// query.
//
// Items are looked at in blocks. While a block is looked at nothing is taken, so whoever looks may
// read what takers write; what was found is then taken in the order of the items. So the outcome is
// that of one thread which looks at a whole block before it takes anything of it.
// Memory: what a block leads to, some kFull finds a part and those of its last item.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "base/crew.h"

namespace headwater::query {

template <class Found>
class Together {
 public:
  static constexpr std::size_t kPart = 1024, kParts = 16;  // items of a part, parts of a block
  static constexpr std::size_t kFull = std::size_t{1} << 15;

  // Without a crew the caller looks alone.
  explicit Together(base::Crew* crew) : crew_(crew) {}

  // begin(found) makes what looks at the items of one part: look(item) for each, then finish(); it
  // appends to `found`. take(find, ahead): `ahead` comes soon, or is null. It
  // returns false to end.
  template <class Begin, class Take>
  void run(std::size_t items, Begin begin, Take take) {
    for (std::size_t at = 0; at < items;) {
      const std::size_t end = std::min(items, at + kPart * kParts);
      const auto look_at_part = [&](std::size_t part) {
        const std::size_t first = at + part * kPart;
        look(begin, first, std::min(first + kPart, end), parts_[part]);
      };
      const std::size_t parts = (end - at + kPart - 1) / kPart;
      if (crew_ != nullptr) {
        crew_->run(parts, look_at_part);
      } else {
        for (std::size_t part = 0; part < parts; ++part) look_at_part(part);
      }
      for (std::size_t part = 0; part < parts; ++part) {
        const std::size_t wanted = std::min(at + kPart, end);
        if (!take_all(parts_[part].found, take)) return;
        at = parts_[part].end;
        if (at < wanted) break;  // it was full: the next block begins here
      }
    }
  }

 private:
  struct Part {
    std::vector<Found> found;
    std::size_t end = 0;
  };

  template <class Begin>
  static void look(Begin& begin, std::size_t first, std::size_t last, Part& part) {
    part.found.clear();
    auto looker = begin(part.found);
    std::size_t item = first;
    while (item < last && part.found.size() < kFull) looker.look(item++);
    looker.finish();
    part.end = item;
  }

  template <class Take>
  static bool take_all(const std::vector<Found>& found, Take& take) {
    constexpr std::size_t kAhead = 8;
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (!take(found[i], i + kAhead < found.size() ? &found[i + kAhead] : nullptr)) return false;
    }
    return true;
  }

  base::Crew* const crew_;
  std::array<Part, kParts> parts_;
};

}  // namespace headwater::query
