// Byte sources and outputs: what one writes, the other reads.

#include <random>
#include <string>

#include "cli/byte_source.h"
#include "cli/output.h"
#include "tests/unit/cli/support.h"

namespace headwater::cli {
namespace {

class Files : public CliTest {
 protected:
  std::string read_all(const std::string& path) {
    auto source = open_source(path);
    if (!source) return "error: " + source.error().message;
    std::string text;
    while (true) {
      const auto more = (*source)->read(text);
      if (!more) return "error: " + more.error().message;
      if (!*more) break;
    }
    EXPECT_EQ((*source)->consumed(), (*source)->size());
    return text;
  }
  std::string write_and_read(const std::string& name, const std::vector<std::string>& parts) {
    const std::string path = dir_.path(name);
    const auto out = tests::must(Output::open(path));
    for (const std::string& part : parts) EXPECT_TRUE(out->write(part));
    EXPECT_TRUE(out->close());
    return read_all(path);
  }
};

std::string some_text(std::size_t size) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < size) text += "line " + std::to_string(random() % 1000) + "\n";
  return text;
}

TEST_F(Files, AreReadBackWhateverTheCoding) {
  const std::string big = some_text(3 << 20);
  for (const char* name : {"plain.ndjson", "x.gz", "x.zst"}) {
    EXPECT_EQ(write_and_read(name, {"one\n", "two\n", big}), "one\ntwo\n" + big) << name;
    EXPECT_EQ(write_and_read(name, {}), "") << name;
  }
}

TEST_F(Files, AreKnownByTheirFirstBytesNotTheirNames) {
  EXPECT_EQ(write_and_read("a.zst", {"text"}), "text");
  std::filesystem::rename(dir_.path("a.zst"), dir_.path("b.txt"));
  EXPECT_EQ(read_all(dir_.path("b.txt")), "text");
  EXPECT_LT(read_text(dir_.path("b.txt")).find("\xb5\x2f\xfd"), 2u);
}

TEST_F(Files, ThatEndTooEarlyAreAnError) {
  for (const std::string name : {"x.gz", "x.zst"}) {
    const std::string path = dir_.path(name);
    ASSERT_EQ(write_and_read(name, {some_text(1 << 20)}).size() >> 20, 1u);
    const std::string whole = read_text(path);
    write_text(path, whole.substr(0, whole.size() - 5));
    EXPECT_TRUE(contains(read_all(path), "ends too early")) << name;
    write_text(path, whole.substr(0, 100) + std::string(100, '\xff') + whole.substr(200));
    EXPECT_TRUE(contains(read_all(path), "error: ")) << name;
  }
}

TEST_F(Files, ThatAreNotThereAreNamed) {
  EXPECT_TRUE(contains(read_all(dir_.path("none")), dir_.path("none")));
  EXPECT_FALSE(Output::open(dir_.path("no/such/dir/file")));
}

TEST_F(Files, AFullDiskIsAnError) {
  const auto out = tests::must(Output::open("/dev/full"));
  const bool written = out->write(some_text(1 << 20)).has_value();
  EXPECT_FALSE(written && out->close().has_value());
}

}  // namespace
}  // namespace headwater::cli
