// Asking for an impact: a running server, or a data directory. Private to cli.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/config.h"
#include "base/result.h"

namespace headwater::cli {

// What the headers of the answer say.
struct ImpactFacts {
  bool complete = true;
  std::string cut;  // the reason
  std::size_t breaking = 0, degraded = 0, recompute = 0;
};

// Takes the answer as it comes; an error ends it.
using TakeBytes = std::function<base::Result<void>(std::string_view)>;

class ImpactSource {
 public:
  virtual ~ImpactSource() = default;
  // Errors: kInvalidArgument and kNotFound if the question is wrong, others if there is no answer.
  virtual base::Result<ImpactFacts> ask(const std::string& query, const std::string& body,
                                        const TakeBytes& take) = 0;
};

std::unique_ptr<ImpactSource> impact_of_server(const std::string& url);
// Beside a running server too: it only reads. Loads the graph first.
base::Result<std::unique_ptr<ImpactSource>> impact_of_directory(const base::Config& config);

}  // namespace headwater::cli
