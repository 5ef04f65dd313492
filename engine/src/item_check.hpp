#pragma once

#include <papervault/engine/item.hpp>

#include "utf8.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

/// What the checks of items and of keys share.
namespace papervault::engine::item_limits {

inline constexpr std::size_t short_text_bytes_max = 500;
inline constexpr std::size_t long_text_bytes_max = 64 * 1024;
inline constexpr std::size_t options_max = 12;
inline constexpr std::size_t blanks_max = 20;
inline constexpr std::size_t blank_texts_max = 50;
inline constexpr int version_max = 1'000'000;
inline constexpr Decimal one = Decimal::from_integer(1);

[[nodiscard]] inline bool is_option_letter(std::string_view id) noexcept
{
    return id.size() == 1 && id[0] >= 'A' && id[0] <= 'Z';
}

[[nodiscard]] inline bool is_plain(std::string_view text, std::size_t bytes_max) noexcept
{
    return text.size() <= bytes_max && is_utf8(text) && text.find('\0') == std::string_view::npos;
}

template <class Enum, std::size_t count>
[[nodiscard]] std::optional<Enum> enum_from_text(const std::array<std::string_view, count>& names,
                                                 std::string_view text) noexcept
{
    const auto* found = std::ranges::find(names, text);
    if (found == names.end()) return std::nullopt;
    return static_cast<Enum>(found - names.begin());
}

/// Collects the first thing that doesn't hold.
class Check {
public:
    explicit Check(std::string_view where) : where_{where} {}

    void require(bool holds, EngineError code, std::string_view reason)
    {
        if (!holds && !failure_) failure_ = EngineFailure{code, where_ + ": " + std::string{reason}};
    }
    void require(const Result<void>& result)
    {
        if (!result && !failure_) failure_ = result.error();
    }
    [[nodiscard]] std::string inside(std::string_view name) const { return where_ + "." + std::string{name}; }
    [[nodiscard]] Result<void> result() const
    {
        if (failure_) return std::unexpected{*failure_};
        return {};
    }

private:
    std::string where_;
    std::optional<EngineFailure> failure_;
};

} // namespace papervault::engine::item_limits

namespace papervault::engine {

/// What can be said of a key without its item.
void check_key(item_limits::Check& check, const AnswerKey& key);
/// The key answers the item.
void check_together(item_limits::Check& check, const Item& item, const AnswerKey& key);

} // namespace papervault::engine
