#pragma once

#include <cairo/cairo.h>

#include <functional>
#include <vector>

/// What stands on pages: lines from top to bottom. In points.
namespace papervault::vault::print {

struct Line {
    double height = 0;
    std::function<void(cairo_t*, double x, double top)> draw;
    double rise = 0; ///< From the top down to the baseline; 0 for what has none.
};
using Lines = std::vector<Line>;

[[nodiscard]] inline double height_of(const Lines& lines)
{
    double height = 0;
    for (const Line& line : lines) { height += line.height; }
    return height;
}
[[nodiscard]] Line gap(double height);
[[nodiscard]] Lines shifted(Lines lines, double right);
inline void append(Lines& lines, Lines more)
{
    for (Line& line : more) { lines.push_back(std::move(line)); }
}

struct Column {
    double x = 0;
    Lines lines;
};
/// Side by side, line beside line, on a common baseline.
[[nodiscard]] Lines beside(std::vector<Column> columns);

} // namespace papervault::vault::print
