#pragma once

#include <papervault/vault/error.hpp>

#include <boost/json/value.hpp>

#include <string_view>

namespace papervault::vault {

/// One YAML document as JSON: maps, lists, texts, whole numbers, true, false and null. Numbers with a point stay texts,
/// for nothing here is a floating-point number; what stands under a name that holds ids or titles stays text as well.
/// @return malformed for anchors, aliases, tags, a name twice, more than one document, depth over 32, 200,000 values.
[[nodiscard]] Result<boost::json::value> yaml_to_json(std::string_view text);

} // namespace papervault::vault
