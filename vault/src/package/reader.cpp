#include <papervault/vault/custody.hpp>
#include <papervault/vault/package.hpp>

#include "custody/rewrapped.hpp"
#include "package/bindings.hpp"
#include "package/package_file.hpp"

#include <algorithm>

namespace papervault::vault {

class PackageReader::Impl {
public:
    explicit Impl(PackageFile package)
        : package_{std::move(package)}, digest_{package_.frame.digest(package_.header.suite)}
    {
    }

    [[nodiscard]] const PackageFile& package() const noexcept { return package_; }
    [[nodiscard]] const crypto::Digest& digest() const noexcept { return digest_; }

    [[nodiscard]] Result<void> apply(const Rewrap& rewrap)
    {
        auto header = rewrapped(package_.header, digest_, rewraps_applied_, rewrap);
        if (!header) { return std::unexpected{header.error()}; }
        package_.header = *std::move(header);
        ++rewraps_applied_;
        return {};
    }
    [[nodiscard]] int rewraps_applied() const noexcept { return rewraps_applied_; }

    [[nodiscard]] Result<const Compartment*> find(std::string_view name) const
    {
        const auto found = std::ranges::find(package_.header.compartments, name, &Compartment::name);
        if (found == package_.header.compartments.end()) {
            return refuse(VaultError::not_found, "there is no compartment " + std::string{name});
        }
        return &*found;
    }

    [[nodiscard]] Result<crypto::ChunkCipher> cipher_for(const Compartment& compartment,
                                                         const CompartmentKeys& keys) const
    {
        const crypto::SecretBuffer* key = keys.find(compartment.name);
        if (key == nullptr || key->size_bytes() != crypto::aead_key_bytes) {
            return refuse(VaultError::not_permitted, "the locks of compartment " + compartment.name + " are closed");
        }
        const auto context =
            compartment_context(package_.header.suite, package_.header.package_id, package_.header.binding,
                                compartment.name, compartment.plaintext_length);
        return crypto::ChunkCipher{key->clone(), crypto::Bytes{context.bytes.begin(), context.bytes.end()},
                                   package_.header.suite};
    }

private:
    PackageFile package_;
    int rewraps_applied_ = 0;
    crypto::Digest digest_;
};

PackageReader::PackageReader(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}
PackageReader::PackageReader(PackageReader&&) noexcept = default;
PackageReader& PackageReader::operator=(PackageReader&&) noexcept = default;
PackageReader::~PackageReader() = default;

Result<PackageReader> PackageReader::open(const std::filesystem::path& file, crypto::SuiteSet accepted)
{
    auto package = open_package_file(file);
    if (!package) { return std::unexpected{package.error()}; }
    if (is_draft(*package)) {
        return refuse(VaultError::signature_invalid,
                      "the package waits for the second sealer, " + package->header.sealers[1].name);
    }
    if (!accepted.contains(package->header.suite)) {
        return refuse(VaultError::suite_refused, file.string() + " is sealed in suite " +
                                                     std::string{crypto::to_text(package->header.suite)} +
                                                     ", which is not accepted here");
    }
    return PackageReader{std::make_unique<Impl>(*std::move(package))};
}

const PackageHeader& PackageReader::header() const noexcept
{
    return impl_->package().header;
}

const crypto::Digest& PackageReader::digest() const noexcept
{
    return impl_->digest();
}

Result<void> PackageReader::verify_digests() const
{
    const PackageFile& package = impl_->package();
    for (const Compartment& compartment : package.header.compartments) {
        if (auto intact =
                check_compartment(package.file, package.frame.body_offset, compartment, package.header.suite, {});
            !intact) {
            return intact;
        }
    }
    return package.file.require_same_size();
}

Result<void> PackageReader::apply(const Rewrap& rewrap)
{
    return impl_->apply(rewrap);
}

int PackageReader::rewraps_applied() const noexcept
{
    return impl_->rewraps_applied();
}

Result<void> PackageReader::require_known(std::span<const IdentityCard> people) const
{
    const PackageHeader& header = impl_->package().header;
    for (const IdentityCard* card : {&header.sealers[0], &header.sealers[1], &header.office}) {
        const auto same_keys = [card](const IdentityCard& known) {
            return known.sign_key == card->sign_key && known.box_key == card->box_key;
        };
        if (std::ranges::none_of(people, same_keys)) {
            return refuse(VaultError::signature_invalid, card->name + " (" + card->id() + ") is not known here");
        }
    }
    return {};
}

Result<crypto::SecretBuffer> PackageReader::read(std::string_view compartment, const CompartmentKeys& keys) const
{
    const auto found = impl_->find(compartment);
    if (!found) { return std::unexpected{found.error()}; }
    const auto cipher = impl_->cipher_for(**found, keys);
    if (!cipher) { return std::unexpected{cipher.error()}; }
    const PackageFile& package = impl_->package();
    return open_compartment(package.file, package.frame.body_offset, **found, *cipher);
}

Result<void> PackageReader::stream(std::string_view compartment, const CompartmentKeys& keys,
                                   const std::function<Result<void>(crypto::ByteView)>& sink) const
{
    const auto found = impl_->find(compartment);
    if (!found) { return std::unexpected{found.error()}; }
    const auto cipher = impl_->cipher_for(**found, keys);
    if (!cipher) { return std::unexpected{cipher.error()}; }
    const PackageFile& package = impl_->package();
    const std::uint64_t body_offset = package.frame.body_offset;
    if (auto authentic = authenticate_compartment(package.file, body_offset, **found, *cipher); !authentic) {
        return authentic;
    }
    return stream_compartment(package.file, body_offset, **found, *cipher, sink);
}

} // namespace papervault::vault
