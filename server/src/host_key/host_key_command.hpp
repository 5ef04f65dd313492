#pragma once

#include <papervault/vault/identity.hpp>

#include <string_view>

namespace papervault::server {

/// "tpm2" or "file": for programs.
[[nodiscard]] std::string_view host_key_word(vault::ProtectionKind kind) noexcept;
/// For people.
[[nodiscard]] std::string_view host_key_text(vault::ProtectionKind kind) noexcept;

} // namespace papervault::server
