// Attributes: every version of every facet of one node that was known at the session's moment.
//
// Contents are fetched when asked for. A node that others were merged into has their attributes
// too; of two that hold at once the younger one counts.
//
// Thread-safety: belongs to one request, like its Session. Errors: those of the store.
// Cost of read(): one query per name of the node, none the second time in a session.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/session.h"
#include "query/values.h"

namespace headwater::query {

struct AttributeVersion {
  std::string name;
  model::ContentId content;
  Micros valid_from = 0, valid_to = model::kOpenEnd;
  model::Seq recorded_from;
};

class Attributes {
 public:
  static Result<Attributes> read(Session& session, NodeId canonical);
  // Of the fields of a dataset that have any, by path. One query per name of the dataset.
  static Result<std::map<std::string, Attributes>> of_fields(Session& session, NodeId dataset);

  // What held at `as_of` (graph::kLatest: what has not ended), null if nothing did.
  const AttributeVersion* find(std::string_view name, Micros as_of) const;
  // Those whose names begin with `prefix` and that held, by name.
  std::vector<const AttributeVersion*> held_with_prefix(std::string_view prefix,
                                                        Micros as_of) const;
  // All versions of one attribute by valid_from.
  std::vector<AttributeVersion> versions(std::string_view name) const;

  Result<std::optional<std::string>> text(Session& session, std::string_view name,
                                          Micros as_of) const;
  // All facets that held, by name, without the derived ones ("$...").
  Result<std::vector<FacetText>> facets(Session& session, Micros as_of) const;

 private:
  using Versions = std::shared_ptr<const std::vector<AttributeVersion>>;
  explicit Attributes(Versions versions) : versions_(std::move(versions)) {}
  static Result<void> add(Session& session, const storage::AttributeRow& row,
                          std::vector<AttributeVersion>& to);
  static Versions sorted(std::vector<AttributeVersion> versions);

  Versions versions_;  // by name, then valid_from, then recorded_from; shared with the session
};

// ---- reading well-known facets; absent or malformed members are absent ----------------------

std::vector<FieldDetail> read_fields(std::string_view schema_facet);
// "key" or "key:value", sorted, by field; under "" those of the dataset or job itself.
std::map<std::string, std::vector<std::string>> read_tags(std::string_view tags_facet);
std::vector<std::string> read_owners(std::string_view ownership_facet);
// A string member of a facet.
std::optional<std::string> read_member(std::string_view facet, std::string_view member);
// Whether a "$state" says that the dataset or job is no more: dropped, renamed or deleted.
bool says_gone(std::string_view state);
// The version that "$code" stands for; empty if it says none.
std::string read_code(std::string_view code);
// The text of the facet of that name, empty if there is none.
std::string_view facet_named(const std::vector<FacetText>& facets, std::string_view name);

}  // namespace headwater::query
