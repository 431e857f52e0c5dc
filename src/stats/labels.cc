#include "stats/labels.h"

#include <algorithm>
#include <set>

namespace headwater::stats {
namespace {

Result<std::shared_ptr<const Labels>> read_all(LabelSource& source) {
  auto made = std::make_shared<Labels>();
  HW_CHECK_OK(source.all([&](NodeId node, const LabelTexts& texts) { made->set(node, texts); }));
  made->finish(source.seq());
  return std::shared_ptr<const Labels>(std::move(made));
}

}  // namespace

Labels::Labels() : numbers_(std::make_shared<Numbers>()) {
  sets_.push_back(std::make_shared<const Set>());
}

std::uint32_t Labels::set_number(const std::vector<std::string>& texts) {
  const std::set<std::string> sorted(texts.begin(), texts.end());
  if (sorted.empty()) return 0;
  std::string key;
  for (const std::string& text : sorted) key.append(std::to_string(text.size())).append(":" + text);
  const auto [at, is_new] = numbers_->sets.emplace(key, static_cast<std::uint32_t>(sets_.size()));
  if (!is_new) return at->second;
  Set numbers;
  for (const std::string& text : sorted) {
    const auto [known, added] =
        numbers_->texts.emplace(text, static_cast<std::uint32_t>(texts_.size()));
    if (added) texts_.push_back(std::make_shared<const std::string>(text));
    numbers.push_back(known->second);
  }
  sets_.push_back(std::make_shared<const Set>(std::move(numbers)));
  return at->second;
}

void Labels::put(std::vector<std::uint32_t>& of, NodeId node, std::uint32_t set) {
  if (node.value >= of.size()) {
    if (set == 0) return;
    of.resize(std::max<std::size_t>(node.value + std::size_t{1}, of.size() + of.size() / 2));
  }
  of[node.value] = set;
}

void Labels::set(NodeId node, const LabelTexts& texts) {
  put(owners_, node, set_number(texts.owners));
  put(tags_, node, set_number(texts.tags));
}

void Labels::part() {
  auto own = std::make_shared<Numbers>();
  for (std::uint32_t i = 0; i < texts_.size(); ++i) own->texts.emplace(*texts_[i], i);
  numbers_ = std::move(own);
}

Result<std::shared_ptr<const Labels>> LabelKeeper::follow(const Kept& from, bool newest,
                                                          LabelSource& source) {
  std::shared_ptr<Labels> made;
  auto read = source.changed_after(from.upto, [&](NodeId node, const LabelTexts& texts) {
    if (!made) {
      made = std::make_shared<Labels>(*from.labels);
      if (!newest) made->part();
    }
    made->set(node, texts);
  });
  if (made && read) made->finish(source.seq());
  const base::MutexLock lock(mutex_);
  if (!read) {
    // What was begun has left numbers behind that nothing stands for: all is read anew.
    if (newest) kept_.clear();
    return read.error();
  }
  std::shared_ptr<const Labels> found = made ? std::move(made) : from.labels;
  if (!newest) {
    past_ = found;
  } else if (found == from.labels) {
    kept_[0].upto = source.position();
  } else {
    kept_.insert(kept_.begin(), {found, source.position()});
    if (kept_.size() > kKept) kept_.pop_back();
  }
  return found;
}

std::shared_ptr<const Labels> LabelKeeper::ready(Seq seq) {
  const base::MutexLock lock(mutex_);
  for (const Kept& kept : kept_) {
    if (kept.labels->seq() <= seq && seq <= kept.upto.seq) return kept.labels;
  }
  return past_ && seq == past_->seq() ? past_ : nullptr;
}

Result<std::shared_ptr<const Labels>> LabelKeeper::read(LabelSource& source) {
  std::vector<Kept> kept;
  {
    const base::MutexLock lock(mutex_);
    kept = kept_;
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (kept[i].upto.seq <= source.seq()) return follow(kept[i], i == 0, source);
  }
  HW_TRY(const std::shared_ptr<const Labels> all, read_all(source));
  const base::MutexLock lock(mutex_);
  if (kept_.empty()) {
    kept_.push_back({all, source.position()});
  } else {
    past_ = all;
  }
  return all;
}

Result<std::shared_ptr<const Labels>> LabelKeeper::at(LabelSource& source) {
  if (auto found = ready(source.seq())) return found;
  const base::MutexLock reading(reading_);
  if (auto found = ready(source.seq())) return found;  // by whom this one waited for
  return read(source);
}

}  // namespace headwater::stats
