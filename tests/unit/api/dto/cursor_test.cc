#include "api/dto/cursor.h"

#include <gtest/gtest.h>
#include <random>

#include "api/dto/base64url.h"

namespace headwater::api::dto {
namespace {

using base::ErrorCode;

std::string random_bytes(std::mt19937_64& random, std::size_t most) {
  std::string out(random() % (most + 1), '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

TEST(Base64Url, AnyBytesComeBack) {
  std::mt19937_64 random(std::random_device{}());
  for (int i = 0; i < 2000; ++i) {
    const std::string bytes = random_bytes(random, 70);
    const std::string text = base64url_encode(bytes);
    ASSERT_EQ(text.find_first_of("+/="), std::string::npos);
    ASSERT_EQ(base64url_decode(text), bytes);
  }
}

TEST(Base64Url, RefusesWhatNoEncoderWrites) {
  for (const char* text : {"A", "AB=", "A+", "A/", "AB ", "AB\n", "Zh", "Zm9vYg=="}) {
    EXPECT_FALSE(base64url_decode(text)) << text;
  }
}

TEST(Cursor, FieldsComeBackForTheSameQueryOnly) {
  std::mt19937_64 random(std::random_device{}());
  for (int i = 0; i < 500; ++i) {
    CursorFields fields(random() % 5);
    for (std::string& field : fields) field = random_bytes(random, 300);
    const std::uint64_t binding = random();
    const std::string text = encode_cursor(binding, fields);
    const auto back = decode_cursor(text, binding);
    ASSERT_TRUE(back);
    ASSERT_EQ(*back, fields);
    const auto other = decode_cursor(text, binding + 1);
    ASSERT_FALSE(other);
    ASSERT_EQ(other.error().code, ErrorCode::kInvalidCursor);
    ASSERT_NE(other.error().message.find("another query"), std::string::npos);
  }
}

TEST(Cursor, EveryChangedCharacterIsNoticed) {
  const std::string text = encode_cursor(7, {"ns", "orders", "42"});
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(decode_cursor(changed, 7)) << i;
    EXPECT_FALSE(decode_cursor(text.substr(0, i), 7)) << i;
  }
  EXPECT_FALSE(decode_cursor(text + "AAAA", 7));
  EXPECT_FALSE(decode_cursor(std::string(100'000, 'A'), 7));
}

TEST(Cursor, NumbersAreReadExactly) {
  for (const std::int64_t value : {INT64_MIN, std::int64_t{0}, INT64_MAX}) {
    const auto back = read_cursor_number(cursor_number(value));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, value);
  }
  for (const char* text : {"", "1x", " 1", "99999999999999999999"}) {
    EXPECT_FALSE(read_cursor_number(text)) << text;
  }
}

}  // namespace
}  // namespace headwater::api::dto
