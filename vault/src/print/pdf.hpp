#pragma once

#include "print/handles.hpp"

#include <papervault/vault/error.hpp>

#include <pango/pangocairo.h>

/// What every PDF that is written here has in common.
namespace papervault::vault::print {

/// Cairo's writer. @param closure  A crypto::Bytes that grows.
cairo_status_t append_bytes(void* closure, const unsigned char* data, unsigned int length);
/// Texts of a page: Chinese, in points, not fitted to pixels.
[[nodiscard]] Object<PangoContext> text_context(cairo_t* cairo);
/// Writes what is left. @return storage_failed when the PDF is not whole.
[[nodiscard]] Result<void> finish(cairo_surface_t* surface);

} // namespace papervault::vault::print
