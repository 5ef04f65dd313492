#include "package/bindings.hpp"

#include "package/header_codec.hpp"
#include "package/layout.hpp"

#include <papervault/engine/json.hpp>

#include <array>

namespace papervault::vault {

using crypto::bytes_of;

std::string_view to_text(LockSet locks) noexcept
{
    switch (locks) {
    case LockSet::hall: return "hall";
    case LockSet::graders: return "graders";
    }
    return "unknown";
}

crypto::Digest binding_of(const PackageHeader& header)
{
    boost::json::object json{{"package_id", header.package_id},
                             {"batch", engine::to_json(header.batch)},
                             {"forms", forms_json(header.forms)},
                             {"hall", to_json(header.hall)},
                             {"office", to_json(header.office)}};
    if (header.version == 1) {
        return crypto::blake2b("papervault.package-binding.v1", {bytes_of(engine::canonical_json(json))});
    }
    json["version"] = header.version;
    json["suite"] = crypto::to_text(header.suite);
    return crypto::hash(header.suite, "papervault.package-binding.v2", {bytes_of(engine::canonical_json(json))});
}

crypto::Digest compartment_context(crypto::Suite suite, std::string_view package_id, const crypto::Digest& binding,
                                   std::string_view compartment, std::uint64_t plaintext_length)
{
    return crypto::hash(suite, "papervault.compartment.v1",
                        {bytes_of(package_id), binding.view(), bytes_of(compartment), little_endian(plaintext_length)});
}

crypto::Digest wrapped_key_context(crypto::Suite suite, std::string_view package_id, LockSet locks,
                                   std::string_view compartment)
{
    return crypto::hash(suite, "papervault.wrapped-key.v1",
                        {bytes_of(package_id), bytes_of(to_text(locks)), bytes_of(compartment)});
}

crypto::Digest member_share_context(crypto::Suite suite, std::string_view package_id, LockSet locks,
                                    std::string_view member_id, std::uint8_t index)
{
    const std::array index_byte{std::byte{index}};
    return crypto::hash(suite, "papervault.member-share.v1",
                        {bytes_of(package_id), bytes_of(to_text(locks)), bytes_of(member_id), index_byte});
}

crypto::Digest host_share_context(crypto::Suite suite, std::string_view package_id, std::string_view hall_id)
{
    return crypto::hash(suite, "papervault.host-share.v1", {bytes_of(package_id), bytes_of(hall_id)});
}

crypto::Digest recovery_half_context(crypto::Suite suite, std::string_view package_id, std::string_view sealer_id,
                                     std::uint8_t index)
{
    const std::array index_byte{std::byte{index}};
    return crypto::hash(suite, "papervault.recovery-half.v1", {bytes_of(package_id), bytes_of(sealer_id), index_byte});
}

crypto::Digest recovery_secrets_context(crypto::Suite suite, std::string_view package_id, const crypto::Digest& binding)
{
    return crypto::hash(suite, "papervault.recovery-secrets.v1", {bytes_of(package_id), binding.view()});
}

crypto::Digest commitment_to(crypto::Suite suite, const crypto::Share& share, std::string_view package_id,
                             LockSet locks)
{
    const auto context =
        crypto::hash(suite, "papervault.share-set.v1", {bytes_of(package_id), bytes_of(to_text(locks))});
    return crypto::share_commitment(suite, share, context.view());
}

crypto::Digest commitment_to_release(crypto::Suite suite, const crypto::SecretBuffer& release_share,
                                     std::string_view package_id)
{
    return crypto::hash(suite, "papervault.release-commitment.v1", {bytes_of(package_id), release_share.expose()});
}

crypto::SecretBuffer hall_key(crypto::Suite suite, const crypto::SecretBuffer& custody_secret,
                              const crypto::SecretBuffer& release_share, const crypto::SecretBuffer& host_share,
                              const crypto::Digest& binding)
{
    return crypto::combine_keys(suite, {&custody_secret, &release_share, &host_share}, "papervault.lock.hall.v1",
                                binding.view());
}

crypto::SecretBuffer graders_key(crypto::Suite suite, const crypto::SecretBuffer& graders_secret,
                                 const crypto::Digest& binding)
{
    return crypto::combine_keys(suite, {&graders_secret}, "papervault.lock.graders.v1", binding.view());
}

} // namespace papervault::vault
