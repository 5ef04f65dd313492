#include "blueprints/yaml.hpp"

#include <papervault/engine/json.hpp>
#include <papervault/vault/blueprints.hpp>

namespace papervault::vault {
namespace {

constexpr std::size_t blueprint_bytes_max = 1 << 20;

} // namespace

Result<engine::Blueprint> blueprint_from_text(std::string_view text)
{
    if (text.size() > blueprint_bytes_max) { return refuse(VaultError::malformed, "a blueprint has at most 1 MiB"); }
    if (text.starts_with("\xEF\xBB\xBF")) { text.remove_prefix(3); }
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    boost::json::value value;
    if (first != std::string_view::npos && text[first] == '{') {
        auto parsed = engine::parse_json(text, {.bytes_max = blueprint_bytes_max});
        if (!parsed) { return refuse(VaultError::malformed, parsed.error().detail); }
        value = std::move(*parsed);
    } else {
        auto parsed = yaml_to_json(text);
        if (!parsed) { return std::unexpected{parsed.error()}; }
        value = std::move(*parsed);
    }
    auto blueprint = engine::blueprint_from_json(value);
    if (!blueprint) { return refuse(VaultError::malformed, blueprint.error().detail); }
    return std::move(*blueprint);
}

} // namespace papervault::vault
