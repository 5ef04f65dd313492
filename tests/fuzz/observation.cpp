// Any text as what was read off a photograph: limits hold, and it is ranked without a crash.
#include <papervault/vault/trace.hpp>

#include <cmath>
#include <cstdint>
#include <cstdlib>

using namespace papervault::vault;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto seen = decode_observation({reinterpret_cast<const char*>(data), size});
    if (!seen) { return 0; }
    papervault::engine::Form form{.id = "A", .title = "", .sections = {{"", "note", {}}}};
    for (const char* id : {"I-1", "I-2", "I-3"}) {
        papervault::engine::Item item;
        item.id = id;
        item.options = {{"A", {}}, {"B", {}}, {"C", {}}};
        form.sections.front().items.push_back({item, papervault::engine::Decimal::from_integer(1)});
    }
    const std::vector copies{order_of(form, "1", "candidate", "x")};
    const std::vector forms{form};
    for (const Suspect& suspect : rank_copies(copies, forms, *seen, 0.02)) {
        if (!std::isfinite(suspect.evidence) || !(suspect.probability >= 0 && suspect.probability <= 1)) {
            std::abort();
        }
    }
    return 0;
}
