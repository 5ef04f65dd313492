// Any text as a package's header, past the signatures that stop package_open: what is read is written again as it was.
#include "package/header_check.hpp"
#include "package/header_codec.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace papervault::vault;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto json = parse_header(text);
    if (!json) { return 0; }
    std::ignore = sealers_of(*json);
    const auto header = decode_header(*json, text);
    if (header && (encode_header(*header) != text || !check_header(*header))) { std::abort(); }
    return 0;
}
