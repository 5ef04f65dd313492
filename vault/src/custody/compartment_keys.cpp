#include <papervault/vault/custody.hpp>

namespace papervault::vault {

const crypto::SecretBuffer* CompartmentKeys::find(std::string_view compartment) const noexcept
{
    const auto found = keys_.find(compartment);
    return found == keys_.end() ? nullptr : &found->second;
}

void CompartmentKeys::put(std::string compartment, crypto::SecretBuffer key)
{
    keys_.insert_or_assign(std::move(compartment), std::move(key));
}

} // namespace papervault::vault
