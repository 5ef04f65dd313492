#pragma once

#include <papervault/vault/texts.hpp>

#include <span>

namespace papervault::server {

/// What the hall's commands say, in Chinese.
[[nodiscard]] std::span<const vault::Translation> sentences_of_the_hall() noexcept;

} // namespace papervault::server
