#pragma once

#include <papervault/crypto/secret_sharing.hpp>
#include <papervault/vault/package.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

/// Two people or nobody, at the hour or not at all.
namespace papervault::vault {

/// Keys of one lock set's compartments; made by opening, wiped with the object.
class CompartmentKeys {
public:
    [[nodiscard]] const crypto::SecretBuffer* find(std::string_view compartment) const noexcept;
    void put(std::string compartment, crypto::SecretBuffer key);

private:
    std::map<std::string, crypto::SecretBuffer, std::less<>> keys_;
};

/// A quorum member's share, opened by himself and sealed again to the one who opens (hall or grading office): it never
/// rests or travels in the clear. JSON document, docs/custody-formats.md.
struct SharePart {
    std::string package_id;
    LockSet locks = LockSet::hall;
    std::string member_id; ///< IdentityCard::id() of the giver.
    std::uint8_t share_index = 0;
    std::string opener_id; ///< Whose box key it is sealed to.
    engine::Instant given_at;
    crypto::Bytes sealed_share;
    crypto::Signature signature; ///< By the giver.
};
[[nodiscard]] std::string encode(const SharePart& part);
[[nodiscard]] Result<SharePart> decode_share_part(std::string_view text);
/// @param opener  The package's hall for the hall's locks, its office for the graders'; wrong_host for anybody else.
/// @return not_permitted when the identity is no member of the quorum.
[[nodiscard]] Result<SharePart> give_share(const PackageReader& package, LockSet locks, const Identity& member,
                                           const IdentityCard& opener, engine::Instant now);

/// The office's release: for one package and one hall, inside the window only, signed by the office.
struct Release {
    std::string package_id;
    std::string hall_id;
    std::string batch_id;
    engine::Instant not_before;
    engine::Instant not_after;
    engine::Instant issued_at;
    crypto::Bytes sealed_share;
    crypto::Signature signature;
};
[[nodiscard]] std::string encode(const Release& release);
[[nodiscard]] Result<Release> decode_release(std::string_view text);
/// @return release_time_not_reached or expired outside the batch's window opens_at … expires_at: the office never
/// issues early.
[[nodiscard]] Result<Release> issue_release(const PackageHeader& package, const crypto::SecretBuffer& release_share,
                                            const Identity& office, engine::Instant now);

/// The release by voice, when the line is down: 6 groups of 5 characters (24 symbols of 5 bits and a check character a
/// group), good for this package, this hall and its window only. What it opens is sealed to the hall in the package
/// itself, so it is useless to anybody else (docs/adr/0009).
/// @return as issue_release(); conflict for a package of version 1.
[[nodiscard]] Result<std::string> issue_spoken_release(const PackageHeader& package,
                                                       const crypto::SecretBuffer& release_share, engine::Instant now);

/// Hand-over of a package from one person or machine to another, signed by both (rule V4). Created by the giver,
/// completed by the taker.
struct Handover {
    std::string package_id;
    crypto::Digest package_digest;
    std::string batch_id;
    std::string occupation;
    int level = 0;
    int forms = 0;
    int candidates = 0;
    IdentityCard giver;
    IdentityCard taker;
    engine::Instant given_at;
    crypto::Signature giver_signature;
    std::optional<engine::Instant> taken_at;
    std::optional<crypto::Signature> taker_signature;
};
[[nodiscard]] std::string encode(const Handover& handover);
[[nodiscard]] Result<Handover> decode_handover(std::string_view text);
[[nodiscard]] Handover give_package(const PackageReader& package, const Identity& giver, const IdentityCard& taker,
                                    engine::Instant now);
/// Reads the whole package. The taker checks digest, occupation, level and counts against the package in his hands,
/// then signs.
[[nodiscard]] Result<Handover> take_package(const Handover& handover, const PackageReader& package,
                                            const Identity& taker, engine::Instant now);
/// Both signatures, over this package.
[[nodiscard]] Result<void> verify_handover(const Handover& handover, const PackageReader& package);

/// By so much the clocks of office and hall may differ.
inline constexpr std::chrono::minutes release_clock_tolerance{2};

/// Collects what opens the hall's compartments and opens them once everything is there. Holds shares in locked memory
/// only, and needs neither the reader nor the identity after begin(). One thread at a time; a copy is the same opening.
class HallOpening {
public:
    /// @param hall  The machine's identity; wrong_host when the package is sealed for another.
    [[nodiscard]] static Result<HallOpening> begin(const PackageReader& package, const Identity& hall);

    /// Checks signature, membership, package, opener and the share's commitment (share_invalid names the custodian). A
    /// custodian who gives twice is counted once. @return wrong_batch (another package), not_permitted (no custodian of
    /// it, other locks), wrong_host (sealed to another hall), signature_invalid, share_invalid.
    [[nodiscard]] Result<void> add_share(const SharePart& part);
    /// Checks signature, package, hall, batch and commitment; the window is checked when opening.
    /// @return wrong_batch (another package, batch or window), wrong_host, signature_invalid, share_invalid.
    [[nodiscard]] Result<void> add_release(const Release& release);

    /// @param code  As it was read out: letters of either case, groups with or without hyphens or spaces.
    /// @return malformed, naming the group whose check character does not fit; share_invalid (a sound code, but not
    /// this package's and hall's); conflict for a package of version 1.
    [[nodiscard]] Result<void> add_spoken_release(std::string_view code);

    [[nodiscard]] int shares_given() const noexcept;
    [[nodiscard]] int shares_needed() const noexcept;
    [[nodiscard]] bool has_release() const noexcept;
    [[nodiscard]] std::vector<std::string> givers() const; ///< Names, in order of giving.

    /// @param now  The hall's clock: it only adds refusals; without the release no clock value opens (T5).
    /// @return quorum_incomplete, release_time_not_reached (also without the release, and by a clock that is more than
    /// release_clock_tolerance before the time at which the office signed it), expired, share_invalid,
    /// authentication_failed.
    [[nodiscard]] Result<CompartmentKeys> open(engine::Instant now) const;

private:
    struct State;
    explicit HallOpening(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

/// The graders' quorum opens the key compartment at the office. As HallOpening, without release and window.
class KeyOpening {
public:
    /// @return wrong_host when the identity is not the package's office.
    [[nodiscard]] static Result<KeyOpening> begin(const PackageReader& package, const Identity& office);
    [[nodiscard]] Result<void> add_share(const SharePart& part);
    [[nodiscard]] std::vector<std::string> givers() const;
    [[nodiscard]] Result<CompartmentKeys> open() const;

private:
    struct State;
    explicit KeyOpening(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

} // namespace papervault::vault
