#include "query/job_news.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "storage/storage.h"

namespace headwater::query {
namespace {

using storage::RecordKind;

class NewsView final : public storage::View {
 public:
  explicit NewsView(std::shared_ptr<JobNews> news) : news_(std::move(news)) {}

  std::string_view name() const override { return "job_news"; }
  // What is touched by a record that is not committed is read once more: no harm.
  base::Result<void> prepare(const storage::ViewRecord& record, storage::Writer& writer,
                             storage::Effects& effects) override {
    if (record.event == nullptr || record.kind == RecordKind::kQuarantined) return {};
    if (record.event->job) news_->touch(effects.owner, record.seq);
    if (effects.run == nullptr) return {};
    news_->touch(effects.run->job, record.seq);
    // A child may show that its parent ran earlier than was known: its order among runs changes.
    // The event may name another one than the run has.
    const std::string& named = record.event->parent_run_id;
    if (named.empty()) return {};
    HW_TRY(const std::vector<model::NodeId> parents, jobs_of(named, *record.event, writer));
    for (const model::NodeId parent : parents) news_->touch(parent, record.seq);
    return {};
  }
  void publish() noexcept override {}
  void discard() noexcept override { jobs_.clear(); }

 private:
  static constexpr std::size_t kMaxRuns = 100'000;

  // Of all runs of that id: the event's view came first, so the parent is among them.
  base::Result<std::vector<model::NodeId>> jobs_of(const std::string& run,
                                                   const model::Event& event,
                                                   storage::Writer& writer) {
    std::string key = run;
    if (event.parent_job)
      key += '\n' + event.parent_job->name_space + '\n' + event.parent_job->name;
    if (const auto it = jobs_.find(key); it != jobs_.end()) return it->second;
    HW_TRY(const std::vector<storage::RunInfo> rows, writer.reader().runs_by_run_id(run));
    std::vector<model::NodeId> out;
    for (const storage::RunInfo& row : rows) out.push_back(row.job);
    if (jobs_.size() >= kMaxRuns) jobs_.clear();
    jobs_.emplace(std::move(key), out);
    return out;
  }

  std::shared_ptr<JobNews> news_;
  std::unordered_map<std::string, std::vector<model::NodeId>> jobs_;  // of parents, by their names
};

}  // namespace

JobNews::Entry& JobNews::Table::entry(model::NodeId job) {
  if (job.value >= places.size()) {
    places.resize(std::max<std::size_t>(job.value + std::size_t{1}, 2 * places.size()));
  }
  std::uint32_t& place = places[job.value];
  if (place == 0) {
    entries.emplace_back();
    place = static_cast<std::uint32_t>(entries.size());
  }
  return entries[place - 1];
}

void JobNews::touch(model::NodeId job, model::Seq seq) {
  if (!job) return;
  table_.with([&](Table& table) {
    std::uint64_t& touched = table.entry(job).touched;
    touched = std::max(touched, seq.value);
  });
}

void JobNews::fill(model::Seq seq, std::vector<Item>& items) const {
  table_.with([&](const Table& table) {
    for (Item& item : items) {
      if (item.job.value >= table.places.size() || table.places[item.job.value] == 0) continue;
      const Entry& entry = table.entries[table.places[item.job.value] - 1];
      if (entry.touched > seq.value) continue;
      if (entry.heard_at != 0 && entry.heard_at >= entry.touched) {
        item.value.heard = entry.heard;
        item.heard_known = true;
      }
      if (entry.state_at != 0 && entry.state_at >= entry.touched) {
        item.value.state = entry.state;
        item.state_known = true;
      }
    }
  });
}

void JobNews::keep(model::Seq seq, const std::vector<Item>& items) {
  table_.with([&](Table& table) {
    for (const Item& item : items) {
      Entry& entry = table.entry(item.job);
      if (item.heard_known && entry.heard_at < seq.value) {
        entry.heard = item.value.heard;
        entry.heard_at = seq.value;
      }
      if (item.state_known && item.value.state && entry.state_at < seq.value) {
        entry.state = *item.value.state;
        entry.state_at = seq.value;
      }
    }
  });
}

std::unique_ptr<storage::View> make_job_news_view(std::shared_ptr<JobNews> news) {
  return std::make_unique<NewsView>(std::move(news));
}

}  // namespace headwater::query
