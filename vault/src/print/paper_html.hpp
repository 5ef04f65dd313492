#pragma once

#include <papervault/vault/preview.hpp>

#include <string>

namespace papervault::vault::print {

/// One page by itself: no script, nothing from outside, pictures inside; formulas as MathML.
[[nodiscard]] std::string to_html(const PaperPreview& preview);

} // namespace papervault::vault::print
