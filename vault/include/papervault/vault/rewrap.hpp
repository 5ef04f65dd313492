#pragma once

#include <papervault/vault/custody.hpp>
#include <papervault/vault/package.hpp>

#include <optional>
#include <string>
#include <variant>
#include <vector>

/// Break-glass: a lock goes to somebody else, by both sealers together, without anybody seeing the paper
/// (docs/custody-formats.md, "Rewrap"; docs/adr/0010).
namespace papervault::vault {

/// One sealer's half of the recovery key, sealed to the other one. Gives nothing alone.
struct RecoveryPart {
    std::string package_id;
    std::string giver_id;    ///< The sealer who gives.
    std::string receiver_id; ///< The other one.
    engine::Instant given_at;
    crypto::Bytes sealed_half;
    crypto::Signature signature; ///< By the giver.
};
[[nodiscard]] std::string encode(const RecoveryPart& part);
[[nodiscard]] Result<RecoveryPart> decode_recovery_part(std::string_view text);
/// @return not_permitted (no sealer of the package), conflict (version 1 has no recovery), authentication_failed.
[[nodiscard]] Result<RecoveryPart> give_recovery_half(const PackageReader& package, const Identity& sealer,
                                                      engine::Instant now);

/// The hall's machine is dead or another hall has to take the sitting over.
struct NewHost {
    IdentityCard card;
    bool operator==(const NewHost&) const = default;
};
/// A custodian is missing, or his key is.
struct NewCustodian {
    std::uint8_t share_index = 0; ///< Whose place he takes.
    IdentityCard card;
    bool operator==(const NewCustodian&) const = default;
};
using NewHolder = std::variant<NewHost, NewCustodian>;

struct Rewrap {
    std::string package_id;
    crypto::Digest package_digest;
    int number = 1; ///< Of this package's rewraps, from 1, without a gap.
    std::string reason;
    engine::Instant authorised_at;
    NewHolder holder;
    crypto::Bytes sealed_share; ///< Host share or custodian's share, to the new holder's box key.
    /// By the sealers, in the header's order; the one who has not signed yet is empty.
    std::vector<std::optional<crypto::Signature>> signatures;

    bool operator==(const Rewrap&) const = default;
};
[[nodiscard]] std::string encode(const Rewrap& rewrap);
[[nodiscard]] Result<Rewrap> decode_rewrap(std::string_view text);

/// Seals the lock's share to its new holder and signs; the other sealer has to confirm. Needs the other sealer's half.
/// @param package  With every earlier rewrap applied.
/// @param reason   1 to 500 bytes, for the record.
/// @return not_permitted (no sealer, or the new holder has a role already), wrong_batch, wrong_host (the half is for
/// somebody else), signature_invalid, share_invalid, authentication_failed, malformed, conflict.
[[nodiscard]] Result<Rewrap> make_rewrap(const PackageReader& package, const RecoveryPart& other_half,
                                         const Identity& sealer, const NewHolder& holder, std::string reason,
                                         engine::Instant now);
/// The other sealer's signature: he has compared reason and new holder with what was agreed.
/// @return not_permitted, wrong_batch, signature_invalid, conflict (he has signed already).
[[nodiscard]] Result<Rewrap> confirm_rewrap(const Rewrap& rewrap, const PackageReader& package, const Identity& sealer);

} // namespace papervault::vault
