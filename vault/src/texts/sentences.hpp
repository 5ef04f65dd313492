#pragma once

#include <papervault/vault/texts.hpp>

#include <span>

namespace papervault::vault {

// One table a room, so that a text is found beside its kind.
[[nodiscard]] std::span<const Translation> sentences_of_identities() noexcept;
[[nodiscard]] std::span<const Translation> sentences_of_files() noexcept;
[[nodiscard]] std::span<const Translation> sentences_of_the_system() noexcept;
[[nodiscard]] std::span<const Translation> sentences_of_draws() noexcept;
[[nodiscard]] std::span<const Translation> sentences_of_packages() noexcept;
[[nodiscard]] std::span<const Translation> sentences_of_records() noexcept;

} // namespace papervault::vault
