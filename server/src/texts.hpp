#pragma once

#include <papervault/vault/texts.hpp>

#include <span>
#include <string>
#include <string_view>

namespace papervault::server {

/// What the hall's commands say, in Chinese.
[[nodiscard]] std::span<const vault::Translation> sentences_of_the_hall() noexcept;

/// "inspection_incomplete: the seal is …" without the word, which is for machines.
[[nodiscard]] std::string_view without_hall_word(std::string_view detail) noexcept;
/// A refusal of the hall's commands for a person.
[[nodiscard]] std::string hall_failure_text(const vault::VaultFailure& failure, vault::Language language);

} // namespace papervault::server
