// What one record of a history says, by name: the naive reading of section 3 of the design.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/hash.h"
#include "ingest/parse.h"
#include "ingest/sql_tokens.h"
#include "model/json.h"
#include "tests/property/naive_event.h"

namespace headwater::tests::naive {

inline constexpr int kNoNode = -1;

// kind, src, dst, via, detail
using Key = std::array<int, 5>;
inline constexpr std::size_t kKind = 0, kSrc = 1, kDst = 2, kVia = 3, kDetail = 4;

// Position in the order of observations.
struct Place {
  Micros time = 0;
  int rank = 0;
  std::int64_t tie = 0;
  std::uint64_t seq = 0;
  auto operator<=>(const Place&) const = default;
};

// Nodes and transformations as small numbers.
class Names {
 public:
  int id(const model::End& end) {
    const auto [at, fresh] = ids_.emplace(end, static_cast<int>(ends_.size()));
    if (fresh) ends_.push_back(end);
    return at->second;
  }
  int dataset(const Name& name) { return id({model::NodeKind::kDataset, name, {}}); }
  int job(const Name& name) { return id({model::NodeKind::kJob, name, {}}); }
  int field(const Name& name, const std::string& path) {
    return id({model::NodeKind::kField, name, path});
  }
  const model::End& end(int node) const { return ends_[static_cast<std::size_t>(node)]; }
  int size() const { return static_cast<int>(ends_.size()); }
  // The node itself if it is no field.
  int dataset_of(int node) {
    const model::End found = end(node);
    return found.kind == model::NodeKind::kField ? dataset(found.name) : node;
  }
  int dataset_of(int node) const { return const_cast<Names*>(this)->dataset_of(node); }
  bool preferred(int a, int b) const { return rank(a) < rank(b); }
  int detail(const std::string& text) {
    return details_.emplace(text, static_cast<int>(details_.size()) + 1).first->second;
  }

 private:
  std::tuple<bool, std::string, std::string> rank(int node) const {
    const Name& name = end(node).name;
    return {name.name_space.starts_with("s3:"), name.name_space, name.name};
  }
  std::map<model::End, int> ids_;
  std::vector<model::End> ends_;
  std::map<std::string, int> details_;
};

struct Said {
  enum class Type { kShow, kComplete, kEnd, kDeclare, kDecision } type = Type::kDecision;
  Place at;
  int owner = kNoNode;
  bool io = false, parent = false, control = false, snapshot = false, exists = false;
  std::string run, code;
  std::set<Key> edges;
  std::set<int> covered;
  std::map<std::string, std::string> owner_facets;
  struct About {
    std::map<std::string, std::string> facets;
    bool written = false;
  };
  std::map<int, About> about;                    // datasets beside the owner
  std::vector<int> deleted;                      // by decision, as sent
  std::vector<std::pair<int, Place>> deletions;  // datasets
  std::vector<std::pair<int, int>> aliases;
  std::vector<std::tuple<int, std::string, std::string>> people;  // node, attribute, JSON
  std::set<int> named;                                            // jobs and datasets
};

// Reads one event. Its own class, so that each rule of the specification has a place.
class Reading {
 public:
  Reading(const Happening& h, const std::string& json, std::uint64_t seq, Names& names)
      : h_(h), names_(names) {
    const bool ends =
        h.type == EventType::kComplete || h.type == EventType::kFail || h.type == EventType::kAbort;
    said_.at = {h.time, 1, static_cast<std::int64_t>(ingest::event_hash(json).low), seq};
    said_.type = Said::Type::kDeclare;
    if (h.kind != EventKind::kRun) return;
    if (h.type == EventType::kStart) said_.at.rank = 0;
    if (ends) said_.at.rank = 2;
    said_.type = h.type == EventType::kComplete ? Said::Type::kComplete
                 : ends                         ? Said::Type::kEnd
                                                : Said::Type::kShow;
    said_.run = h.run;
    said_.snapshot = h.snapshot;
  }

  Said said() {
    owner_ =
        h_.kind == EventKind::kDataset ? names_.dataset(h_.outputs[0].name) : names_.job(h_.job);
    said_.owner = owner_;
    said_.named.insert(owner_);
    if (h_.kind != EventKind::kDataset) {
      code();
      for (const auto& [target, lineage] : h_.job_entries) explicit_lineage(target, lineage);
    }
    for (const Mention& m : h_.outputs) {
      if (m.lineage) explicit_lineage(m.name, *m.lineage);
      if (m.lineage_deleted && h_.kind == EventKind::kDataset) said_.io = true;
    }
    for (const Mention& m : h_.inputs) mention(m, true);
    for (const Mention& m : h_.outputs) mention(m, false);
    for (const Mention& m : h_.outputs) columns(m);
    relations();
    facets();
    return std::move(said_);
  }

 private:
  bool by_job() const { return h_.kind != EventKind::kDataset; }

  void edge(model::EdgeKind kind, int src, int dst, bool via = false, const std::string& d = "") {
    said_.edges.insert({static_cast<int>(kind), src, dst, via ? owner_ : kNoNode,
                        d.empty() ? 0 : names_.detail(d)});
    for (const int end : {src, dst}) said_.named.insert(names_.dataset_of(end));
  }
  void reads(const Name& source) {
    if (!by_job()) return;
    said_.io = true;
    edge(model::EdgeKind::kReads, names_.dataset(source), owner_);
  }
  void column(const Name& source, const std::string& source_field, const Name& target,
              const std::string& field, bool indirect, const std::string& subtype) {
    const int src = names_.field(source, source_field);
    const int dst = field.empty() ? names_.dataset(target) : names_.field(target, field);
    if (src == dst) return;
    edge(indirect ? model::EdgeKind::kColumnIndirect : model::EdgeKind::kColumnDirect, src, dst,
         true, (indirect ? "INDIRECT " : "DIRECT ") + subtype);
  }

  void code() {
    if (h_.sql.empty()) return;
    const std::string text = model::json_decode_string("\"" + h_.sql + "\"");
    said_.code = "sql:" + base::to_hex(base::hash128(ingest::normalize_sql(text, "")));
    said_.owner_facets["$code"] = "{\"semantic\":\"" + said_.code + "\",\"method\":\"sql\"}";
    said_.owner_facets["$code_raw"] = "\"sql:" + base::to_hex(base::hash128(text)) + "\"";
  }

  void explicit_source(const Name& target, const Source& s) {
    if (s.kind == Source::Kind::kOwnJob) return;
    if (s.kind == Source::Kind::kOtherJob && by_job() && s.name == h_.job) return;
    const bool dataset = s.kind == Source::Kind::kDataset;
    if (dataset && s.name == target) return;
    edge(model::EdgeKind::kFlow, dataset ? names_.dataset(s.name) : names_.job(s.name),
         names_.dataset(target), true);
    if (dataset) reads(s.name);
  }
  void explicit_lineage(const Name& target, const Explicit& lineage) {
    said_.io = true;
    scoped_.insert(target);
    if (by_job()) edge(model::EdgeKind::kWritesScoped, owner_, names_.dataset(target));
    for (const Source& s : lineage.inputs) {
      explicit_source(target, s);
      const bool itself = s.name == target;
      if (s.kind == Source::Kind::kDataset && !s.field.empty() && !itself) {
        column(s.name, s.field, target, "", true, "");
      }
    }
    if (!lineage.has_fields) return;
    said_.covered.insert(names_.dataset(target));
    explicit_columns_.insert(target);
    for (const auto& [field, s] : lineage.fields) {
      explicit_source(target, s);
      const bool itself = s.name == target && s.field == field;
      if (s.kind != Source::Kind::kDataset || s.field.empty() || itself) continue;
      column(s.name, s.field, target, field, false, "");
      reads(s.name);
    }
  }

  void mention(const Mention& m, bool input) {
    const int dataset = names_.dataset(m.name);
    said_.named.insert(dataset);
    if (m.symlink && *m.symlink != m.name) {
      said_.aliases.emplace_back(dataset, names_.dataset(*m.symlink));
      said_.named.insert(names_.dataset(*m.symlink));
    }
    if (!by_job()) return;
    said_.io = true;
    if (input) {
      edge(model::EdgeKind::kReads, dataset, owner_);
    } else if (!scoped_.contains(m.name)) {
      edge(model::EdgeKind::kWrites, owner_, dataset);
    }
  }

  // A facet of the same name replaces; should a dataset stand twice, both its lists count.
  void columns(const Mention& m) {
    if (!m.columns && !m.columns_deleted) return;
    if (explicit_columns_.contains(m.name)) return;
    said_.covered.insert(names_.dataset(m.name));
    if (!by_job()) said_.io = true;
    if (!m.columns) return;
    for (const Column& c : *m.columns) {
      if (c.source == m.name && c.source_field == c.field) continue;
      column(c.source, c.source_field, m.name, c.field, c.indirect || c.field.empty(),
             c.indirect ? "JOIN" : "");
      reads(c.source);
      if (!by_job() && c.source != m.name) {
        edge(model::EdgeKind::kFlow, names_.dataset(c.source), names_.dataset(m.name), true);
      }
    }
  }

  void relations() {
    if (h_.kind == EventKind::kRun && h_.parent && *h_.parent != h_.job) {
      said_.parent = true;
      edge(model::EdgeKind::kParent, names_.job(*h_.parent), owner_);
    }
    if (h_.kind != EventKind::kRun) return;
    for (const auto& [other, upstream] : h_.dependencies) {
      if (other == h_.job) continue;
      said_.control = true;
      const int job = names_.job(other);
      edge(model::EdgeKind::kControl, upstream ? job : owner_, upstream ? owner_ : job);
    }
  }

  void lifecycle(const Mention& m) {
    if (m.lifecycle.empty()) return;
    said_.about[names_.dataset(m.name)].facets["$state"] = "\"" + m.lifecycle + "\"";
    Place at = said_.at;
    at.rank = 3;
    if (m.lifecycle == "DROP") gone(names_.dataset(m.name), at);
    if (m.lifecycle != "RENAME" || !m.previous || *m.previous == m.name) return;
    const int old = names_.dataset(*m.previous);
    said_.named.insert(old);
    said_.about[old].facets["$state"] = "\"RENAMED\"";
    gone(old, at);
    edge(model::EdgeKind::kFlow, old, names_.dataset(m.name), true);
  }
  void gone(int dataset, const Place& at) {
    gone_.insert(dataset);
    said_.deletions.emplace_back(dataset, at);
  }

  void facets() {
    for (const auto* list : {&h_.inputs, &h_.outputs}) {
      for (const Mention& m : *list) {
        auto& facets = said_.about[names_.dataset(m.name)].facets;
        for (const auto& [name, json] : all_facets(m)) facets[name] = json;
        lifecycle(m);
      }
    }
    if (by_job()) {
      for (const auto& [name, json] : all_job_facets(h_)) said_.owner_facets[name] = json;
      said_.exists = true;
      for (const Key& key : said_.edges) {
        const auto kind = static_cast<model::EdgeKind>(key[kKind]);
        const bool writes =
            kind == model::EdgeKind::kWrites || kind == model::EdgeKind::kWritesScoped;
        if (writes) said_.about[key[kDst]].written = !gone_.contains(key[kDst]);
      }
    } else {
      said_.owner_facets = std::move(said_.about[owner_].facets);
      said_.about.erase(owner_);
      said_.exists = !gone_.contains(owner_);
    }
    // A dataset that is only read, and of which nothing is said, leaves no trace of its own.
    std::erase_if(said_.about, [](const auto& entry) {
      return entry.second.facets.empty() && !entry.second.written;
    });
  }

  const Happening& h_;
  Names& names_;
  Said said_;
  int owner_ = kNoNode;
  std::set<Name> scoped_, explicit_columns_;
  std::set<int> gone_;
};

// What people decide; nothing if it is about nothing that had been named before.
inline std::optional<Said> people_said(const Happening& h, const Place& at,
                                       const std::set<int>& known, Names& names) {
  Said said;
  said.at = at;
  const int node = h.of_job ? names.job(h.target) : names.dataset(h.target);
  if (!known.contains(node)) return std::nullopt;
  if (h.what == Happening::What::kJoin) {
    const int other = names.dataset(h.other);
    if (!known.contains(other) || other == node) return std::nullopt;
    said.aliases.emplace_back(node, other);
    return said;
  }
  const bool describes = h.what == Happening::What::kDescribe;
  const bool removes = h.what == Happening::What::kUntag || (describes && h.value.empty());
  std::string time = time_json(h.time);
  time.replace(time.size() - 1, 1, ".000000Z");
  const std::string json = std::string("{") +
                           (removes     ? "\"removed\":true"
                            : describes ? "\"text\":\"" + h.value + "\""
                                        : "\"name\":\"" + h.value + "\"") +
                           ",\"author\":\"ada\",\"at\":\"" + time + "\"}";
  const std::string name = describes ? "$people.description" : "$people.tag:" + h.value;
  said.people.emplace_back(h.field.empty() ? node : names.field(h.target, h.field), name, json);
  if (!h.field.empty()) said.people.emplace_back(node, "$annotated_fields", "true");
  return said;
}

// A decision, given what had been named before it.
inline Said decision_said(const Happening& h, const Place& at, const std::set<int>& known,
                          Names& names) {
  Said said;
  said.at = at;
  for (const int node : known) {
    const model::End& end = names.end(node);
    const bool job = end.kind == model::NodeKind::kJob;
    const bool hit = h.what == Happening::What::kDeleteNamespace
                         ? end.name.name_space == h.target.name_space
                         : end.name == h.target && job == (h.what == Happening::What::kDeleteJob);
    if (!hit) continue;
    said.deleted.push_back(node);
    if (!job) said.deletions.emplace_back(node, at);
  }
  return said;
}

}  // namespace headwater::tests::naive
