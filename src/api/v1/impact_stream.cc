#include "api/v1/impact_stream.h"

#include <utility>

#include "api/dto/common.h"
#include "api/v1/impact_write.h"
#include "model/time.h"

namespace headwater::api::v1 {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{64} << 10;

class ImpactStream final : public http::BodySource {
 public:
  ImpactStream(query::Service& service, std::shared_ptr<stats::Stats> stats,
               ImpactDocument document)
      : service_(service), stats_(std::move(stats)), document_(std::move(document)) {}

  Result<bool> next(std::string& chunk) override {
    HW_TRY(query::Session session, service_.open(document_.moment, std::move(memory_)));
    HW_TRY(ImpactFigures figures, ImpactFigures::of(stats_, session));
    AffectedWriter writer(session, document_.impact, figures, document_.evidence);
    const bool csv = document_.format == ImpactFormat::kCsv;
    std::string piece;
    if (!begun_) {
      begun_ = true;
      if (csv) {
        AffectedWriter::csv_header(piece);
      } else {
        write_head(piece, session.graph());
      }
    }
    const auto& kept = document_.selection.kept;
    while (at_ < kept.size() && piece.size() < kPieceBytes) {
      const query::Affected& affected = document_.impact.affected()[kept[at_++]];
      if (csv) {
        HW_CHECK_OK(writer.csv(piece, affected));
        continue;
      }
      dto::JsonWriter json;
      json.begin_object().key("line").text("affected");
      HW_CHECK_OK(writer.json(json, affected));
      end_line(json, piece);
    }
    const bool more = at_ < kept.size();
    if (!more && !csv) write_end(piece, figures);
    chunk += piece;
    memory_ = session.memory();
    return more;
  }

 private:
  static void end_line(dto::JsonWriter& json, std::string& piece) {
    json.end_object();
    json.take_to(piece);
    piece.push_back('\n');
  }

  void write_head(std::string& piece, const query::Snapshot& graph) const {
    dto::JsonWriter json;
    json.begin_object().key("line").text("head");
    write_changes(json, graph, document_.impact.changes());
    json.key("as_of").time(document_.as_of);
    json.key("seq").number(static_cast<std::int64_t>(document_.moment.known_at.value));
    end_line(json, piece);
  }

  void write_end(std::string& piece, const ImpactFigures& figures) const {
    dto::JsonWriter json;
    json.begin_object().key("line").text("summary");
    write_impact_summary(json, document_.impact, document_.selection, figures);
    if (!document_.selection.groups.empty()) {
      json.key("groups").begin_array();
      for (const query::ImpactGroup& group : document_.selection.groups) {
        json.begin_object().key("key").text(group.key);
        json.key("breaking").number(static_cast<std::int64_t>(group.summary.breaking));
        json.key("degraded").number(static_cast<std::int64_t>(group.summary.degraded));
        json.key("recompute").number(static_cast<std::int64_t>(group.summary.recompute));
        json.end_object();
      }
      json.end_array();
    }
    dto::write_graph_head(json, document_.as_of, document_.moment.known_at, document_.impact.cut());
    end_line(json, piece);
  }

  query::Service& service_;
  const std::shared_ptr<stats::Stats> stats_;
  const ImpactDocument document_;
  query::SessionMemory memory_;
  std::size_t at_ = 0;
  bool begun_ = false;
};

std::string counts_text(const query::ImpactSummary& summary) {
  return "breaking=" + std::to_string(summary.breaking) +
         ", degraded=" + std::to_string(summary.degraded) +
         ", recompute=" + std::to_string(summary.recompute);
}

}  // namespace

Answer impact_stream(query::Service& service, std::shared_ptr<stats::Stats> stats,
                     ImpactDocument document) {
  http::Response response;
  response.content_type =
      document.format == ImpactFormat::kCsv ? "text/csv; charset=utf-8" : "application/x-ndjson";
  const query::Cut& cut = document.impact.cut();
  const bool complete = cut.reason == graph::CutReason::kNone;
  response.headers.emplace_back("X-Headwater-Complete", complete ? "true" : "false");
  if (!complete) {
    response.headers.emplace_back("X-Headwater-Cut", std::string(dto::cut_reason(cut.reason)));
  }
  response.headers.emplace_back("X-Headwater-Impact", counts_text(document.selection.summary));
  response.headers.emplace_back("X-Headwater-Seq", std::to_string(document.moment.known_at.value));
  response.headers.emplace_back("X-Headwater-As-Of", model::format_time(document.as_of));
  auto source = std::make_unique<ImpactStream>(service, std::move(stats), std::move(document));
  HW_TRY(const bool more, source->next(response.body));
  if (more) response.source = std::move(source);
  return response;
}

}  // namespace headwater::api::v1
