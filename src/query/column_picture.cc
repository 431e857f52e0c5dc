#include "query/column_picture.h"

#include <algorithm>
#include <map>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace headwater::query {
namespace {

constexpr int kWidth = 260;
constexpr int kHeader = 52;  // label and sublabel
constexpr int kRow = 26;
constexpr int kFoot = 8;

class Drawing {
 public:
  Drawing(Session& session, ColumnPicture& picture, std::size_t max_columns)
      : session_(session), out_(picture), max_columns_(max_columns) {}

  Result<void> draw() {
    HW_TRY(transformations_, Transformations::read(session_));
    collect_boxes();
    weigh();
    for (ColumnBox& box : out_.boxes) HW_CHECK_OK(fill(box));
    draw_lines();
    place();
    return {};
  }

 private:
  struct Weight {
    bool stated = false;                        // has a stated edge
    std::size_t values = 0, masked_values = 0;  // direct edges into it
  };

  void collect_boxes() {
    const auto& nodes = out_.answer.nodes;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
      const auto [at, is_new] = box_of_.try_emplace(nodes[i].dataset, out_.boxes.size());
      if (is_new) {
        ColumnBox box;
        box.dataset = nodes[i].dataset;
        box.distance = nodes[i].distance;  // nodes are by distance
        out_.boxes.push_back(std::move(box));
        members_.emplace_back();
      }
      if (!nodes[i].path.empty()) members_[at->second].push_back(i);
    }
  }

  void weigh() {
    weights_.resize(out_.answer.nodes.size());
    for (const ColumnEdge& edge : out_.answer.edges) {
      if (edge.assumed) continue;
      if (edge.source.node != ColumnEnd::kAll) weights_[edge.source.node].stated = true;
      if (edge.target.node == ColumnEnd::kAll) continue;
      Weight& weight = weights_[edge.target.node];
      weight.stated = true;
      if (edge.indirect) continue;
      ++weight.values;
      weight.masked_values += transformations_.masked(edge.transformations) ? 1 : 0;
    }
  }

  Result<void> fill(ColumnBox& box) {
    std::vector<std::uint32_t>& members = members_[box_of_.at(box.dataset)];
    HW_TRY(std::vector<FieldDetail> columns, columns_of(session_, box.dataset));
    std::unordered_map<std::string_view, std::size_t> place;
    for (std::size_t i = 0; i < columns.size(); ++i) place.emplace(columns[i].path, i);
    const auto rank = [&](std::uint32_t node) {
      const auto at = place.find(out_.answer.nodes[node].path);
      return std::pair(at == place.end() ? columns.size() : at->second, node);
    };
    std::sort(members.begin(), members.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(!weights_[a].stated, rank(a)) < std::pair(!weights_[b].stated, rank(b));
    });
    box.hidden = members.size() - std::min(members.size(), max_columns_);
    members.resize(members.size() - box.hidden);
    std::sort(members.begin(), members.end(),
              [&](std::uint32_t a, std::uint32_t b) { return rank(a) < rank(b); });
    int y = kHeader + kRow / 2;
    for (const std::uint32_t member : members) {
      ColumnRow row;
      row.node = member;
      row.y = y;
      row.column.path = out_.answer.nodes[member].path;
      if (const std::size_t at = rank(member).first; at < columns.size()) row.column = columns[at];
      const Weight& weight = weights_[member];
      row.masked = weight.values > 0 && weight.values == weight.masked_values;
      row_y_[member] = y;
      box.rows.push_back(std::move(row));
      y += kRow;
    }
    box.width = kWidth;
    box.height = y - kRow / 2 + (box.hidden > 0 ? kRow : 0) + (members.empty() ? 0 : kFoot);
    return {};
  }

  // Edges with their ends at what is drawn: several may fall into one.
  void draw_lines() {
    std::map<std::tuple<ColumnEnd, ColumnEnd, bool, bool, NodeId>, ColumnEdge> drawn;
    for (ColumnEdge edge : out_.answer.edges) {
      for (ColumnEnd* end : {&edge.source, &edge.target}) {
        if (end->node != ColumnEnd::kAll && !row_y_.contains(end->node))
          end->node = ColumnEnd::kAll;
      }
      const std::tuple key(edge.source, edge.target, edge.indirect, edge.assumed, edge.via);
      const auto [at, is_new] = drawn.try_emplace(key, edge);
      if (is_new) continue;
      auto& all = at->second.transformations;
      all.insert(all.end(), edge.transformations.begin(), edge.transformations.end());
      std::sort(all.begin(), all.end());
      all.erase(std::unique(all.begin(), all.end()), all.end());
    }
    for (auto& [key, edge] : drawn) out_.lines.push_back({std::move(edge), {}});
  }

  void place() {
    const Snapshot& graph = session_.graph();
    std::vector<LayoutNode> nodes;
    std::vector<std::string> ids;
    for (const ColumnBox& box : out_.boxes) {
      ids.push_back(format_node(graph, box.dataset));
      nodes.push_back({ids.back(), box.width, box.height});
    }
    std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> ways;
    std::vector<LayoutEdge> edges;
    for (const ColumnLine& line : out_.lines) {
      const std::uint32_t source = box_of_.at(line.edge.source.dataset);
      const std::uint32_t target = box_of_.at(line.edge.target.dataset);
      if (!ways.try_emplace({source, target}, edges.size()).second) continue;
      edges.push_back({ids[source] + "\x1f" + ids[target], source, target});
    }
    const Layout placed = layout(nodes, edges);
    for (std::size_t i = 0; i < out_.boxes.size(); ++i) out_.boxes[i].place = placed.nodes[i];
    for (ColumnLine& line : out_.lines) {
      const std::uint32_t source = box_of_.at(line.edge.source.dataset);
      const std::uint32_t target = box_of_.at(line.edge.target.dataset);
      line.way = placed.edges[ways.at({source, target})];
      if (line.way.points.empty()) continue;
      line.way.points.front().second = out_.boxes[source].place.y + offset_of(line.edge.source);
      line.way.points.back().second = out_.boxes[target].place.y + offset_of(line.edge.target);
    }
    out_.width = placed.width;
    out_.height = placed.height;
  }

  int offset_of(const ColumnEnd& end) const {
    const auto at = row_y_.find(end.node);
    return at == row_y_.end() ? kHeader / 2 : at->second;
  }

  Session& session_;
  ColumnPicture& out_;
  const std::size_t max_columns_;
  Transformations transformations_;
  std::map<NodeId, std::uint32_t> box_of_;
  std::vector<std::vector<std::uint32_t>> members_;  // of each box
  std::vector<Weight> weights_;                      // of each node of the answer
  std::unordered_map<std::uint32_t, int> row_y_;
};

}  // namespace

Result<ColumnPicture> column_picture(Session& session, const ColumnRequest& request,
                                     std::size_t max_columns) {
  ColumnPicture out;
  HW_TRY(out.answer, column_lineage(session, request));
  HW_CHECK_OK(Drawing(session, out, max_columns).draw());
  return out;
}

}  // namespace headwater::query
