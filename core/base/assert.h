// A broken assumption of ours is a bug: say where, and end the process. On in every build.
#pragma once

#include <cstdio>
#include <cstdlib>

#define OPTARE_ASSERT(condition)                                                          \
  do {                                                                                    \
    if (!(condition)) [[unlikely]] {                                                      \
      std::fprintf(stderr, "optare: bug at %s:%d: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)
