// Golden vectors of a package: any text is a document or refused, and whoever passes is written as it was read.
#include "golden/golden_codec.hpp"

#include <papervault/vault/golden.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <tuple>

using namespace papervault::vault;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    if (const auto vectors = decode_golden_vectors(text)) {
        const auto again = decode_golden_vectors(encode(*vectors));
        if (!again || encode(*again) != encode(*vectors)) { std::abort(); }
    }
    std::ignore = check_golden_sample(text);
    return 0;
}
