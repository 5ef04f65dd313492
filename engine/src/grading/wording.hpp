#pragma once

#include <papervault/engine/decimal.hpp>
#include <papervault/engine/item.hpp>

#include <string>
#include <string_view>
#include <vector>

/// The sentences of a scored item, in Chinese: candidates, graders and supervisors read them.
namespace papervault::engine::grading::wording {

/// What was typed or picked, safe to print: cut, without control characters, invalid UTF-8 as U+FFFD.
[[nodiscard]] std::string quotable(std::string_view text);
/// "A、C"; 正确/错误 for true/false.
[[nodiscard]] std::string options(ItemType type, const std::vector<std::string>& ids);
/// "“电阻”或“阻值”或 3.5±0.1"
[[nodiscard]] std::string blank_key(const BlankKey& key);
/// "：1.5 分"
[[nodiscard]] std::string points(Decimal points);

} // namespace papervault::engine::grading::wording
