#include "query/annotations.h"

#include <algorithm>

#include "model/decision.h"
#include "query/catalog.h"
#include "query/node_ref.h"

namespace headwater::query {
namespace {

constexpr std::size_t kChunk = 1000;

// The name behind a prefix such as "$people.tag:", and what is said of it.
template <class Add>
Result<void> each_annotation(Session& session, const Attributes& attributes,
                             std::string_view prefix, Micros as_of, Add add) {
  for (const AttributeVersion* version : attributes.held_with_prefix(prefix, as_of)) {
    HW_TRY(const std::optional<std::string> json, session.content(version->content));
    if (json) add(version->name.substr(prefix.size()), model::decode_annotation(*json));
  }
  return {};
}

base::Error no_field(std::string_view path) {
  std::string text("The dataset has no field named ");
  return base::make_error(base::ErrorCode::kNotFound,
                          text.append(path) + " at the moment asked for.");
}

Result<bool> in_schema(Session& session, NodeId dataset, std::string_view path) {
  HW_TRY(const Attributes attributes, Attributes::read(session, dataset));
  HW_TRY(const std::optional<std::string> schema,
         attributes.text(session, "schema", session.moment().as_of));
  if (!schema) return false;
  const std::vector<FieldDetail> fields = read_fields(*schema);
  return std::ranges::any_of(fields, [path](const FieldDetail& f) { return f.path == path; });
}

// Every reading of "NS:DATASET:FIELD" whose dataset exists, until one names a column.
Result<Subject> find_column(Session& session, const NodeRef& ref) {
  for (std::size_t colon = ref.text.rfind(':'); colon != std::string::npos && colon > 0;
       colon = ref.text.rfind(':', colon - 1)) {
    const auto dataset =
        resolve(session.graph(), NodeRef{RefKind::kDataset, ref.text.substr(0, colon)});
    if (!dataset) continue;
    const std::string path = ref.text.substr(colon + 1);
    for (const std::string& read : {path, unescape_part(path)}) {
      auto found = find_field_subject(session, *dataset, read);
      if (found || found.error().code != base::ErrorCode::kNotFound) return found;
    }
  }
  return base::make_error(
      base::ErrorCode::kNotFound,
      "No field of this name was recorded at the moment asked for: " + ref.text);
}

}  // namespace

Result<Annotations> read_annotations(Session& session, const Attributes& attributes, Micros as_of) {
  Annotations out;
  HW_CHECK_OK(each_annotation(
      session, attributes, model::kPeopleOwner, as_of, [&](std::string name, model::Annotation a) {
        if (a.removed) {
          out.disowned.insert(std::move(name));
        } else {
          out.owners.push_back({std::move(name), std::move(a.value), std::move(a.author), a.at});
        }
      }));
  HW_CHECK_OK(each_annotation(session, attributes, model::kPeopleTag, as_of,
                              [&](std::string name, model::Annotation a) {
                                if (a.removed) {
                                  out.untagged.insert(std::move(name));
                                } else {
                                  out.tags.push_back({std::move(name), std::move(a.author), a.at});
                                }
                              }));
  HW_TRY(const std::optional<std::string> description,
         attributes.text(session, model::kPeopleDescription, as_of));
  if (!description) return out;
  model::Annotation said = model::decode_annotation(*description);
  if (!said.removed) out.description = {std::move(said.value), std::move(said.author), said.at};
  return out;
}

Result<std::map<std::string, Annotations>> field_annotations(Session& session, NodeId dataset,
                                                             const Attributes& attributes,
                                                             Micros as_of) {
  std::map<std::string, Annotations> out;
  if (attributes.find(model::kAnnotatedFields, as_of) == nullptr) return out;
  HW_TRY(const auto fields, Attributes::of_fields(session, dataset));
  for (const auto& [path, field] : fields) {
    HW_TRY(Annotations said, read_annotations(session, field, as_of));
    out.emplace(path, std::move(said));
  }
  return out;
}

std::vector<std::string> unite_tags(const std::vector<std::string>& sent, const Annotations& by) {
  std::set<std::string> all(sent.begin(), sent.end());
  for (const std::string& gone : by.untagged) all.erase(gone);
  for (const TagNote& tag : by.tags) all.insert(tag.name);
  return {all.begin(), all.end()};
}

std::vector<std::string> unite_owners(const std::vector<std::string>& sent, const Annotations& by) {
  std::vector<std::string> out;
  const auto add = [&out](const std::string& name) {
    if (std::ranges::find(out, name) == out.end()) out.push_back(name);
  };
  for (const std::string& name : sent) {
    if (!by.disowned.contains(name)) add(name);
  }
  for (const OwnerNote& owner : by.owners) add(owner.name);
  return out;
}

Result<Subject> find_field_subject(Session& session, NodeId dataset, std::string_view path) {
  Subject subject{NodeKind::kField, dataset, {}, std::string(path)};
  subject.field = session.graph().find_field(dataset, path);
  if (subject.field) {
    subject.field = session.graph().canonical(subject.field);
    return subject;
  }
  HW_TRY(const bool column, in_schema(session, dataset, path));
  if (!column) return no_field(path);
  return subject;
}

Result<Subject> find_subject(Session& session, std::string_view node_id) {
  HW_TRY(const NodeRef ref, parse_node_ref(node_id));
  const Snapshot& graph = session.graph();
  if (ref.kind != RefKind::kField) {
    HW_TRY(const NodeId node, resolve(graph, ref));
    return Subject{graph.node(node).kind, node, {}, {}};
  }
  if (const auto field = resolve(graph, ref)) {
    const graph::NodeInfo info = graph.node(*field);
    return Subject{NodeKind::kField, graph.canonical(info.parent), *field, std::string(info.name)};
  }
  return find_column(session, ref);
}

std::string format_subject(const Snapshot& graph, const Subject& subject) {
  if (subject.kind != NodeKind::kField) return format_node(graph, subject.node);
  const Name dataset = summarize(graph, subject.node).name;
  return "datasetField:" + dataset.name_space + ":" + dataset.name + ":" + subject.path;
}

Result<std::vector<std::pair<NodeId, NodeId>>> rejected_joins(Session& session) {
  storage::Reader::DecisionQuery query;
  query.kind = model::DecisionKind::kRejectJoin;
  query.before = Seq{session.seq().value + 1};
  query.limit = kChunk;
  std::set<std::pair<NodeId, NodeId>> pairs;
  while (true) {
    HW_TRY(const auto rows, session.rows().decisions(query));
    for (const storage::DecisionRow& row : rows) {
      if (!session.latest() && row.at > session.moment().as_of) continue;
      const auto two =
          std::minmax({session.graph().canonical(row.node), session.graph().canonical(row.other)});
      if (two.first != two.second) pairs.emplace(two.first, two.second);
    }
    if (rows.size() < kChunk) break;
    query.before = rows.back().seq;
  }
  return std::vector<std::pair<NodeId, NodeId>>(pairs.begin(), pairs.end());
}

}  // namespace headwater::query
