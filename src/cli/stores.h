// How commands open a store that must be there already. Private to cli.
#pragma once

#include "app/settings.h"

namespace headwater::cli {

// Beside a running server.
inline storage::StoreOptions reading_options(const base::Config& config) {
  storage::StoreOptions options = app::store_options(config);
  options.create = false;
  options.read_only = true;
  return options;
}

// Takes the lock: nobody writes meanwhile.
inline storage::StoreOptions exclusive_options(const base::Config& config) {
  storage::StoreOptions options = app::store_options(config);
  options.create = false;
  return options;
}

}  // namespace headwater::cli
