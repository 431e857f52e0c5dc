#include "cli/cli.h"

int main(int argc, char** argv) { return headwater::cli::run(argc, argv); }
