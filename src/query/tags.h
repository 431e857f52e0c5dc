// Tags: which ones a node has, from whom, and which ones reach it along columns.
//
// A tag whose definition says so spreads downstream: a field inherits it from the fields that its
// values come from, step by step, until something stops it. Rules: docs/decisions.md. In short, the
// walk goes upstream from the asked field along DIRECT column edges (INDIRECT ones unless the
// definition stops there), not through a masking transformation if it stops there, and not from a
// field that carries the tag named as the stop, or from which a person took this tag away. The
// nearest field that has the tag, itself or through its dataset, is where it comes from.
//
// Thread-safety: belongs to one request, like its Session. Errors: those of the store; kCancelled.
// Cost: for each spreading tag a walk over the columns upstream until the tag is found, and for
// each dataset met one or two queries.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "model/decision.h"
#include "query/annotations.h"
#include "query/lineage.h"
#include "query/session.h"

namespace headwater::query {

struct TagDefinition {
  std::string name, description;
  model::TagRule rule;
  std::string author;
  Micros at = 0;
};
// Those in force at the session's moment, by name. Linear in the definitions ever made.
Result<std::vector<TagDefinition>> tag_definitions(Session& session);

enum class TagOrigin { kProducer, kPerson, kInherited };
std::string_view to_string(TagOrigin origin);

struct NodeTag {
  std::string tag;
  TagOrigin origin = TagOrigin::kProducer;
  NodeId from;                      // kInherited: the field or dataset that has it
  std::vector<model::EdgeId> path;  // kInherited: from there to the asked node; may be empty
  std::optional<std::string> author;
  Micros at = 0;  // since when, of the one that has it
};

struct TagRequest {
  Subject subject;
  std::size_t max_nodes = 100'000;  // columns looked at, of all walks together
  std::function<bool()> cancelled;
};

struct NodeTags {
  std::vector<NodeTag>
      tags;  // by name, then origin; a tag that the node itself has is not inherited
  Cut cut;
};

// Of a dataset: its own, and the spreading ones that any of its fields has or inherits. Of a job
// its own.
Result<NodeTags> node_tags(Session& session, const TagRequest& request);

}  // namespace headwater::query
