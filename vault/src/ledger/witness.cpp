#include <papervault/vault/witness.hpp>

#include "ledger/note_lines.hpp"

#include <algorithm>

namespace papervault::vault {
namespace {

constexpr std::size_t time_bytes = 8;

/// What a witness signs, after C2SP tlog-cosignature.
std::string cosigned_message(std::string_view checkpoint_text, std::uint64_t seconds)
{
    return "cosignature/v1\ntime " + std::to_string(seconds) + "\n" + std::string{checkpoint_text};
}

Checkpoint without_origin(Checkpoint checkpoint)
{
    checkpoint.origin.clear();
    return checkpoint;
}

std::unexpected<VaultFailure> broken(const std::string& detail)
{
    return refuse(VaultError::chain_broken, detail);
}

/// Whether `next` continues what the witness has signed before.
Result<void> compare(const WitnessRequest& request, const Checkpoint& next, const Checkpoint& last)
{
    const std::string seen = std::to_string(last.size);
    const std::string shown = std::to_string(next.size);
    if (last.origin != next.origin) {
        return refuse(VaultError::wrong_batch, "the kept checkpoint is of " + last.origin + ", this one of " +
                                                   next.origin + ": give each vault a file of its own");
    }
    if (next.size < last.size) {
        return broken("replayed: a checkpoint of " + shown + " entries, after you have signed one of " + seen +
                      ": an old state was put forward, or entries were cut off");
    }
    if (next.size == last.size) {
        if (without_origin(next) == without_origin(last)) { return {}; }
        return broken("forked: two different ledgers of " + seen +
                      " entries, both signed by the office; keep both "
                      "files, together they are the proof");
    }
    if (request.old_size != last.size) {
        return refuse(VaultError::conflict, "the proof begins at " + std::to_string(request.old_size) +
                                                " entries, you have kept " + seen +
                                                ": ask for one made with your kept checkpoint");
    }
    if (last.size != 0 &&
        !crypto::verify_consistency(last.size, last.root, next.size, next.root, request.consistency)) {
        return broken("rewritten: the ledger of " + shown + " entries does not continue the one of " + seen +
                      " that you have signed (or the proof in the file is not for them)");
    }
    return {};
}

} // namespace

NoteKey office_note_key(std::string_view origin, const IdentityCard& office)
{
    return {std::string{origin}, NoteKeyKind::ed25519, office.sign_key};
}

NoteKey witness_note_key(const IdentityCard& witness)
{
    return {"papervault.witness/" + witness.id(), NoteKeyKind::cosignature, witness.sign_key};
}

Result<engine::Instant> verify_cosignature(const SignedNote& checkpoint, const NoteKey& witness)
{
    const auto bytes = signature_by(checkpoint, witness);
    if (!bytes) { return std::unexpected{bytes.error()}; }
    crypto::Signature signature{};
    if (bytes->size() != time_bytes + signature.size()) {
        return refuse(VaultError::signature_invalid, "the cosignature of " + witness.name + " has another length");
    }
    std::uint64_t seconds = 0;
    for (std::size_t n = 0; n < time_bytes; ++n) {
        seconds = seconds << 8U | std::to_integer<std::uint64_t>((*bytes)[n]);
    }
    std::copy_n(bytes->begin() + time_bytes, signature.size(), signature.begin());
    constexpr std::uint64_t seconds_max = 253'402'300'799; // the end of the year 9999
    if (seconds > seconds_max ||
        !crypto::verify_raw(witness.key, crypto::bytes_of(cosigned_message(checkpoint.text, seconds)), signature)) {
        return refuse(VaultError::signature_invalid, "the cosignature of " + witness.name + " does not fit");
    }
    return engine::Instant{std::chrono::seconds{seconds}};
}

std::string encode(const WitnessRequest& request)
{
    std::string text = "old " + std::to_string(request.old_size) + "\n";
    for (const crypto::Digest& digest : request.consistency) { text += crypto::to_base64(digest.view()) + "\n"; }
    return text + "\n" + request.checkpoint;
}

Result<WitnessRequest> decode_witness_request(std::string_view text)
{
    const auto bad = [](std::string_view why) {
        return refuse(VaultError::malformed, "request to a witness: " + std::string{why});
    };
    if (text.size() > 2 * note_bytes_max) { return bad("too large"); }
    WitnessRequest request;
    auto line = take_line(text);
    if (!line || !line->starts_with("old ")) { return bad("the first line is not 'old <size>'"); }
    const auto size = decimal_line(line->substr(4));
    if (!size) { return bad("the old size"); }
    request.old_size = *size;
    for (;;) {
        line = take_line(text);
        if (!line) { return bad("it ends within the proof"); }
        if (line->empty()) { break; }
        const auto digest = digest_line(*line);
        if (!digest || request.consistency.size() == 63) { return bad("the proof"); }
        request.consistency.push_back(*digest);
    }
    if (request.old_size == 0 && !request.consistency.empty()) { return bad("a proof from nothing"); }
    request.checkpoint = std::string{text};
    if (const auto note = decode_signed_note(request.checkpoint); !note) { return std::unexpected{note.error()}; }
    return request;
}

Result<std::string> cosign_checkpoint(const WitnessRequest& request, const std::optional<std::string>& kept,
                                      const IdentityCard& office, const Identity& witness, engine::Instant now)
{
    const auto next = verify_checkpoint(request.checkpoint, office.sign_key);
    if (!next) { return std::unexpected{next.error()}; }
    auto note = decode_signed_note(request.checkpoint);
    if (!note) { return std::unexpected{note.error()}; }
    const NoteKey key = witness_note_key(witness.card());
    engine::Instant earliest{};
    if (kept) {
        const auto last = verify_checkpoint(*kept, office.sign_key);
        const auto last_note = decode_signed_note(*kept);
        if (!last || !last_note) {
            return refuse(VaultError::signature_invalid, "the kept checkpoint is not this office's");
        }
        const auto own = verify_cosignature(*last_note, key);
        if (!own) { return refuse(own.error().code, "the kept checkpoint: " + own.error().detail); }
        earliest = *own;
        if (auto continues = compare(request, *next, *last); !continues) { return std::unexpected{continues.error()}; }
    } else if (request.old_size != 0) {
        return refuse(VaultError::conflict, "the proof begins at " + std::to_string(request.old_size) +
                                                " entries, and no kept checkpoint was given");
    }
    // The witness's own time never goes back, whatever his clock says.
    const auto seconds = static_cast<std::uint64_t>(
        std::chrono::floor<std::chrono::seconds>(std::max(now, earliest)).time_since_epoch().count());
    const crypto::Signature signature =
        witness.signing_key().sign_raw(crypto::bytes_of(cosigned_message(note->text, seconds)));
    NoteSignature line{.name = key.name, .key_id = key.id(), .bytes = {}};
    for (std::size_t n = time_bytes; n-- > 0;) { line.bytes.push_back(static_cast<std::byte>(seconds >> (8 * n))); }
    line.bytes.insert(line.bytes.end(), signature.begin(), signature.end());
    std::erase_if(note->signatures,
                  [&](const NoteSignature& other) { return other.name == line.name && other.key_id == line.key_id; });
    note->signatures.push_back(std::move(line));
    return encode(*note);
}

Result<std::string> merge_cosignatures(std::span<const std::string> notes)
{
    std::optional<SignedNote> merged;
    for (const std::string& text : notes) {
        auto note = decode_signed_note(text);
        if (!note) { return std::unexpected{note.error()}; }
        if (!merged) {
            merged = std::move(*note);
            continue;
        }
        if (note->text != merged->text) {
            return refuse(VaultError::conflict, "these are signatures on different checkpoints");
        }
        for (NoteSignature& signature : note->signatures) {
            const bool there = std::ranges::any_of(merged->signatures, [&](const NoteSignature& other) {
                return other.name == signature.name && other.key_id == signature.key_id;
            });
            if (!there) { merged->signatures.push_back(std::move(signature)); }
        }
    }
    if (!merged) { return refuse(VaultError::not_found, "no checkpoint was given"); }
    return encode(*merged);
}

} // namespace papervault::vault
