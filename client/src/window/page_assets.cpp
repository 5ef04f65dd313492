#include "window/page_assets.hpp"

#include <algorithm>
#include <array>

namespace papervault::client {

const PageAsset* find_page_asset(std::string_view path) noexcept
{
    const auto assets = page_assets();
    const auto found = std::ranges::find(assets, path, &PageAsset::path);
    return found == assets.end() ? nullptr : &*found;
}

std::string_view content_type_of(std::string_view path) noexcept
{
    struct Ending {
        std::string_view ending;
        std::string_view type;
    };
    constexpr std::array endings{
        Ending{".html", "text/html; charset=utf-8"},
        Ending{".js", "text/javascript; charset=utf-8"},
        Ending{".css", "text/css; charset=utf-8"},
        Ending{".woff2", "font/woff2"},
        Ending{".svg", "image/svg+xml"},
        Ending{".png", "image/png"},
    };
    for (const Ending& each : endings) {
        if (path.ends_with(each.ending)) { return each.type; }
    }
    return "application/octet-stream";
}

} // namespace papervault::client
