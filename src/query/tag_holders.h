// TagHolders: who has a tag, read once per dataset and kept for one question. Private to tags.
//
// Thread-safety: belongs to one request. Errors: those of the store.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "query/tags.h"

namespace headwater::query {

class TagHolders {
 public:
  explicit TagHolders(Session& session) : session_(session) {}

  struct Own {
    bool producer = false, person = false;
    std::optional<std::string> author;  // of a person
    Micros at = 0;                      // since when: a person's tag before a producer's
    Micros sent_at = 0;                 // of a producer
  };
  // `path` "" is the dataset or job itself.
  Result<std::optional<Own>> own(NodeId node, const std::string& path, const std::string& tag);
  // Everything that it has itself: an entry for each of producer and person.
  Result<std::vector<NodeTag>> all(NodeId node, const std::string& path);
  // The first field, by path, that has the tag itself.
  Result<std::optional<std::string>> any_field(NodeId dataset, const std::string& tag);

  // It inherits nothing by this tag: it carries the tag that stops it, itself or through its
  // dataset, or a person took this one away from it.
  Result<bool> stops(NodeId node, const std::string& path, const TagDefinition& tag);
  Result<bool> stops(NodeId node, const TagDefinition& tag);  // of a node of the graph
  // Where a field or dataset of the graph passes the tag on from: itself, or the field's dataset.
  // Nothing: it does not have it.
  Result<std::optional<NodeTag>> source(NodeId node, const TagDefinition& tag);
  Result<bool> unmasked(model::TransformationId detail);

 private:
  struct Entity {
    std::map<std::string, Own> tags;
    std::set<std::string> removed;
  };
  using Entities = std::map<std::string, Entity>;  // by path
  struct Place {
    NodeId dataset;
    std::string path;
  };

  Result<const Entities*> read(NodeId node);
  Result<const Entity*> entity(NodeId node, const std::string& path);
  Result<bool> carries(NodeId node, const std::string& path, const std::string& tag);
  Place place_of(NodeId node) const;

  Session& session_;
  std::unordered_map<std::uint32_t, Entities> known_;
  std::optional<std::unordered_map<std::uint16_t, bool>> masking_;
};

}  // namespace headwater::query
