// SearchKeeper: builds the search index after a start and keeps it tidy, away from requests.
//
// Thread-safety: create and destroy on one thread. The queries outlive it; so do store and graph.
// A failure is logged and tried again; searches then bring the index up to date themselves.
#pragma once

#include <thread>

#include "app/pacer.h"
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

  query::Service& queries_;
  Pacer pacer_;
  std::thread thread_;
};

}  // namespace headwater::app
