// The command line: headwater serve | import | export | check | replay | backup | config | version.
//
// Exit codes (docs/cli.md): 0 done; 1 it failed, or check or replay found a difference; 2 the
// command line or the configuration is wrong; 3 import: done, but some input was quarantined or is
// no JSON. Messages go to standard error, data and results to standard output.
#pragma once

namespace headwater::cli {

inline constexpr int kOk = 0, kFailed = 1, kUsage = 2, kPartly = 3;

int run(int argc, char** argv);

}  // namespace headwater::cli
