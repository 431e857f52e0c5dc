// Asking a running server for documents, and what its answers mean for an exit code. Private to
// cli.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/config.h"
#include "base/result.h"
#include "cli/http_client.h"
#include "model/json.h"

namespace headwater::cli {

// `given`, else this machine's server by the settings.
std::string server_url(const base::Config& config, const std::string& given);

// "?a=1&b=2%2C3" of those that are not empty.
using Query = std::vector<std::pair<std::string, std::string>>;
std::string query_text(const Query& query);
std::string path_part(const std::string& text);  // percent-encoded

// Members of an object that is under way, for those that are given.
class ObjectText {
 public:
  ObjectText& text(std::string_view name, const std::string& value);  // not if empty
  ObjectText& number(std::string_view name, std::int64_t value);
  ObjectText& raw(std::string_view name, const std::string& json);
  ObjectText& texts(std::string_view name, const std::vector<std::string>& values);  // likewise
  std::string str() const { return "{" + out_ + "}"; }

 private:
  void key(std::string_view name);
  std::string out_;
};

// The body of an answer of success, checked to be JSON. Of others kNotFound, kConflict, kLeaseLost,
// kInvalidArgument with what the server says; kStorageUnavailable from 500 on.
struct Document {
  long status = 0;
  std::string body;
};
base::Result<Document> ask_document(HttpClient& client, const std::string& path,
                                    const std::string* body = nullptr);

// 1: conflict, 2: the question is wrong, 3: no answer. Prints the error.
int exit_code_of(const base::Error& error);

// Page after page of a list; `each` takes a page's document.
base::Result<void> each_page(
    HttpClient& client, const std::string& path, Query query,
    const std::function<base::Result<void>(const model::JsonValue&)>& each);

}  // namespace headwater::cli
