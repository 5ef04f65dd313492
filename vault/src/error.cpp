#include <papervault/vault/error.hpp>

namespace papervault::vault {

std::string_view to_text(VaultError code) noexcept
{
    switch (code) {
    case VaultError::not_found: return "not_found";
    case VaultError::already_exists: return "already_exists";
    case VaultError::malformed: return "malformed";
    case VaultError::wrong_passphrase_or_key: return "wrong_passphrase_or_key";
    case VaultError::authentication_failed: return "authentication_failed";
    case VaultError::signature_invalid: return "signature_invalid";
    case VaultError::release_time_not_reached: return "release_time_not_reached";
    case VaultError::expired: return "expired";
    case VaultError::quorum_incomplete: return "quorum_incomplete";
    case VaultError::share_invalid: return "share_invalid";
    case VaultError::wrong_host: return "wrong_host";
    case VaultError::wrong_batch: return "wrong_batch";
    case VaultError::already_used: return "already_used";
    case VaultError::not_permitted: return "not_permitted";
    case VaultError::conflict: return "conflict";
    case VaultError::infeasible: return "infeasible";
    case VaultError::chain_broken: return "chain_broken";
    case VaultError::engine_mismatch: return "engine_mismatch";
    case VaultError::suite_refused: return "suite_refused";
    case VaultError::token_not_found: return "token_not_found";
    case VaultError::pin_wrong: return "pin_wrong";
    case VaultError::pin_locked: return "pin_locked";
    case VaultError::withdrawn: return "withdrawn";
    case VaultError::storage_failed: return "storage_failed";
    }
    return "unknown";
}

std::optional<VaultError> error_from_text(std::string_view text) noexcept
{
    for (int code = 0; code <= static_cast<int>(VaultError::pin_locked); ++code) {
        if (to_text(static_cast<VaultError>(code)) == text) { return static_cast<VaultError>(code); }
    }
    return std::nullopt;
}

} // namespace papervault::vault
