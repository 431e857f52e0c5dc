// Cursors of lists that are all of one version: they carry its moment, and how far the list is
// read.
//
// Errors: those of cursors; kInvalidArgument for known_at as open_at_moment().
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "api/v1/parameters.h"

namespace headwater::api::v1 {

struct ListPage {
  Paging paging;
  std::optional<query::Moment> moment;  // of the pages before; none on the first
  std::size_t first = 0;                // index of the first item of this page
  std::size_t end() const { return first + paging.page.limit; }
};
Result<ListPage> list_page(Context& context);

// The cursor of the page after, if the list of `size` goes on behind it.
std::optional<std::string> cursor_after(const ListPage& page, const query::Session& session,
                                        std::size_t size);

}  // namespace headwater::api::v1
