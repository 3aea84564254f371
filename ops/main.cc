#include "ops/cli/cli.h"

// Read by jemalloc. What a node needed while it joined or was busy goes back to the system while it
// is at rest, too: a second after it was freed, by a thread of jemalloc's own.
extern "C" const char* malloc_conf;  // NOLINT(readability-identifier-naming): jemalloc's
const char* malloc_conf = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0";

int main(int argc, char** argv) { return optare::run_cli(argc, argv); }
