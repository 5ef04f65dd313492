#pragma once

#include <cstdio>
#include <cstdlib>

/// A broken promise of our own code, on in every build: stop before damage spreads. Never for bytes from outside.
#define PAPERVAULT_ASSERT(condition, explanation)                                                                      \
    ((condition) ? static_cast<void>(0) : ::papervault::crypto::stop_program(__FILE__, __LINE__, explanation))

namespace papervault::crypto {

[[noreturn]] inline void stop_program(const char* file, int line, const char* explanation) noexcept
{
    std::fprintf(stderr, "%s:%d: broken invariant: %s\n", file, line, explanation);
    std::abort();
}

} // namespace papervault::crypto
