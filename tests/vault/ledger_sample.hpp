#pragma once

#include <papervault/vault/ledger.hpp>
#include <papervault/vault/ledger_check.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Ledgers without a vault around them.
namespace papervault::vault::test {

/// Entries of several actors and actions, chained.
[[nodiscard]] std::vector<LedgerEntry> sample_entries(std::size_t size, std::uint64_t seed = 1);
[[nodiscard]] std::vector<std::string> texts_of(const std::vector<LedgerEntry>& entries);
/// What a forger does who may write anything but the past: numbers and links anew from the first entry on.
[[nodiscard]] std::vector<std::string> chained_anew(std::vector<LedgerEntry> entries);
[[nodiscard]] Checkpoint checkpoint_over(const std::vector<std::string>& texts, std::size_t size);
inline constexpr std::string_view sample_origin = "papervault.vault/0123456789abcdef";

} // namespace papervault::vault::test
