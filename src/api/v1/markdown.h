// The little Markdown of docs/errors as HTML: headings, paragraphs, lists, code. Pure functions.
#pragma once

#include <string>
#include <string_view>

namespace headwater::api::v1 {

std::string markdown_page(std::string_view title, std::string_view markdown);
std::string escape_html(std::string_view text);

}  // namespace headwater::api::v1
