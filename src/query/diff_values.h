// What the attributes of a node say, in a form that two moments can be compared by: private to the
// diff.
//
// Thread-safety: belongs to one request. Errors: those of the store.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/attributes.h"
#include "query/diff.h"

namespace headwater::query {

// schema: (path, type), sorted. code: ("", semantic version). owners: (name, ""). tags: (field or
// "", tag). description: ("", text). Nothing said and nothing in it are the same.
using DiffValue = std::vector<std::pair<std::string, std::string>>;

// The facet that a kind of change is about.
std::string_view facet_of(DiffKind kind);

// How the names of the attributes begin that hold what people said of it; empty for other kinds.
std::string_view people_prefix_of(DiffKind kind);

// The one place that says what counts as a node's schema, code, owners, tags and description.
Result<DiffValue> value_at(Session& session, const Attributes& attributes, DiffKind kind,
                           Micros as_of);

// When the value that holds at `to` began to hold; nothing if it is the one of `from`.
Result<std::optional<Micros>> changed_at(Session& session, const Attributes& attributes,
                                         DiffKind kind, Micros from, Micros to);

// Kinds of attributes that such a node has.
std::vector<DiffKind> attribute_kinds(NodeKind kind);

// Whether the node exists at the snapshot's moment: it was seen by then, and was not dropped,
// renamed or deleted, or has edges all the same.
Result<bool> present_at(Session& session, const Snapshot& at, const Attributes& attributes,
                        NodeId node);

}  // namespace headwater::query
