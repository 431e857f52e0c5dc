// Search over a large catalog, end to end: a session of its own, the index, the texts of ten hits.
//
//   search_bench [--assets=2000000] [--queries=200] [--seed=7]
//
// The catalog is made up with a fixed seed: names of two to five words, whose frequencies follow
// Zipf's law, in 200 namespaces; 70 % datasets, two in three of them with about six columns; some
// with descriptions, owners and tags; jobs that read them. Prints, for each kind of query, wall and
// CPU time (of the thread) as p50, p99 and the largest, how many assets were found, and the p99's
// ratio to the floor: one pass over the ranks of all assets, by turns with the queries. Below the
// line, what looks at every name or column path and has no budget.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "graph/graph.h"
#include "query/query.h"
#include "query/text_index/index.h"
#include "storage/storage.h"

namespace {

using namespace headwater;  // NOLINT: a program of its own
using model::NodeId;

constexpr base::Micros kDay = 86'400'000'000;
constexpr base::Micros kFirstDay = 1'700'000'000'000'000;
constexpr std::uint32_t kBatch = 50'000;
constexpr std::size_t kVocabulary = 30'000;
constexpr int kNamespaces = 200;
constexpr int kOwners = 400;
constexpr int kTags = 60;

template <class T>
T must(base::Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "%s %s\n", result.error().message.c_str(), result.error().detail.c_str());
    std::exit(1);
  }
  return std::move(result).value();
}
void must(base::Result<void> result) {
  if (!result) std::exit(1);
}

double seconds(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

std::size_t resident_bytes() {
  std::FILE* file = std::fopen("/proc/self/statm", "r");
  long pages = 0, resident = 0;
  if (file != nullptr && std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
  if (file != nullptr) std::fclose(file);
  return static_cast<std::size_t>(resident) * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// ---- a made-up catalog ------------------------------------------------------------------------

class Words {
 public:
  explicit Words(std::mt19937_64& random) : random_(random) {
    static constexpr const char* kKnown[] = {
        "id",      "date",     "orders",  "customer", "daily",   "events",   "user",    "fact",
        "dim",     "stg",      "raw",     "mart",     "product", "region",   "country", "amount",
        "price",   "currency", "status",  "created",  "updated", "at",       "name",    "type",
        "session", "page",     "revenue", "payment",  "invoice", "shipment", "stock",   "campaign",
        "clicks",  "views",    "hourly",  "monthly",  "weekly",  "snapshot", "history", "v2"};
    for (const char* word : kKnown) words_.emplace_back(word);
    static constexpr const char* kParts[] = {"ta",  "ri",  "mon", "del",  "cor", "sen",  "pla",
                                             "tic", "gra", "lo",  "ver",  "nu",  "ster", "bi",
                                             "ka",  "pho", "ro",  "ment", "sa",  "tion"};
    while (words_.size() < kVocabulary) {
      std::string word;
      for (std::uint64_t n = 2 + random_() % 3; n > 0; --n) word += kParts[random_() % 20];
      words_.push_back(std::move(word));
    }
  }
  // By Zipf's law, roughly: the i-th word with a probability of 1/i.
  const std::string& any() {
    const double u = std::uniform_real_distribution<double>(0, 1)(random_);
    const auto rank = static_cast<std::size_t>(std::pow(static_cast<double>(words_.size()), u));
    return words_[std::min(rank, words_.size()) - 1];
  }

 private:
  std::mt19937_64& random_;
  std::vector<std::string> words_;
};

class Catalog {
 public:
  Catalog(std::uint32_t assets, std::uint64_t seed, const std::string& directory)
      : random_(seed), words_(random_), assets_(assets) {
    storage::StoreOptions options;
    options.directory = directory;
    options.sync_full = false;
    store = must(storage::Store::open(options));
    graph = std::make_unique<graph::Graph>();
    for (int i = 1; i <= kNamespaces; ++i) spaces_.push_back("warehouse-" + std::to_string(i));
  }

  void fill() {
    std::uint32_t made = 0;
    for (std::uint64_t seq = 1; made < assets_; ++seq) {
      graph::Changes changes;
      changes.seq = model::Seq{seq};
      must(writer().begin());
      if (seq == 1) first();
      const std::uint32_t count = std::min(kBatch, assets_ - made);
      for (std::uint32_t i = 0; i < count; ++i) asset(++made, changes);
      must(writer().append_log(changes.seq, storage::RecordKind::kEvent, 0, 0,
                               base::hash128(std::to_string(seq)), store->pack("{}")));
      must(writer().commit());
      graph->publish(changes);
    }
    store->checkpoint();
  }

  // Words of one name, for questions that find something.
  std::vector<std::string> some_words() {
    const NodeId node{1 + static_cast<std::uint32_t>(random_() % assets_)};
    const graph::NodeInfo info = graph->snapshot().node(node);
    std::vector<std::string> out;
    for (const auto& span : query::text_index::whole_words(info.name)) {
      out.emplace_back(info.name.substr(span.begin, span.end - span.begin));
    }
    return out;
  }
  std::mt19937_64& random() { return random_; }
  Words& words() { return words_; }

  std::unique_ptr<storage::Store> store;
  std::unique_ptr<graph::Graph> graph;

 private:
  enum Attribute { kSchema = 1, kDocumentation, kOwnership, kTagged };
  storage::Writer& writer() { return store->writer(); }

  std::int64_t content(const std::string& json) {
    const auto [it, fresh] = contents_.try_emplace(base::hash128(json), contents_.size() + 1);
    if (fresh) {
      must(writer().insert_content(model::ContentId{it->second}, it->first, store->pack(json)));
    }
    return it->second;
  }

  void first() {
    const std::pair<Attribute, const char*> names[] = {{kSchema, "schema"},
                                                       {kDocumentation, "documentation"},
                                                       {kOwnership, "ownership"},
                                                       {kTagged, "tags"}};
    for (const auto& [id, name] : names) {
      must(writer().insert_attribute_name(model::AttributeNameId{id}, name));
    }
    for (std::uint32_t i = 0; i < spaces_.size(); ++i) {
      storage::NamespaceRow row;
      row.id = model::NamespaceId{i + 1};
      row.name = spaces_[i];
      must(writer().upsert_namespace(row));
    }
  }

  void attribute(NodeId owner, Attribute name, const std::string& json, model::Seq seq) {
    storage::AttributeRow row;
    row.id = ++attributes_;
    row.owner = owner;
    row.name = model::AttributeNameId{name};
    row.content = model::ContentId{content(json)};
    row.valid_from = kFirstDay;
    row.recorded_from = seq;
    must(writer().insert_attribute(row));
  }

  std::string name() {
    std::string out = words_.any() + "." + words_.any();
    for (std::uint64_t n = random_() % 4; n > 0; --n) out += "_" + words_.any();
    if (random_() % 8 == 0) out += "_" + std::to_string(2015 + random_() % 12);
    return out;
  }

  std::string schema() {
    std::string out = R"({"fields":[)";
    for (std::uint64_t n = 3 + random_() % 7; n > 0; --n) {
      out += R"({"name":")" + words_.any() + "_" + words_.any() + R"(","type":"string"})";
      if (n > 1) out += ',';
    }
    return out + "]}";
  }

  void describe(NodeId node, bool dataset, model::Seq seq) {
    if (dataset && random_() % 3 != 0) attribute(node, kSchema, schema(), seq);
    if (random_() % 5 == 0) {
      std::string text;
      for (int i = 0; i < 8; ++i) text += words_.any() + " ";
      attribute(node, kDocumentation, R"({"description":")" + text + "\"}", seq);
    }
    if (random_() % 3 == 0) {
      const std::string owner = "team-" + std::to_string(random_() % kOwners);
      attribute(node, kOwnership, R"({"owners":[{"name":")" + owner + "\"}]}", seq);
    }
    if (dataset && random_() % 5 == 0) {
      const std::string tag = "tag" + std::to_string(random_() % kTags);
      attribute(node, kTagged, R"({"tags":[{"key":")" + tag + "\"}]}", seq);
    }
  }

  void asset(std::uint32_t id, graph::Changes& changes) {
    const bool dataset = random_() % 10 < 7;
    graph::NewNode node;
    node.id = NodeId{id};
    node.kind = dataset ? model::NodeKind::kDataset : model::NodeKind::kJob;
    const auto space = static_cast<std::uint32_t>(random_() % spaces_.size());
    node.name_space = spaces_[space];
    node.name = name();
    while (!names_.insert(base::hash64(node.name, space * 2 + dataset)).second) {
      node.name += "_" + std::to_string(random_() % 1000);
    }
    node.recorded = changes.seq;
    node.first_seen = kFirstDay;
    storage::NodeRow row;
    row.id = node.id;
    row.kind = node.kind;
    row.name_space = model::NamespaceId{space + 1};
    row.name = node.name;
    row.recorded = node.recorded;
    row.first_seen = node.first_seen;
    must(writer().insert_node(row));
    storage::ObservationRow seen;
    seen.owner = node.id;
    seen.time = kFirstDay + static_cast<base::Micros>(random_() % 300) * kDay;
    seen.seq = changes.seq;
    must(writer().insert_observation(seen));
    describe(node.id, dataset, changes.seq);
    if (dataset) datasets_.push_back(node.id);
    changes.nodes.push_back(std::move(node));
    if (!dataset) read_some(NodeId{id}, changes);
  }

  // Few datasets are read by many.
  void read_some(NodeId job, graph::Changes& changes) {
    for (int i = 0; i < 3 && !datasets_.empty(); ++i) {
      const double u = std::uniform_real_distribution<double>(0, 1)(random_);
      const double at = std::pow(static_cast<double>(datasets_.size()), u);
      graph::NewEdge edge;
      edge.id = model::EdgeId{++edges_};
      edge.src = datasets_[std::min(static_cast<std::size_t>(at), datasets_.size()) - 1];
      edge.dst = job;
      edge.kind = model::EdgeKind::kReads;
      edge.recorded_from = changes.seq;
      changes.edges.push_back(edge);
    }
  }

  struct Hash64 {
    std::size_t operator()(std::uint64_t value) const { return value; }
  };
  std::mt19937_64 random_;
  Words words_;
  std::uint32_t assets_, edges_ = 0;
  std::int64_t attributes_ = 0;
  std::vector<std::string> spaces_;
  std::vector<NodeId> datasets_;
  std::unordered_set<std::uint64_t, Hash64> names_;
  std::unordered_map<base::Hash128, std::int64_t, base::Hash128Hasher> contents_;
};

// ---- questions ----------------------------------------------------------------------------------

using Ask = std::function<query::SearchRequest()>;

std::string longest(const std::vector<std::string>& words) {
  return *std::max_element(words.begin(), words.end(),
                           [](const auto& a, const auto& b) { return a.size() < b.size(); });
}

std::string mistyped(std::string word, std::mt19937_64& random) {
  const std::size_t at = 1 + random() % (word.size() - 2);
  switch (random() % 4) {
    case 0: word.erase(at, 1); break;
    case 1: word.insert(at, 1, 'x'); break;
    case 2: word[at] = 'q'; break;
    default: std::swap(word[at], word[at + 1]);
  }
  return word;
}

query::SearchRequest ask(std::string text) {
  query::SearchRequest out;
  out.text = std::move(text);
  return out;
}

std::vector<std::pair<const char*, Ask>> kinds_of_questions(Catalog& catalog) {
  const auto word = [&catalog] { return longest(catalog.some_words()); };
  const auto prefix = [&catalog](std::size_t size) {
    return ask(catalog.words().any().substr(0, size));
  };
  return {
      {"1 letter", [=] { return prefix(1); }},
      {"2 letters", [=] { return prefix(2); }},
      {"3 letters", [=] { return prefix(3); }},
      {"4 letters", [=] { return prefix(4); }},
      {"word", [=] { return ask(word()); }},
      {"frequent word", [&catalog] { return ask(catalog.words().any()); }},
      {"two words",
       [&catalog] {
         const auto words = catalog.some_words();
         return ask(words.front() + " " + words.back());
       }},
      {"whole name",
       [&catalog] {
         std::string name;
         for (const auto& part : catalog.some_words()) name += (name.empty() ? "" : "_") + part;
         return ask(name);
       }},
      {"typo",
       [&catalog, word] {
         std::string text = word();
         while (text.size() < 5) text = word();
         return ask(mistyped(text, catalog.random()));
       }},
      {"inside a word",
       [&catalog, word] {
         std::string text = word();
         while (text.size() < 6) text = word();
         return ask(text.substr(2, 3 + catalog.random()() % 2));
       }},
      {"no hit", [&catalog] { return ask("zqxj" + std::to_string(catalog.random()() % 1000)); }},
      {"word, one owner",
       [&catalog] {
         auto request = ask(catalog.words().any());
         request.owner = "team-" + std::to_string(catalog.random()() % kOwners);
         return request;
       }},
  };
}

std::vector<std::pair<const char*, Ask>> slow_questions(Catalog& catalog) {
  return {
      {"pattern", [&catalog] { return ask("%" + catalog.words().any() + "%" + "a"); }},
      {"columns",
       [&catalog] {
         auto request = ask(catalog.words().any());
         request.kind = model::NodeKind::kField;
         return request;
       }},
  };
}

struct Times {
  std::vector<double> wall, cpu;
  double found = 0;
  void add(const Times& other) {
    wall.insert(wall.end(), other.wall.begin(), other.wall.end());
    cpu.insert(cpu.end(), other.cpu.begin(), other.cpu.end());
  }
};

double quantile(std::vector<double>& values, double q) {
  std::sort(values.begin(), values.end());
  const auto at = static_cast<std::size_t>(q * static_cast<double>(values.size()));
  return values[std::min(at, values.size() - 1)] * 1e3;
}

double floor_seconds(const std::vector<std::uint64_t>& keys) {
  const double start = seconds(CLOCK_THREAD_CPUTIME_ID);
  std::uint64_t best = 0;
  for (const std::uint64_t key : keys) best = std::max(best, key ^ 0x5555);
  const double took = seconds(CLOCK_THREAD_CPUTIME_ID) - start;
  if (best == 1) std::puts("");  // keeps the loop
  return took;
}

Times measure(query::Service& service, const Ask& ask, int queries,
              const std::vector<std::uint64_t>& keys, std::vector<double>& floors) {
  Times out;
  for (int i = 0; i < queries; ++i) {
    const query::SearchRequest request = ask();
    const double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_THREAD_CPUTIME_ID);
    query::Session session = must(service.open());
    const query::SearchAnswer answer = must(query::search(session, request));
    out.cpu.push_back(seconds(CLOCK_THREAD_CPUTIME_ID) - cpu);
    out.wall.push_back(seconds(CLOCK_MONOTONIC) - wall);
    out.found += static_cast<double>(answer.total);
    if (i % 10 == 0) floors.push_back(floor_seconds(keys));
  }
  return out;
}

void print(const char* name, Times& times, double floor_ms) {
  const double p99 = quantile(times.cpu, 0.99);
  std::printf("%-16s %7.2f %7.2f %7.2f | %7.2f %7.2f %7.2f | %6.1f | %10.0f\n", name,
              quantile(times.cpu, 0.5), p99, quantile(times.cpu, 1), quantile(times.wall, 0.5),
              quantile(times.wall, 0.99), quantile(times.wall, 1), p99 / floor_ms,
              times.found / static_cast<double>(times.wall.size()));
}

long argument(int argc, char** argv, const char* name, long otherwise) {
  for (int i = 1; i < argc; ++i) {
    const std::size_t size = std::strlen(name);
    if (std::strncmp(argv[i], name, size) == 0 && argv[i][size] == '=') {
      return std::atol(argv[i] + size + 1);
    }
  }
  return otherwise;
}

void run(Catalog& catalog, std::uint32_t assets, int queries) {
  query::Service service(*catalog.store, *catalog.graph, base::system_clock());
  const std::size_t before = resident_bytes();
  const double start = seconds(CLOCK_THREAD_CPUTIME_ID), wall = seconds(CLOCK_MONOTONIC);
  must(query::keep_search(service, false));
  const double built = seconds(CLOCK_THREAD_CPUTIME_ID) - start;
  const auto state = service.text_index().state();
  std::printf("built in %.1f s (CPU; %.1f s wall), %.1f bytes an asset, process grew by %.1f\n",
              built, seconds(CLOCK_MONOTONIC) - wall, static_cast<double>(state->bytes()) / assets,
              static_cast<double>(resident_bytes() - before) / assets);
  std::size_t terms = 0, postings = 0;
  for (const auto& segment : state->now) {
    terms += segment->term_count();
    postings += segment->postings();
  }
  std::printf("%zu terms, %.1f postings an asset\n\n", terms,
              static_cast<double>(postings) / assets);
  std::vector<std::uint64_t> keys(assets);
  for (std::uint32_t i = 0; i < assets; ++i) keys[i] = state->chunk(i).key[i % 4096];
  std::vector<double> floors;
  std::vector<std::pair<const char*, Times>> all;
  for (const auto& [name, ask] : kinds_of_questions(catalog)) {
    all.emplace_back(name, measure(service, ask, queries, keys, floors));
  }
  const double floor_ms = quantile(floors, 0.5);
  std::printf("floor: one pass over %u ranks: %.2f ms\n", assets, floor_ms);
  std::printf("%-16s %7s %7s %7s | %7s %7s %7s | %6s | %10s\n", "ms", "cpu p50", "p99", "max",
              "wall50", "p99", "max", "ratio", "found");
  Times together;
  for (auto& [name, times] : all) {
    together.add(times);
    together.found += times.found;
    print(name, times, floor_ms);
  }
  print("all", together, floor_ms);
  for (const auto& [name, ask] : slow_questions(catalog)) {
    Times times = measure(service, ask, std::min(queries, 20), keys, floors);
    print(name, times, floor_ms);
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto assets = static_cast<std::uint32_t>(argument(argc, argv, "--assets", 2'000'000));
  const auto queries = static_cast<int>(argument(argc, argv, "--queries", 200));
  const auto seed = static_cast<std::uint64_t>(argument(argc, argv, "--seed", 7));
  const auto directory = std::filesystem::temp_directory_path() /
                         ("headwater_search_bench_" + std::to_string(::getpid()));
  {
    Catalog catalog(assets, seed, directory.string());
    const double start = seconds(CLOCK_MONOTONIC);
    catalog.fill();
    std::printf("%u assets made in %.1f s\n", assets, seconds(CLOCK_MONOTONIC) - start);
    std::fflush(stdout);
    run(catalog, assets, queries);
  }
  std::filesystem::remove_all(directory);
  return 0;
}
