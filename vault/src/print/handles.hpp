#pragma once

#include <cairo/cairo.h>
#include <glib-object.h>

#include <memory>

namespace papervault::vault::print {

struct CairoRelease {
    void operator()(cairo_t* cairo) const noexcept { cairo_destroy(cairo); }
    void operator()(cairo_surface_t* surface) const noexcept { cairo_surface_destroy(surface); }
    void operator()(cairo_font_options_t* options) const noexcept { cairo_font_options_destroy(options); }
};
using Cairo = std::unique_ptr<cairo_t, CairoRelease>;
using Surface = std::unique_ptr<cairo_surface_t, CairoRelease>;

struct ObjectRelease {
    void operator()(void* object) const noexcept { g_object_unref(object); }
};
template <class T>
using Object = std::unique_ptr<T, ObjectRelease>;

/// Keeps cairo's state as it was.
class SavedState {
public:
    explicit SavedState(cairo_t* cairo) : cairo_{cairo} { cairo_save(cairo_); }
    SavedState(const SavedState&) = delete;
    SavedState& operator=(const SavedState&) = delete;
    ~SavedState() { cairo_restore(cairo_); }

private:
    cairo_t* cairo_;
};

} // namespace papervault::vault::print
