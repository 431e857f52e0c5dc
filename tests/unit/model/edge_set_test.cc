#include "model/edge_set.h"

#include <gtest/gtest.h>

#include <random>

namespace headwater::model {
namespace {

EdgeSet random_set(std::mt19937_64& random) {
  EdgeSet set;
  const auto number = [&](std::uint64_t below) { return random() % below; };
  for (std::uint64_t i = number(20); i > 0; --i) {
    EdgeSet::Entry e;
    e.key.kind = static_cast<EdgeKind>(1 + number(kEdgeKinds - 1));
    e.key.src = NodeId{static_cast<std::uint32_t>(number(3) == 0 ? UINT32_MAX : number(50))};
    e.key.dst = NodeId{static_cast<std::uint32_t>(number(50))};
    e.key.via = NodeId{static_cast<std::uint32_t>(number(2))};
    e.key.detail = TransformationId{static_cast<std::uint16_t>(number(65536))};
    e.facet = static_cast<EvidenceFacet>(number(6));
    set.entries.push_back(e);
  }
  for (std::uint64_t i = number(5); i > 0; --i) {
    set.covered.push_back(NodeId{static_cast<std::uint32_t>(number(9))});
  }
  set.normalize();
  return set;
}

TEST(EdgeSet, ComesBackFromItsBytes) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 2000; ++i) {
    const EdgeSet set = random_set(random);
    const auto back = decode_edge_set(encode_edge_set(set));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->entries, set.entries);
    EXPECT_EQ(back->covered, set.covered);
    for (const auto& entry : set.entries) EXPECT_TRUE(back->contains(entry.key));
  }
}

TEST(EdgeSet, RefusesDamagedBytes) {
  std::mt19937_64 random(8);
  for (int i = 0; i < 500; ++i) {
    const std::string bytes = encode_edge_set(random_set(random));
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      EXPECT_FALSE(decode_edge_set(bytes.substr(0, n))) << "cut at " << n;
    }
    EXPECT_FALSE(decode_edge_set(bytes + '\0'));
    std::string changed = bytes;
    changed[random() % changed.size()] = static_cast<char>(random());
    if (const auto set = decode_edge_set(changed)) {  // whatever it is, it is well formed
      EXPECT_EQ(decode_edge_set(encode_edge_set(*set))->entries, set->entries);
    }
  }
  EXPECT_FALSE(decode_edge_set(std::string("\x01\x00\x01\x02\x00\x00\x00\x00", 8))) << "kind 0";
  EXPECT_FALSE(decode_edge_set(std::string("\x01\x0B\x01\x02\x00\x00\x00\x00", 8))) << "kind 11";
  EXPECT_FALSE(decode_edge_set(std::string("\x01\x01\x01\x02\x00\x00\x09\x00", 8))) << "facet 9";
  EXPECT_FALSE(decode_edge_set("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01")) << "a huge count";
}

TEST(EdgeSet, KeepsTheStrongestEvidenceOfAnEdge) {
  EdgeSet set;
  const EdgeKey key{EdgeKind::kReads, NodeId{1}, NodeId{2}, {}, {}};
  set.entries = {{key, EvidenceFacet::kInputsOutputs}, {key, EvidenceFacet::kLineageFacet}};
  set.covered = {NodeId{3}, NodeId{1}, NodeId{3}};
  set.normalize();
  ASSERT_EQ(set.entries.size(), 1u);
  EXPECT_EQ(set.entries[0].facet, EvidenceFacet::kLineageFacet);
  EXPECT_EQ(set.covered, (std::vector<NodeId>{NodeId{1}, NodeId{3}}));
}

TEST(Bundle, ComesBackFromItsBytes) {
  const Bundle bundle = {{AttributeNameId{1}, ContentId{0}},
                         {AttributeNameId{300}, ContentId{INT64_MAX}}};
  const std::string bytes = encode_bundle(bundle);
  EXPECT_EQ(decode_bundle(bytes), bundle);
  for (std::size_t n = 0; n < bytes.size(); ++n) EXPECT_FALSE(decode_bundle(bytes.substr(0, n)));
  EXPECT_EQ(decode_bundle(encode_bundle({})), Bundle());
}

}  // namespace
}  // namespace headwater::model
