#include "ops/cli/cli.h"

int main(int argc, char** argv) { return optare::run_cli(argc, argv); }
