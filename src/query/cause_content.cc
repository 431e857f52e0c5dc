// Changes of content: a job's code and a dataset's schema.

#include <algorithm>
#include <map>
#include <utility>

#include "model/json.h"
#include "query/attributes.h"
#include "query/cause_collect.h"
#include "query/cause_text.h"

namespace headwater::query::cause {
namespace {

using model::JsonValue;

// A commit says only that something in a repository changed.
constexpr double kLocationOnly = 0.6;
constexpr double kReverted = 0.6;
constexpr double kOnlyAdded = 0.4;

struct Code {
  std::string semantic, method;
  bool operator==(const Code&) const = default;
};

// One span of changes within the window.
struct Changed {
  Micros first = 0, last = 0;
  std::size_t count = 0;
  std::vector<Seq> seqs;

  void add(const AttributeVersion& version) {
    if (count == 0) first = version.valid_from;
    last = version.valid_from;
    ++count;
    if (seqs.size() < kMaxCauseEvidence) seqs.push_back(version.recorded_from);
  }
};

Result<Code> read_code(Session& session, const AttributeVersion& version) {
  HW_TRY(const std::optional<std::string> text, session.content(version.content));
  if (!text) return Code{};
  const JsonValue json(*text);
  return Code{json.get("semantic").string().value_or(""), json.get("method").string().value_or("")};
}

// The commit or hash that a person would look up.
Result<std::string> code_label(Session& session, const Attributes& attributes, const Code& code,
                               Micros at) {
  HW_TRY(const std::optional<std::string> location,
         attributes.text(session, "sourceCodeLocation", at));
  if (location) {
    if (auto version = read_member(*location, "version")) return *std::move(version);
  }
  return code.semantic;
}

Candidate changed_at(const Scope& scope, std::size_t index, CauseKind kind,
                     const Changed& changed) {
  Candidate out = candidate_at(scope, index, kind, changed.first);
  if (changed.count > 1) out.cause.until = changed.last;
  out.cause.evidence.seqs = changed.seqs;
  std::sort(out.cause.evidence.seqs.begin(), out.cause.evidence.seqs.end());
  return out;
}

// The last version before the window, and what follows.
std::span<const AttributeVersion> since(const std::vector<AttributeVersion>& versions,
                                        Micros from) {
  std::size_t first = 0;
  while (first + 1 < versions.size() && versions[first + 1].valid_from < from) ++first;
  return std::span(versions).subspan(first);
}

// The first run under the new code.
void add_first_run(std::span<const RunPoint> points, Candidate& candidate) {
  const auto run = std::find_if(points.begin(), points.end(), [&](const RunPoint& point) {
    return point.start >= candidate.cause.at || (point.end && *point.end >= candidate.cause.at);
  });
  if (run != points.end()) candidate.cause.evidence.runs.push_back(run->id);
}

// ---- schema -----------------------------------------------------------------------------------

using Fields = std::map<std::string, std::string>;  // type by path

Result<Fields> read_types(Session& session, const AttributeVersion& version) {
  HW_TRY(const std::optional<std::string> text, session.content(version.content));
  Fields out;
  if (!text) return out;
  for (FieldDetail& field : read_fields(*text)) {
    out[std::move(field.path)] = std::move(field.type).value_or("");
  }
  return out;
}

struct Difference {
  std::vector<std::string> removed, added, retyped;
  std::vector<std::string> before, after;
  bool any() const { return !removed.empty() || !added.empty() || !retyped.empty(); }
};

std::string typed(const std::string& name, const std::string& type) {
  return type.empty() ? name : name + " " + type;
}

// A type that only one side states is no change: emitters leave types out.
Difference compare(const Fields& before, const Fields& after) {
  Difference out;
  for (const auto& [name, type] : before) {
    const auto it = after.find(name);
    if (it == after.end()) {
      out.removed.push_back(name);
      out.before.push_back(typed(name, type));
    } else if (it->second != type && !type.empty() && !it->second.empty()) {
      out.retyped.push_back(name);
      out.before.push_back(typed(name, type));
      out.after.push_back(typed(name, it->second));
    }
  }
  for (const auto& [name, type] : after) {
    if (before.contains(name)) continue;
    out.added.push_back(name);
    out.after.push_back(typed(name, type));
  }
  return out;
}

std::string joined(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ", ") + item;
  return out;
}

void describe(const Difference& diff, const std::string& name, Candidate& out) {
  std::vector<std::string> parts;
  if (!diff.removed.empty()) parts.push_back("lost " + list_text(diff.removed));
  if (!diff.retyped.empty()) parts.push_back("changed the type of " + list_text(diff.retyped));
  if (!diff.added.empty()) parts.push_back("gained " + list_text(diff.added));
  out.cause.summary = name + " " + list_text(parts) + " at " + text_of(out.cause.at) + ".";
  if (!diff.before.empty()) out.cause.evidence.before = joined(diff.before);
  if (!diff.after.empty()) out.cause.evidence.after = joined(diff.after);
  const std::size_t broken = diff.removed.size() + diff.retyped.size();
  out.magnitude = broken > 0 ? 1.0 : kOnlyAdded;
  out.magnitude_text = broken > 0
                           ? plural(broken, "field is", "fields are") + " gone or of another type."
                           : "Fields were only added, which seldom disturbs readers.";
}

}  // namespace

Result<void> collect_code(const Scope& scope, std::size_t index, std::span<const RunPoint> points,
                          std::vector<Candidate>& into) {
  const NodeId job = scope.upstream.nodes()[index].node;
  HW_TRY(const Attributes attributes, Attributes::read(scope.session, job));
  const std::vector<AttributeVersion> versions = attributes.versions("$code");
  if (versions.size() < 2 || versions.back().valid_from < scope.from) return {};
  Changed changed;
  Code before, last;
  for (const AttributeVersion& version : since(versions, scope.from)) {
    if (version.valid_from > scope.request.at) break;
    HW_TRY(Code code, read_code(scope.session, version));
    const Code previous = std::exchange(last, std::move(code));
    // Versions that were found in different ways cannot be compared.
    if (previous.method.empty() || previous.method != last.method || previous == last) continue;
    if (version.valid_from < scope.from) continue;
    if (changed.count == 0) before = previous;
    changed.add(version);
  }
  if (changed.count == 0) return {};
  Candidate out = changed_at(scope, index, CauseKind::kCodeVersion, changed);
  HW_TRY(out.cause.evidence.before,
         code_label(scope.session, attributes, before, changed.first - 1));
  HW_TRY(out.cause.evidence.after, code_label(scope.session, attributes, last, changed.last));
  const std::string name = scope.name(job), when = " at " + text_of(changed.first);
  if (before == last) {
    out.magnitude = kReverted;
    out.magnitude_text = "The code is back to what it was before.";
    out.cause.summary = "The code of " + name + " changed" + when + " and was changed back.";
  } else {
    out.magnitude = last.method == "location" ? kLocationOnly : 1.0;
    out.magnitude_text = last.method == "location"
                             ? "Only the version of its repository is known, not the code itself."
                             : "The code differs in more than comments and layout.";
    out.cause.summary = "The code of " + name + " changed" + when + ".";
  }
  add_first_run(points, out);
  into.push_back(std::move(out));
  return {};
}

Result<void> collect_schema(const Scope& scope, std::size_t index, std::vector<Candidate>& into) {
  const NodeId dataset = scope.upstream.nodes()[index].node;
  HW_TRY(const Attributes attributes, Attributes::read(scope.session, dataset));
  const std::vector<AttributeVersion> versions = attributes.versions("schema");
  if (versions.size() < 2 || versions.back().valid_from < scope.from) return {};
  Changed changed;
  std::optional<Fields> before, last;
  for (const AttributeVersion& version : since(versions, scope.from)) {
    if (version.valid_from > scope.request.at) break;
    HW_TRY(Fields fields, read_types(scope.session, version));
    if (fields.empty()) continue;  // says nothing
    const std::optional<Fields> previous = std::exchange(last, std::move(fields));
    if (version.valid_from < scope.from || !previous) continue;
    if (!compare(*previous, *last).any()) continue;
    if (changed.count == 0) before = previous;
    changed.add(version);
  }
  if (changed.count == 0) return {};
  Candidate out = changed_at(scope, index, CauseKind::kSchemaChange, changed);
  const Difference diff = compare(*before, *last);
  if (diff.any()) {
    describe(diff, scope.name(dataset), out);
  } else {
    out.magnitude = kReverted;
    out.magnitude_text = "The schema is back to what it was before.";
    out.cause.summary = "The schema of " + scope.name(dataset) + " changed at " +
                        text_of(changed.first) + " and was changed back.";
  }
  into.push_back(std::move(out));
  return {};
}

}  // namespace headwater::query::cause
