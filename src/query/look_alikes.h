// Names that look like the same thing under two namespaces: private to the coverage.
//
// Thread-safety: pure functions, but for the search, which belongs to one request.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "query/coverage.h"

namespace headwater::query {

// A name in parts: lower case, cut at separators, without a version at its end.
struct NameParts {
  std::vector<std::string> words;
  std::string version;  // "v2", or empty
};
NameParts name_parts(std::string_view name);
// "postgres://DB.example.com:5432/x" is "db": what is left without scheme, port, domain and path.
std::string host_of(std::string_view name_space);

struct Dataset {
  NodeId node;
  model::ContentId schema;  // 0: none
};

class LookAlikeFinder {
 public:
  LookAlikeFinder(Session& session, const CoverageRequest& request, NodePairs rejected)
      : session_(session), request_(request), rejected_(std::move(rejected)) {}

  // Each dataset is compared with the kNeighbours that follow it among those of the same last word.
  static constexpr std::size_t kNeighbours = 8;
  static constexpr double kLeastScore = 0.6;
  // The best are kept.
  static constexpr std::size_t kMaxPairs = 100'000;
  Result<std::vector<LookAlike>> find(const std::vector<Dataset>& datasets);
  std::size_t compared() const { return compared_; }
  bool stopped() const { return stopped_; }
  std::size_t left_out() const { return left_out_; }

 private:
  struct Named {
    const Dataset* dataset = nullptr;
    NameParts parts;
    std::string key;  // of the bucket
  };
  Result<void> compare(const Named& a, const Named& b, std::vector<LookAlike>& out);
  Result<void> compare_schemas(const Dataset& a, const Dataset& b, LookAlike& pair);
  void keep_best(std::vector<LookAlike>& pairs);
  bool copied(NodeId from, NodeId to) const;
  std::size_t edges_of(NodeId node) const;

  Session& session_;
  const CoverageRequest& request_;
  NodePairs rejected_;
  std::size_t compared_ = 0;
  std::size_t left_out_ = 0;
  bool stopped_ = false;
};

}  // namespace headwater::query
