#pragma once

#include <papervault/crypto/hash.hpp>
#include <papervault/engine/batch.hpp>
#include <papervault/engine/decimal.hpp>
#include <papervault/vault/error.hpp>
#include <papervault/vault/identity.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// The sealed package: one file, format to the byte in docs/package-format.md. Written in version 2; version 1 is read.
namespace papervault::vault {

inline constexpr std::uint64_t package_bytes_max = 4ULL << 30;
inline constexpr std::size_t package_header_bytes_max = 1 << 20;
inline constexpr int package_version = 2;
inline constexpr std::size_t golden_sample_bytes_max = 64 << 10;

/// Which locks a compartment's key is behind.
enum class LockSet {
    hall,    ///< custody m of n, release and host: all of them.
    graders, ///< The graders' quorum; no hall can open it (rule V10).
};

struct FormSummary {
    std::string id;
    crypto::Digest digest; ///< BLAKE2b over engine::form_identity_text.
    int items = 0;
    engine::Decimal points;
    bool spare = false;
};

/// One person's sealed share of a quorum.
struct QuorumMember {
    IdentityCard card;
    std::uint8_t share_index = 0;
    crypto::Bytes sealed_share;      ///< To the member's box key.
    crypto::Digest share_commitment; ///< So that a wrong share is named.
};
struct Quorum {
    int threshold = 2;
    std::vector<QuorumMember> members;
};

struct Compartment {
    std::string name; ///< "paper", "spare-1", "key", "roster", "media"
    LockSet locks = LockSet::hall;
    std::uint64_t offset = 0; ///< From the first byte of the first compartment.
    std::uint64_t length = 0; ///< Sealed bytes.
    std::uint64_t plaintext_length = 0;
    crypto::Digest digest; ///< Suite's hash of the sealed bytes.
    crypto::Bytes wrapped_key;
};

/// What lets both sealers together give a lock to somebody else (docs/adr/0010): host share and custodians' shares
/// under a key of which each of them has half. Never the paper's own keys, and useless without the release.
struct Recovery {
    std::vector<crypto::Bytes> sealed_halves; ///< To the sealers' box keys, in their order.
    crypto::Bytes sealed_secrets;
};

struct PackageHeader {
    int version = package_version;
    crypto::Suite suite = crypto::Suite::pv1; ///< Of everybody's keys and of all that is sealed.
    /// What the sealing engine computed from a sample that is no secret: see golden.hpp. Empty in version 1.
    std::string golden_sample = {};
    std::string package_id; ///< 32 hex digits, random.
    engine::Batch batch;
    engine::Instant sealed_at;
    std::string engine_version;
    crypto::Digest snapshot_digest; ///< Of the bank the paper was drawn from.
    crypto::Digest draw_digest;     ///< Of the draw's record.
    std::vector<FormSummary> forms = {};
    int candidates = 0;
    IdentityCard hall;                      ///< The hall server's machine identity (host lock).
    IdentityCard office;                    ///< Signs releases; answers go home to its box key.
    std::vector<IdentityCard> sealers = {}; ///< Exactly two, different persons.
    Quorum custody = {};
    crypto::Digest release_commitment = {};
    crypto::Bytes sealed_host_share = {};
    crypto::Bytes spoken_release =
        {};                 ///< The release share under a spoken code, sealed to the hall. Empty in version 1.
    Recovery recovery = {}; ///< Empty in version 1.
    Quorum graders = {};
    std::vector<Compartment> compartments = {};
    /// What every key of the package is bound to: of the header as it was sealed, whatever has been rewrapped since.
    crypto::Digest binding = {};
};

/// Plaintext of one compartment to be sealed.
struct CompartmentSource {
    std::string name;
    LockSet locks;
    crypto::ByteView plaintext; ///< Outlives the call.
};

/// The suite is that of the first sealer's keys; everybody else's must be of it, too.
struct SealRequest {
    engine::Batch batch;
    crypto::Digest snapshot_digest;
    crypto::Digest draw_digest;
    std::vector<FormSummary> forms;
    int candidates = 0;
    IdentityCard hall;
    IdentityCard office;
    std::vector<IdentityCard> custodians; ///< 2 to 16 different persons, none of them a sealer (K7).
    int custody_threshold = 2;
    std::vector<IdentityCard> graders;
    int graders_threshold = 2;
    IdentityCard second_sealer;
    std::vector<CompartmentSource> compartments;
    engine::Instant now;
};

struct SealedDraft {
    PackageHeader header;
    crypto::SecretBuffer release_share; ///< 32 bytes; the office keeps it until the window.
};

/// Writes a draft with the first sealer's signature; nothing opens it before the second one has signed.
/// Memory stays flat; the file is durable when it returns. Never overwrites. Everybody in the request is another person
/// with other keys; the compartment "key" is behind the graders' locks and no other one is.
/// @return not_permitted (one person in two roles, a quorum of one), expired (the window is over), already_exists,
/// malformed, storage_failed.
[[nodiscard]] Result<SealedDraft> seal_package(const SealRequest& request, const Identity& first_sealer,
                                               const std::filesystem::path& file);
/// The second sealer checks and signs the header bytes as they stand; writes the finished package beside and renames it
/// durably. The draft stays.
/// @return not_permitted (another second sealer is named), signature_invalid, conflict (signed by both already),
/// authentication_failed (a
///         compartment was altered), already_exists, malformed, storage_failed.
[[nodiscard]] Result<void> countersign_package(const std::filesystem::path& draft, const Identity& second_sealer,
                                               const std::filesystem::path& finished);

/// The keys of the compartments that a set of locks has opened.
class CompartmentKeys;
struct Rewrap;

/// Reads one package. Structure, sizes and both signatures are checked when it is opened; contents when they are read.
/// That the two sealers and the office are the ones whom the reader knows, the header cannot tell: see require_known().
/// Reading changes nothing, so threads may share it.
class PackageReader {
public:
    /// Refuses everything that is not exactly the format: signatures, order, gaps, trailing bytes, any length.
    /// Does not read the compartments; verify_digests() does.
    /// @param accepted  The suites of this site. No package chooses a weaker one than its reader wants.
    /// @return not_found, malformed, not_permitted (one person in two roles), signature_invalid (also for a draft),
    /// suite_refused, storage_failed.
    [[nodiscard]] static Result<PackageReader> open(const std::filesystem::path& file,
                                                    crypto::SuiteSet accepted = {crypto::Suite::pv1});
    PackageReader(PackageReader&&) noexcept;
    PackageReader& operator=(PackageReader&&) noexcept;
    ~PackageReader();

    /// Authentic: both sealers signed it.
    [[nodiscard]] const PackageHeader& header() const noexcept;
    /// Suite's hash of the whole file's header and signature bytes; with the compartments' digests inside it names the
    /// package.
    [[nodiscard]] const crypto::Digest& digest() const noexcept;
    /// Reads every sealed byte and compares the digests: a seal inspection without keys.
    /// @return authentication_failed, malformed (the file became shorter or longer).
    [[nodiscard]] Result<void> verify_digests() const;
    /// Whether both sealers and the office are among the people known here, by their keys. Anybody can make a package
    /// with keys of his own.
    /// @return signature_invalid, naming who is unknown.
    [[nodiscard]] Result<void> require_known(std::span<const IdentityCard> people) const;

    /// Lets somebody else take a lock over: from now on header() names him. Both sealers have signed it. In the order
    /// of their numbers, each once. Not while other threads read.
    /// @return wrong_batch (another package), conflict (not the next number), signature_invalid, not_permitted (he has
    /// another role already), malformed.
    [[nodiscard]] Result<void> apply(const Rewrap& rewrap);
    [[nodiscard]] int rewraps_applied() const noexcept;

    /// Decrypts a compartment whole and compares its digest with the signed one in the same pass; no byte leaves on
    /// failure.
    /// @return not_found, not_permitted (no key for it), authentication_failed, malformed (the file became shorter).
    [[nodiscard]] Result<crypto::SecretBuffer> read(std::string_view compartment, const CompartmentKeys& keys) const;
    /// Decrypts a compartment in chunks of 64 KiB after a first pass has authenticated all of it and compared its
    /// digest; memory stays flat. Each chunk is authenticated again as it is read.
    [[nodiscard]] Result<void> stream(std::string_view compartment, const CompartmentKeys& keys,
                                      const std::function<Result<void>(crypto::ByteView)>& sink) const;

private:
    class Impl;
    explicit PackageReader(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace papervault::vault
