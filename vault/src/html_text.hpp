#pragma once

#include <string>
#include <string_view>

namespace papervault::vault {

/// Text for an element or a quoted attribute.
[[nodiscard]] inline std::string escaped(std::string_view text)
{
    std::string safe;
    for (const char c : text) {
        switch (c) {
        case '&': safe += "&amp;"; break;
        case '<': safe += "&lt;"; break;
        case '>': safe += "&gt;"; break;
        case '"': safe += "&quot;"; break;
        case '\'': safe += "&#39;"; break;
        default: safe.push_back(c);
        }
    }
    return safe;
}

} // namespace papervault::vault
