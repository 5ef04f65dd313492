#include "print/flow.hpp"

#include <algorithm>
#include <utility>

namespace papervault::vault::print {

Line gap(double height)
{
    return {height, [](cairo_t*, double, double) {}, 0};
}

Lines shifted(Lines lines, double right)
{
    for (Line& line : lines) {
        line.draw = [inner = std::move(line.draw), right](cairo_t* cairo, double x, double top) {
            inner(cairo, x + right, top);
        };
    }
    return lines;
}

Lines beside(std::vector<Column> columns)
{
    std::size_t rows = 0;
    for (const Column& column : columns) { rows = std::max(rows, column.lines.size()); }
    Lines lines;
    for (std::size_t row = 0; row < rows; ++row) {
        Line line;
        for (const Column& column : columns) {
            if (row < column.lines.size()) { line.rise = std::max(line.rise, column.lines[row].rise); }
        }
        std::vector<std::pair<double, Line>> parts;
        for (Column& column : columns) {
            if (row >= column.lines.size()) { continue; }
            Line& part = column.lines[row];
            part.rise = part.rise > 0 ? line.rise - part.rise : 0; // now: how far it moves down
            line.height = std::max(line.height, part.rise + part.height);
            parts.emplace_back(column.x, std::move(part));
        }
        line.draw = [parts = std::move(parts)](cairo_t* cairo, double x, double top) {
            for (const auto& [right, part] : parts) { part.draw(cairo, x + right, top + part.rise); }
        };
        lines.push_back(std::move(line));
    }
    return lines;
}

} // namespace papervault::vault::print
