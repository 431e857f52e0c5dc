// The command line: headwater serve | import | export | impact | check | replay | backup | config |
// version.
//
// Exit codes (docs/cli.md): 0 done; 1 it failed, or check or replay found a difference; 2 the
// command line or the configuration is wrong; 3 import: done, but some input was quarantined or is
// no JSON. impact has codes of its own. Messages go to standard error, data and results to standard
// output.
#pragma once

namespace headwater::cli {

inline constexpr int kOk = 0, kFailed = 1, kUsage = 2, kPartly = 3;

// Of impact: 0 nothing at or above the level of --fail-on, 2 the question is wrong.
inline constexpr int kImpactFound = 1, kImpactNoAnswer = 3, kImpactCut = 4;

int run(int argc, char** argv);

}  // namespace headwater::cli
