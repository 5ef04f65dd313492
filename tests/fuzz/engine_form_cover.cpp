// What a kiosk fetches as its sealed form, from a hall that keeps no rule: refused, or a cover that is written the
// same.
#include <papervault/engine/assert.hpp>
#include <papervault/engine/form_cover.hpp>

#include <algorithm>
#include <cstdint>

using namespace papervault::engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto bytes = std::as_bytes(std::span{data, size});
    const auto cover = read_form_cover(bytes);
    if (!cover) { return 0; }
    const auto again = encode_form_cover(cover->pictures);
    PAPERVAULT_ASSERT(again.has_value() && again->size() == cover->cover_bytes && cover->cover_bytes <= size);
    PAPERVAULT_ASSERT(std::ranges::equal(std::as_bytes(std::span{*again}), bytes.first(cover->cover_bytes)));
    return 0;
}
