#include "api/v1/static_files.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

namespace headwater::api::v1 {
namespace {

using base::ErrorCode;
using base::make_error;

constexpr std::uintmax_t kMaxFileBytes = 16u << 20;

constexpr std::array<std::pair<std::string_view, std::string_view>, 11> kTypes{{
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".json", "application/json"},
    {".map", "application/json"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".woff2", "font/woff2"},
    {".txt", "text/plain; charset=utf-8"},
    {".webmanifest", "application/manifest+json"},
}};

std::string_view type_of(const std::filesystem::path& path) {
  const std::string extension = path.extension().string();
  for (const auto& [suffix, type] : kTypes) {
    if (suffix == extension) return type;
  }
  return "application/octet-stream";
}

// A segment that is a plain name: no way up, no way out, nothing hidden.
bool plain(const std::string& segment) {
  return !segment.empty() && segment.front() != '.' &&
         segment.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

Answer read(const std::filesystem::path& path, bool immutable) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error || !std::filesystem::is_regular_file(path, error) || size > kMaxFileBytes) {
    return make_error(ErrorCode::kNotFound, "There is no such file.");
  }
  std::ifstream in(path, std::ios::binary);
  http::Response response;
  response.body.assign(std::istreambuf_iterator<char>(in), {});
  if (!in) return make_error(ErrorCode::kNotFound, "The file cannot be read.");
  response.content_type = type_of(path);
  response.headers.emplace_back("Cache-Control",
                                immutable ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.emplace_back("Referrer-Policy", "no-referrer");
  response.headers.emplace_back("Content-Security-Policy",
                                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src "
                                "'self' data:; frame-ancestors 'none'");
  return response;
}

// Links are resolved: whoever may put one into the directory must not thereby publish other files.
bool inside(const std::filesystem::path& path, const std::string& directory) {
  std::error_code error;
  const std::filesystem::path root = std::filesystem::canonical(directory, error);
  if (error) return false;
  const std::filesystem::path file = std::filesystem::canonical(path, error);
  if (error) return false;
  return std::mismatch(root.begin(), root.end(), file.begin(), file.end()).first == root.end();
}

Answer no_pages() {
  return html_response(
      "<!doctype html><title>Headwater</title><p>Headwater is running. Its pages are not built: "
      "run "
      "<code>npm ci &amp;&amp; npm run build</code> in <code>ui/</code>, or name the directory "
      "with "
      "<code>--ui-dir</code>. The API is at <a href=\"/openapi.json\">/openapi.json</a>.</p>");
}

}  // namespace

Answer named_file(const std::string& directory, const std::string& name) {
  if (directory.empty()) return no_pages();
  Answer answer = read(std::filesystem::path(directory) / name, false);
  if (!answer) return no_pages();
  return answer;
}

Answer static_file(const std::string& directory, const std::vector<std::string>& segments) {
  const bool asset = !segments.empty() && segments.front() == "assets";
  if (!directory.empty() && !segments.empty() && std::ranges::all_of(segments, plain)) {
    std::filesystem::path path(directory);
    for (const std::string& segment : segments) path /= segment;
    if (inside(path, directory)) {
      Answer answer = read(path, asset);
      if (answer || asset) return answer;
    }
  }
  if (asset) return make_error(ErrorCode::kNotFound, "There is no such file.");
  return named_file(directory, "index.html");
}

}  // namespace headwater::api::v1
