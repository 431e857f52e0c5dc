// Connection::write_some, for its two .cc files that write. Private to api/http.
#pragma once

#include <utility>

#include "api/http/connection.h"

namespace headwater::api::http {

template <class Buffers, class Done>
void Connection::write_some(const Buffers& buffers, Done done) {
  if (tls_) {
    tls_->async_write_some(buffers, std::move(done));
  } else {
    socket_.async_write_some(buffers, std::move(done));
  }
}

}  // namespace headwater::api::http
