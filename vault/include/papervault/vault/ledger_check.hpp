#pragma once

#include <papervault/vault/ledger.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Checks an exported ledger with nothing but what somebody has kept: no vault, no key of it. Says what was done to it.
namespace papervault::vault {

/// What can be done to a log.
enum class LedgerDamage {
    rewritten, ///< An entry says something else than before.
    deleted,   ///< Entries are missing before others that are there.
    inserted,  ///< Entries stand between others that followed each other.
    reordered, ///< The same entries in another order.
    truncated, ///< The newest entries are missing.
    forked,    ///< Another history from some entry on, whole in itself.
    replayed,  ///< An old checkpoint is shown as the newest one.
};
[[nodiscard]] std::string_view to_text(LedgerDamage damage) noexcept;

struct LedgerFinding {
    LedgerDamage damage{};
    std::uint64_t first = 0; ///< The first entry that is concerned, by its true number.
    std::uint64_t last = 0;  ///< The last one; where nobody can tell exactly, the end of the range in which it lies.
    std::string detail;      ///< Begins with to_text(damage).
};

/// What was kept elsewhere. All of it may be empty; then only what is inconsistent in itself is found.
struct KeptEvidence {
    std::vector<Checkpoint> checkpoints; ///< Signatures verified, of this ledger.
    std::vector<std::string> entries;    ///< Lines of an older export: then the finding is exact.
};

/// @param texts      The exported lines, in their order.
/// @param presented  The checkpoint that came with them, its signature verified.
/// @return What is wrong, or nothing.
[[nodiscard]] std::optional<LedgerFinding> find_ledger_damage(std::span<const std::string> texts,
                                                              const std::optional<Checkpoint>& presented,
                                                              const KeptEvidence& kept);

} // namespace papervault::vault
