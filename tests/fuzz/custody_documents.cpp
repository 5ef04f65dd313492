// Any text as a share part, release or hand-over: what is read is written again as it was.
#include <papervault/vault/custody.hpp>

#include <cstdint>
#include <cstdlib>

namespace {

using namespace papervault::vault;

template <class Document>
void expect_same(const Result<Document>& document, std::string_view text)
{
    if (document && encode(*document) != text) { std::abort(); }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    expect_same(decode_share_part(text), text);
    expect_same(decode_release(text), text);
    expect_same(decode_handover(text), text);
    return 0;
}
