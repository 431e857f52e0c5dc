// Graph::Impl: the writer's side of the graph.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "graph/graph.h"
#include "graph/pins.h"

namespace headwater::graph {

struct Graph::Impl {
  explicit Impl(GraphOptions given);
  ~Impl();

  // ---- publish.cc
  void add_node(const NewNode& node);
  void add_past(const NodePast& past);
  void update_node(const NodeUpdate& update);
  void add_edge(const NewEdge& edge);
  void close_edge(const EdgeClose& close);
  void add_merge(const NodeMerge& merge);
  std::uint32_t intern(std::string_view name_space);
  void make_room(std::size_t new_nodes);
  std::uint32_t add_end(Micros valid_to, Seq recorded_to);

  // ---- compaction.cc
  // Replaces the State that readers follow and retires the old one.
  void install(internal::State next, std::size_t replaced_bytes);
  void reclaim();
  bool compaction_due() const;
  void start_packing();
  // Waits for a packing that is under way, and installs it.
  void finish_packing();
  void install_packed(std::unique_ptr<internal::Packed> packed);

  internal::Elements& elements() { return *state->elements; }

  struct Retired {
    std::unique_ptr<const internal::State> state;
    std::size_t bytes;
  };

  const GraphOptions options;
  std::unique_ptr<const internal::State> state;  // owner of *current; writer only
  std::atomic<const internal::State*> current{nullptr};
  std::atomic<std::uint64_t> published{0};
  std::atomic<Micros> latest_event_time{0};
  mutable internal::PinTable pins;

  // Writer only, from here on.
  std::unordered_map<std::string_view, std::uint32_t> name_spaces;  // keys live in the arena
  std::vector<Retired> retired;
  std::atomic<std::size_t> retired_bytes{0};

  std::thread packer;
  std::unique_ptr<internal::Packed> packing;  // the packer's until `packed`
  std::atomic<bool> packed{false};
  std::vector<std::uint32_t> ended_while_packing;
};

}  // namespace headwater::graph
