#pragma once

#include <papervault/engine/item.hpp>

#include <algorithm>
#include <string_view>

/// The few shapes that identifiers have in our files and messages.
namespace papervault::engine {

constexpr bool is_ascii_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}
constexpr bool is_ascii_letter(char c) noexcept
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// ASCII letters, digits and `others`, from length_min to length_max characters.
constexpr bool is_identifier(std::string_view text, std::string_view others, std::size_t length_min,
                             std::size_t length_max) noexcept
{
    return text.size() >= length_min && text.size() <= length_max && std::ranges::all_of(text, [others](char c) {
               return is_ascii_digit(c) || is_ascii_letter(c) || others.find(c) != std::string_view::npos;
           });
}

constexpr bool is_item_id(std::string_view text) noexcept
{
    return is_identifier(text, "._/-", 1, item_id_bytes_max);
}
constexpr bool is_batch_id(std::string_view text) noexcept
{
    return is_identifier(text, "._-", 1, 64);
}
constexpr bool is_package_id(std::string_view text) noexcept
{
    return is_identifier(text, "._-", 1, 128);
}
constexpr bool is_form_id(std::string_view text) noexcept
{
    return is_identifier(text, "._-", 1, 32);
}
constexpr bool is_ticket(std::string_view text) noexcept
{
    return is_identifier(text, "-", 4, 32);
}

} // namespace papervault::engine
