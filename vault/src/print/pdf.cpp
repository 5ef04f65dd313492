#include "print/pdf.hpp"

#include <papervault/crypto/bytes.hpp>

#include <string>

namespace papervault::vault::print {

cairo_status_t append_bytes(void* closure, const unsigned char* data, unsigned int length)
{
    auto* out = static_cast<crypto::Bytes*>(closure);
    const auto* bytes = reinterpret_cast<const std::byte*>(data);
    out->insert(out->end(), bytes, bytes + length);
    return CAIRO_STATUS_SUCCESS;
}

Object<PangoContext> text_context(cairo_t* cairo)
{
    Object<PangoContext> context{pango_cairo_create_context(cairo)};
    pango_cairo_context_set_resolution(context.get(), 72);
    pango_context_set_language(context.get(), pango_language_from_string("zh-cn"));
    cairo_font_options_t* options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context.get(), options);
    cairo_font_options_destroy(options);
    return context;
}

Result<void> finish(cairo_surface_t* surface)
{
    cairo_surface_finish(surface);
    const cairo_status_t status = cairo_surface_status(surface);
    if (status == CAIRO_STATUS_SUCCESS) { return {}; }
    return refuse(VaultError::storage_failed,
                  std::string{"the PDF can't be written: "} + cairo_status_to_string(status));
}

} // namespace papervault::vault::print
