#include <papervault/vault/package.hpp>

#include "package/package_file.hpp"

#include <array>

namespace papervault::vault {

Result<void> countersign_package(const std::filesystem::path& draft, const Identity& second_sealer,
                                 const std::filesystem::path& finished)
{
    const auto package = open_package_file(draft);
    if (!package) { return std::unexpected{package.error()}; }
    if (!is_draft(*package)) { return refuse(VaultError::conflict, draft.string() + " is signed by both already"); }
    if (second_sealer.card() != package->header.sealers[1]) {
        return refuse(VaultError::not_permitted,
                      second_sealer.card().name + " is not the second sealer of this package");
    }
    auto durable = DurableFile::create(finished);
    if (!durable) { return std::unexpected{durable.error()}; }

    const ContainerFrame& frame = package->frame;
    const std::array signatures{frame.signatures[0],
                                sign_container(package_container, frame.signed_bytes, second_sealer)};
    const crypto::Bytes block = signature_block(signatures);
    if (auto written = durable->write_at(0, frame.signed_bytes); !written) { return written; }
    if (auto written = durable->write_at(frame.signed_bytes.size(), block); !written) { return written; }
    std::uint64_t offset = frame.signed_bytes.size() + block.size();
    for (const Compartment& compartment : package->header.compartments) {
        auto copied = check_compartment(package->file, frame.body_offset, compartment, package->header.suite,
                                        [&](crypto::ByteView chunk) -> Result<void> {
                                            auto written = durable->write_at(offset, chunk);
                                            offset += chunk.size();
                                            return written;
                                        });
        if (!copied) { return copied; }
    }
    return durable->commit(false, 0600);
}

} // namespace papervault::vault
