#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/error.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/sign.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/identity.hpp>

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

/// What the vault's JSON documents have in common. Readers note a problem in the fields and give a neutral value.
namespace papervault::vault {

/// Parses the text of a document of ours, with limits; `format` is for error texts.
[[nodiscard]] Result<boost::json::value> parse_document(std::string_view text, std::size_t bytes_max,
                                                        std::string_view format);
/// The fields that every document begins with.
[[nodiscard]] boost::json::object document(std::string_view format);
/// Reads them again.
void read_document_fields(engine::JsonFields& fields, std::string_view format);
/// Ends the reading of a document: no unknown member, no problem.
[[nodiscard]] Result<void> finish_document(engine::JsonFields& fields, std::string_view format);
/// One form for one value: what the typed value gives when written again must be what was read.
[[nodiscard]] Result<void> require_same_spelling(std::string_view text, std::string_view again, std::string_view what);

crypto::Digest digest_field(engine::JsonFields& fields, std::string_view name);
/// @param bytes_max  Of the decoded bytes.
crypto::Bytes base64_field(engine::JsonFields& fields, std::string_view name, std::size_t bytes_max);
crypto::Signature signature_field(engine::JsonFields& fields, std::string_view name);
engine::Instant instant_field(engine::JsonFields& fields, std::string_view name);
/// Text of `digits` lower-case hexadecimal digits.
std::string hex_field(engine::JsonFields& fields, std::string_view name, std::size_t digits);
/// Nothing after a problem.
std::optional<IdentityCard> card_field(engine::JsonFields& fields, std::string_view name);

/// 1 to bytes_max characters of A-Z a-z 0-9 . _ -
[[nodiscard]] bool is_plain_name(std::string_view text, std::size_t bytes_max) noexcept;

[[nodiscard]] std::unexpected<VaultFailure> malformed(const engine::EngineFailure& failure, std::string_view what);

} // namespace papervault::vault
