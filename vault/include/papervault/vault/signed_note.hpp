#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/sign.hpp>
#include <papervault/vault/error.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// C2SP signed-note: a text, an empty line, and signature lines "— <name> <base64(4-byte key id ‖ signature)>". Other
/// people's tools read and write the same.
namespace papervault::vault {

inline constexpr std::size_t note_bytes_max = 64 * 1024;

using NoteKeyId = std::array<std::byte, 4>;

/// The algorithm byte of the key id.
enum class NoteKeyKind : std::uint8_t {
    ed25519 = 0x01,     ///< The signer's own note.
    cosignature = 0x04, ///< C2SP tlog-cosignature, version 1: a witness with a time.
};

/// A key as verifiers know it.
struct NoteKey {
    std::string name; ///< No white space, no '+'.
    NoteKeyKind kind = NoteKeyKind::ed25519;
    crypto::VerifyKey key;

    /// First 4 bytes of SHA-256(name ‖ 0x0A ‖ kind ‖ key).
    [[nodiscard]] NoteKeyId id() const;
};
/// "<name>+<key id, 8 hex digits>+<base64(kind ‖ key)>": the vkey of the specification.
[[nodiscard]] std::string encode(const NoteKey& key);
[[nodiscard]] Result<NoteKey> decode_note_key(std::string_view vkey);

struct NoteSignature {
    std::string name;
    NoteKeyId key_id{};
    crypto::Bytes bytes; ///< 1 to 16 KiB; what they mean is the key's affair.
};
struct SignedNote {
    std::string text; ///< With its last line feed.
    std::vector<NoteSignature> signatures;
};
/// UTF-8 without control characters but line feed, at most 64 KiB, 1 to 64 signatures. Nothing is verified.
/// @return malformed.
[[nodiscard]] Result<SignedNote> decode_signed_note(std::string_view note);
/// The same bytes again.
[[nodiscard]] std::string encode(const SignedNote& note);

/// The signatures of one key: by name and id. @return signature_invalid when the key has not signed.
[[nodiscard]] Result<crypto::Bytes> signature_by(const SignedNote& note, const NoteKey& key);

} // namespace papervault::vault
