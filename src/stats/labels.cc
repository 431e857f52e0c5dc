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

Result<std::shared_ptr<const Labels>> follow(const std::shared_ptr<const Labels>& base,
                                             const LabelSource::Position& upto,
                                             LabelSource& source) {
  std::shared_ptr<Labels> made;
  HW_CHECK_OK(source.changed_after(upto, [&](NodeId node, const LabelTexts& texts) {
    if (!made) made = std::make_shared<Labels>(*base);
    made->set(node, texts);
  }));
  if (!made) return base;
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

Result<std::shared_ptr<const Labels>> LabelKeeper::at(LabelSource& source) {
  const base::MutexLock lock(mutex_);
  if (newest_ && newest_->seq() <= source.seq() && source.seq() <= upto_.seq) return newest_;
  if (past_ && source.seq() == past_->seq()) return past_;
  if (newest_ && source.seq() < newest_->seq()) {
    HW_TRY(past_, read_all(source));
    return past_;
  }
  // What was begun and failed has left numbers behind that nothing stands for: all is read anew.
  const std::shared_ptr<const Labels> base = std::move(newest_);
  newest_ = nullptr;
  if (base) {
    HW_TRY(newest_, follow(base, upto_, source));
  } else {
    HW_TRY(newest_, read_all(source));
  }
  upto_ = source.position();
  return newest_;
}

}  // namespace headwater::stats
