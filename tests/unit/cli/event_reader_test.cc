#include "cli/event_reader.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace headwater::cli {
namespace {

// Gives a text in pieces of `step` bytes.
class TextSource final : public ByteSource {
 public:
  TextSource(std::string text, std::size_t step) : text_(std::move(text)), step_(step) {}
  base::Result<bool> read(std::string& out) override {
    const std::size_t n = std::min(step_, text_.size() - at_);
    out.append(text_, at_, n);
    at_ += n;
    return n != 0;
  }
  std::uint64_t consumed() const override { return at_; }
  std::uint64_t size() const override { return text_.size(); }

 private:
  std::string text_;
  std::size_t step_, at_ = 0;
};

struct Read {
  std::vector<std::string> items;  // "LINE:TEXT", with '!' for what is no object
  std::string error;
  bool operator==(const Read&) const = default;
};

Read read(const std::string& text, std::size_t step) {
  TextSource source(text, step);
  EventReader reader(source);
  Read out;
  while (true) {
    const auto item = reader.next();
    if (!item) {
      out.error = item.error().message;
      return out;
    }
    if (!*item) return out;
    out.items.push_back(std::to_string((*item)->line) + ((*item)->object ? ":" : "!") +
                        (*item)->text);
  }
}

// The same, whatever the pieces.
std::vector<std::string> items(const std::string& text) {
  const Read all = read(text, 1 << 20);
  for (const std::size_t step : {1u, 2u, 3u, 7u}) EXPECT_EQ(read(text, step), all) << step;
  EXPECT_EQ(all.error, "");
  return all.items;
}

using Items = std::vector<std::string>;

TEST(EventReader, ReadsOneEventALine) {
  EXPECT_EQ(items("{\"a\":1}\n{\"b\":2}\r\n\n  {\"c\":3}"),
            (Items{"1:{\"a\":1}", "2:{\"b\":2}", "4:{\"c\":3}"}));
}

TEST(EventReader, ReadsNothingFromNothing) {
  EXPECT_EQ(items(""), Items{});
  EXPECT_EQ(items(" \n\n\t"), Items{});
  EXPECT_EQ(items("\xef\xbb\xbf"), Items{});
}

TEST(EventReader, SkipsAByteOrderMark) {
  TextSource source("\xef\xbb\xbf{\"a\":1}\n", 100);
  EventReader reader(source);
  EXPECT_EQ((*reader.next())->text, "{\"a\":1}");
}

TEST(EventReader, LosesOnlyTheLineThatIsBroken) {
  EXPECT_EQ(
      items("{\"a\":1}\n{\"b\": \"cut off\n{\"c\":3}\nnonsense\n{\"d\":4}"),
      (Items{"1:{\"a\":1}", "2!{\"b\": \"cut off", "3:{\"c\":3}", "4!nonsense", "5:{\"d\":4}"}));
}

TEST(EventReader, TellsLinesByTheSecondIfTheFirstIsBroken) {
  EXPECT_EQ(items("{\"a\": \"cut of\n{\"b\":2}\n{\"c\":3}\n"),
            (Items{"1!{\"a\": \"cut of", "2:{\"b\":2}", "3:{\"c\":3}"}));
}

TEST(EventReader, NeverJoinsWhatALineClaims) {
  EXPECT_EQ(items("{\"a\":1}\n{\"b\":1},{\"c\":2}\n1],[2\n[{\"d\":1}]\n42\n"),
            (Items{"1:{\"a\":1}", "2!{\"b\":1},{\"c\":2}", "3!1],[2", "4![{\"d\":1}]", "5!42"}));
}

TEST(EventReader, ReadsAnEventOverManyLines) {
  EXPECT_EQ(items("{\n  \"a\": {\n    \"b\": \"}{\"\n  }\n}\n"),
            (Items{"1:{\n  \"a\": {\n    \"b\": \"}{\"\n  }\n}"}));
  EXPECT_EQ(items("{\"a\": [\n{\"b\":1}\n]}\n{\n}\n"),
            (Items{"1:{\"a\": [\n{\"b\":1}\n]}", "4:{\n}"}));
}

TEST(EventReader, OpensArrays) {
  EXPECT_EQ(items("[{\"a\":1},{\"b\":[{}]}]"), (Items{"1:{\"a\":1}", "1:{\"b\":[{}]}"}));
  EXPECT_EQ(items("[\n  {\"a\":1},\n  {\"b\":2}\n]\n"), (Items{"2:{\"a\":1}", "3:{\"b\":2}"}));
  EXPECT_EQ(items("[]\n[ ]"), Items{});
  EXPECT_EQ(items("[{\"a\":1}]\n[{\"b\":2}]\n"), (Items{"1:{\"a\":1}", "2:{\"b\":2}"}));
}

TEST(EventReader, KeepsQuotesAndEscapes) {
  EXPECT_EQ(items(R"({"a":"\"}{\\"} {"b":"[\\\"]"})"),
            (Items{R"(1:{"a":"\"}{\\"})", R"(1:{"b":"[\\\"]"})"}));
}

TEST(EventReader, GoesOnAfterABrokenElement) {
  EXPECT_EQ(items("[\n{\"a\": \"cut\n{\"b\":2},\n7,\nnull\n]"),
            (Items{"2!{\"a\": \"cut", "3:{\"b\":2}", "4!7", "5!null"}));
}

TEST(EventReader, SaysThatAnArrayWasCutOff) {
  const Read cut = read("[{\"a\":1},\n{\"b\":2}", 5);
  EXPECT_EQ(cut.items, (Items{"1:{\"a\":1}", "2:{\"b\":2}"}));
  EXPECT_EQ(cut.error, "The file ends inside its array: it may have been cut off.");
  EXPECT_EQ(read("[", 5).error, "The file ends inside its array: it may have been cut off.");
}

TEST(EventReader, GivesACutOffObjectAsItIs) {
  EXPECT_EQ(items("{\n\"a\": {\n"), (Items{"1!{\n\"a\": {"}));
}

// Whatever the bytes are: no item is empty, and they are the same in any pieces.
TEST(EventReader, SurvivesAnyBytes) {
  std::mt19937 random(20261001);
  constexpr char kAlphabet[] = "{}[]\",:\\ \n1a";
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    const std::size_t n = random() % 40;
    for (std::size_t i = 0; i < n; ++i) text += kAlphabet[random() % (sizeof kAlphabet - 1)];
    const Read all = read(text, 1000);
    EXPECT_EQ(read(text, 1), all) << text;
    for (const std::string& item : all.items) EXPECT_GT(item.size(), 2u) << text;
  }
}

}  // namespace
}  // namespace headwater::cli
