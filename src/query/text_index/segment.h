// Segment: an immutable inverted index: sorted terms, and for each the assets (by ordinal) that
// have it, apart by where they have it. Terms are folded words; exact values (owners, tags,
// namespaces, column paths) are terms of their own behind a prefix that no word begins with.
//
// Lists are sorted arrays; one that covers more than 1/32 of the ordinals is a bitmap, which is
// smaller and is united in words of 64.
// Thread-safety: a Segment is immutable; a Builder belongs to one thread. Bounds: 2^32 postings,
// 4 GiB of terms (asserted). Cost of build: O(postings) and a sort of the terms.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace headwater::query::text_index {

using Bits = std::vector<std::uint64_t>;

enum class Group : std::uint8_t {
  kName = 0,   // words of names; also the lists of exact values
  kLabel = 1,  // of columns, owners, tags
  kProse = 2,  // of descriptions
  kSpace = 3,  // of namespaces: the list holds their ordinals, not those of assets
};
inline constexpr std::size_t kGroups = 4;

// First bytes of exact values. Every word is above them.
enum class Exact : char { kOwner = 1, kTag = 2, kNamespace = 3, kColumn = 4 };
std::string exact_term(Exact kind, std::string_view value);

struct TermRange {
  std::uint32_t begin = 0, end = 0;
  bool empty() const { return begin == end; }
};

class Segment {
 public:
  std::uint32_t term_count() const { return static_cast<std::uint32_t>(offsets_.size() - 1); }
  std::string_view term(std::uint32_t index) const;
  std::size_t postings() const { return postings_count_; }
  std::size_t bytes() const;

  // Terms that start with `prefix`.
  TermRange starting_with(std::string_view prefix) const;
  TermRange exact_values(Exact kind) const;
  // The term, or an empty range.
  TermRange find(std::string_view term) const;
  // Words that Fit::kFuzzy for `word`, and some that fit better, as ranges in order. A walk over
  // the beginnings of the terms that leaves those too far from the word.
  std::vector<TermRange> fuzzy(std::string_view word) const;
  // Words that hold `word` anywhere.
  std::vector<TermRange> containing(std::string_view word) const;

  void unite(std::uint32_t term, Group group, Bits& into) const;
  // Whether any of the list is in `bits`.
  bool meets(std::uint32_t term, Group group, const Bits& bits) const;
  void visit(std::uint32_t term, Group group,
             const std::function<void(std::uint32_t)>& visit) const;

  // Assets that this segment brought, by plain_form of the name and of its last part.
  std::span<const std::uint32_t> by_name() const { return by_name_; }
  std::span<const std::uint32_t> by_last() const { return by_last_; }

 private:
  friend class SegmentBuilder;
  struct List {
    std::uint32_t begin = 0;
    std::uint32_t count : 31 = 0;
    std::uint32_t dense : 1 = 0;
  };
  const List& list(std::uint32_t term, Group group) const {
    return lists_[term * kGroups + static_cast<std::size_t>(group)];
  }
  // The first term at or after `from` that does not start with `prefix`.
  std::uint32_t after_prefix(std::uint32_t from, std::string_view prefix) const;

  std::string arena_;  // each term followed by a 0
  std::vector<std::uint32_t> offsets_;
  std::vector<List> lists_;
  std::vector<std::uint32_t> sparse_;
  std::vector<std::uint64_t> dense_;
  std::vector<std::uint32_t> by_name_, by_last_;
  std::uint32_t first_word_ = 0;
  std::size_t postings_count_ = 0;
};

class SegmentBuilder {
 public:
  std::uint32_t term(std::string_view text);
  void add(std::uint32_t term, Group group, std::uint32_t ordinal) {
    entries_[static_cast<std::size_t>(group)].push_back({term, ordinal});
  }
  // Sorted by the caller.
  void set_names(std::vector<std::uint32_t> by_name, std::vector<std::uint32_t> by_last);
  std::size_t postings() const;
  // `ordinals`: a bound of the ordinals in use; decides what is a bitmap.
  std::shared_ptr<const Segment> build(std::size_t ordinals) &&;

 private:
  struct Entry {
    std::uint32_t term, ordinal;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  void lay_out(Segment& segment, const std::vector<std::uint32_t>& rank, Group group,
               std::size_t ordinals);

  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> ids_;
  std::array<std::vector<Entry>, kGroups> entries_;
  std::vector<std::uint32_t> by_name_, by_last_;
};

}  // namespace headwater::query::text_index
