// Random histories: few names and few moments, so that everything collides with everything.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "tests/property/naive_event.h"

namespace headwater::tests::naive {

class Generator {
 public:
  // Names of different histories are disjoint. `settled`: decisions come last and hit something, so
  // that the history means the same in every order of arrival.
  Generator(std::uint64_t seed, int index, bool settled)
      : random_(seed), settled_(settled), suffix_("://h" + std::to_string(index)) {
    symlinks_ = chance(35);
    deletions_ = chance(40);
    decisions_ = chance(40);
    snapshots_ = chance(30);
    declarations_ = chance(50);
    spread_ = chance(50) ? 6 : 40;
  }

  std::vector<Happening> history() {
    std::vector<Happening> out;
    const int n = 4 + below(22);
    for (int i = 0; i < n; ++i) {
      if (decisions_ && !settled_ && chance(8)) out.push_back(decision());
      out.push_back(event());
      if (chance(4))
        out.push_back(out[static_cast<std::size_t>(below(static_cast<int>(out.size())))]);
    }
    if (decisions_ && settled_) {
      for (int i = below(3); i >= 0; --i) settle(out);
    }
    return out;
  }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<std::uint64_t>(n)); }
  bool chance(int percent) { return below(100) < percent; }

  Name dataset() {
    const int i = below(6);
    if (i < 4) return {"db" + suffix_, "d" + std::to_string(i)};
    return {"s3" + suffix_, i == 4 ? "d0" : "p1"};
  }
  Name job() { return {"jobs" + suffix_, "j" + std::to_string(below(3))}; }
  std::string field() { return chance(50) ? "a" : "b"; }
  Micros moment() { return (1'767'225'600 + Micros{3600} + below(spread_)) * 1'000'000; }

  Happening decision() {
    Happening h;
    h.time = moment();
    if (chance(50)) return people(h);
    const int what = below(5);
    h.what = what < 3    ? Happening::What::kDeleteDataset
             : what == 3 ? Happening::What::kDeleteJob
                         : Happening::What::kDeleteNamespace;
    h.target = what < 3 ? dataset() : what == 3 ? job() : chance(70) ? dataset() : job();
    return h;
  }
  Happening people(Happening h) {
    constexpr Happening::What kWhat[] = {Happening::What::kTag, Happening::What::kTag,
                                         Happening::What::kUntag, Happening::What::kDescribe,
                                         Happening::What::kJoin};
    h.what = kWhat[below(5)];
    h.of_job = h.what != Happening::What::kJoin && chance(20);
    h.target = h.of_job ? job() : dataset();
    h.other = dataset();
    if (h.what == Happening::What::kDescribe) {
      h.value = chance(30) ? "" : "text " + std::to_string(below(2));
    } else {
      h.value = "t" + std::to_string(below(2));
    }
    if (h.what != Happening::What::kJoin && !h.of_job && chance(50)) h.field = field();
    return h;
  }
  void settle_people(Happening h, std::vector<Happening>& out) {
    std::vector<Name> known;
    for (const Happening& other : out) {
      if (other.what != Happening::What::kEvent) continue;
      if (h.of_job && other.kind != EventKind::kDataset) known.push_back(other.job);
      if (!h.of_job && !other.outputs.empty()) known.push_back(other.outputs[0].name);
    }
    if (known.empty()) return;
    h.target = known[static_cast<std::size_t>(below(static_cast<int>(known.size())))];
    h.other = known[static_cast<std::size_t>(below(static_cast<int>(known.size())))];
    out.push_back(std::move(h));
  }
  // A decision about a name that some event gives as its own.
  void settle(std::vector<Happening>& out) {
    Happening h = decision();
    if (h.by_people()) return settle_people(std::move(h), out);
    for (const Happening& other : out) {
      if (other.what != Happening::What::kEvent) continue;
      if (h.what == Happening::What::kDeleteDataset && !other.outputs.empty()) {
        h.target = other.outputs[0].name;
      } else if (h.what == Happening::What::kDeleteJob && other.kind != EventKind::kDataset) {
        h.target = other.job;
      } else {
        continue;
      }
      if (chance(50)) break;
    }
    const bool known = std::ranges::any_of(out, [&](const Happening& other) {
      if (other.what != Happening::What::kEvent) return false;
      const bool owner = other.kind != EventKind::kDataset && other.job == h.target;
      return owner || (!other.outputs.empty() && other.outputs[0].name == h.target);
    });
    if (known || h.what == Happening::What::kDeleteNamespace) out.push_back(h);
  }

  Source source() {
    Source s;
    const int kind = below(10);
    s.kind = kind < 8    ? Source::Kind::kDataset
             : kind == 8 ? Source::Kind::kOtherJob
                         : Source::Kind::kOwnJob;
    s.name = s.kind == Source::Kind::kDataset ? dataset() : job();
    if (s.kind == Source::Kind::kDataset && chance(40)) s.field = field();
    return s;
  }
  Explicit lineage() {
    Explicit out;
    for (int i = below(3); i > 0; --i) out.inputs.push_back(source());
    out.has_fields = chance(40);
    if (!out.has_fields) return out;
    for (int i = below(3); i > 0; --i) {
      Source s = source();
      if (s.kind == Source::Kind::kDataset) s.field = field();
      out.fields.emplace_back(field(), s);
    }
    return out;
  }
  std::vector<Column> columns() {
    std::vector<Column> out;
    for (int i = below(4); i > 0; --i) {
      out.push_back({chance(15) ? "" : field(), dataset(), field(), chance(30)});
    }
    return out;
  }

  Mention mention(bool target) {
    Mention m;
    m.name = dataset();
    if (chance(25)) {
      m.facets["documentation"] =
          chance(20) ? "" : "{\"description\":\"" + std::to_string(below(3)) + "\"}";
    }
    if (chance(8)) m.facets["custom"] = "{\"n\":" + std::to_string(below(2)) + "}";
    if (symlinks_ && chance(8)) m.symlink = dataset();
    if (!target) return m;
    if (chance(25)) m.columns = columns();
    if (!m.columns && chance(4)) m.columns_deleted = true;
    if (chance(15)) m.lineage = lineage();
    if (!m.lineage && chance(3)) m.lineage_deleted = true;
    if (!deletions_ || !chance(10)) return m;
    m.lifecycle = chance(40) ? "DROP" : chance(50) ? "RENAME" : "CREATE";
    if (m.lifecycle == "RENAME") m.previous = dataset();
    return m;
  }

  void relations(Happening& h) {
    if (chance(15)) {
      h.parent = job();
      h.parent_run = "r" + std::to_string(below(6));
    }
    if (chance(10)) h.dependencies.emplace_back(job(), chance(50));
  }

  Happening event() {
    Happening h;
    h.time = moment();
    if (declarations_ && chance(20)) h.kind = chance(50) ? EventKind::kJob : EventKind::kDataset;
    if (h.kind == EventKind::kDataset) {
      h.outputs.push_back(mention(true));
      return h;
    }
    h.job = job();
    if (h.kind == EventKind::kRun) {
      constexpr EventType kTypes[] = {
          EventType::kStart,    EventType::kStart,    EventType::kRunning, EventType::kComplete,
          EventType::kComplete, EventType::kComplete, EventType::kFail,    EventType::kAbort,
          EventType::kOther,    EventType::kNone};
      h.type = kTypes[below(10)];
      h.run = "r" + std::to_string(below(6));
      h.snapshot = snapshots_ && chance(30);
      relations(h);
    }
    if (chance(60)) h.sql = sql();
    if (chance(15)) h.job_facets["documentation"] = "{\"description\":\"j\"}";
    if (chance(3)) h.job_facets["documentation"] = "";
    if (chance(5)) h.job_entries.emplace_back(dataset(), lineage());
    for (int i = below(3); i > 0; --i) h.inputs.push_back(mention(false));
    for (int i = below(3); i > 0; --i) h.outputs.push_back(mention(true));
    if (!h.outputs.empty() && chance(5)) h.outputs.push_back(h.outputs.back());
    if (!h.outputs.empty() && chance(5)) {
      h.outputs.back().columns = columns();
      h.outputs.back().columns_deleted = false;
    }
    return h;
  }
  // Three programs, each written in several ways.
  std::string sql() {
    const std::string n = std::to_string(below(3));
    switch (below(3)) {
      case 0: return "SELECT x FROM t WHERE n = " + n;
      case 1: return "select  x\\nfrom t where n = " + n + " -- note";
      default: return "/* c */ SELECT x FROM t WHERE n=" + n + ";";
    }
  }

  std::mt19937_64 random_;
  const bool settled_;
  const std::string suffix_;
  bool symlinks_ = false, deletions_ = false, decisions_ = false, snapshots_ = false,
       declarations_ = false;
  int spread_ = 6;
};

}  // namespace headwater::tests::naive
