#include <papervault/engine/json.hpp>
#include <papervault/vault/blueprints.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

/// What is read as a blueprint, from YAML or JSON, is read back as it is written.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace papervault;
    const auto blueprint = vault::blueprint_from_text({reinterpret_cast<const char*>(data), size});
    if (!blueprint) { return 0; }
    const auto again = vault::blueprint_from_text(engine::canonical_json(to_json(*blueprint)));
    if (!again || *again != *blueprint) { std::abort(); }
    return 0;
}
