// Codec: bodies of the log and of facet contents, as zstd frames with a trained dictionary.
//
// A body is stored in one of three forms, told apart by its dictionary id:
//   -1 (kRaw)   as it is: compression would not make it smaller
//    0          a zstd frame without dictionary
//   n > 0       a zstd frame with the dictionary of that id
//
// Thread-safety: every method from any thread; compression contexts are per thread, dictionaries
// are shared and live as long as the codec. Errors: kStorageCorrupt when bytes do not decompress to
// exactly their recorded size. Memory for a result is taken only after the frame's own size agreed.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "storage/storage.h"

namespace headwater::storage {

class Codec {
 public:
  static constexpr std::int64_t kRaw = -1;
  static constexpr std::size_t kDictionaryBytes = 16 * 1024;
  static constexpr int kLevel = 3;

  Codec();
  ~Codec();
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  // With the newest dictionary.
  Packed pack(std::string_view body) const;
  Result<std::string> unpack(std::int64_t dictionary, std::int64_t size,
                             std::string_view body) const;

  bool knows(std::int64_t dictionary) const;
  std::int64_t newest() const;
  // Makes a dictionary known; the one with the largest id is used for packing.
  Result<void> add(std::int64_t id, std::string_view body) EXCLUDES(adding_);

  // A dictionary from samples. Empty when they are too few or too alike to make one.
  static std::string train(const std::vector<std::string>& samples);

 private:
  struct Dictionary;
  const Dictionary* find(std::int64_t id) const;

  // A list that only grows at its head, so that readers need no lock.
  std::atomic<const Dictionary*> newest_{nullptr};
  std::atomic<const Dictionary*> head_{nullptr};
  base::Mutex adding_;
  std::vector<std::unique_ptr<Dictionary>> owned_ GUARDED_BY(adding_);
};

}  // namespace headwater::storage
