#include <papervault/vault/signed_note.hpp>

#include "ledger/note_lines.hpp"

#include <papervault/crypto/hash.hpp>

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::string_view dash = "\xE2\x80\x94 ";
constexpr std::size_t signatures_max = 64;
constexpr std::size_t signature_bytes_max = 16 * 1024;

std::unexpected<VaultFailure> malformed_note(std::string_view why)
{
    return refuse(VaultError::malformed, "note: " + std::string{why});
}

bool is_key_name(std::string_view name)
{
    // Unicode's other spaces begin with the bytes C2, E1, E2 and E3; a name of ours has none of them, and a foreign
    // name that has is only ever compared.
    return !name.empty() && name.find_first_of(" \t+\n") == std::string_view::npos;
}

} // namespace

NoteKeyId NoteKey::id() const
{
    crypto::Bytes message;
    const auto add = [&message](crypto::ByteView bytes) { message.insert(message.end(), bytes.begin(), bytes.end()); };
    add(crypto::bytes_of(name));
    message.push_back(std::byte{0x0A});
    message.push_back(static_cast<std::byte>(kind));
    add(key.view());
    const crypto::Digest digest = crypto::sha256(message);
    NoteKeyId id;
    std::copy_n(digest.bytes.begin(), id.size(), id.begin());
    return id;
}

std::string encode(const NoteKey& key)
{
    crypto::Bytes material{static_cast<std::byte>(key.kind)};
    material.insert(material.end(), key.key.view().begin(), key.key.view().end());
    return key.name + "+" + crypto::to_hex(key.id()) + "+" + crypto::to_base64(material);
}

Result<NoteKey> decode_note_key(std::string_view vkey)
{
    const auto bad = [](std::string_view why) {
        return refuse(VaultError::malformed, "verifier key: " + std::string{why});
    };
    const auto first = vkey.find('+');
    if (first == std::string_view::npos || vkey.size() > 1024) { return bad("not name+id+key"); }
    const auto second = vkey.find('+', first + 1);
    if (second == std::string_view::npos) { return bad("not name+id+key"); }
    const std::string_view name = vkey.substr(0, first);
    const auto material = crypto::from_base64(vkey.substr(second + 1));
    if (!is_key_name(name)) { return bad("the name"); }
    if (!material || material->size() != 1 + crypto::public_key_bytes(crypto::Suite::pv1)) { return bad("the key"); }
    const auto kind = static_cast<NoteKeyKind>(material->front());
    if (kind != NoteKeyKind::ed25519 && kind != NoteKeyKind::cosignature) { return bad("an unknown algorithm"); }
    const auto key = crypto::VerifyKey::from_bytes(crypto::ByteView{*material}.subspan(1));
    if (!key) { return bad("the key"); }
    NoteKey decoded{std::string{name}, kind, *key};
    if (encode(decoded) != vkey) { return bad("its id does not fit"); }
    return decoded;
}

Result<SignedNote> decode_signed_note(std::string_view note)
{
    if (note.size() > note_bytes_max) { return malformed_note("too large"); }
    if (!is_note_text(note)) { return malformed_note("no UTF-8, or a control character"); }
    const auto split = note.rfind("\n\n");
    if (split == std::string_view::npos || split == 0) { return malformed_note("no signature block"); }
    SignedNote decoded{.text = std::string{note.substr(0, split + 1)}, .signatures = {}};
    std::string_view block = note.substr(split + 2);
    while (const auto line = take_line(block)) {
        if (!line->starts_with(dash)) { return malformed_note("a bad signature line"); }
        const std::string_view rest = line->substr(dash.size());
        const auto space = rest.find(' ');
        if (space == std::string_view::npos) { return malformed_note("a bad signature line"); }
        NoteSignature signature{.name = std::string{rest.substr(0, space)}, .key_id = {}, .bytes = {}};
        const auto blob = crypto::from_base64(rest.substr(space + 1));
        if (!is_key_name(signature.name) || !blob || blob->size() <= signature.key_id.size() ||
            blob->size() > signature_bytes_max) {
            return malformed_note("a bad signature");
        }
        std::copy_n(blob->begin(), signature.key_id.size(), signature.key_id.begin());
        signature.bytes.assign(blob->begin() + static_cast<std::ptrdiff_t>(signature.key_id.size()), blob->end());
        decoded.signatures.push_back(std::move(signature));
        if (decoded.signatures.size() > signatures_max) { return malformed_note("too many signatures"); }
    }
    if (!block.empty() || decoded.signatures.empty()) { return malformed_note("it ends within a line"); }
    return decoded;
}

std::string encode(const SignedNote& note)
{
    std::string text = note.text + "\n";
    for (const NoteSignature& signature : note.signatures) {
        crypto::Bytes blob{signature.key_id.begin(), signature.key_id.end()};
        blob.insert(blob.end(), signature.bytes.begin(), signature.bytes.end());
        text += std::string{dash} + signature.name + " " + crypto::to_base64(blob) + "\n";
    }
    return text;
}

Result<crypto::Bytes> signature_by(const SignedNote& note, const NoteKey& key)
{
    const NoteKeyId id = key.id();
    const auto found = std::ranges::find_if(note.signatures, [&](const NoteSignature& signature) {
        return signature.name == key.name && signature.key_id == id;
    });
    if (found == note.signatures.end()) {
        return refuse(VaultError::signature_invalid, "the note is not signed by " + key.name);
    }
    return found->bytes;
}

} // namespace papervault::vault
