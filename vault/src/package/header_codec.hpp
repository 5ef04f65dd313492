#pragma once

#include <papervault/crypto/aead.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/package.hpp>

#include <boost/json/array.hpp>

#include <string>
#include <string_view>

namespace papervault::vault {

/// Sizes of sealed secrets of 32 bytes.
inline constexpr std::size_t share_bytes = 32;
inline constexpr std::size_t sealed_share_bytes_max =
    share_bytes + crypto::sealed_overhead_bytes(crypto::Suite::gm1); ///< In either suite.
[[nodiscard]] constexpr std::size_t sealed_share_bytes(crypto::Suite suite) noexcept
{
    return share_bytes + crypto::sealed_overhead_bytes(suite);
}
[[nodiscard]] constexpr std::size_t wrapped_key_bytes(crypto::Suite suite) noexcept
{
    return share_bytes + crypto::message_overhead_bytes(suite);
}

[[nodiscard]] constexpr std::size_t spoken_release_bytes(crypto::Suite suite) noexcept
{
    return share_bytes + crypto::message_overhead_bytes(suite) + crypto::sealed_overhead_bytes(suite);
}
/// Host share and the share of every custodian.
[[nodiscard]] constexpr std::size_t recovery_bytes(crypto::Suite suite, std::size_t custodians) noexcept
{
    return share_bytes * (1 + custodians) + crypto::message_overhead_bytes(suite);
}

/// Canonical JSON.
[[nodiscard]] std::string encode_header(const PackageHeader& header);

/// The JSON of a header, in limits; nothing in it is to be believed yet.
[[nodiscard]] Result<boost::json::value> parse_header(std::string_view text);
/// Who must have signed it: exactly two.
[[nodiscard]] Result<std::vector<IdentityCard>> sealers_of(const boost::json::value& header);
/// Reads all of it. Whatever passes is a header that encode_header() writes as this text and that check_header()
/// accepts.
[[nodiscard]] Result<PackageHeader> decode_header(const boost::json::value& header, std::string_view text);

LockSet lock_set_field(engine::JsonFields& fields, std::string_view name);
[[nodiscard]] boost::json::array forms_json(const std::vector<FormSummary>& forms);
[[nodiscard]] boost::json::object to_json(const Quorum& quorum);

} // namespace papervault::vault
