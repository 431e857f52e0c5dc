// AnswerCache: a few large answers, kept so that the pages of one question are not computed anew.
//
// A key names the whole question, the version it was asked of included (its seq and its as_of):
// what is found is right for ever, and what is not asked for again leaves. At most kMaxEntries of
// together kMaxBytes; the one unused for longest goes first, and an answer above kMaxBytes / 2 is
// not kept. Thread-safety: any thread; two that miss at once both compute.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <utility>

#include "base/mutex.h"

namespace headwater::query {

class AnswerCache {
 public:
  static constexpr std::size_t kMaxEntries = 16;
  static constexpr std::size_t kMaxBytes = std::size_t{128} << 20;

  // Null if it is not there. The key fixes the type.
  template <class T>
  std::shared_ptr<const T> find(const std::string& key) {
    return std::static_pointer_cast<const T>(find_any(key));
  }

  void put(const std::string& key, std::shared_ptr<const void> answer, std::size_t bytes) {
    if (bytes > kMaxBytes / 2) return;
    entries_.with([&](Entries& entries) {
      entries.bytes += bytes;
      entries.list.push_front({key, std::move(answer), bytes});
      while (entries.list.size() > kMaxEntries || entries.bytes > kMaxBytes) {
        entries.bytes -= entries.list.back().bytes;
        entries.list.pop_back();
      }
    });
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const void> answer;
    std::size_t bytes = 0;
  };
  struct Entries {
    std::list<Entry> list;  // the latest used first
    std::size_t bytes = 0;
  };

  std::shared_ptr<const void> find_any(const std::string& key) {
    return entries_.with([&](Entries& entries) {
      for (auto it = entries.list.begin(); it != entries.list.end(); ++it) {
        if (it->key != key) continue;
        entries.list.splice(entries.list.begin(), entries.list, it);
        return entries.list.front().answer;
      }
      return std::shared_ptr<const void>{};
    });
  }

  base::Guarded<Entries> entries_;
};

}  // namespace headwater::query
