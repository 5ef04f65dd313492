#include <papervault/vault/witness.hpp>

#include "ledger/note_lines.hpp"

#include <papervault/crypto/merkle.hpp>

#include <set>

namespace papervault::vault {
namespace {

constexpr std::string_view first_line = "c2sp.org/tlog-proof@v1";
constexpr std::size_t proof_bytes_max = 1 << 20;

} // namespace

std::string encode(const LedgerProof& proof)
{
    std::string text = std::string{first_line} + "\nextra " + crypto::to_base64(crypto::bytes_of(proof.entry)) +
                       "\nindex " + std::to_string(proof.index) + "\n";
    for (const crypto::Digest& digest : proof.inclusion) { text += crypto::to_base64(digest.view()) + "\n"; }
    return text + "\n" + proof.checkpoint;
}

Result<LedgerProof> decode_ledger_proof(std::string_view text)
{
    const auto bad = [](std::string_view why) { return refuse(VaultError::malformed, "proof: " + std::string{why}); };
    if (text.size() > proof_bytes_max) { return bad("too large"); }
    if (const auto line = take_line(text); !line || *line != first_line) { return bad("not a tlog-proof, version 1"); }
    LedgerProof proof;
    auto line = take_line(text);
    if (!line || !line->starts_with("extra ")) { return bad("it carries no entry"); }
    const auto entry = crypto::from_base64(line->substr(6));
    if (!entry || entry->empty()) { return bad("the entry"); }
    proof.entry = crypto::text_of(*entry);
    line = take_line(text);
    const auto index = line && line->starts_with("index ") ? decimal_line(line->substr(6)) : std::nullopt;
    if (!index) { return bad("the index"); }
    proof.index = *index;
    for (;;) {
        line = take_line(text);
        if (!line) { return bad("it ends within the hashes"); }
        if (line->empty()) { break; }
        const auto digest = digest_line(*line);
        if (!digest || proof.inclusion.size() == 63) { return bad("the hashes"); }
        proof.inclusion.push_back(*digest);
    }
    proof.checkpoint = std::string{text};
    if (const auto note = decode_signed_note(proof.checkpoint); !note) { return std::unexpected{note.error()}; }
    return proof;
}

Result<ProvenEntry> check_ledger_proof(const LedgerProof& proof, const IdentityCard& office,
                                       std::span<const IdentityCard> witnesses, std::size_t witnesses_needed)
{
    const auto checkpoint = verify_checkpoint(proof.checkpoint, office.sign_key);
    if (!checkpoint) { return std::unexpected{checkpoint.error()}; }
    if (!crypto::verify_inclusion(crypto::merkle_leaf(crypto::bytes_of(proof.entry)), proof.index, checkpoint->size,
                                  proof.inclusion, checkpoint->root)) {
        return refuse(VaultError::chain_broken,
                      "this text is not entry " + std::to_string(proof.index) + " of the ledger that was signed");
    }
    auto entry = decode_ledger_entry(proof.entry);
    if (!entry) { return std::unexpected{entry.error()}; }
    if (entry->index != proof.index) {
        return refuse(VaultError::chain_broken, "the entry carries number " + std::to_string(entry->index));
    }
    ProvenEntry proven{.entry = std::move(*entry), .checkpoint = *checkpoint, .witnesses = {}};
    const auto note = decode_signed_note(proof.checkpoint);
    if (!note) { return std::unexpected{note.error()}; }
    std::set<crypto::VerifyKey> counted; // one person, one witness
    for (const IdentityCard& witness : witnesses) {
        const NoteKey key = witness_note_key(witness);
        if (!signature_by(*note, key) || !counted.insert(witness.sign_key).second) { continue; }
        const auto time = verify_cosignature(*note, key);
        if (!time) { return std::unexpected{time.error()}; } // a known key's signature must fit
        proven.witnesses.push_back({witness.name, *time});
    }
    if (proven.witnesses.size() < witnesses_needed) {
        return refuse(VaultError::signature_invalid, std::to_string(proven.witnesses.size()) +
                                                         " of the witnesses have signed, " +
                                                         std::to_string(witnesses_needed) + " are needed");
    }
    return proven;
}

} // namespace papervault::vault
