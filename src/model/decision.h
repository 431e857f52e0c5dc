// What people decide about nodes: descriptions, tags, owners, two names for one dataset, and how
// tags spread. Its text in the log, and the names of the attributes it sets.
//
// Thread-safety: plain values and pure functions. Rules: docs/decisions.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "model/event.h"
#include "model/graph_types.h"

namespace headwater::model {

// Stored in the table `decision`: append, never renumber.
enum class DecisionKind : std::uint8_t {
  kDescribe = 1,
  kTag = 2,
  kUntag = 3,
  kOwn = 4,
  kDisown = 5,
  kJoin = 6,
  kRejectJoin = 7,
  kPutTag = 8,
};

std::string_view to_string(DecisionKind kind);  // "describe", "reject_join" ...
std::optional<DecisionKind> decision_kind(std::string_view text);

// How a tag spreads along columns, and where it stops.
struct TagRule {
  bool downstream = false;
  bool stop_masking = true, stop_indirect = true;
  std::string stop_at_tag;  // empty: none
  bool operator==(const TagRule&) const = default;
};

struct PeopleDecision {
  DecisionKind kind = DecisionKind::kDescribe;
  std::string author, reason;
  // What it is about; not of kPutTag. A field is named by its dataset and its path.
  End node;
  std::string name;  // the tag or the owner
  std::string type;  // of an owner; may be empty
  // A description; nullopt withdraws what people said. Of kPutTag: of the tag.
  std::optional<std::string> text;
  Name other;  // kJoin, kRejectJoin: the other dataset
  TagRule rule;
};

// Limits in characters (code points), each named in the error of what exceeds it.
namespace decision_limits {
inline constexpr std::size_t kAuthor = 200, kTag = 200, kOwner = 500, kOwnerType = 100;
inline constexpr std::size_t kReason = 2'000, kDescription = 20'000;
}  // namespace decision_limits

// The first thing that is wrong with a decision, whatever it is about.
struct DecisionFault {
  std::string_view member;  // as the API names it: "author", "tag" ...
  std::string message;
  std::optional<std::size_t> limit;  // set: it is too long
};
std::optional<DecisionFault> fault_of(const PeopleDecision& decision);

// The record of the log, and back; nullopt if it is none of these.
std::string encode_decision(const PeopleDecision& decision, base::Micros at);
std::optional<PeopleDecision> decode_decision(std::string_view json);

// ---- attributes -------------------------------------------------------------------------------

// Set by decisions alone; an event cannot name them, since facets that begin with '$' are not
// taken.
inline constexpr std::string_view kPeople = "$people.";
inline constexpr std::string_view kPeopleDescription = "$people.description";
inline constexpr std::string_view kPeopleOwner = "$people.owner:";  // and the name
inline constexpr std::string_view kPeopleTag = "$people.tag:";
// Of a dataset: people said something of one of its fields.
inline constexpr std::string_view kAnnotatedFields = "$annotated_fields";

// What the value of such an attribute says.
struct Annotation {
  bool removed = false;
  std::string value;  // the description, or the owner's type
  std::string author;
  base::Micros at = 0;
};
std::string encode_annotation(const PeopleDecision& decision, base::Micros at);
Annotation decode_annotation(std::string_view json);
// The attribute that the decision sets; empty if it sets none.
std::string attribute_of(const PeopleDecision& decision);

}  // namespace headwater::model
