// Authors' notation from any bank: what is read is in normal form, and reads back from notation and from JSON.
#include <papervault/engine/assert.hpp>
#include <papervault/engine/content.hpp>
#include <papervault/engine/json.hpp>

#include <cstdint>
#include <string_view>

using namespace papervault::engine;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    for (const auto& content : {parse_content(text), content_from_plain_text(text)}) {
        if (!content) continue;
        PAPERVAULT_ASSERT(validate(*content, "").has_value());
        PAPERVAULT_ASSERT(normalized(*content) == *content);
        PAPERVAULT_ASSERT(content_from_json(to_json(*content), "") == *content);
        // Escapes make the notation longer than the text was, so its limit is not the one of the text.
        const auto again = parse_content(to_notation(*content), ContentLimits{.bytes_max = 1 << 20});
        PAPERVAULT_ASSERT(again == *content);
        PAPERVAULT_ASSERT(static_cast<std::size_t>(count_blanks(*content)) <= size);
        (void)plain_text(*content);
    }
    return 0;
}
