// Assets: the documents that are built into the program.
//
// Thread-safety: plain values.
#pragma once

#include <map>
#include <string>

namespace headwater::api::v1 {

struct Assets {
  std::string openapi_json;                        // schema/openapi.yaml as JSON
  std::map<std::string, std::string> error_pages;  // code -> Markdown of docs/errors/CODE.md
};

// Those of this build; defined in a source that embed.cmake generates.
Assets embedded_assets();

}  // namespace headwater::api::v1
