#include "storage/codec.h"

#include <zdict.h>
#include <zstd.h>
#include <cassert>

namespace headwater::storage {
namespace {

using base::ErrorCode;

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* pointer) const {
    Free(pointer);
  }
};
using CContext = std::unique_ptr<ZSTD_CCtx, Freer<ZSTD_freeCCtx>>;
using DContext = std::unique_ptr<ZSTD_DCtx, Freer<ZSTD_freeDCtx>>;
using CDictionary = std::unique_ptr<ZSTD_CDict, Freer<ZSTD_freeCDict>>;
using DDictionary = std::unique_ptr<ZSTD_DDict, Freer<ZSTD_freeDDict>>;

// One of each per thread. The frame leaves out its dictionary's id, which is a column beside it.
ZSTD_CCtx* thread_compressor() {
  thread_local const CContext context = [] {
    CContext made(ZSTD_createCCtx());
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_compressionLevel, Codec::kLevel);
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_dictIDFlag, 0);
    return made;
  }();
  return context.get();
}

ZSTD_DCtx* thread_decompressor() {
  thread_local const DContext context(ZSTD_createDCtx());
  return context.get();
}

// Grows to the largest body this thread has packed, up to a bound.
std::string& thread_scratch(std::size_t size) {
  thread_local std::string scratch;
  if (scratch.size() < size) scratch.resize(size);
  return scratch;
}
constexpr std::size_t kKeptScratchBytes = 4 << 20;

base::Error damaged(std::string detail) {
  return base::make_error(ErrorCode::kStorageCorrupt,
                          "A stored value is damaged. Stop the server and run `headwater check`; "
                          "if it reports findings, restore the newest backup.",
                          std::move(detail));
}

}  // namespace

struct Codec::Dictionary {
  std::int64_t id = 0;
  CDictionary compress;
  DDictionary decompress;
  const Dictionary* older = nullptr;
};

Codec::Codec() = default;
Codec::~Codec() = default;

Packed Codec::pack(std::string_view body) const {
  const Dictionary* dictionary = newest_.load(std::memory_order_acquire);
  ZSTD_CCtx* context = thread_compressor();
  ZSTD_CCtx_refCDict(context, dictionary != nullptr ? dictionary->compress.get() : nullptr);
  std::string& scratch = thread_scratch(ZSTD_compressBound(body.size()));
  const std::size_t size =
      ZSTD_compress2(context, scratch.data(), scratch.size(), body.data(), body.size());
  Packed packed{.dictionary = kRaw, .size = static_cast<std::int64_t>(body.size()), .body = {}};
  if (ZSTD_isError(size) != 0 || size >= body.size()) {
    packed.body = body;
  } else {
    packed.dictionary = dictionary != nullptr ? dictionary->id : 0;
    packed.body.assign(scratch.data(), size);
  }
  if (scratch.size() > kKeptScratchBytes) std::string().swap(scratch);
  return packed;
}

Result<std::string> Codec::unpack(std::int64_t dictionary, std::int64_t size,
                                  std::string_view body) const {
  if (dictionary == kRaw) {
    if (size != static_cast<std::int64_t>(body.size())) return damaged("raw body of another size");
    return std::string(body);
  }
  const Dictionary* known = dictionary == 0 ? nullptr : find(dictionary);
  if (dictionary != 0 && known == nullptr) {
    return damaged("dictionary " + std::to_string(dictionary) + " is missing");
  }
  const auto promised = ZSTD_getFrameContentSize(body.data(), body.size());
  if (size < 0 || promised != static_cast<unsigned long long>(size)) {
    return damaged("frame does not promise the recorded size");
  }
  ZSTD_DCtx* context = thread_decompressor();
  ZSTD_DCtx_refDDict(context, known != nullptr ? known->decompress.get() : nullptr);
  std::string out(static_cast<std::size_t>(size), '\0');
  const std::size_t got =
      ZSTD_decompressDCtx(context, out.data(), out.size(), body.data(), body.size());
  if (ZSTD_isError(got) != 0) return damaged(std::string("zstd: ") + ZSTD_getErrorName(got));
  if (got != out.size()) return damaged("frame is shorter than its size");
  return out;
}

const Codec::Dictionary* Codec::find(std::int64_t id) const {
  const Dictionary* at = head_.load(std::memory_order_acquire);
  while (at != nullptr && at->id != id) at = at->older;
  return at;
}

bool Codec::knows(std::int64_t dictionary) const {
  return dictionary == kRaw || dictionary == 0 || find(dictionary) != nullptr;
}

std::int64_t Codec::newest() const {
  const Dictionary* dictionary = newest_.load(std::memory_order_acquire);
  return dictionary != nullptr ? dictionary->id : 0;
}

Result<void> Codec::add(std::int64_t id, std::string_view body) {
  assert(id > 0);
  auto made = std::make_unique<Dictionary>();
  made->id = id;
  made->compress.reset(ZSTD_createCDict(body.data(), body.size(), kLevel));
  made->decompress.reset(ZSTD_createDDict(body.data(), body.size()));
  if (!made->compress || !made->decompress) {
    return damaged("dictionary " + std::to_string(id) + " does not load");
  }
  base::MutexLock lock(adding_);
  if (find(id) != nullptr) return {};  // another reader came first
  made->older = head_.load(std::memory_order_relaxed);
  const Dictionary* published = made.get();
  owned_.push_back(std::move(made));
  head_.store(published, std::memory_order_release);
  if (id > newest()) newest_.store(published, std::memory_order_release);
  return {};
}

std::string Codec::train(const std::vector<std::string>& samples) {
  std::string joined;
  std::vector<std::size_t> sizes;
  for (const std::string& sample : samples) {
    joined += sample;
    sizes.push_back(sample.size());
  }
  std::string dictionary(kDictionaryBytes, '\0');
  const std::size_t size =
      ZDICT_trainFromBuffer(dictionary.data(), dictionary.size(), joined.data(), sizes.data(),
                            static_cast<unsigned>(sizes.size()));
  if (ZDICT_isError(size) != 0) return {};
  dictionary.resize(size);
  return dictionary;
}

}  // namespace headwater::storage
