#include <papervault/vault/package.hpp>

#include "custody/spoken_release.hpp"
#include "durable_file.hpp"
#include "json_codec.hpp"
#include "package/bindings.hpp"
#include "package/container.hpp"
#include "package/header_codec.hpp"
#include "package/layout.hpp"

#include <papervault/crypto/box.hpp>
#include <papervault/crypto/random.hpp>
#include <papervault/crypto/secret_sharing.hpp>
#include <papervault/vault/files.hpp>
#include <papervault/vault/golden.hpp>

#include <algorithm>
#include <tuple>

namespace papervault::vault {
namespace {

constexpr std::string_view engine_version = "papervault " PAPERVAULT_VERSION;

struct NewQuorum {
    Quorum quorum;
    crypto::SecretBuffer secret;
    std::vector<crypto::Share> shares;
};

/// A secret that only `threshold` of the members can put together again.
Result<NewQuorum> make_quorum(crypto::Suite suite, const std::vector<IdentityCard>& people, int threshold,
                              std::string_view package_id, LockSet locks)
{
    if (threshold < 2) { return refuse(VaultError::not_permitted, "a quorum is at least two persons"); }
    NewQuorum made{
        .quorum = {.threshold = threshold, .members = {}}, .secret = crypto::random_secret(share_bytes), .shares = {}};
    auto shares = crypto::split_secret(made.secret, threshold, static_cast<int>(people.size()));
    if (!shares) { return refuse(VaultError::malformed, "quorum: " + shares.error().detail); }
    for (std::size_t i = 0; i < people.size(); ++i) {
        const crypto::Share& share = (*shares)[i];
        const auto context = member_share_context(suite, package_id, locks, people[i].id(), share.index);
        made.quorum.members.push_back(
            {.card = people[i],
             .share_index = share.index,
             .sealed_share = crypto::seal_to(people[i].box_key, share.value.expose(), context.view()),
             .share_commitment = commitment_to(suite, share, package_id, locks)});
    }
    made.shares = *std::move(shares);
    return made;
}

/// Host share and custodians' shares, for both sealers together.
Result<Recovery> make_recovery(const PackageHeader& header, const crypto::SecretBuffer& host_share,
                               const std::vector<crypto::Share>& custodians)
{
    const crypto::SecretBuffer key = crypto::random_secret(share_bytes);
    const auto halves = crypto::split_secret(key, 2, 2);
    if (!halves) { return refuse(VaultError::malformed, "recovery: " + halves.error().detail); }
    Recovery recovery;
    for (std::size_t i = 0; i < 2; ++i) {
        const IdentityCard& sealer = header.sealers[i];
        const auto context =
            recovery_half_context(header.suite, header.package_id, sealer.id(), static_cast<std::uint8_t>(i));
        recovery.sealed_halves.push_back(crypto::seal_to(sealer.box_key, (*halves)[i].value.expose(), context.view()));
    }
    crypto::SecretBuffer secrets{share_bytes * (1 + custodians.size())};
    auto rest = secrets.expose();
    const auto put = [&rest](crypto::ByteView share) {
        std::ranges::copy(share, rest.begin());
        rest = rest.subspan(share.size());
    };
    put(host_share.expose());
    for (const crypto::Share& share : custodians) { put(share.value.expose()); }
    recovery.sealed_secrets =
        crypto::encrypt(header.suite, key, secrets.expose(),
                        recovery_secrets_context(header.suite, header.package_id, header.binding).view());
    return recovery;
}

PackageHeader header_for(const SealRequest& request, const Identity& first_sealer)
{
    return {.version = package_version,
            .suite = first_sealer.card().suite(),
            .golden_sample = golden_sample(),
            .package_id = crypto::to_hex(crypto::random_bytes(16)),
            .batch = request.batch,
            .sealed_at = request.now,
            .engine_version = std::string{engine_version},
            .snapshot_digest = request.snapshot_digest,
            .draw_digest = request.draw_digest,
            .forms = request.forms,
            .candidates = request.candidates,
            .hall = request.hall,
            .office = request.office,
            .sealers = {first_sealer.card(), request.second_sealer}};
}

/// Nothing is written that the reader would refuse.
Result<void> require_readable(const PackageHeader& header)
{
    const std::string text = encode_header(header);
    const auto value = parse_header(text);
    if (!value) { return std::unexpected{value.error()}; }
    if (auto decoded = decode_header(*value, text); !decoded) { return std::unexpected{decoded.error()}; }
    return {};
}

} // namespace

Result<SealedDraft> seal_package(const SealRequest& request, const Identity& first_sealer,
                                 const std::filesystem::path& file)
{
    if (auto valid = engine::validate(request.batch); !valid) { return malformed(valid.error(), "package"); }
    if (request.now > request.batch.expires_at) {
        return refuse(VaultError::expired, "the window of batch " + request.batch.id + " is over");
    }
    if (request.hall.suite() != first_sealer.card().suite()) {
        return refuse(VaultError::not_permitted, "the keys of " + request.hall.name + " are of suite " +
                                                     std::string{crypto::to_text(request.hall.suite())} +
                                                     ", the sealer's are not");
    }
    PackageHeader header = header_for(request, first_sealer);
    const std::string& package_id = header.package_id;
    const crypto::Suite suite = header.suite;
    auto custody = make_quorum(suite, request.custodians, request.custody_threshold, package_id, LockSet::hall);
    if (!custody) { return std::unexpected{custody.error()}; }
    auto graders = make_quorum(suite, request.graders, request.graders_threshold, package_id, LockSet::graders);
    if (!graders) { return std::unexpected{graders.error()}; }
    header.custody = std::move(custody->quorum);
    header.graders = std::move(graders->quorum);

    crypto::SecretBuffer release_share = crypto::random_secret(share_bytes);
    header.release_commitment = commitment_to_release(suite, release_share, package_id);
    const crypto::SecretBuffer host_share = crypto::random_secret(share_bytes);
    header.sealed_host_share = crypto::seal_to(request.hall.box_key, host_share.expose(),
                                               host_share_context(suite, package_id, request.hall.id()).view());

    header.binding = binding_of(header);
    const crypto::Digest& binding = header.binding;
    header.spoken_release = seal_spoken_release(header, release_share);
    if (request.second_sealer.suite() != suite) {
        return refuse(VaultError::not_permitted, "the keys of the sealers are of different suites");
    }
    auto recovery = make_recovery(header, host_share, custody->shares);
    if (!recovery) { return std::unexpected{recovery.error()}; }
    header.recovery = *std::move(recovery);
    const auto for_hall = hall_key(suite, custody->secret, release_share, host_share, binding);
    const auto for_graders = graders_key(suite, graders->secret, binding);
    std::vector<crypto::SecretBuffer> keys;
    for (const CompartmentSource& source : request.compartments) {
        keys.push_back(crypto::random_secret(share_bytes));
        const auto context = wrapped_key_context(suite, package_id, source.locks, source.name);
        header.compartments.push_back(
            {.name = source.name,
             .locks = source.locks,
             .plaintext_length = source.plaintext.size(),
             .digest = {},
             .wrapped_key = crypto::encrypt(suite, source.locks == LockSet::hall ? for_hall : for_graders,
                                            keys.back().expose(), context.view())});
    }
    lay_out(suite, header.compartments);
    if (auto readable = require_readable(header); !readable) { return std::unexpected{readable.error()}; }

    // A draft of an attempt that a power cut ended is as large as a package, and nobody would come for it.
    std::ignore = remove_abandoned_files(folder_of(file)); // a folder that can't be used is told by the writing
    std::vector<CompartmentToSeal> to_seal;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        Compartment& record = header.compartments[i];
        to_seal.push_back(
            {.record = &record,
             .plaintext = request.compartments[i].plaintext,
             .key = std::move(keys[i]),
             .context = compartment_context(suite, package_id, binding, record.name, record.plaintext_length)});
    }
    const auto encode = [&header] { return encode_header(header); };
    if (auto written = write_container(file, package_container, to_seal, encode, first_sealer); !written) {
        return std::unexpected{written.error()};
    }
    return SealedDraft{.header = std::move(header), .release_share = std::move(release_share)};
}

} // namespace papervault::vault
