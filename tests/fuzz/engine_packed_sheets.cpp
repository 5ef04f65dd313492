// Any bytes as packed sheets: what is read is written again as it was.
#include <papervault/engine/packed_sheets.hpp>

#include <algorithm>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace papervault::engine;
    const std::span bytes{reinterpret_cast<const std::byte*>(data), size};
    const auto matrix = unpack(bytes);
    if (matrix && !std::ranges::equal(pack(*matrix), bytes)) { std::abort(); }
    return 0;
}
