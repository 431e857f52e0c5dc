// The ledger in a file, for the next start. Private to stats. docs/formats.md.
//
// Derived data: what is missing, damaged or of another store costs a start from the table, nothing
// else. Thread-safety: save_ledger() from any thread, of a snapshot that readers may hold;
// load_ledger() on the thread of the ledger. Errors: those of base/section_file.h; kNotFound also
// for a file of another store.
#pragma once

#include <functional>
#include <string>

#include "base/hash.h"
#include "base/result.h"
#include "stats/ledger.h"

namespace headwater::stats {

// What ties a file to a store: which one it is, and the hash of its record of the file's seq.
struct LedgerOrigin {
  std::string instance;
  base::Hash128 record;
};

base::Result<void> save_ledger(const LedgerSnapshot& ledger, Seq seq, const LedgerOrigin& origin,
                               const std::string& path);

// Into an empty ledger; on an error that is of no use any more. `origin_of` gives the store's own
// origin for a seq. The seq whose rows are all there.
base::Result<Seq> load_ledger(const std::string& path,
                              const std::function<base::Result<LedgerOrigin>(Seq)>& origin_of,
                              Ledger& ledger);

}  // namespace headwater::stats
