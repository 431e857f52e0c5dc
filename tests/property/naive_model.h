// The naive model of a history: what holds when, from the rules alone.
//
// Rules: src/ingest/timeline.h (R1-R6) and sections 2 and 3 of the design. No state is kept: every
// picture is computed from the first record on, each edge and each attribute by itself, and every
// question about a run is answered by looking through all its events again. Quadratic, and plain.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "model/graph_types.h"
#include "tests/property/naive_said.h"

namespace headwater::tests::naive {

struct Interval {
  Key key{};
  int owner = 0;
  Micros from = 0, to = model::kOpenEnd;
  model::EndReason reason = model::EndReason::kNone;
  auto operator<=>(const Interval&) const = default;
};

struct Held {
  int entity = 0;
  std::string attribute, json;
  Micros from = 0, to = model::kOpenEnd;
  auto operator<=>(const Held&) const = default;
};

// Everything that is known after a number of records.
struct Picture {
  std::vector<Interval> edges;  // sorted
  std::vector<Held> attributes;
  std::vector<int> canonical;  // by node
};

struct Seen {  // one observation of one owner, every name canonical
  Place at;
  enum class Type { kShow, kComplete, kEnd, kDeclare, kDelete, kFacets, kDatasetDeleted } type{};
  bool io = false, parent = false, control = false, snapshot = false, exists = false;
  std::string run, code;
  std::set<Key> edges;
  std::set<int> covered;
  std::map<std::string, std::string> facets;
  int raw = 0;  // the name as sent; or the dataset deleted
};

class Model {
 public:
  Model(const std::vector<Said>& log, Names& names, int misses)
      : log_(log), names_(names), misses_(misses) {}

  Picture picture(std::size_t prefix) {
    Picture out;
    out.canonical = canonical_names(prefix);
    canonical_ = &out.canonical;
    std::map<int, std::vector<Seen>> owners;
    for (std::size_t i = 0; i < prefix; ++i) observe(log_[i], owners);
    for (auto& [owner, seen] : owners) {
      // One record may name one dataset in several ways: the better name has the last word.
      std::ranges::stable_sort(seen, [&](const Seen& a, const Seen& b) {
        return a.at != b.at ? a.at < b.at : a.raw != b.raw && names_.preferred(b.raw, a.raw);
      });
      for (std::size_t i = 0; i < prefix; ++i) {
        for (const auto& [dataset, at] : log_[i].deletions) {
          Seen gone;
          gone.at = at;
          gone.type = Seen::Type::kDatasetDeleted;
          gone.raw = out.canonical[dataset];
          seen.push_back(std::move(gone));
        }
      }
      std::ranges::stable_sort(seen, {}, &Seen::at);
      attributes_of(owner, seen, out.attributes);
      edges_of(owner, seen, out.edges);
    }
    std::ranges::sort(out.edges);
    std::ranges::sort(out.attributes);
    return out;
  }

 private:
  // The best name of each group of names that symlinks tie together; fields follow their dataset.
  std::vector<int> canonical_names(std::size_t prefix) {
    std::vector<int> out(static_cast<std::size_t>(names_.size()));
    for (int i = 0; i < names_.size(); ++i) out[i] = i;
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t i = 0; i < prefix; ++i) {
        for (const auto& [a, b] : log_[i].aliases) {
          const int best = names_.preferred(out[a], out[b]) ? out[a] : out[b];
          for (const int x : {a, b}) {
            if (out[x] == best) continue;
            const int old = out[x];
            std::ranges::replace(out, old, best);
            changed = true;
          }
        }
      }
    }
    for (int i = 0; i < static_cast<int>(out.size()); ++i) {
      if (names_.end(i).kind != model::NodeKind::kField) continue;
      const int dataset = names_.dataset_of(i);
      model::End field = names_.end(i);
      field.name = names_.end(out[dataset]).name;
      out[i] = names_.id(field);
    }
    while (static_cast<int>(out.size()) < names_.size()) {
      out.push_back(static_cast<int>(out.size()));
    }
    return out;
  }

  int canonical(int node) const { return (*canonical_)[static_cast<std::size_t>(node)]; }
  int dataset_of(int node) const { return canonical(names_.dataset_of(node)); }

  void observe(const Said& said, std::map<int, std::vector<Seen>>& owners) {
    if (said.owner != kNoNode) owners[canonical(said.owner)].push_back(owner_seen(said));
    for (const int gone : said.deleted) {
      Seen seen;
      seen.at = said.at;
      seen.type = Seen::Type::kDelete;
      seen.raw = gone;
      seen.facets["$state"] = "\"DELETED\"";
      owners[canonical(gone)].push_back(std::move(seen));
    }
    for (const auto& [node, attribute, json] : said.people) {
      Seen seen;
      seen.at = said.at;
      seen.type = Seen::Type::kFacets;
      seen.raw = node;
      seen.facets[attribute] = json;
      owners[canonical(node)].push_back(std::move(seen));
    }
    for (const auto& [dataset, facts] : said.about) {
      Seen seen;
      seen.at = said.at;
      seen.type = Seen::Type::kFacets;
      seen.raw = dataset;
      seen.exists = facts.written;
      seen.facets = facts.facets;
      owners[canonical(dataset)].push_back(std::move(seen));
    }
  }

  Seen owner_seen(const Said& said) {
    Seen seen;
    seen.at = said.at;
    seen.type = said.type == Said::Type::kComplete  ? Seen::Type::kComplete
                : said.type == Said::Type::kEnd     ? Seen::Type::kEnd
                : said.type == Said::Type::kDeclare ? Seen::Type::kDeclare
                                                    : Seen::Type::kShow;
    seen.raw = said.owner;
    seen.io = said.io;
    seen.parent = said.parent;
    seen.control = said.control;
    seen.snapshot = said.snapshot;
    seen.exists = said.exists;
    seen.run = said.run;
    seen.code = said.code;
    seen.facets = said.owner_facets;
    for (Key key : said.edges) {
      for (const std::size_t part : {kSrc, kDst, kVia}) {
        if (key[part] != kNoNode) key[part] = canonical(key[part]);
      }
      if (key[kSrc] != key[kDst]) seen.edges.insert(key);
    }
    for (const int dataset : said.covered) seen.covered.insert(canonical(dataset));
    return seen;
  }

  void attributes_of(int owner, const std::vector<Seen>& all, std::vector<Held>& out) {
    std::map<std::string, Held> now;
    const auto end = [&](const std::string& name, Micros time) {
      const auto at = now.find(name);
      if (at == now.end()) return;
      at->second.to = time;
      out.push_back(at->second);
      now.erase(at);
    };
    for (const Seen& seen : all) {
      const auto state = now.find("$state");
      const bool gone = state != now.end() &&
                        (state->second.json == "\"DROP\"" || state->second.json == "\"RENAMED\"" ||
                         state->second.json == "\"DELETED\"");
      if (seen.exists && gone) end("$state", seen.at.time);
      for (const auto& [name, json] : seen.facets) {
        const auto at = now.find(name);
        if (at != now.end() && at->second.json == json) continue;
        end(name, seen.at.time);
        if (!json.empty()) now[name] = {owner, name, json, seen.at.time, model::kOpenEnd};
      }
    }
    for (const auto& [name, held] : now) out.push_back(held);
  }

  void edges_of(int owner, const std::vector<Seen>& all, std::vector<Interval>& out) {
    std::set<Key> keys;
    for (const Seen& seen : all) keys.insert(seen.edges.begin(), seen.edges.end());
    for (const Key& key : keys) one_edge(owner, key, all, out);
  }

  // What run `seen.run` has said up to and with all[i], forgetting what stood before a snapshot.
  struct RunSoFar {
    Place start;
    std::string code;
    bool io = false, parent = false, control = false, shows = false, covers = false,
         ended_before = false;
  };
  RunSoFar run_so_far(const std::vector<Seen>& all, std::size_t i, const Key& key) const {
    RunSoFar run;
    bool first = true;
    for (std::size_t k = 0; k <= i; ++k) {
      const Seen& s = all[k];
      if (s.run != all[i].run || !is_run(s)) continue;
      if (first) run.start = s.at;
      first = false;
      if (!s.code.empty()) run.code = s.code;
      if (s.snapshot) run.io = run.parent = run.control = run.shows = run.covers = false;
      run.io |= s.io;
      run.parent |= s.parent;
      run.control |= s.control;
      run.shows |= s.edges.contains(key);
      run.covers |= s.covered.contains(dataset_of(key[kDst]));
      if (k < i && s.type != Seen::Type::kShow) run.ended_before = true;
    }
    return run;
  }
  static bool is_run(const Seen& s) {
    return s.type == Seen::Type::kShow || s.type == Seen::Type::kComplete ||
           s.type == Seen::Type::kEnd;
  }
  static bool speaks(const Key& key, bool io, bool parent, bool control, bool covers) {
    switch (static_cast<model::EdgeKind>(key[kKind])) {
      case model::EdgeKind::kColumnDirect:
      case model::EdgeKind::kColumnIndirect: return covers;
      case model::EdgeKind::kParent: return parent;
      case model::EdgeKind::kControl: return control;
      default: return io;
    }
  }

  void one_edge(int owner, const Key& key, const std::vector<Seen>& all,
                std::vector<Interval>& out) const {
    struct Live {
      Micros from;
      Place shown;
      std::string run, code;
      int misses;
    };
    std::optional<Live> live;
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Seen& s = all[i];
      const auto end = [&](model::EndReason reason) {
        out.push_back({key, owner, live->from, s.at.time, reason});
        live.reset();
      };
      const bool shows = s.edges.contains(key);
      const RunSoFar run = is_run(s) ? run_so_far(all, i, key) : RunSoFar{};
      if (shows) {  // R1
        const std::string& code = is_run(s) ? run.code : s.code;
        if (!live) live = Live{s.at.time, {}, {}, code, 0};
        if (!code.empty()) live->code = code;
        live->shown = s.at;
        live->run = s.run;
        live->misses = 0;
      }
      if (!live) continue;
      const bool says =
          speaks(key, s.io, s.parent, s.control, s.covered.contains(dataset_of(key[kDst])));
      if (s.type == Seen::Type::kDelete) {  // R5
        end(model::EndReason::kJobDeleted);
      } else if (s.type == Seen::Type::kDatasetDeleted) {  // R5
        if (dataset_of(key[kSrc]) == s.raw || dataset_of(key[kDst]) == s.raw) {
          end(model::EndReason::kDatasetDeleted);
        }
      } else if (s.type == Seen::Type::kDeclare) {  // R3
        if (says && !shows) end(model::EndReason::kDeclaration);
      } else if (is_run(s)) {
        if (s.snapshot && live->run == s.run && says && !shows) {  // R4
          end(model::EndReason::kSnapshot);
          continue;
        }
        if (s.type != Seen::Type::kComplete || run.ended_before) continue;  // R2
        if (run.shows) {
          if (!run.code.empty()) live->code = run.code;
          continue;
        }
        if (live->shown >= run.start) continue;
        if (!speaks(key, run.io, run.parent, run.control, run.covers)) continue;
        if (!run.code.empty() && !live->code.empty() && run.code != live->code) {
          end(model::EndReason::kCodeVersion);
        } else if (++live->misses >= misses_) {
          end(model::EndReason::kNotSeen);
        }
      }
    }
    if (live) out.push_back({key, owner, live->from, model::kOpenEnd, model::EndReason::kNone});
  }

  const std::vector<Said>& log_;
  Names& names_;
  const int misses_;
  const std::vector<int>* canonical_ = nullptr;
};

}  // namespace headwater::tests::naive
