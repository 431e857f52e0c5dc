// LevelSource: for a question, the assets whose lists match at a level or a better one, as a bitmap
// that only grows. Private to the finder. Thread-safety: belongs to one search.
#pragma once

#include <memory>

#include "query/text_index/finder.h"

namespace headwater::query::text_index {

class LevelSource {
 public:
  virtual ~LevelSource() = default;
  // Includes everything up to `level`; levels never go back. False if nothing can have come.
  virtual bool raise(Level level) = 0;
  // Includes what was true at any moment: a superset. After it only matched() may be called.
  virtual void raise_to_ever() = 0;
  virtual Bits matched() const = 0;
  virtual bool cancelled() const { return false; }
};

std::unique_ptr<LevelSource> make_source(const Inquiry& inquiry);

}  // namespace headwater::query::text_index
