#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "alerts/webhook.h"

namespace headwater::alerts {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

constexpr std::string_view kPrefix = "whsec_";

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64(std::string_view text) {
  std::string out(4 * ((text.size() + 2) / 3) + 1, '\0');  // OpenSSL ends it with a 0
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes(text),
                                   static_cast<int>(text.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

// Nothing if it is not base64 with its padding.
std::optional<std::string> from_base64(std::string_view text) {
  const std::size_t pads = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  const bool good = !text.empty() && text.size() % 4 == 0 &&
                    std::ranges::all_of(text.substr(0, text.size() - pads), [](char c) {
                      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                             (c >= '0' && c <= '9') || c == '+' || c == '/';
                    });
  if (!good) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes(text),
                                   static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  out.resize(static_cast<std::size_t>(size) - pads);
  return out;
}

}  // namespace

Result<std::string> secret_key(std::string_view secret) {
  if (secret.starts_with(kPrefix) && secret.size() <= kPrefix.size() + 2 * kMaxKeyBytes) {
    auto key = from_base64(secret.substr(kPrefix.size()));
    if (key && key->size() >= kMinKeyBytes && key->size() <= kMaxKeyBytes) return *std::move(key);
  }
  return make_error(ErrorCode::kInvalidArgument, "A webhook's secret is whsec_ and the base64 of " +
                                                     std::to_string(kMinKeyBytes) + " to " +
                                                     std::to_string(kMaxKeyBytes) +
                                                     " random bytes.");
}

std::string signature(std::string_view key, std::string_view id, std::int64_t timestamp_s,
                      std::string_view body) {
  std::string content(id);
  content.append(".").append(std::to_string(timestamp_s)).append(".").append(body);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(content), content.size(),
       digest, &size);
  return "v1," + base64({reinterpret_cast<const char*>(digest), size});
}

}  // namespace headwater::alerts
