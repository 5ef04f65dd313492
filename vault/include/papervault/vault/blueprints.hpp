#pragma once

#include <papervault/crypto/bytes.hpp>
#include <papervault/engine/blueprint.hpp>
#include <papervault/vault/error.hpp>

#include <span>
#include <string_view>

/// Blueprints as people write them: JSON, YAML, or the tables of a spreadsheet. Format: docs/blueprint-format.md.
namespace papervault::vault {

/// Reads and validates. JSON when the text begins with '{', else YAML (one document, block or flow style; no anchors,
/// aliases or tags, no name twice in a map). At most 1 MiB.
/// @return malformed, with the place.
[[nodiscard]] Result<engine::Blueprint> blueprint_from_text(std::string_view text);

/// Builds a blueprint from a workbook with the sheets 结构表 (题型, 题数, 每题分值) and 细目表 (代码, 比重), see
/// docs/blueprint-format.md.
[[nodiscard]] Result<engine::Blueprint> blueprint_from_tables(crypto::ByteView xlsx);

struct BlueprintField {
    std::string_view name; ///< "sections.scopes.at_least": as it is nested, lists without their brackets.
    std::string_view chinese;
    std::string_view english;
};
/// Every field of the format, in the order of the format's page.
[[nodiscard]] std::span<const BlueprintField> blueprint_fields() noexcept;

} // namespace papervault::vault
