// What the page says to its host: anything may come, one call or a refusal must leave.
#include <papervault/client/page.hpp>
#include <papervault/client/session.hpp>

#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace papervault::client;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto read = page_call_from_json(text);
    if (read) {
        if (const auto* log = std::get_if<call::Log>(&*read)) {
            for (const char c : log->message) {
                if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
                    std::abort();
                } // a line of the log could be forged
            }
        }
    }
    std::ignore = hall_info_from_json(text);
    return 0;
}
