#pragma once

#include <papervault/vault/identity.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

/// The hall's own key in the machine's TPM 2.0, where there is one (docs/adr/0005).
namespace papervault::server {

/// What `hall init --tpm` says.
enum class TpmUse {
    automatic, ///< In the TPM where one answers, else in a file.
    require,
    off,
};
[[nodiscard]] std::optional<TpmUse> tpm_use_from_text(std::string_view text) noexcept;

/// The kernel's resource manager. Never found by trial: a program on a port of this machine could say that it is a TPM.
inline constexpr std::string_view default_tcti = "device:/dev/tpmrm0";
inline constexpr std::size_t tcti_bytes_max = 256;

/// @param tcti  How to reach the TPM, as the TPM2 software stack writes it: "device:/dev/tpmrm0",
///              "swtpm:host=127.0.0.1,port=2321".
/// @return storage_failed when it can't be reached, or this program was built without TPM support.
[[nodiscard]] vault::Result<std::unique_ptr<vault::MachineSealer>> open_tpm(const std::string& tcti);
/// Whether the program was built with TPM support.
[[nodiscard]] bool built_with_tpm() noexcept;

} // namespace papervault::server
