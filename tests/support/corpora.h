// Where the shared corpora are, if they are: HW_CORPORA, or ../shared/corpora beside the checkout.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include <zstd.h>

namespace headwater::tests {

inline std::filesystem::path corpora_dir() {
  if (const char* set = std::getenv("HW_CORPORA")) return set;
  return std::filesystem::path(HW_SOURCE_DIR).parent_path() / "shared" / "corpora";
}

inline std::string read_file(const std::filesystem::path& path) {
  std::string out;
  if (FILE* file = std::fopen(path.c_str(), "rb")) {
    char buffer[65536];
    while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, file)) out.append(buffer, n);
    std::fclose(file);
  }
  return out;
}

// The lines of a zstd-compressed NDJSON file.
inline std::vector<std::string> read_zst_lines(const std::filesystem::path& path) {
  const std::string packed = read_file(path);
  std::string text;
  ZSTD_DStream* stream = ZSTD_createDStream();
  ZSTD_inBuffer in{packed.data(), packed.size(), 0};
  std::string chunk(1u << 20, '\0');
  while (in.pos < in.size) {
    ZSTD_outBuffer out{chunk.data(), chunk.size(), 0};
    if (ZSTD_isError(ZSTD_decompressStream(stream, &out, &in))) break;
    text.append(chunk.data(), out.pos);
  }
  ZSTD_freeDStream(stream);
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (end > at) lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

}  // namespace headwater::tests
