#pragma once

#include <cstddef>
#include <cstdint>

/// Memory for the database library: locked in RAM in large pieces, out of core dumps, overwritten when it is given back
/// (vault/docs/adr/0021). Any thread. Never shrinks: what SQLite gives back is for its next page.
namespace papervault::vault::locked_heap {

/// @return Null when there is no memory. Aligned to 16.
[[nodiscard]] void* allocate(std::size_t size_bytes) noexcept;
/// @param block  Of allocate(), or null.
void release(void* block) noexcept;
/// Moves what fits and overwrites the old block. @return Null when there is no memory; then the old block stays.
[[nodiscard]] void* reallocate(void* block, std::size_t size_bytes) noexcept;
/// What may be used of the block; at least what was asked for.
[[nodiscard]] std::size_t usable_bytes(void* block) noexcept;
[[nodiscard]] std::size_t rounded_bytes(std::size_t size_bytes) noexcept;

/// SQLCipher unlocks the pages of a key that it gives back, and its neighbours' with them: locks them again.
void lock_again() noexcept;

struct Use {
    std::uint64_t mapped_bytes = 0;
    std::uint64_t locked_bytes = 0; ///< Less than mapped when the limit (RLIMIT_MEMLOCK) is too low.
};
[[nodiscard]] Use use() noexcept;

/// Makes SQLite take its memory here; once a process, before anything else uses SQLite.
/// @return False when SQLite is in use already with memory of its own.
[[nodiscard]] bool give_to_sqlite() noexcept;

} // namespace papervault::vault::locked_heap
