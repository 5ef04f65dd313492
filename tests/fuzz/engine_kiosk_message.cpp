// What comes in over the line from a kiosk that keeps no rule: refused, or a message that reads back the same.
#include <papervault/engine/assert.hpp>
#include <papervault/engine/json.hpp>
#include <papervault/engine/messages.hpp>

#include <cstdint>
#include <string_view>

using namespace papervault::engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto message = decode_kiosk_message(text);
    if (!message) return 0;
    PAPERVAULT_ASSERT(parse_json(text, JsonLimits{.bytes_max = hall_message_bytes_max}).has_value());
    PAPERVAULT_ASSERT(decode_kiosk_message(encode(*message)) == *message);
    return 0;
}
