// SearchKeeper: builds the search index after a start and keeps it tidy, away from requests.
//
// Thread-safety: create and destroy on one thread. The queries outlive it; so do store and graph.
// A failure is logged and tried again; searches then bring the index up to date themselves.
#pragma once

#include <thread>

#include "base/mutex.h"
#include "query/session.h"

namespace headwater::app {

class SearchKeeper {
 public:
  explicit SearchKeeper(query::Service& queries);
  ~SearchKeeper();  // ends what runs
  SearchKeeper(const SearchKeeper&) = delete;
  SearchKeeper& operator=(const SearchKeeper&) = delete;

 private:
  void run();
  bool sleep();  // false: it is over
  bool over();

  query::Service& queries_;
  base::Mutex mutex_;
  base::CondVar changed_;
  bool over_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace headwater::app
