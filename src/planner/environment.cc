#include "planner/environment.h"

#include <algorithm>
#include <utility>

#include "model/json.h"
#include "planner/branch_history.h"
#include "planner/documents.h"
#include "planner/engine.h"
#include "planner/learn.h"
#include "planner/stored_history.h"

namespace headwater::planner {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::json_quote;
using model::JsonValue;

namespace {

std::int64_t integer(const JsonValue& json, std::string_view name) {
  return json.get(name).integer().value_or(0);
}
std::string text(const JsonValue& json, std::string_view name) {
  return json.get(name).string().value_or("");
}
NodeId node(const JsonValue& json, std::string_view name) {
  return NodeId{static_cast<std::uint32_t>(integer(json, name))};
}

Environment decode_environment(const storage::PlannerDocument& row) {
  const JsonValue root(row.body);
  Environment out;
  out.number = row.a;
  out.name = text(root, "name");
  out.description = text(root, "description");
  out.author = text(root, "author");
  out.created_at = integer(root, "created_at");
  out.updated_at = integer(root, "updated_at");
  out.written = integer(root, "written");
  out.updated = row.seq;
  root.get("code").elements([&](const JsonValue& code) {
    out.code.push_back({node(code, "job"), CodeId{integer(code, "code")}, text(code, "version")});
  });
  return out;
}

EnvironmentWrite decode_write(const storage::PlannerDocument& row) {
  const JsonValue root(row.body);
  EnvironmentWrite out;
  out.dataset = DatasetNo{static_cast<std::uint32_t>(integer(root, "dataset"))};
  out.job = node(root, "job");
  out.code = CodeId{integer(root, "code")};
  out.start = integer(root, "start");
  out.end = integer(root, "end");
  out.out = static_cast<std::uint64_t>(integer(root, "out"));
  out.run_id = text(root, "run_id");
  out.seq = row.seq;
  root.get("spans").elements([&](const JsonValue& span) {
    std::vector<std::int64_t> parts;
    span.elements([&](const JsonValue& part) { parts.push_back(part.integer().value_or(0)); });
    parts.resize(3);
    out.spans.push_back({static_cast<std::uint32_t>(parts[0]), parts[1], parts[2]});
  });
  return out;
}

template <class Visit>
Result<void> each_write(const EnvironmentWrite& write, Visit visit) {
  for (const Span& span : write.spans) {
    for (std::int64_t index = span.first; index <= span.last; ++index) {
      HW_CHECK_OK(visit(Write{write.dataset,
                              {span.lane, index},
                              write.job,
                              write.code,
                              write.start,
                              write.end,
                              write.out,
                              write.seq,
                              {},
                              true}));
    }
  }
  return {};
}

class WholeHistory final : public History {
 public:
  WholeHistory(storage::Reader& reader, model::Seq known) : stored_(reader, known) {}
  Result<void> add(const EnvironmentWrite& write) {
    return each_write(write, [this](const Write& one) -> Result<void> {
      branch_.add(one);
      return {};
    });
  }
  Result<std::vector<Write>> writes(DatasetNo dataset, const Place& place) override {
    return branch_.writes(dataset, place);
  }
  Result<std::vector<Started>> starts(DatasetNo dataset, std::uint32_t lane, std::int64_t first,
                                      std::int64_t last) override {
    return branch_.starts(dataset, lane, first, last);
  }

 private:
  StoredHistory stored_;
  BranchHistory branch_{stored_};
};

}  // namespace

Result<std::vector<Environment>> environments(storage::Reader& reader) {
  HW_TRY(const auto rows,
         reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kEnvironment)));
  std::vector<Environment> out;
  for (const storage::PlannerDocument& row : rows) out.push_back(decode_environment(row));
  std::ranges::sort(out, {}, &Environment::name);
  return out;
}

Result<Environment> find_environment(storage::Reader& reader, std::string_view name) {
  HW_TRY(const auto all, environments(reader));
  for (const Environment& one : all) {
    if (one.name == name) return one;
  }
  return make_error(ErrorCode::kNotFound, "There is no environment " + std::string(name) +
                                              ". PUT /api/v1/environments/{name} makes one.");
}

Result<std::vector<EnvironmentWrite>> environment_writes(storage::Reader& reader,
                                                         std::int64_t number) {
  HW_TRY(const auto rows,
         reader.planner_documents(static_cast<std::int32_t>(DocumentKind::kEnvironmentWrite),
                                  number, number));
  std::vector<EnvironmentWrite> out;
  for (const storage::PlannerDocument& row : rows) out.push_back(decode_write(row));
  return out;
}

Result<std::shared_ptr<const State>> environment_state(const State& base, storage::Reader& reader,
                                                       const Environment& environment) {
  StoredHistory stored(reader, base.seq());
  BranchHistory history(stored);
  Engine engine(history, base);
  for (const EnvironmentCode& code : environment.code) engine.set_code(code.job, code.code);
  HW_TRY(const auto writes, environment_writes(reader, environment.number));
  for (const EnvironmentWrite& write : writes) {
    if (base.seq() < write.seq) continue;
    HW_CHECK_OK(each_write(write, [&](const Write& one) {
      history.add(one);
      return engine.branch_write(one);
    }));
  }
  engine.publish(base.seq());
  return engine.state();
}

std::unique_ptr<History> environment_history(storage::Reader& reader, model::Seq known,
                                             const std::vector<EnvironmentWrite>& writes) {
  auto out = std::make_unique<WholeHistory>(reader, known);
  for (const EnvironmentWrite& write : writes) {
    if (known < write.seq) continue;
    [[maybe_unused]] const auto added = out->add(write);  // never fails
  }
  return out;
}

std::vector<Span> own_spans(const std::vector<EnvironmentWrite>& writes, DatasetNo dataset) {
  std::vector<Span> out;
  for (const EnvironmentWrite& write : writes) {
    if (write.dataset == dataset) out.insert(out.end(), write.spans.begin(), write.spans.end());
  }
  return joined(std::move(out));
}

std::string encode(const Environment& environment) {
  std::string out = "{\"name\":" + json_quote(environment.name) +
                    ",\"description\":" + json_quote(environment.description) +
                    ",\"author\":" + json_quote(environment.author) +
                    ",\"created_at\":" + std::to_string(environment.created_at) +
                    ",\"updated_at\":" + std::to_string(environment.updated_at) +
                    ",\"written\":" + std::to_string(environment.written) + ",\"code\":[";
  for (const EnvironmentCode& code : environment.code) {
    out += out.back() == '[' ? "" : ",";
    out += "{\"job\":" + std::to_string(code.job.value) +
           ",\"code\":" + std::to_string(code.code.value) +
           ",\"version\":" + json_quote(code.version) + "}";
  }
  return out + "]}";
}

std::string encode(const EnvironmentWrite& write) {
  std::string out = "{\"dataset\":" + std::to_string(write.dataset.value) +
                    ",\"job\":" + std::to_string(write.job.value) +
                    ",\"code\":" + std::to_string(write.code.value) +
                    ",\"start\":" + std::to_string(write.start) +
                    ",\"end\":" + std::to_string(write.end) +
                    ",\"out\":" + std::to_string(static_cast<std::int64_t>(write.out)) +
                    ",\"run_id\":" + json_quote(write.run_id) + ",\"spans\":[";
  for (const Span& span : write.spans) {
    out += out.back() == '[' ? "[" : ",[";
    out += std::to_string(span.lane) + "," + std::to_string(span.first) + "," +
           std::to_string(span.last) + "]";
  }
  return out + "]}";
}

}  // namespace headwater::planner
