#include "package/layout.hpp"

namespace papervault::vault {

std::array<std::byte, 8> little_endian(std::uint64_t number) noexcept
{
    std::array<std::byte, 8> bytes{};
    for (std::byte& byte : bytes) {
        byte = static_cast<std::byte>(number & 0xFFU);
        number >>= 8;
    }
    return bytes;
}

void lay_out(crypto::Suite suite, std::span<Compartment> compartments) noexcept
{
    std::uint64_t offset = 0;
    for (Compartment& compartment : compartments) {
        compartment.offset = offset;
        compartment.length = sealed_length(suite, compartment.plaintext_length);
        offset += compartment.length;
    }
}

Result<void> check_layout(crypto::Suite suite, std::span<const Compartment> compartments)
{
    std::uint64_t offset = 0;
    for (const Compartment& compartment : compartments) {
        // The first comparison keeps the others and the sum far away from overflow.
        if (compartment.plaintext_length > package_bytes_max || compartment.offset != offset ||
            compartment.length != sealed_length(suite, compartment.plaintext_length)) {
            return refuse(VaultError::malformed, "compartment " + compartment.name + " is not where it should be");
        }
        offset += compartment.length;
        if (offset > package_bytes_max) { return refuse(VaultError::malformed, "the compartments are too large"); }
    }
    return {};
}

std::uint64_t body_length(std::span<const Compartment> compartments) noexcept
{
    return compartments.empty() ? 0 : compartments.back().offset + compartments.back().length;
}

} // namespace papervault::vault
