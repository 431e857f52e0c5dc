#include "stats/sunburst.h"

#include <algorithm>
#include <queue>

#include "stats/cube.h"

namespace headwater::stats {
namespace {

std::uint64_t magnitude(std::int64_t value) {
  return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

// Which nodes of a cube are shown.
class Choice {
 public:
  Choice(Cube& cube, std::size_t max_arcs) : cube_(cube) {
    for (const auto& ring : cube.rings) shown_.emplace_back(ring.size());
    shown_[0][0] = true;
    open(0, 0);
    while (!queue_.empty() && arcs_ < max_arcs) {
      const Candidate next = queue_.top();
      queue_.pop();
      shown_[next.ring][next.node] = true;
      ++arcs_;
      open(next.ring, next.node);
    }
  }
  bool shown(std::size_t ring, std::uint32_t node) const { return shown_[ring][node]; }

 private:
  struct Candidate {
    std::uint64_t size = 0;
    std::uint32_t ring = 0, node = 0;
    // The largest first, then outer rings, then the order of names.
    bool operator<(const Candidate& other) const {
      if (size != other.size) return size < other.size;
      return ring != other.ring ? ring > other.ring : node > other.node;
    }
  };
  void open(std::uint32_t ring, std::uint32_t node) {
    if (ring + std::size_t{1} == cube_.rings.size()) return;
    cube_.open(ring, node);
    shown_[ring + 1].resize(cube_.rings[ring + 1].size());
    const CubeNode& parent = cube_.rings[ring][node];
    for (std::uint32_t i = parent.first; i < parent.first + parent.count; ++i) {
      const CubeNode& child = cube_.rings[ring + 1][i];
      queue_.push({std::max(magnitude(child.value), magnitude(child.before)), ring + 1, i});
    }
  }

  Cube& cube_;
  std::vector<std::vector<bool>> shown_;
  std::priority_queue<Candidate> queue_;
  std::size_t arcs_ = 0;
};

// Arcs by ring, so that the parts of one lie side by side.
class Drawing {
 public:
  Drawing(const Cube& cube, const Choice& choice, Sunburst& out)
      : cube_(cube), choice_(choice), out_(out) {}

  void draw() {
    out_.arcs.push_back(arc(0, 0));
    std::vector<std::uint32_t> nodes{0}, next;  // beside the arcs of a ring
    std::size_t first = 0;
    for (std::size_t ring = 0; ring + 1 < cube_.rings.size() && !nodes.empty(); ++ring) {
      next.clear();
      const std::size_t end = out_.arcs.size();
      for (std::size_t i = 0; i < nodes.size(); ++i) add_parts(first + i, ring, nodes[i], next);
      first = end;
      nodes.swap(next);
    }
  }

 private:
  Arc arc(std::size_t ring, std::uint32_t node) const {
    const CubeNode& from = cube_.rings[ring][node];
    Arc out;
    if (ring > 0) out.name = cube_.names[ring][from.code];
    if (ring == 0 && !cube_.focus.empty()) out.name = cube_.focus.back();
    out.value = from.value;
    out.before = from.before;
    return out;
  }
  void add_parts(std::size_t parent, std::size_t ring, std::uint32_t node,
                 std::vector<std::uint32_t>& next) {
    const CubeNode& from = cube_.rings[ring][node];
    const std::vector<CubeNode>& all = cube_.rings[ring + 1];
    const std::size_t begin = next.size();
    Arc rest;
    for (std::uint32_t i = from.first; i < from.first + from.count; ++i) {
      if (choice_.shown(ring + 1, i)) {
        next.push_back(i);
      } else {
        ++rest.others;
        rest.other += all[i].value;
        rest.other_before += all[i].before;
      }
    }
    std::stable_sort(next.begin() + static_cast<std::ptrdiff_t>(begin), next.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return all[a].value > all[b].value; });
    Arc& to = out_.arcs[parent];
    to.first = static_cast<std::uint32_t>(out_.arcs.size());
    to.count = static_cast<std::uint32_t>(next.size() - begin);
    to.others = rest.others;
    to.other = rest.other;
    to.other_before = rest.other_before;
    out_.others += rest.others;
    for (std::size_t i = begin; i < next.size(); ++i) out_.arcs.push_back(arc(ring + 1, next[i]));
  }

  const Cube& cube_;
  const Choice& choice_;
  Sunburst& out_;
};

Result<void> check(const SunburstQuestion& question) {
  if (question.max_arcs > SunburstQuestion::kMaxArcs) {
    return base::make_error(
        base::ErrorCode::kLimitExceeded,
        "max_arcs may be at most " + std::to_string(SunburstQuestion::kMaxArcs) + ".");
  }
  if (question.path.size() > question.by.size()) {
    return base::make_error(base::ErrorCode::kInvalidArgument,
                            "path names more arcs than there are dimensions.");
  }
  return {};
}

}  // namespace

std::size_t Sunburst::bytes() const {
  std::size_t out = sizeof(*this) + arcs.size() * sizeof(Arc);
  for (const Arc& arc : arcs) out += arc.name.text.size();
  return out;
}

Result<Sunburst> sunburst(const CostGround& ground, const SunburstQuestion& question,
                          const CostGround* before) {
  HW_CHECK_OK(check(question));
  const Wanted wanted = wanted_by(question.by, question.costs.filter);
  HW_TRY(const Facts now, facts_of(ground, question.costs, wanted));
  Facts earlier;
  if (question.before) {
    CostQuestion asked = question.costs;
    asked.interval = *question.before;
    HW_TRY(earlier, facts_of(before != nullptr ? *before : ground, asked, wanted));
  }
  const CubeQuestion rings{question.by, question.depth, question.path};
  HW_TRY(Cube cube,
         make_cube(ground, question.costs, rings, now, question.before ? &earlier : nullptr));
  if (cube.unknown) {
    return base::make_error(
        base::ErrorCode::kNotFound,
        "Nothing in the interval has the key \"" + question.path[*cube.unknown] + "\" of path.");
  }
  Sunburst out;
  out.total = cube.total;
  out.total_before = cube.total_before;
  out.path = cube.focus;
  const Choice choice(cube, question.max_arcs);
  Drawing(cube, choice, out).draw();
  return out;
}

}  // namespace headwater::stats
