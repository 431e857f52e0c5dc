// Interner: values by content, each stored once. Part of the writer.
//
// Ids are handed out in order of first use within the log, so a replay hands out the same. Caches
// are bounded: past their bound they are emptied and the tables are asked again. Thread-safety:
// none; the writer's.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <unordered_map>

#include "base/hash.h"
#include "base/result.h"
#include "model/edge_set.h"
#include "model/event.h"
#include "storage/storage.h"

namespace headwater::ingest {

using base::Result;

struct BundleRef {
  model::BundleId id;
  std::shared_ptr<const model::Bundle> bundle;
};

class Interner {
 public:
  explicit Interner(storage::Store& store) : store_(store) {}
  Result<void> load(storage::Writer& writer);  // at the start and after a discard

  Result<BundleRef> bundle(const model::EntityFacets& facets, storage::Writer& writer);
  Result<model::AttributeNameId> attribute(std::string_view name, storage::Writer& writer);
  Result<model::ContentId> content(std::string_view json, storage::Writer& writer);
  Result<model::CodeId> code(const std::string& semantic, storage::Writer& writer);
  Result<model::ProducerId> producer(const std::string& name, storage::Writer& writer);
  Result<model::TransformationId> transformation(const model::NamedEdge& edge,
                                                 storage::Writer& writer);
  Result<model::EdgeSetId> edge_set(const model::EdgeSet& set, storage::Writer& writer);
  void trim();  // between batches

 private:
  storage::Store& store_;
  storage::Writer::HighIds next_;
  std::unordered_map<base::Hash128, BundleRef, base::Hash128Hasher> bundles_;
  std::unordered_map<base::Hash128, model::ContentId, base::Hash128Hasher> contents_;
  std::unordered_map<std::string, model::AttributeNameId> attributes_;
  std::unordered_map<std::string, model::CodeId> codes_;
  std::unordered_map<std::string, model::ProducerId> producers_;
  std::map<std::tuple<std::string, std::string, bool>, model::TransformationId> transformations_;
};

}  // namespace headwater::ingest
