// The command line: headwater serve | import | export | impact | stale | compare | plan | check |
// replay | backup | config | version.
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
// Of stale and compare the same; compare: 4 nothing is known of both sides. Of plan: 1 the state of
// the plan forbids it, or the lease is lost; 3 no answer; 4 nothing to hand out now; 5 nothing any
// more, the plan is over.
inline constexpr int kServerConflict = 1, kNothingNow = 4, kPlanOver = 5;

int run(int argc, char** argv);

}  // namespace headwater::cli
