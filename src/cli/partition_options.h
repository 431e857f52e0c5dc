// The options of headwater stale, headwater compare and headwater plan. Private to cli.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

#include "cli/commands.h"

namespace headwater::cli {

void add_stale_options(CLI::App& command, StaleOptions& options);
void add_compare_options(CLI::App& command, CompareOptions& options);
// `verb` is set when the command line names one.
void add_plan_verbs(CLI::App& command, PlanCommand& plan);

}  // namespace headwater::cli
