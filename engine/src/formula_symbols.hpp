#pragma once

#include <papervault/engine/formula.hpp>

#include <optional>
#include <string_view>

namespace papervault::engine::formula {

struct Symbol {
    std::string_view name; ///< Without the backslash.
    std::string_view text; ///< UTF-8.
    FormulaNode::Role role = FormulaNode::Role::ordinary;
    bool italic = false; ///< A variable such as α.
};

[[nodiscard]] const Symbol* find_symbol(std::string_view name) noexcept;
/// The name of a function such as "sin"; those in `limits` take their scripts above and below.
[[nodiscard]] bool is_function(std::string_view name) noexcept;
[[nodiscard]] bool takes_limits(std::string_view name) noexcept;
/// "¯" for "bar" and so on; empty for other commands.
[[nodiscard]] std::string_view accent_of(std::string_view name) noexcept;

} // namespace papervault::engine::formula
