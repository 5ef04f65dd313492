// A blueprint from any file: what is read is valid, is read back as it was written, and can be compiled against any
// pool.
#include <papervault/engine/assembly.hpp>
#include <papervault/engine/assert.hpp>
#include <papervault/engine/json.hpp>

#include <cstdint>
#include <string_view>

using namespace papervault::engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto value = parse_json({reinterpret_cast<const char*>(data), size}, JsonLimits{});
    if (!value) { return 0; }
    const auto blueprint = blueprint_from_json(*value);
    if (!blueprint) { return 0; }
    PAPERVAULT_ASSERT(validate(*blueprint).has_value());
    PAPERVAULT_ASSERT(blueprint_from_json(to_json(*blueprint)) == *blueprint);
    std::vector<PoolItem> pool;
    for (const BlueprintSection& section : blueprint->sections) {
        for (int item = 0; item < section.count && pool.size() < 30; ++item) {
            const std::string point = section.scopes.empty() ? "1" : section.scopes.front().scope;
            pool.push_back({"i" + std::to_string(pool.size()), section.type, point, blueprint->difficulty_target});
        }
    }
    for (const bool has_items : {false, true}) {
        const auto drawer =
            FormDrawer::compile(has_items ? std::span<const PoolItem>{pool} : std::span<const PoolItem>{}, *blueprint);
        PAPERVAULT_ASSERT(drawer.has_value() || drawer.error().code == EngineError::infeasible);
    }
    return 0;
}
