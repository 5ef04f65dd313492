#include "print/picture.hpp"

#include "print/handles.hpp"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <librsvg/rsvg.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <tuple>

namespace papervault::vault::print {
namespace {

constexpr double points_per_pixel = 0.75;
constexpr double side_max = 20'000;
constexpr double unknown_side = 300; // an SVG that says nothing of its size

std::optional<Picture> load_svg(const crypto::Bytes& bytes)
{
    // Text without a language would be set in another country's forms of the characters.
    std::string text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    if (const std::size_t root = text.find("<svg ");
        root != std::string::npos && text.find("xml:lang") == std::string::npos) {
        text.insert(root + 4, " xml:lang=\"zh-CN\"");
    }
    GError* error = nullptr;
    // No base URI: nothing outside these bytes is ever opened.
    std::shared_ptr<RsvgHandle> handle{
        rsvg_handle_new_from_data(reinterpret_cast<const guint8*>(text.data()), text.size(), &error), ObjectRelease{}};
    if (!handle) {
        g_clear_error(&error);
        return std::nullopt;
    }
    double width = 0;
    double height = 0;
    if (rsvg_handle_get_intrinsic_size_in_pixels(handle.get(), &width, &height) == FALSE) {
        gboolean has_box = FALSE;
        RsvgRectangle box{};
        rsvg_handle_get_intrinsic_dimensions(handle.get(), nullptr, nullptr, nullptr, nullptr, &has_box, &box);
        width = has_box != FALSE ? box.width : unknown_side;
        height = has_box != FALSE ? box.height : unknown_side;
    }
    if (!(width > 0) || !(height > 0) || width > side_max || height > side_max) { return std::nullopt; }
    return Picture{width * points_per_pixel, height * points_per_pixel,
                   [handle](cairo_t* cairo, double x, double y, double w, double h) {
                       const SavedState saved{cairo};
                       const RsvgRectangle place{x, y, w, h};
                       std::ignore = rsvg_handle_render_document(handle.get(), cairo, &place, nullptr);
                   }};
}

std::optional<Picture> load_pixels(const crypto::Bytes& bytes)
{
    const Object<GdkPixbufLoader> loader{gdk_pixbuf_loader_new()};
    const bool read = gdk_pixbuf_loader_write(loader.get(), reinterpret_cast<const guchar*>(bytes.data()), bytes.size(),
                                              nullptr) != FALSE;
    const bool closed = gdk_pixbuf_loader_close(loader.get(), nullptr) != FALSE;
    GdkPixbuf* pixels = gdk_pixbuf_loader_get_pixbuf(loader.get());
    if (!read || !closed || pixels == nullptr) { return std::nullopt; }
    const int width = gdk_pixbuf_get_width(pixels);
    const int height = gdk_pixbuf_get_height(pixels);
    if (width < 1 || height < 1 || width > side_max || height > side_max) { return std::nullopt; }
    std::shared_ptr<cairo_surface_t> surface{cairo_image_surface_create(CAIRO_FORMAT_ARGB32, width, height),
                                             CairoRelease{}};
    if (cairo_surface_status(surface.get()) != CAIRO_STATUS_SUCCESS) { return std::nullopt; }
    const int channels = gdk_pixbuf_get_n_channels(pixels);
    const bool has_alpha = gdk_pixbuf_get_has_alpha(pixels) != FALSE;
    const int source_stride = gdk_pixbuf_get_rowstride(pixels);
    const guchar* source = gdk_pixbuf_read_pixels(pixels);
    const int target_stride = cairo_image_surface_get_stride(surface.get());
    unsigned char* target = cairo_image_surface_get_data(surface.get());
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            const guchar* from = source + std::ptrdiff_t{y} * source_stride + std::ptrdiff_t{x} * channels;
            const std::uint32_t alpha = has_alpha ? from[3] : 255U;
            const auto pressed = [&](guchar value) { return std::uint32_t{value} * alpha / 255U; };
            const std::uint32_t pixel = alpha << 24 | pressed(from[0]) << 16 | pressed(from[1]) << 8 | pressed(from[2]);
            std::memcpy(target + std::ptrdiff_t{y} * target_stride + std::ptrdiff_t{x} * 4, &pixel, sizeof pixel);
        }
    }
    cairo_surface_mark_dirty(surface.get());
    return Picture{width * points_per_pixel, height * points_per_pixel,
                   [surface, width, height](cairo_t* cairo, double x, double y, double w, double h) {
                       const SavedState saved{cairo};
                       cairo_translate(cairo, x, y);
                       cairo_scale(cairo, w / width, h / height);
                       cairo_set_source_surface(cairo, surface.get(), 0, 0);
                       cairo_paint(cairo);
                   }};
}

} // namespace

std::optional<Picture> load_picture(const Media& media)
{
    return media.type == "image/svg+xml" ? load_svg(media.bytes) : load_pixels(media.bytes);
}

} // namespace papervault::vault::print
