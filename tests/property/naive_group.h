// A group of random histories in one store, and the ways to send them.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "ingest/catalog.h"
#include "tests/property/naive_generator.h"
#include "tests/property/naive_model.h"
#include "tests/property/naive_said.h"
#include "tests/support/harness.h"

namespace headwater::tests::naive {

// A memory file system where there is one: thousands of small commits.
inline std::string scratch_root() {
  return std::filesystem::exists("/dev/shm") ? "/dev/shm"
                                             : std::filesystem::temp_directory_path().string();
}

class ScratchDir {
 public:
  ScratchDir() {
    std::string pattern = scratch_root() + "/headwater-history-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  ~ScratchDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchDir(const ScratchDir&) = delete;
  ScratchDir& operator=(const ScratchDir&) = delete;
  std::string path(const std::string& below) const { return path_ + "/" + below; }

 private:
  std::string path_;
};

inline ingest::Decision people_of(const Happening& h) {
  using Kind = model::DecisionKind;
  ingest::Decision d;
  d.kind = ingest::Decision::Kind::kPeople;
  d.at = h.time;
  d.people.kind = h.what == Happening::What::kTag        ? Kind::kTag
                  : h.what == Happening::What::kUntag    ? Kind::kUntag
                  : h.what == Happening::What::kDescribe ? Kind::kDescribe
                                                         : Kind::kJoin;
  d.people.author = "ada";
  d.people.node = {h.of_job          ? model::NodeKind::kJob
                   : h.field.empty() ? model::NodeKind::kDataset
                                     : model::NodeKind::kField,
                   h.target, h.field};
  if (h.what == Happening::What::kTag || h.what == Happening::What::kUntag) {
    d.people.name = h.value;
  }
  if (h.what == Happening::What::kDescribe && !h.value.empty()) d.people.text = h.value;
  if (h.what == Happening::What::kJoin) d.people.other = h.other;
  return d;
}

inline ingest::Decision decision_of(const Happening& h) {
  if (h.by_people()) return people_of(h);
  ingest::Decision d;
  d.kind = h.what == Happening::What::kDeleteDataset ? ingest::Decision::Kind::kDeleteDataset
           : h.what == Happening::What::kDeleteJob   ? ingest::Decision::Kind::kDeleteJob
                                                     : ingest::Decision::Kind::kDeleteNamespace;
  d.name_space = h.target.name_space;
  if (h.what != Happening::What::kDeleteNamespace) d.name = h.target.name;
  d.at = h.time;
  return d;
}

struct History {
  History(std::uint64_t s, bool settled)
      : seed(s), happenings(Generator(s, static_cast<int>(s % 1'000'000), settled).history()) {
    for (const Happening& h : happenings) {
      texts.push_back(h.what == Happening::What::kEvent ? event_json(h)
                                                        : ingest::encode_decision(decision_of(h)));
    }
  }
  // What the log holds of it, as far as sent. 0: it was refused.
  void record(std::size_t index, std::uint64_t seq) {
    const Happening& h = happenings[index];
    Said said;
    if (h.by_people()) {
      const auto low = static_cast<std::int64_t>(base::hash128(texts[index]).low);
      auto decided = people_said(h, {h.time, 4, low, seq}, known, names);
      if (decided && joins_one(*decided)) decided.reset();
      EXPECT_EQ(decided.has_value(), seq != 0) << texts[index] << " HW_SEED=" << seed;
      if (!decided) return;
      log.push_back(*std::move(decided));
      logged.push_back(index);
      return;
    }
    if (h.what == Happening::What::kEvent) {
      said = Reading(h, texts[index], seq, names).said();
    } else {
      const auto low = static_cast<std::int64_t>(base::hash128(texts[index]).low);
      said = decision_said(h, {h.time, 3, low, seq}, known, names);
    }
    known.insert(said.named.begin(), said.named.end());
    log.push_back(std::move(said));
    logged.push_back(index);
  }

  // A join of what is one already.
  bool joins_one(const Said& said) {
    if (said.aliases.empty()) return false;
    const auto canonical = Model(log, names, 3).picture(log.size()).canonical;
    const auto& [a, b] = said.aliases.front();
    return canonical[static_cast<std::size_t>(a)] == canonical[static_cast<std::size_t>(b)];
  }

  std::uint64_t seed;
  std::vector<Happening> happenings;
  std::vector<std::string> texts;
  Names names;
  std::set<int> known;
  std::vector<Said> log;
  std::vector<std::size_t> logged;  // which happening each is
};

using Order = std::vector<std::pair<std::size_t, std::size_t>>;  // history, happening

struct Group {
  Group(std::uint64_t first_seed, std::size_t count, bool settled) : random(first_seed) {
    for (std::size_t i = 0; i < count; ++i) histories.emplace_back(first_seed + 2 * i, settled);
  }

  // Every history in its own order, interleaved at random.
  Order in_order() {
    Order out;
    for (std::size_t h = 0; h < histories.size(); ++h) {
      for (std::size_t i = 0; i < histories[h].happenings.size(); ++i) out.emplace_back(h, i);
    }
    std::ranges::shuffle(out, random);
    std::vector<std::size_t> next(histories.size(), 0);
    for (auto& [h, i] : out) i = next[h]++;
    return out;
  }
  // Events in any order, decisions after them.
  Order shuffled() {
    Order out = in_order();
    std::ranges::shuffle(out, random);
    std::stable_partition(out.begin(), out.end(), [&](const auto& at) {
      return histories[at.first].happenings[at.second].what == Happening::What::kEvent;
    });
    return out;
  }

  std::vector<History> histories;
  std::mt19937_64 random;
};

// Sends in batches of at most `max_batch`; `note(history, happening, seq)` for what was logged.
template <class Note>
void send(Group& group, const Order& order, std::size_t max_batch, Harness& harness, Note&& note) {
  Order waiting;
  const auto flush = [&] {
    if (waiting.empty()) return;
    std::string body;
    for (const auto& [h, i] : waiting)
      body += (body.empty() ? "[" : ",") + group.histories[h].texts[i];
    const auto receipt = must(harness.try_send(body + "]"));
    for (std::size_t k = 0; k < waiting.size(); ++k) {
      const auto status = receipt.events[k].status;
      if (status == ingest::ReceiptStatus::kDuplicate) continue;
      ASSERT_NE(status, ingest::ReceiptStatus::kQuarantined) << receipt.events[k].reason;
      note(waiting[k].first, waiting[k].second, receipt.events[k].seq.value);
    }
    waiting.clear();
  };
  for (const auto& at : order) {
    const Happening& h = group.histories[at.first].happenings[at.second];
    if (h.what != Happening::What::kEvent) {
      flush();
      const auto done = harness.decide(decision_of(h));
      if (!done && h.by_people()) {
        note(at.first, at.second, 0);
      } else {
        note(at.first, at.second, must(done).seq.value);
      }
      continue;
    }
    waiting.push_back(at);
    if (waiting.size() >= 1 + group.random() % max_batch) flush();
  }
  flush();
}

}  // namespace headwater::tests::naive
