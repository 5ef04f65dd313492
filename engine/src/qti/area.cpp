#include <papervault/engine/qti/expression.hpp>

#include <algorithm>

namespace papervault::engine::qti {
namespace {

double squared(double value) noexcept
{
    return value * value;
}

/// Even-odd rule; edges and corners belong to the polygon.
bool in_polygon(const std::vector<double>& c, double x, double y) noexcept
{
    const std::size_t corners = c.size() / 2;
    bool inside = false;
    for (std::size_t i = 0, j = corners - 1; i < corners; j = i++) {
        const double x1 = c[2 * i], y1 = c[2 * i + 1], x2 = c[2 * j], y2 = c[2 * j + 1];
        const double side = (x - x1) * (y2 - y1) - (y - y1) * (x2 - x1);
        const bool within =
            x >= std::min(x1, x2) && x <= std::max(x1, x2) && y >= std::min(y1, y2) && y <= std::max(y1, y2);
        if (side == 0.0 && within) { return true; }
        if ((y1 > y) != (y2 > y) && x < (x2 - x1) * (y - y1) / (y2 - y1) + x1) { inside = !inside; }
    }
    return inside;
}

} // namespace

bool Area::contains(Point point) const noexcept
{
    const double x = point.x;
    const double y = point.y;
    const std::vector<double>& c = coordinates;
    switch (shape) {
    case Shape::everywhere: return true;
    case Shape::rectangle:
        return x >= std::min(c[0], c[2]) && x <= std::max(c[0], c[2]) && y >= std::min(c[1], c[3]) &&
               y <= std::max(c[1], c[3]);
    case Shape::circle: return squared(x - c[0]) + squared(y - c[1]) <= squared(c[2]);
    case Shape::ellipse:
        return squared(x - c[0]) * squared(c[3]) + squared(y - c[1]) * squared(c[2]) <= squared(c[2] * c[3]);
    case Shape::polygon: return in_polygon(c, x, y);
    }
    return false;
}

} // namespace papervault::engine::qti
