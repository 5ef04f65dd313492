#include <papervault/vault/ledger.hpp>

#include "ledger/note_lines.hpp"

#include <papervault/crypto/bytes.hpp>
#include <papervault/vault/signed_note.hpp>

#include <algorithm>

/// C2SP tlog-checkpoint inside a C2SP signed-note.
namespace papervault::vault {

std::string sign_checkpoint(const Checkpoint& checkpoint, const crypto::SigningKey& key)
{
    SignedNote note{.text = checkpoint.origin + "\n" + std::to_string(checkpoint.size) + "\n" +
                            crypto::to_base64(checkpoint.root.view()) + "\n",
                    .signatures = {}};
    const crypto::Signature signature = key.sign_raw(crypto::bytes_of(note.text));
    note.signatures.push_back({.name = checkpoint.origin,
                               .key_id = NoteKey{checkpoint.origin, NoteKeyKind::ed25519, key.verify_key()}.id(),
                               .bytes = {signature.begin(), signature.end()}});
    return encode(note);
}

Result<Checkpoint> verify_checkpoint(std::string_view text, const crypto::VerifyKey& key)
{
    const auto note = decode_signed_note(text);
    if (!note) { return refuse(note.error().code, "checkpoint: " + note.error().detail); }
    std::string_view lines = note->text;
    const auto origin = take_line(lines);
    const auto size_text = take_line(lines);
    const auto root_text = take_line(lines);
    if (!origin || origin->empty() || !size_text || !root_text || !lines.empty()) {
        return refuse(VaultError::malformed, "checkpoint: not three lines");
    }
    const auto size = decimal_line(*size_text);
    const auto root = digest_line(*root_text);
    if (!size || !root) { return refuse(VaultError::malformed, "checkpoint: its size or its root"); }

    // Signatures by keys that we do not know are ignored: witnesses co-sign the same note.
    const auto bytes = signature_by(*note, {std::string{*origin}, NoteKeyKind::ed25519, key});
    if (!bytes) { return refuse(VaultError::signature_invalid, "checkpoint: not signed by this vault"); }
    crypto::Signature signature{};
    if (bytes->size() != signature.size()) {
        return refuse(VaultError::signature_invalid, "checkpoint: the signature has another length");
    }
    std::ranges::copy(*bytes, signature.begin());
    if (!crypto::verify_raw(key, crypto::bytes_of(note->text), signature)) {
        return refuse(VaultError::signature_invalid, "checkpoint: the signature does not fit");
    }
    return Checkpoint{.origin = std::string{*origin}, .size = *size, .root = *root};
}

} // namespace papervault::vault
