#pragma once

#include <expected>
#include <string>
#include <utility>

namespace papervault::crypto {

/// What may go wrong in a correct system, by what the caller can do about it.
enum class CryptoError {
    malformed,             ///< Not the format at all: wrong length, wrong alphabet, not a certificate.
    authentication_failed, ///< Wrong key, wrong context or altered bytes: one code for all, on purpose.
    quorum_incomplete,     ///< Fewer shares than the threshold.
    share_mismatch,        ///< A share is altered, doubled or from another split.
    unacceptable_key,      ///< A public key that our policy refuses (low order, not canonical, wrong curve).
    too_large,             ///< Beyond a limit that protects us: a file may not choose how much memory we use.
    unavailable,           ///< The machine could not do it now: out of memory, a library failed.
};

/// An error with its reason in words for a person; never holds a secret.
struct CryptoFailure {
    CryptoError code;
    std::string detail;
    bool operator==(const CryptoFailure&) const = default;
};

template <class T>
using Result = std::expected<T, CryptoFailure>;

[[nodiscard]] inline std::unexpected<CryptoFailure> refuse(CryptoError code, std::string detail)
{
    return std::unexpected{CryptoFailure{code, std::move(detail)}};
}

} // namespace papervault::crypto
