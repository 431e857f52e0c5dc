// The command line: headwater serve | import | export | check | replay | backup | version.
//
// Exit codes (docs/cli.md): 0 done; 1 it failed, or check found something; 2 the command line or
// the configuration is wrong; 3 import: some lines were no events. Messages go to standard error,
// data and results to standard output.
#pragma once

namespace headwater::cli {

inline constexpr int kOk = 0, kFailed = 1, kUsage = 2, kPartly = 3;

int run(int argc, char** argv);

}  // namespace headwater::cli
