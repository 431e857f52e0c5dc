#include "ingest/interner.h"

#include <algorithm>

namespace headwater::ingest {

namespace {
constexpr std::size_t kCacheEntries = 200'000;
constexpr std::uint16_t kMaxTransformations = 65'000;
}  // namespace

Result<void> Interner::load(storage::Writer& writer) {
  bundles_.clear();
  contents_.clear();
  attributes_.clear();
  codes_.clear();
  producers_.clear();
  transformations_.clear();
  HW_TRY(next_, writer.high_ids());
  HW_TRY(const auto rows, writer.reader().transformations());
  for (const auto& row : rows) transformations_[{row.type, row.subtype, row.masking}] = row.id;
  return {};
}

void Interner::trim() {
  if (bundles_.size() > kCacheEntries) bundles_.clear();
  if (contents_.size() > kCacheEntries) contents_.clear();
  if (codes_.size() > kCacheEntries) codes_.clear();
  if (producers_.size() > kCacheEntries) producers_.clear();
  if (attributes_.size() > kCacheEntries) attributes_.clear();
}

Result<model::AttributeNameId> Interner::attribute(std::string_view name, storage::Writer& writer) {
  const std::string key(name);
  if (const auto at = attributes_.find(key); at != attributes_.end()) return at->second;
  HW_TRY(const auto stored, writer.reader().find_attribute_name(name));
  model::AttributeNameId id = stored.value_or(model::AttributeNameId{});
  if (!stored) {
    id = model::AttributeNameId{++next_.attribute_name};
    HW_CHECK_OK(writer.insert_attribute_name(id, name));
  }
  attributes_.emplace(key, id);
  return id;
}

Result<model::ContentId> Interner::content(std::string_view json, storage::Writer& writer) {
  const base::Hash128 hash = base::hash128(json);
  if (const auto at = contents_.find(hash); at != contents_.end()) return at->second;
  HW_TRY(const auto stored, writer.find_content(hash));
  model::ContentId id = stored.value_or(model::ContentId{});
  if (!stored) {
    id = model::ContentId{++next_.content};
    HW_CHECK_OK(writer.insert_content(id, hash, store_.pack(json)));
  }
  contents_.emplace(hash, id);
  return id;
}

Result<BundleRef> Interner::bundle(const model::EntityFacets& facets, storage::Writer& writer) {
  if (const auto at = bundles_.find(facets.hash); at != bundles_.end()) return at->second;
  model::Bundle bundle;
  for (const model::Facet& facet : facets.facets) {
    HW_TRY(const auto name, attribute(facet.name, writer));
    model::ContentId value;
    if (!facet.deleted) {
      HW_TRY(value, content(facet.json, writer));
    }
    bundle.emplace_back(name, value);
  }
  std::ranges::sort(bundle);
  const std::string bytes = model::encode_bundle(bundle);
  const base::Hash128 hash = base::hash128(bytes);
  HW_TRY(const auto stored, writer.find_bundle(hash));
  BundleRef ref{stored.value_or(model::BundleId{}),
                std::make_shared<const model::Bundle>(std::move(bundle))};
  if (!stored) {
    ref.id = model::BundleId{++next_.bundle};
    HW_CHECK_OK(writer.insert_bundle(ref.id, hash, bytes));
  }
  bundles_.emplace(facets.hash, ref);
  return ref;
}

Result<model::CodeId> Interner::code(const std::string& semantic, storage::Writer& writer) {
  if (semantic.empty()) return model::CodeId{};
  if (const auto at = codes_.find(semantic); at != codes_.end()) return at->second;
  HW_TRY(const auto stored, writer.find_code_version(semantic));
  model::CodeId id = stored.value_or(model::CodeId{});
  if (!stored) {
    id = model::CodeId{++next_.code_version};
    HW_CHECK_OK(writer.insert_code_version(id, semantic));
  }
  codes_.emplace(semantic, id);
  return id;
}

Result<model::ProducerId> Interner::producer(const std::string& name, storage::Writer& writer) {
  if (const auto at = producers_.find(name); at != producers_.end()) return at->second;
  HW_TRY(const auto stored, writer.find_producer(name));
  model::ProducerId id = stored.value_or(model::ProducerId{});
  if (!stored) {
    id = model::ProducerId{++next_.producer};
    HW_CHECK_OK(writer.insert_producer(id, name));
  }
  producers_.emplace(name, id);
  return id;
}

Result<model::TransformationId> Interner::transformation(const model::NamedEdge& edge,
                                                         storage::Writer& writer) {
  if (edge.transformation_type.empty()) return model::TransformationId{};
  const std::tuple key(edge.transformation_type, edge.transformation_subtype, edge.masking);
  if (const auto at = transformations_.find(key); at != transformations_.end()) return at->second;
  // Subtypes are a small vocabulary. Should a producer invent one for every edge, the rest share
  // the entry without a subtype: the text itself stays in the log.
  if (next_.transformation >= kMaxTransformations && !edge.transformation_subtype.empty()) {
    model::NamedEdge plain = edge;
    plain.transformation_subtype.clear();
    return transformation(plain, writer);
  }
  const model::TransformationId id{++next_.transformation};
  HW_CHECK_OK(writer.insert_transformation({id, std::get<0>(key), std::get<1>(key), edge.masking}));
  transformations_.emplace(key, id);
  return id;
}

Result<model::EdgeSetId> Interner::edge_set(const model::EdgeSet& set, storage::Writer& writer) {
  if (set.entries.empty() && set.covered.empty()) return model::EdgeSetId{};
  const std::string bytes = model::encode_edge_set(set);
  const base::Hash128 hash = base::hash128(bytes);
  HW_TRY(const auto stored, writer.find_edge_set(hash));
  if (stored) return *stored;
  const model::EdgeSetId id{++next_.edge_set};
  HW_CHECK_OK(writer.insert_edge_set(id, hash, bytes));
  return id;
}

}  // namespace headwater::ingest
