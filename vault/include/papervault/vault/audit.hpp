#pragma once

#include <papervault/vault/office.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

/// Checks the whole record, from import to report, against everything that the vault holds.
namespace papervault::vault {

struct AuditFinding {
    std::string subject; ///< "database", "ledger", "entry 7 package.seal" …
    bool good = false;
    std::string detail; ///< What was compared, or the first thing that does not fit.
};

struct AuditReport {
    std::vector<AuditFinding> findings; ///< In order of checking; the first bad one ends the list.
    std::uint64_t entries = 0;
    [[nodiscard]] bool good() const noexcept { return findings.empty() || findings.back().good; }
};

/// @param kept_checkpoints  Notes that somebody has kept elsewhere: what proves that nothing was cut off or replaced
/// since.
/// @param progress          Called with each finding as it is made; may be empty.
[[nodiscard]] Result<AuditReport> verify_vault(OfficeVault& vault, const std::vector<std::string>& kept_checkpoints,
                                               const std::function<void(const AuditFinding&)>& progress);

} // namespace papervault::vault
