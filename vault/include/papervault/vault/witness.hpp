#pragma once

#include <papervault/vault/identity.hpp>
#include <papervault/vault/ledger.hpp>
#include <papervault/vault/signed_note.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Witnesses: supervisors who keep the last checkpoint that they have seen, sign a newer one only when it continues it,
/// and so make it impossible to show different people different pasts. Formats: docs/ledger-format.md.
namespace papervault::vault {

/// The vault's key for checkpoints. @param origin  "papervault.vault/<vault id>".
[[nodiscard]] NoteKey office_note_key(std::string_view origin, const IdentityCard& office);
/// "papervault.witness/<card id>", for C2SP cosignatures.
[[nodiscard]] NoteKey witness_note_key(const IdentityCard& witness);

/// When the witness has signed. @return signature_invalid: not signed by it, or the signature does not fit.
[[nodiscard]] Result<engine::Instant> verify_cosignature(const SignedNote& checkpoint, const NoteKey& witness);

/// What the office hands to a witness: the body of a C2SP tlog-witness add-checkpoint request.
struct WitnessRequest {
    std::uint64_t old_size = 0;
    std::vector<crypto::Digest> consistency; ///< At most 63; empty for old_size 0.
    std::string checkpoint;                  ///< The signed note.
};
[[nodiscard]] std::string encode(const WitnessRequest& request);
[[nodiscard]] Result<WitnessRequest> decode_witness_request(std::string_view text);

/// Compares with what the witness has kept and signs.
/// @param kept  The note that this function gave last for this vault; nothing only the first time.
/// @return The checkpoint with the office's and the witness's signature: to be kept durably before it is given away.
///         signature_invalid (not this office's), wrong_batch (another vault's), chain_broken; the detail begins with
///         what has happened: "replayed", "forked" or "rewritten".
[[nodiscard]] Result<std::string> cosign_checkpoint(const WitnessRequest& request,
                                                    const std::optional<std::string>& kept, const IdentityCard& office,
                                                    const Identity& witness, engine::Instant now);
/// Puts signatures of several witnesses on one checkpoint together. @param notes  Of the same text. @return conflict.
[[nodiscard]] Result<std::string> merge_cosignatures(std::span<const std::string> notes);

/// That an entry stands in the ledger, for somebody who has only this text and knows the keys: C2SP tlog-proof with the
/// entry as extra data.
struct LedgerProof {
    std::uint64_t index = 0;
    std::string entry; ///< Canonical text.
    std::vector<crypto::Digest> inclusion;
    std::string checkpoint;
};
[[nodiscard]] std::string encode(const LedgerProof& proof);
[[nodiscard]] Result<LedgerProof> decode_ledger_proof(std::string_view text);

struct ProvenEntry {
    LedgerEntry entry;
    Checkpoint checkpoint;
    struct Witness {
        std::string name;
        engine::Instant time;
    };
    std::vector<Witness> witnesses; ///< Of those who were asked for, who have signed.
};
/// @return signature_invalid (the office, or fewer witnesses than needed), chain_broken (the entry is not in that
/// tree), malformed.
[[nodiscard]] Result<ProvenEntry> check_ledger_proof(const LedgerProof& proof, const IdentityCard& office,
                                                     std::span<const IdentityCard> witnesses,
                                                     std::size_t witnesses_needed);

} // namespace papervault::vault
