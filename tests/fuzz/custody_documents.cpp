// Any text as a document of custody: what is read is written again as it was. And as a spoken code.
#include "custody/spoken_code.hpp"

#include <papervault/vault/custody.hpp>
#include <papervault/vault/inspection.hpp>
#include <papervault/vault/rewrap.hpp>
#include <papervault/vault/withdrawal.hpp>

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
    expect_same(decode_recovery_part(text), text);
    expect_same(decode_rewrap(text), text);
    expect_same(decode_withdrawal(text), text);
    expect_same(decode_inspection(text), text);
    expect_same(decode_incident(text), text);
    expect_same(decode_clearance(text), text);
    if (const auto symbols = read_spoken_code(text)) {
        if (!read_spoken_code(write_spoken_code(*symbols))) { std::abort(); }
    }
    return 0;
}
