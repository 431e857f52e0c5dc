#include "stats/sunburst.h"

#include <algorithm>

#include "stats/cube.h"

namespace headwater::stats {
namespace {

// Which nodes of a cube are shown.
class Choice {
 public:
  Choice(Cube& cube, std::size_t max_arcs) : cube_(cube), left_(max_arcs), later_{&cube} {
    for (const auto& ring : cube.rings) shown_.emplace_back(ring.size());
    shown_[0][0] = true;
    open(0, 0);
    for (; !queue_.empty() && left_ > 0; --left_) {
      std::ranges::pop_heap(queue_, later_);
      const Candidate next = queue_.back();
      queue_.pop_back();
      shown_[next.ring][next.node] = true;
      open(next.ring, next.node);
    }
  }
  bool shown(std::size_t ring, std::uint32_t node) const { return shown_[ring][node]; }

 private:
  struct Candidate {
    std::uint64_t size = 0;
    std::uint32_t ring = 0, node = 0;
  };
  // The largest first, then outer rings, then the order of names.
  struct Later {
    const Cube* cube;
    bool operator()(const Candidate& a, const Candidate& b) const {
      if (a.size != b.size) return a.size < b.size;
      return a.ring != b.ring ? a.ring > b.ring : cube->precedes(a.ring, b.node, a.node);
    }
  };
  static constexpr std::size_t kSpare = 1'024;

  void open(std::uint32_t ring, std::uint32_t node) {
    if (ring + std::size_t{1} == cube_.rings.size()) return;
    cube_.open(ring, node, least_);
    shown_[ring + 1].resize(cube_.rings[ring + 1].size());
    const CubeNode& parent = cube_.rings[ring][node];
    for (std::uint32_t i = parent.first; i < parent.first + parent.count; ++i) {
      const CubeNode& child = cube_.rings[ring + 1][i];
      const std::uint64_t size = std::max(magnitude(child.value), magnitude(child.before));
      if (size < least_) continue;
      queue_.push_back({size, ring + 1, i});
      std::ranges::push_heap(queue_, later_);
      if (queue_.size() >= 2 * left_ + kSpare) forget_last();
    }
  }
  // As many as may be shown stay, for what is shown later takes the place of one of them.
  void forget_last() {
    const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(left_);
    const auto first = [this](const Candidate& a, const Candidate& b) { return later_(b, a); };
    std::nth_element(queue_.begin(), end, queue_.end(), first);
    queue_.erase(end, queue_.end());
    least_ = queue_.empty() ? UINT64_MAX : std::ranges::min(queue_, {}, &Candidate::size).size;
    std::ranges::make_heap(queue_, later_);
  }

  Cube& cube_;
  std::size_t left_;  // arcs that may yet be shown
  const Later later_;
  std::vector<std::vector<bool>> shown_;
  std::vector<Candidate> queue_;  // a heap
  std::uint64_t least_ = 0;       // what is smaller is not shown
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
    rest.others = from.unlisted;
    rest.other = from.value;
    rest.other_before = from.before;
    for (std::uint32_t i = from.first; i < from.first + from.count; ++i) {
      if (choice_.shown(ring + 1, i)) {
        next.push_back(i);
        rest.other -= all[i].value;
        rest.other_before -= all[i].before;
      } else {
        ++rest.others;
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
