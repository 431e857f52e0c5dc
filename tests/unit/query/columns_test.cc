#include "query/columns.h"

#include <map>
#include <set>

#include "query/column_picture.h"
#include "tests/unit/query/world.h"

namespace headwater::query {
namespace {

std::string id_of(const Snapshot& graph, const ColumnNode& node) {
  const std::string dataset(graph.node(node.dataset).name);
  return node.path.empty() ? dataset : dataset + "." + node.path;
}

struct ColumnWorld : World {
  // "name.column" -> distance, negative if assumed (-1 - distance).
  static std::map<std::string, int> seen(const Snapshot& graph, const ColumnAnswer& answer) {
    std::map<std::string, int> out;
    for (const ColumnNode& node : answer.nodes) {
      const int distance = static_cast<int>(node.distance);
      out[id_of(graph, node)] = node.assumed ? -1 - distance : distance;
    }
    return out;
  }
  static std::set<std::string> edges(const Snapshot& graph, const ColumnAnswer& answer) {
    std::set<std::string> out;
    const auto end = [&](const ColumnEnd& at) {
      return at.node == ColumnEnd::kAll ? std::string(graph.node(at.dataset).name)
                                        : id_of(graph, answer.nodes[at.node]);
    };
    for (const ColumnEdge& edge : answer.edges) {
      out.insert(end(edge.source) +
                 (edge.assumed    ? " ? "
                  : edge.indirect ? " ~ "
                                  : " > ") +
                 end(edge.target));
    }
    return out;
  }
  ColumnRequest request(Session& now, const std::string& node_id, Sides sides) {
    ColumnRequest out;
    out.root = must(column_root(now, node_id));
    out.sides = sides;
    return out;
  }
  std::map<std::string, int> ask(const std::string& node_id, Sides sides,
                                 std::uint32_t depth = 20) {
    Session now = session();
    ColumnRequest asked = request(now, node_id, sides);
    asked.depth = depth;
    last = must(column_lineage(now, asked));
    last_edges = edges(now.graph(), last);
    return seen(now.graph(), last);
  }
  ColumnAnswer last;
  std::set<std::string> last_edges;
};

using Seen = std::map<std::string, int>;
using Lines = std::set<std::string>;

std::string schema_of(const std::vector<std::string>& columns) {
  std::string fields;
  for (const std::string& column : columns) {
    fields += (fields.empty() ? "" : ",") + (R"({"name":")" + column + R"(","type":"INT"})");
  }
  return R"({"fields":[)" + fields + "]}";
}

// src{a, b} -> load -> mid{x <- a, y <- b; z of neither; filtered by b} -> top -> out{v <- x}
struct Stated : ColumnWorld {
  NodeId src = dataset("src"), mid = dataset("mid"), out = dataset("out");
  NodeId a = field(src, "a"), b = field(src, "b");
  NodeId x = field(mid, "x"), y = field(mid, "y"), v = field(out, "v");
  NodeId load = job("load"), top = job("top");
  Stated() {
    reads(load, src);
    writes(load, mid);
    reads(top, mid);
    writes(top, out);
    direct(a, x, load);
    direct(b, y, load);
    indirect(b, mid, load);
    direct(x, v, top);
    attribute(mid, "schema", schema_of({"x", "y", "z"}));
    commit();
  }
};

TEST(Columns, UpstreamFollowsValuesAndWhatDecidesRows) {
  Stated world;
  EXPECT_EQ(world.ask("datasetField:ns:out:v", Sides::kUpstream),
            (Seen{{"out.v", 0}, {"mid.x", 1}, {"src.a", 2}, {"src.b", 2}}));
  EXPECT_EQ(world.last_edges, (Lines{"mid.x > out.v", "src.a > mid.x", "src.b ~ mid.x"}));
  EXPECT_TRUE(world.last.cut.reason == graph::CutReason::kNone);
}

TEST(Columns, DownstreamOfAFilterIsEveryColumn) {
  Stated world;
  EXPECT_EQ(world.ask("datasetField:ns:src:b", Sides::kDownstream),
            (Seen{{"src.b", 0}, {"mid.x", 1}, {"mid.y", 1}, {"mid.z", 1}, {"out.v", 2}}));
  EXPECT_EQ(world.last_edges, (Lines{"src.b > mid.y", "src.b ~ mid.x", "src.b ~ mid.y",
                                     "src.b ~ mid.z", "mid.x > out.v"}));
}

TEST(Columns, KindsChooseWhatIsFollowed) {
  Stated world;
  Session now = world.session();
  ColumnRequest request = world.request(now, "datasetField:ns:src:b", Sides::kDownstream);
  request.kinds = mask(model::EdgeKind::kColumnDirect);
  const ColumnAnswer direct = must(column_lineage(now, request));
  EXPECT_EQ(world.seen(now.graph(), direct), (Seen{{"src.b", 0}, {"mid.y", 1}}));
  request.kinds = mask(model::EdgeKind::kColumnIndirect);
  const ColumnAnswer indirect = must(column_lineage(now, request));
  EXPECT_EQ(world.seen(now.graph(), indirect),
            (Seen{{"src.b", 0}, {"mid.x", 1}, {"mid.y", 1}, {"mid.z", 1}}));
}

TEST(Columns, SchemaColumnsWithoutLineageAreKnownAndLeadNowhere) {
  Stated world;
  EXPECT_EQ(world.ask("datasetField:ns:mid:z", Sides::kDownstream), (Seen{{"mid.z", 0}}));
  EXPECT_EQ(world.ask("datasetField:ns:mid:z", Sides::kUpstream),
            (Seen{{"mid.z", 0}, {"src.b", 1}}));
  Session now = world.session();
  const auto none = column_root(now, "datasetField:ns:mid:nope");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, base::ErrorCode::kNotFound);
}

TEST(Columns, DatasetAndJobStandForTheirColumns) {
  Stated world;
  EXPECT_EQ(world.ask("dataset:ns:mid", Sides::kUpstream),
            (Seen{{"mid.x", 0}, {"mid.y", 0}, {"mid.z", 0}, {"src.a", 1}, {"src.b", 1}}));
  EXPECT_EQ(world.ask("job:ns:load", Sides::kDownstream),
            (Seen{{"mid.x", 0}, {"mid.y", 0}, {"mid.z", 0}, {"out.v", 1}}));
}

TEST(Columns, DepthCutsOnlyWhereSomethingLiesBeyond) {
  Stated world;
  EXPECT_EQ(world.ask("datasetField:ns:out:v", Sides::kUpstream, 1),
            (Seen{{"out.v", 0}, {"mid.x", 1}}));
  EXPECT_EQ(world.last.cut.reason, graph::CutReason::kMaxDistance);
  EXPECT_EQ(world.last.cut.limit, 1u);
  EXPECT_EQ(world.last.cut.frontier, 2u);  // the column and its dataset
  world.ask("datasetField:ns:out:v", Sides::kUpstream, 2);
  EXPECT_EQ(world.last.cut.reason, graph::CutReason::kNone);
}

TEST(Columns, MaxNodesCutsAndSaysSo) {
  Stated world;
  Session now = world.session();
  ColumnRequest request = world.request(now, "dataset:ns:mid", Sides::kBoth);
  request.max_nodes = 2;
  const ColumnAnswer answer = must(column_lineage(now, request));
  EXPECT_EQ(answer.nodes.size(), 2u);
  EXPECT_EQ(answer.cut.reason, graph::CutReason::kMaxNodes);
  EXPECT_EQ(answer.cut.limit, 2u);
}

// src -> load -> mid is stated, mid -> copy -> far is not, far -> end -> last is stated for `p`
struct Gaps : Stated {
  NodeId far = dataset("far"), last_table = dataset("last");
  NodeId copy = job("copy"), end = job("end");
  NodeId p = field(far, "p"), q = field(last_table, "q");
  Gaps() {
    reads(copy, mid);
    writes(copy, far);
    reads(end, far);
    writes(end, last_table);
    direct(p, q, end);
    attribute(far, "schema", schema_of({"p", "r"}));
    commit();
  }
};

TEST(Columns, AGapPassesEveryColumnOnAsAssumed) {
  Gaps world;
  EXPECT_EQ(
      world.ask("datasetField:ns:src:a", Sides::kDownstream),
      (Seen{
          {"src.a", 0}, {"mid.x", 1}, {"out.v", 2}, {"far.p", -3}, {"far.r", -3}, {"last.q", -4}}));
  EXPECT_EQ(world.last_edges,
            (Lines{"src.a > mid.x", "mid.x > out.v", "mid ? far", "far.p > last.q"}));
}

TEST(Columns, AGapUpstreamReachesAllColumnsOfItsInputs) {
  Gaps world;
  EXPECT_EQ(world.ask("datasetField:ns:last:q", Sides::kUpstream), (Seen{{"last.q", 0},
                                                                         {"far.p", 1},
                                                                         {"mid.x", -3},
                                                                         {"mid.y", -3},
                                                                         {"mid.z", -3},
                                                                         {"src.a", -4},
                                                                         {"src.b", -4}}));
  EXPECT_TRUE(world.last_edges.contains("mid ? far"));
}

TEST(Columns, ADatasetWithoutKnownColumnsStandsForItself) {
  ColumnWorld world;
  const NodeId in = world.dataset("in"), out = world.dataset("out"), j = world.job("j");
  world.reads(j, in);
  world.writes(j, out);
  world.commit();
  EXPECT_EQ(world.ask("dataset:ns:in", Sides::kDownstream), (Seen{{"in", 0}, {"out", -2}}));
  EXPECT_EQ(world.last_edges, (Lines{"in ? out"}));
}

TEST(Columns, AnOutputThatStatesItsColumnsIsNoGapOfItsJob) {
  Stated world;
  const NodeId side = world.dataset("side");
  world.writes(world.load, side);
  world.commit();
  EXPECT_EQ(world.ask("datasetField:ns:src:a", Sides::kDownstream),
            (Seen{{"src.a", 0}, {"mid.x", 1}, {"out.v", 2}, {"side", -2}}));
}

TEST(Columns, LineageThatADatasetDeclaresCoversItsWriters) {
  ColumnWorld world;
  const NodeId in = world.dataset("in"), view = world.dataset("view"), j = world.job("j");
  const NodeId a = world.field(in, "a"), b = world.field(in, "b"), c = world.field(view, "c");
  world.reads(j, in);
  world.writes(j, view);
  world.direct(a, c, view);
  world.direct(b, b, j);  // keeps b a known column
  world.commit();
  EXPECT_EQ(world.ask("datasetField:ns:in:b", Sides::kDownstream), (Seen{{"in.b", 0}}));
  EXPECT_EQ(world.ask("datasetField:ns:in:a", Sides::kDownstream),
            (Seen{{"in.a", 0}, {"view.c", 1}}));
}

TEST(Columns, ScopedOutputsAreReachedOverTheirFlowsOnly) {
  ColumnWorld world;
  const NodeId a = world.dataset("a"), b = world.dataset("b"), out = world.dataset("out");
  const NodeId j = world.job("j");
  world.reads(j, a);
  world.reads(j, b);
  world.edge(j, out, model::EdgeKind::kWritesScoped, j);
  world.edge(a, out, model::EdgeKind::kFlow, j, 0, model::kOpenEnd, j);
  world.commit();
  EXPECT_EQ(world.ask("dataset:ns:a", Sides::kDownstream), (Seen{{"a", 0}, {"out", -2}}));
  EXPECT_EQ(world.ask("dataset:ns:b", Sides::kDownstream), (Seen{{"b", 0}}));
  EXPECT_EQ(world.ask("dataset:ns:out", Sides::kUpstream), (Seen{{"out", 0}, {"a", -2}}));
  EXPECT_EQ(world.last_edges, (Lines{"a ? out"}));
}

TEST(Columns, StructsStandForTheirPartsAndPartsConcernTheirStructs) {
  ColumnWorld world;
  const NodeId in = world.dataset("in"), out = world.dataset("out"), j = world.job("j");
  const NodeId s = world.field(in, "s"), sa = world.field(in, "s.a"), sb = world.field(in, "s.b");
  const NodeId of_s = world.field(out, "of_s"), of_a = world.field(out, "of_a"),
               of_b = world.field(out, "of_b");
  world.reads(j, in);
  world.writes(j, out);
  world.direct(s, of_s, j);
  world.direct(sa, of_a, j);
  world.direct(sb, of_b, j);
  world.commit();
  // All of the struct.
  EXPECT_EQ(world.ask("datasetField:ns:in:s", Sides::kDownstream), (Seen{{"in.s", 0},
                                                                         {"in.s.a", 0},
                                                                         {"in.s.b", 0},
                                                                         {"out.of_s", 1},
                                                                         {"out.of_a", 1},
                                                                         {"out.of_b", 1}}));
  // A part: who reads the struct is concerned, who reads another part is not.
  EXPECT_EQ(world.ask("datasetField:ns:in:s.a", Sides::kDownstream),
            (Seen{{"in.s", 0}, {"in.s.a", 0}, {"out.of_s", 1}, {"out.of_a", 1}}));
}

TEST(Columns, AMergedDatasetsColumnsAreThoseOfItsWinner) {
  ColumnWorld world;
  const NodeId path = world.dataset("path"), table = world.dataset("table"),
               out = world.dataset("out");
  const NodeId j = world.job("j");
  const NodeId old = world.field(path, "a"), v = world.field(out, "v");
  const auto before = world.direct(old, v, j);
  const Seq seq = world.commit();
  const NodeId twin = world.field(table, "a");
  world.merge(path, table);
  world.merge(old, twin);
  world.close(before);
  world.direct(twin, v, j);
  world.commit();
  EXPECT_EQ(world.ask("datasetField:ns:path:a", Sides::kDownstream),
            (Seen{{"table.a", 0}, {"out.v", 1}}));
  Session then = world.session({graph::kLatest, seq});
  const ColumnAnswer answer =
      must(column_lineage(then, world.request(then, "datasetField:ns:out:v", Sides::kUpstream)));
  EXPECT_EQ(world.seen(then.graph(), answer), (Seen{{"out.v", 0}, {"path.a", 1}}));
}

TEST(Columns, BothClocksCount) {
  ColumnWorld world;
  const NodeId in = world.dataset("in"), out = world.dataset("out"), j = world.job("j");
  const NodeId a = world.field(in, "a"), v = world.field(out, "v");
  world.edge(a, v, model::EdgeKind::kColumnDirect, j, 100, 200, j);
  const Seq before = world.commit();
  const NodeId b = world.field(in, "b");
  world.edge(b, v, model::EdgeKind::kColumnDirect, j, 150, model::kOpenEnd, j);
  world.commit();
  const auto at = [&](Micros as_of, Seq known_at) {
    Session then = world.session({as_of, known_at});
    return world.seen(
        then.graph(),
        must(column_lineage(then, world.request(then, "datasetField:ns:out:v", Sides::kUpstream))));
  };
  EXPECT_EQ(at(120, model::kNeverSeq), (Seen{{"out.v", 0}, {"in.a", 1}}));
  EXPECT_EQ(at(160, model::kNeverSeq), (Seen{{"out.v", 0}, {"in.a", 1}, {"in.b", 1}}));
  EXPECT_EQ(at(160, before), (Seen{{"out.v", 0}, {"in.a", 1}}));
  EXPECT_EQ(at(graph::kLatest, model::kNeverSeq), (Seen{{"out.v", 0}, {"in.b", 1}}));
}

TEST(Columns, TransformationsOfOnePairAreOneEdge) {
  ColumnWorld world;
  const NodeId in = world.dataset("in"), out = world.dataset("out"), j = world.job("j");
  const NodeId a = world.field(in, "a"), v = world.field(out, "v");
  const auto hash = world.transformation("DIRECT", "TRANSFORMATION", true);
  const auto same = world.transformation("DIRECT", "IDENTITY");
  world.direct(a, v, j, hash);
  world.direct(a, v, j, same);
  world.commit();
  world.ask("datasetField:ns:out:v", Sides::kUpstream);
  ASSERT_EQ(world.last.edges.size(), 1u);
  EXPECT_EQ(world.last.edges[0].transformations, (std::vector{hash, same}));
  Session now = world.session();
  const Transformations known = must(Transformations::read(now));
  EXPECT_TRUE(known.masked({hash}));
  EXPECT_FALSE(known.masked({hash, same}));
  EXPECT_FALSE(known.masked({}));
}

// ---- wide tables ------------------------------------------------------------------------------

constexpr int kWide = 3000;

std::vector<std::string> wide_columns() {
  std::vector<std::string> names;
  for (int i = 0; i < kWide; ++i) names.push_back("c" + std::to_string(i));
  return names;
}

TEST(Columns, ThreeThousandAssumedColumnsAreOneEdge) {
  ColumnWorld world;
  const NodeId in = world.dataset("in"), mid = world.dataset("mid"), out = world.dataset("out");
  const NodeId j = world.job("j"), k = world.job("k");
  world.reads(j, in);
  world.writes(j, mid);
  world.reads(k, mid);
  world.writes(k, out);
  for (const NodeId table : {in, mid, out}) {
    world.attribute(table, "schema", schema_of(wide_columns()));
  }
  world.commit();
  const Seen seen = world.ask("datasetField:ns:in:c7", Sides::kDownstream);
  EXPECT_EQ(seen.size(), 1u + 2 * kWide);
  EXPECT_EQ(world.last_edges, (Lines{"in ? mid", "mid ? out"}));
}

TEST(Columns, ThreeThousandStatedColumnsAreAsManyEdges) {
  ColumnWorld world;
  const NodeId in = world.dataset("in"), out = world.dataset("out"), j = world.job("j");
  world.reads(j, in);
  world.writes(j, out);
  for (const std::string& name : wide_columns()) {
    const NodeId source = world.field(in, name), target = world.field(out, name);
    world.direct(source, target, j);
    world.indirect(source, out, j);  // SELECT DISTINCT: each decides about all
  }
  world.commit();
  Session now = world.session();
  ColumnRequest request = world.request(now, "dataset:ns:out", Sides::kUpstream);
  request.kinds = mask(model::EdgeKind::kColumnDirect);
  EXPECT_EQ(must(column_lineage(now, request)).edges.size(), std::size_t{kWide});
  request.kinds = model::kColumnLineage;
  const ColumnAnswer all = must(column_lineage(now, request));
  EXPECT_EQ(all.nodes.size(), std::size_t{2 * kWide});
  EXPECT_EQ(all.edges.size(), std::size_t{2 * kWide});  // beyond kMaxSpread: to the dataset
}

// ---- the picture ------------------------------------------------------------------------------

TEST(ColumnPicture, EdgesEndAtTheirRowsAndHiddenColumnsAreCounted) {
  Gaps world;
  Session now = world.session();
  const ColumnRequest request = world.request(now, "datasetField:ns:src:b", Sides::kDownstream);
  const ColumnPicture whole = must(column_picture(now, request, 50));
  std::map<std::string, const ColumnBox*> boxes;
  for (const ColumnBox& box : whole.boxes)
    boxes[std::string(now.graph().node(box.dataset).name)] = &box;
  ASSERT_EQ(boxes.at("mid")->rows.size(), 3u);
  EXPECT_EQ(boxes.at("mid")->rows[0].column.path, "x");
  EXPECT_EQ(boxes.at("mid")->rows[0].column.type, "INT");
  EXPECT_LT(boxes.at("src")->place.x, boxes.at("mid")->place.x);
  for (const ColumnLine& line : whole.lines) {
    ASSERT_GE(line.way.points.size(), 2u);
    const auto end = [&](const ColumnEnd& at, int y) {
      for (const ColumnBox& box : whole.boxes) {
        if (box.dataset != at.dataset) continue;
        EXPECT_GE(y, box.place.y);
        EXPECT_LE(y, box.place.y + box.height);
        for (const ColumnRow& row : box.rows) {
          if (row.node == at.node) {
            EXPECT_EQ(y, box.place.y + row.y);
          }
        }
      }
    };
    end(line.edge.source, line.way.points.front().second);
    end(line.edge.target, line.way.points.back().second);
  }
  const ColumnPicture narrow = must(column_picture(now, request, 1));
  for (const ColumnBox& box : narrow.boxes) {
    EXPECT_LE(box.rows.size(), 1u);
    if (box.dataset == world.mid) {
      EXPECT_EQ(box.hidden, 2u);
    }
  }
  EXPECT_EQ(narrow.answer.cut.reason, graph::CutReason::kNone);
}

// ---- against a naive model --------------------------------------------------------------------

// Every dependency spelt out column by column: products of wide tables and all.
class Naive {
 public:
  struct Edge {
    std::string from, to;  // "dataset.path"
    bool assumed;
  };
  void add(const std::string& from, const std::string& to, bool assumed) {
    edges_.push_back({from, to, assumed});
  }
  // As ColumnWorld::seen. State: the column whole, or ("/" before it) only something within.
  Seen walk(const std::set<std::string>& columns, const std::string& start, bool down) const {
    std::map<std::string, int> stated{{start, 0}};
    settle(columns, stated, down, false);
    std::map<std::string, int> all = stated;
    settle(columns, all, down, true);
    Seen out;
    for (const auto& [state, distance] : all) {
      const std::string column = state[0] == '/' ? state.substr(1) : state;
      const auto known = [&](const std::string& key) { return stated.contains(key); };
      const bool is_stated = known(column) || known("/" + column);
      int best = distance;
      for (const std::string& key : {column, "/" + column}) {
        const auto& from = is_stated ? stated : all;
        if (const auto it = from.find(key); it != from.end()) best = std::min(best, it->second);
      }
      if (is_stated && !known(state)) continue;
      out[column] = is_stated ? best : -1 - best;
    }
    return out;
  }

 private:
  // Distances of states that are there already stay.
  void settle(const std::set<std::string>& columns, std::map<std::string, int>& at, bool down,
              bool assume) const {
    const std::map<std::string, int> fixed = at;
    const auto relax = [&](const std::string& state, int distance) {
      if (fixed.contains(state)) return false;
      const auto [it, is_new] = at.try_emplace(state, distance);
      const bool better = is_new || distance < it->second;
      if (better) it->second = distance;
      return better;
    };
    for (bool changed = true; changed;) {
      changed = false;
      const std::map<std::string, int> now = at;
      for (const auto& [state, distance] : now) {
        const bool part = state[0] == '/';
        const std::string column = part ? state.substr(1) : state;
        for (const std::string& other : columns) {
          if (part) break;
          if (other.starts_with(column + ".")) changed |= relax(other, distance);
          if (column.starts_with(other + ".") && other.find('.') != std::string::npos) {
            changed |= relax("/" + other, distance);
          }
        }
        for (const Edge& edge : edges_) {
          if (edge.assumed && !assume) continue;
          if ((down ? edge.from : edge.to) != column) continue;
          changed |= relax(down ? edge.to : edge.from, distance + 1);
        }
      }
    }
  }
  std::vector<Edge> edges_;
};

TEST(Columns, RandomGraphsEqualTheNaiveModel) {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    ColumnWorld world;
    Naive naive;
    std::set<std::string> columns;
    const std::vector<std::string> paths = {"a", "b", "s", "s.a", "s.b", "s.b.c"};
    struct Table {
      NodeId node;
      std::string name;
      std::map<std::string, NodeId> fields;
    };
    std::vector<Table> tables;
    for (int i = 0; i < 7; ++i) {
      Table table{world.dataset("t" + std::to_string(i)), "t" + std::to_string(i), {}};
      std::vector<std::string> known;
      for (const std::string& path : paths) {
        if (pick(3) == 0) continue;
        table.fields[path] = world.field(table.node, path);
        columns.insert(table.name + "." + path);
        known.push_back(path);
      }
      if (known.empty()) {
        table.fields["a"] = world.field(table.node, "a");
        columns.insert(table.name + ".a");
        known.push_back("a");
      }
      world.attribute(table.node, "schema", schema_of(known));
      tables.push_back(std::move(table));
    }
    for (int i = 0; i < 6; ++i) {
      const NodeId j = world.job("j" + std::to_string(i));
      std::set<std::size_t> inputs, outputs;
      for (std::size_t n = 1 + pick(2); n > 0; --n) inputs.insert(pick(tables.size()));
      for (std::size_t n = 1 + pick(2); n > 0; --n) outputs.insert(pick(tables.size()));
      for (const std::size_t in : inputs) world.reads(j, tables[in].node);
      for (const std::size_t out : outputs) {
        const Table& target = tables[out];
        world.writes(j, target.node);
        const bool stated = pick(3) != 0;
        for (const std::size_t in : inputs) {
          const Table& source = tables[in];
          if (!stated) {
            for (const auto& from : source.fields) {
              for (const auto& to : target.fields) {
                naive.add(source.name + "." + from.first, target.name + "." + to.first, true);
              }
            }
            continue;
          }
          for (std::size_t n = 1 + pick(3); n > 0; --n) {
            const auto from = std::next(source.fields.begin(), pick(source.fields.size()));
            const auto to = std::next(target.fields.begin(), pick(target.fields.size()));
            if (pick(4) == 0) {
              world.indirect(from->second, target.node, j);
              for (const auto& each : target.fields) {
                naive.add(source.name + "." + from->first, target.name + "." + each.first, false);
              }
            } else {
              world.direct(from->second, to->second, j);
              naive.add(source.name + "." + from->first, target.name + "." + to->first, false);
            }
          }
        }
      }
    }
    world.commit();
    for (int i = 0; i < 6; ++i) {
      const Table& table = tables[pick(tables.size())];
      const auto start = std::next(table.fields.begin(), pick(table.fields.size()));
      const std::string id = "datasetField:ns:" + table.name + ":" + start->first;
      const std::string name = table.name + "." + start->first;
      SCOPED_TRACE(id);
      EXPECT_EQ(world.ask(id, Sides::kDownstream), naive.walk(columns, name, true));
      EXPECT_EQ(world.ask(id, Sides::kUpstream), naive.walk(columns, name, false));
      EXPECT_EQ(world.last.cut.reason, graph::CutReason::kNone);
    }
  }
}

}  // namespace
}  // namespace headwater::query
