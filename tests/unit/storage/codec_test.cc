#include "storage/codec.h"

#include <thread>

#include "tests/unit/storage/store_fixture.h"

namespace headwater::storage {
namespace {

using base::ErrorCode;

std::string round_trip(const Codec& codec, const std::string& body) {
  const Packed packed = codec.pack(body);
  EXPECT_EQ(packed.size, static_cast<std::int64_t>(body.size()));
  return must(codec.unpack(packed.dictionary, packed.size, packed.body));
}

std::vector<std::string> samples(std::uint64_t count) {
  std::vector<std::string> out;
  for (std::uint64_t i = 0; i < count; ++i) out.push_back(event_body(i));
  return out;
}

TEST(Codec, GivesBackWhatItTook) {
  const Codec codec;
  EXPECT_EQ(round_trip(codec, ""), "");
  EXPECT_EQ(round_trip(codec, "x"), "x");
  EXPECT_EQ(round_trip(codec, event_body(3)), event_body(3));
  EXPECT_EQ(round_trip(codec, std::string(9 << 20, 'a')), std::string(9 << 20, 'a'));
}

TEST(Codec, StoresRawWhatDoesNotShrink) {
  const Codec codec;
  std::mt19937_64 random(1);
  std::string noise;
  for (int i = 0; i < 1000; ++i) noise.push_back(static_cast<char>(random()));
  const Packed packed = codec.pack(noise);
  EXPECT_EQ(packed.dictionary, Codec::kRaw);
  EXPECT_EQ(packed.body, noise);
  EXPECT_EQ(codec.pack("tiny").dictionary, Codec::kRaw);
  EXPECT_EQ(codec.pack(std::string(100, 'a')).dictionary, 0);
}

TEST(Codec, PacksTighterWithADictionaryAndStillReadsOlderBodies) {
  Codec codec;
  const Packed plain = codec.pack(event_body(100000));
  const std::string dictionary = Codec::train(samples(1000));
  ASSERT_FALSE(dictionary.empty());
  EXPECT_LE(dictionary.size(), Codec::kDictionaryBytes);
  must(codec.add(1, dictionary));
  must(codec.add(1, dictionary));
  const Packed tight = codec.pack(event_body(100000));
  EXPECT_EQ(tight.dictionary, 1);
  EXPECT_LT(3 * tight.body.size(), plain.body.size());
  EXPECT_EQ(must(codec.unpack(0, plain.size, plain.body)), event_body(100000));
  EXPECT_EQ(must(codec.unpack(1, tight.size, tight.body)), event_body(100000));
}

TEST(Codec, UsesTheNewestDictionaryWhateverTheOrderOfAdding) {
  Codec codec;
  const std::string dictionary = Codec::train(samples(1000));
  must(codec.add(7, dictionary));
  must(codec.add(3, dictionary));
  EXPECT_EQ(codec.newest(), 7);
  EXPECT_TRUE(codec.knows(3));
  EXPECT_TRUE(codec.knows(0));
  EXPECT_TRUE(codec.knows(Codec::kRaw));
  EXPECT_FALSE(codec.knows(4));
}

TEST(Codec, MakesNoDictionaryFromTooLittle) {
  EXPECT_TRUE(Codec::train({}).empty());
  EXPECT_TRUE(Codec::train({"one", "two"}).empty());
}

TEST(Codec, CallsDamageByItsName) {
  Codec codec;
  must(codec.add(1, Codec::train(samples(1000))));
  const Packed packed = codec.pack(event_body(5));
  const auto fails = [&](std::int64_t dictionary, std::int64_t size, std::string_view body) {
    const auto result = codec.unpack(dictionary, size, body);
    EXPECT_FALSE(result);
    if (!result) {
      EXPECT_EQ(result.error().code, ErrorCode::kStorageCorrupt);
    }
  };
  fails(1, packed.size + 1, packed.body);
  fails(1, packed.size - 1, packed.body);
  fails(1, -1, packed.body);
  fails(1, INT64_MAX, packed.body);
  fails(1, packed.size, packed.body.substr(0, packed.body.size() - 1));
  fails(1, packed.size, "");
  fails(1, packed.size, "not a frame at all");
  fails(9, packed.size, packed.body);
  fails(0, packed.size, packed.body);
  fails(Codec::kRaw, 4, "five!");
}

TEST(Codec, SurvivesEveryFlippedBit) {
  Codec codec;
  const Packed packed = codec.pack(event_body(5));
  for (std::size_t i = 0; i < packed.body.size() * 8; ++i) {
    std::string body = packed.body;
    body[i / 8] = static_cast<char>(body[i / 8] ^ (1 << (i % 8)));
    const auto result = codec.unpack(packed.dictionary, packed.size, body);
    if (result) {
      EXPECT_EQ(result->size(), event_body(5).size());
    }
  }
}

TEST(Codec, PacksOnManyThreadsWhileADictionaryArrives) {
  Codec codec;
  const std::string dictionary = Codec::train(samples(1000));
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&codec, t] {
      for (std::uint64_t i = 0; i < 300; ++i) {
        EXPECT_EQ(round_trip(codec, event_body(1000 * t + i)), event_body(1000 * t + i));
      }
    });
  }
  must(codec.add(1, dictionary));
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(codec.newest(), 1);
}

class Dictionary : public StoreTest {
 protected:
  void open_with(std::size_t samples, bool read_only = false) {
    StoreOptions options = fast_options(directory_.path());
    options.dictionary_samples = samples;
    options.read_only = read_only;
    open(options);
  }
};

TEST_F(Dictionary, IsTrainedOnceEnoughRecordsAreThere) {
  open_with(500);
  append_events(499);
  must(writer().maybe_train_dictionary());
  EXPECT_EQ(store_->pack(event_body(1)).dictionary, 0);
  append_events(1);
  must(writer().maybe_train_dictionary());
  EXPECT_EQ(store_->pack(event_body(1)).dictionary, 1);
  must(writer().maybe_train_dictionary());
  append_events(100);
  for (std::uint64_t seq = 1; seq <= 600; ++seq) {
    EXPECT_EQ(must(lease().log_record(Seq{seq}))->body, event_body(seq));
  }
  open_with(500);
  EXPECT_EQ(store_->pack(event_body(1)).dictionary, 1);
  EXPECT_EQ(must(lease().log_range(Seq{0}, 1000)).size(), 600u);
  EXPECT_TRUE(
      must(store_->check({}, [](std::string_view body) { return base::hash128(body); })).empty());
}

TEST_F(Dictionary, IsTriedAgainLaterWhenRecordsAreTooFew) {
  open_with(2);
  append_events(3);
  must(writer().maybe_train_dictionary());
  EXPECT_EQ(store_->pack(event_body(1)).dictionary, 0);
  append_events(997);
  must(writer().maybe_train_dictionary());
  EXPECT_EQ(store_->pack(event_body(1)).dictionary, 1);
}

TEST_F(Dictionary, IsNotTrainedInsideATransaction) {
  open_with(10);
  append_events(400);
  must(writer().begin());
  must(writer().maybe_train_dictionary());
  EXPECT_EQ(store_->pack(event_body(1)).dictionary, 0);
  must(writer().commit());
}

TEST_F(Dictionary, OfAnotherProcessIsFoundByAReaderOpenedBefore) {
  open_with(500);
  append_events(500);
  StoreOptions options = fast_options(directory_.path());
  options.read_only = true;
  auto other = must(Store::open(options));
  must(writer().maybe_train_dictionary());
  append_events(1);
  const Packed packed = store_->pack(event_body(9));
  ASSERT_EQ(packed.dictionary, 1);
  EXPECT_EQ(must(other->unpack(packed)), event_body(9));
  EXPECT_EQ(must(must(other->reader()).log_record(Seq{501}))->body, event_body(501));
}

}  // namespace
}  // namespace headwater::storage
