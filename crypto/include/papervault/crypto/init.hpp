#pragma once

#include <cstddef>

namespace papervault::crypto {

/// Prepares libsodium. Every entry point of this module that needs it calls it too; a program calls it first in main,
/// so that a machine without entropy is found at start-up. Idempotent; any thread.
/// @throws std::runtime_error  The library could not start.
void initialise();

/// Whether this process may keep so many bytes out of swap: RLIMIT_MEMLOCK allows it, or it is privileged.
/// SecretBuffer locks as far as it can and does not complain, so programs ask here at start-up and say so to the
/// operator. Each SecretBuffer takes whole pages: count at least one page (4 KiB) per secret.
[[nodiscard]] bool memory_can_be_locked(std::size_t bytes);

/// No core files of this process, and no reading of its memory by other processes of the same user (ptrace, /proc).
/// Linux. Leak checkers and debuggers stop working.
/// @throws std::runtime_error  The kernel refused.
void forbid_core_dumps();

} // namespace papervault::crypto
