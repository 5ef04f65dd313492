#pragma once

#include <papervault/crypto/box.hpp>
#include <papervault/vault/custody.hpp>

namespace papervault::vault {

/// What stands in the header: the release share under the key of the spoken code, sealed to the hall.
/// @param header  With its suite, id, batch and hall.
[[nodiscard]] crypto::Bytes seal_spoken_release(const PackageHeader& header, const crypto::SecretBuffer& release_share);
/// @return malformed (a mistyped group), share_invalid (another package's or hall's code), conflict (version 1).
[[nodiscard]] Result<crypto::SecretBuffer> open_spoken_release(const PackageHeader& header,
                                                               const crypto::BoxKeyPair& hall, std::string_view code);

} // namespace papervault::vault
