#pragma once

#include <papervault/client/error.hpp>
#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/hash.hpp>
#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/engine/decimal.hpp>
#include <papervault/engine/form_cover.hpp>
#include <papervault/engine/item.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

/// The candidate's form once it is open: in memory only, overwritten when it is let go.
namespace papervault::client {

inline constexpr std::size_t sealed_form_bytes_max = 64 * 1024 * 1024;

/// What the kiosk itself has to know of an item; the rest is the page's.
struct FormItem {
    std::string id;
    engine::ItemType type{};
    std::vector<std::string> options; ///< Ids, in displayed order.
    int blanks = 0;
    bool operator==(const FormItem&) const = default;
};

struct FormPicture {
    std::string type; ///< image/svg+xml, image/png, image/jpeg, image/gif or image/webp.
    crypto::SecretBuffer bytes;
};

struct OpenedForm {
    std::string id;
    crypto::SecretBuffer page_json; ///< UTF-8; the form as the page reads it.
    std::vector<FormItem> items;    ///< In the form's order; at least one, ids differ.
    engine::Decimal points;
    std::map<std::string, FormPicture, std::less<>> pictures; ///< By media name, "media/pump.svg".

    [[nodiscard]] const FormItem* find(std::string_view item_id) const noexcept;
};

struct FormContext {
    std::string_view package_id;
    std::string_view ticket;
};

/// Sealed pictures by their digests.
using SealedPictures = std::map<crypto::Digest, crypto::Bytes>;

/// What the form's cover lists. @return malformed: not a sealed form of this version.
[[nodiscard]] Result<std::vector<engine::SealedPicture>> pictures_of_sealed_form(crypto::ByteView sealed);

/// Checks the digest, decrypts and reads a sealed form with its pictures (docs/protocol.md, "The sealed form").
/// @param key       32 bytes.
/// @param pictures  Those on its cover at least, each under the digest of its bytes.
/// @return not_trusted (digest, key or context do not fit, a picture that its cover doesn't list), or malformed. Then
///         nothing of the paper leaves.
[[nodiscard]] Result<OpenedForm> open_sealed_form(crypto::ByteView sealed, const crypto::Digest& digest,
                                                  const crypto::SecretBuffer& key, FormContext context,
                                                  const SealedPictures& pictures);

} // namespace papervault::client
