#pragma once

#include <papervault/vault/bank.hpp>

#include <cairo/cairo.h>

#include <functional>
#include <optional>

namespace papervault::vault::print {

/// A picture of the bank in its own size, in points (96 pixels are 72 points).
struct Picture {
    double width = 0;
    double height = 0;
    /// Fills the rectangle.
    std::function<void(cairo_t*, double x, double y, double width, double height)> draw;
};

/// @return Nothing when the bytes can't be read as what they claim to be; the printer then shows the alternative text.
[[nodiscard]] std::optional<Picture> load_picture(const Media& media);

} // namespace papervault::vault::print
