#pragma once

#include <cstdio>
#include <cstdlib>

namespace papervault::engine {

/// Prints where and what, then aborts: damage must not spread.
[[noreturn]] inline void stop_on_broken_assertion(const char* expression, const char* file, int line) noexcept
{
    std::fprintf(stderr, "%s:%d: assertion broken: %s\n", file, line, expression);
    std::abort();
}

} // namespace papervault::engine

/// For mistakes of our own code only, never for bytes from outside. On in every build.
#define PAPERVAULT_ASSERT(expression)                                                                                  \
    (static_cast<bool>(expression) ? void()                                                                            \
                                   : ::papervault::engine::stop_on_broken_assertion(#expression, __FILE__, __LINE__))
