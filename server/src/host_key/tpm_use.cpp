#include "host_key/tpm.hpp"

namespace papervault::server {

std::optional<TpmUse> tpm_use_from_text(std::string_view text) noexcept
{
    if (text == "auto") { return TpmUse::automatic; }
    if (text == "require") { return TpmUse::require; }
    if (text == "off") { return TpmUse::off; }
    return std::nullopt;
}

} // namespace papervault::server
