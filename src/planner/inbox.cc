#include "planner/inbox.h"

#include <algorithm>
#include <bit>

#include "planner/change_effects.h"
#include "planner/ripple.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;

namespace {

std::uint64_t ones(std::uint64_t word) { return static_cast<std::uint64_t>(std::popcount(word)); }

// Of what a ripple reached, that which is there and not stale.
std::uint64_t maybe_of(const Staleness& staleness, DatasetNo dataset, std::uint32_t lane,
                       std::int64_t index, const Ripple::Words& words) {
  const Staleness::Words all = staleness.words(dataset, lane, index);
  return words.reached & all.present & ~all.orphaned & ~all.stale;
}

}  // namespace

// ---- what is kept -------------------------------------------------------------------------------

Result<std::shared_ptr<const ChangeBook::Changes>> ChangeBook::read(storage::Reader& reader,
                                                                    model::Seq known) {
  Read read = read_.with([](const Read& kept) { return kept; });
  if (read.known == known) return read.changes;
  const bool ahead = known < read.known;  // an older reading than the one that is kept
  const auto from = ahead ? INT64_MIN : static_cast<std::int64_t>(read.known.value) + 1;
  HW_TRY(const auto rows,
         reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kChange), from));
  auto changes = ahead ? std::make_shared<Changes>() : std::make_shared<Changes>(*read.changes);
  for (const storage::PlannerDocument& row : rows) {
    Change change{{row.a, row.b}, decode_change(row.body)};
    changes->push_back(std::make_shared<const Change>(std::move(change)));
  }
  if (ahead) return std::shared_ptr<const Changes>(std::move(changes));
  read = {known, std::move(changes)};
  read_.with([&read](Read& kept) {
    if (kept.known < read.known) kept = read;
  });
  return read.changes;
}

std::optional<MakesStale> ChangeBook::kept(const Staleness& staleness, const ChangeId& id) {
  return numbers_.with([&](const Numbers& numbers) -> std::optional<MakesStale> {
    if (numbers.of.get() != &staleness) return std::nullopt;
    const auto at = numbers.by_change.find(id);
    return at == numbers.by_change.end() ? std::nullopt : std::optional(at->second);
  });
}

void ChangeBook::keep(const std::shared_ptr<const Staleness>& staleness, const ChangeId& id,
                      const MakesStale& numbers) {
  numbers_.with([&](Numbers& kept) {
    if (kept.of != staleness) kept = {staleness, {}};
    kept.by_change[id] = numbers;
  });
}

// ---- reading ------------------------------------------------------------------------------------

Result<std::shared_ptr<const ChangeBook::Changes>> Inbox::changes() {
  if (!changes_) {
    HW_TRY(changes_, book_.read(reader_, staleness_->state().seq()));
  }
  return changes_;
}

Result<const Inbox::Decisions*> Inbox::decisions() {
  if (decisions_) return &*decisions_;
  HW_TRY(const auto rows,
         reader_.planner_documents(static_cast<std::int32_t>(DocumentKind::kDecision)));
  decisions_.emplace();
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    DecisionDocument what = decode_decision(row->body);
    const ChangeId id{what.change_a, what.change_b};
    (*decisions_)[id].push_back({model::Seq{static_cast<std::uint64_t>(row->a)}, std::move(what)});
  }
  return &*decisions_;
}

Result<std::vector<ChangeDecision>> Inbox::history(const ChangeId& id) {
  HW_TRY(const Decisions* all, decisions());
  const auto at = all->find(id);
  return at == all->end() ? std::vector<ChangeDecision>{} : at->second;
}

Result<std::optional<ChangeDecision>> Inbox::in_force(const ChangeId& id) {
  HW_TRY(const std::vector<ChangeDecision> all, history(id));
  for (const ChangeDecision& decision : all) {
    if (!decision.what.revoked) return std::optional(decision);
  }
  return std::optional<ChangeDecision>{};
}

Result<bool> Inbox::chosen(const Change& change, const ChangeQuery& query) {
  const ChangeDocument& what = change.what;
  if (query.data && *query.data != what.data) return false;
  if (query.about_one) {
    const auto has = [](const auto& all, const auto& one) {
      return std::find(all.begin(), all.end(), one) != all.end();
    };
    if (what.data ? !has(query.datasets, what.dataset) : !has(query.jobs, what.job)) return false;
  }
  if (query.status == ChangeStatus::kAll) return true;
  HW_TRY(const auto decision, in_force(change.id));
  const bool open = !decision || (decision->what.decided == Decided::kDefer &&
                                  decision->what.until <= staleness_->now());
  return open == (query.status == ChangeStatus::kOpen);
}

Result<ChangePage> Inbox::list(const ChangeQuery& asked) {
  ChangeQuery query = asked;
  if (!effects_) effects_ = std::make_shared<ChangeEffects>(staleness_, reader_);
  HW_TRY(const auto all, changes());
  if (query.about_one && !query.datasets.empty()) {
    for (const auto& change : *all) {  // the jobs that wrote one of the datasets
      const auto& written = effects_->written_by(change->what.job);
      const bool wrote = std::any_of(written.begin(), written.end(), [&](DatasetNo dataset) {
        return std::find(query.datasets.begin(), query.datasets.end(), dataset) !=
               query.datasets.end();
      });
      if (wrote) query.jobs.push_back(change->what.job);
    }
  }
  ChangePage page;
  std::vector<const Change*> found;
  for (auto change = all->rbegin(); change != all->rend(); ++change) {
    HW_TRY(const bool yes, chosen(**change, query));
    if (!yes) continue;
    ++page.total;
    if (query.before && !((*change)->id < *query.before)) continue;
    if (found.size() <= query.limit) found.push_back(change->get());
  }
  if (found.size() > query.limit) {
    found.pop_back();
    if (!found.empty()) page.next = found.back()->id;
  }
  for (const Change* change : found) {
    HW_TRY(InboxItem item, item_of(*change));
    page.items.push_back(std::move(item));
  }
  return page;
}

Result<std::optional<InboxItem>> Inbox::find(const ChangeId& id) {
  HW_TRY(const auto all, changes());
  const auto at = std::lower_bound(
      all->begin(), all->end(), id,
      [](const auto& change, const ChangeId& wanted) { return change->id < wanted; });
  if (at == all->end() || (*at)->id != id) return std::optional<InboxItem>{};
  HW_TRY(InboxItem item, item_of(**at));
  return std::optional<InboxItem>(std::move(item));
}

// ---- effects ------------------------------------------------------------------------------------

Result<Ripple> Inbox::ripple_of(const Change& change, bool* cut) {
  if (!effects_) effects_ = std::make_shared<ChangeEffects>(staleness_, reader_);
  Ripple ripple(staleness_);
  *cut = false;
  ChangeEffects::Spans spans;
  if (change.what.data) {
    HW_TRY(spans, effects_->of_data(change.what, max_histories_, cut));
  } else {
    HW_TRY(const auto all, changes());
    std::vector<CodeStep> steps;
    std::size_t at = 0;
    for (const auto& other : *all) {
      if (other->what.data || other->what.job != change.what.job) continue;
      if (other->id == change.id) at = steps.size();
      steps.push_back({other->what.from, other->what.to});
    }
    spans = effects_->of_code(change.what.job, steps, at);
  }
  for (const auto& [dataset, span] : spans) ripple.add(dataset, span);
  if (ripple.run(cancelled_)) return ripple;
  return make_error(ErrorCode::kCancelled, "The request was cancelled.");
}

Result<InboxItem> Inbox::item_of(const Change& change) {
  InboxItem item{change, {}, {}};
  HW_TRY(item.decision, in_force(change.id));
  const bool whole = max_histories_ == kMaxHistories;  // what is kept is of whole numbers
  const auto kept = whole ? book_.kept(*staleness_, change.id) : std::nullopt;
  if (kept) {
    item.makes_stale = *kept;
    return item;
  }
  MakesStale& numbers = item.makes_stale;
  HW_TRY(const Ripple ripple, ripple_of(change, &numbers.cut));
  for (const DatasetNo dataset : ripple.datasets()) {
    const MakesStale before = numbers;
    ripple.each_word(dataset,
                     [&](std::uint32_t lane, std::int64_t index, const Ripple::Words& words) {
                       numbers.partitions += ones(words.given);
                       numbers.maybe += ones(maybe_of(*staleness_, dataset, lane, index, words));
                     });
    if (numbers.partitions != before.partitions) ++numbers.datasets;
    if (numbers.partitions + numbers.maybe != before.partitions + before.maybe) {
      ++numbers.datasets_upper;
    }
  }
  if (whole) book_.keep(staleness_, change.id, numbers);
  return item;
}

Result<std::vector<AffectedDataset>> Inbox::affected(const Change& change, std::size_t max_spans) {
  bool cut = false;
  HW_TRY(const Ripple ripple, ripple_of(change, &cut));
  std::vector<AffectedDataset> out;
  const auto add = [&](std::vector<Span>& spans, std::uint32_t lane, std::int64_t index,
                       std::uint64_t word, bool* more) {
    for (; word != 0; word &= word - 1) {
      const std::int64_t at = index + std::countr_zero(word);
      if (!spans.empty() && spans.back().lane == lane && spans.back().last + 1 == at) {
        ++spans.back().last;
      } else if (spans.size() < max_spans) {
        spans.push_back({lane, at, at});
      } else {
        *more = true;
        return;
      }
    }
  };
  for (const DatasetNo dataset : staleness_->order()) {
    AffectedDataset found{dataset, 0, 0, {}, {}, false};
    bool more_stale = false, more_maybe = false;
    ripple.each_word(
        dataset, [&](std::uint32_t lane, std::int64_t index, const Ripple::Words& words) {
          const std::uint64_t maybe = maybe_of(*staleness_, dataset, lane, index, words);
          found.stale += ones(words.given);
          found.maybe += ones(maybe);
          if (!more_stale) add(found.stale_spans, lane, index, words.given, &more_stale);
          if (!more_maybe) add(found.maybe_spans, lane, index, maybe, &more_maybe);
        });
    found.more = more_stale || more_maybe;
    if (found.stale + found.maybe > 0) out.push_back(std::move(found));
  }
  return out;
}

// ---- from a cause to its change -----------------------------------------------------------------

Result<std::optional<ChangeId>> Inbox::of_code(NodeId job, CodeId from, CodeId to,
                                               DatasetNo dataset, std::int64_t index) {
  HW_TRY(const auto all, changes());
  std::vector<CodeStep> steps;
  std::vector<ChangeId> ids;
  std::size_t end = 0;  // past the last step to `to`
  for (const auto& change : *all) {
    if (change->what.data || change->what.job != job) continue;
    steps.push_back({change->what.from, change->what.to});
    ids.push_back(change->id);
    if (change->what.to == to) end = steps.size();
  }
  steps.resize(end);
  const CodeBook& codes = staleness_->state().codes();
  for (std::size_t at = steps.size(); at-- > 0;) {
    if (blames(codes, job, steps, at, dataset, index, from)) return std::optional(ids[at]);
  }
  return std::optional<ChangeId>{};
}

Result<std::optional<ChangeId>> Inbox::of_data(model::RunRow run, DatasetNo dataset,
                                               const Place& place) {
  HW_TRY(const auto all, changes());
  for (auto change = all->rbegin(); change != all->rend(); ++change) {
    const ChangeDocument& what = (*change)->what;
    if (!what.data || what.dataset != dataset || what.run != run) continue;
    for (const Span& span : what.spans) {
      if (span.lane == place.lane && span.first <= place.index && place.index <= span.last) {
        return std::optional((*change)->id);
      }
    }
  }
  return std::optional<ChangeId>{};
}

}  // namespace headwater::planner
