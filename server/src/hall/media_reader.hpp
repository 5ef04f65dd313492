#pragma once

#include "hall/form_press.hpp"

#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace papervault::server {

/// Reads the compartment `media`, {"media/pump.svg":{"base64":"…","type":"image/svg+xml"}}, without copying a picture.
/// @param text  The result points into it.
/// @return What is wrong, in words. base64 that is written with escapes is refused: it would have to be copied.
[[nodiscard]] std::expected<std::map<std::string, PaperPicture, std::less<>>, std::string>
read_media(std::string_view text);

} // namespace papervault::server
