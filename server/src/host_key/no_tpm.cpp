#include "host_key/tpm.hpp"

namespace papervault::server {

vault::Result<std::unique_ptr<vault::MachineSealer>> open_tpm(const std::string&)
{
    return vault::refuse(vault::VaultError::storage_failed, "this program was built without TPM support (libtss2-dev)");
}

bool built_with_tpm() noexcept
{
    return false;
}

} // namespace papervault::server
