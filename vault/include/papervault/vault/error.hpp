#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace papervault::vault {

enum class VaultError {
    not_found,
    already_exists,
    malformed,               ///< A file or argument is not what it should be; the detail says where.
    wrong_passphrase_or_key, ///< An identity could not be unlocked; nothing was changed.
    authentication_failed,   ///< Wrong key or altered bytes: one code for both, on purpose.
    signature_invalid,       ///< A signature is missing, double, by the wrong person, or not over these bytes.
    release_time_not_reached,
    expired,
    quorum_incomplete,
    share_invalid,   ///< The detail names the custodian.
    wrong_host,      ///< Sealed for another hall.
    wrong_batch,     ///< Another batch, site, hall or window than the one at hand.
    already_used,    ///< The paper was issued or opened before (rule B2).
    not_permitted,   ///< The officer's roles do not cover it, or the second person is the first one.
    conflict,        ///< The state does not allow it now.
    infeasible,      ///< The blueprint can't be met; the detail says what is missing.
    chain_broken,    ///< The record does not fit; the detail names the first entry that doesn't.
    engine_mismatch, ///< This program computes something else than the one that sealed; the detail says what.
    suite_refused,   ///< A suite of algorithms that is not accepted here.
    withdrawn,       ///< The package was withdrawn (rule V8); it is never released or opened again.
    storage_failed,
    token_not_found, ///< No module, token or key of this kind is there; the detail says which.
    pin_wrong,       ///< A token refused its PIN; the detail warns before the last try.
    pin_locked,      ///< After too many wrong PINs. The last code: error_from_text counts up to it.
};

/// An error with what a person needs to know and do; never holds a secret.
struct VaultFailure {
    VaultError code;
    std::string detail;
};

template <class T>
using Result = std::expected<T, VaultFailure>;

[[nodiscard]] inline std::unexpected<VaultFailure> refuse(VaultError code, std::string detail)
{
    return std::unexpected{VaultFailure{code, std::move(detail)}};
}
/// snake_case, as in --json output.
[[nodiscard]] std::string_view to_text(VaultError code) noexcept;
[[nodiscard]] std::optional<VaultError> error_from_text(std::string_view text) noexcept;

} // namespace papervault::vault
