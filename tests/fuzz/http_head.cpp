// The reader of HTTP heads: whatever it takes has exactly one Host and no Transfer-Encoding, and lies within its
// limits.
#include "net/http_head.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

namespace server = papervault::server;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view received{reinterpret_cast<const char*>(data), size};
    constexpr std::size_t head_bytes_max = 8 * 1024;
    const auto end = server::find_head_end(received, head_bytes_max);
    if (!end || *end == 0) { return 0; }
    if (*end > head_bytes_max || *end > size || !received.substr(0, *end).ends_with("\r\n\r\n")) { std::abort(); }
    const auto head = server::parse_head(received.substr(0, *end), 64 * 1024);
    if (!head) {
        if (head.error().status < 400 || head.error().reason.empty()) { std::abort(); }
        return 0;
    }
    if (head->target.empty() || head->target.front() != '/' || head->content_length > 64 * 1024) { std::abort(); }
    if (head->fields.size() > server::head_fields_max) { std::abort(); }
    const auto count = [&head](std::string_view wanted) {
        return std::ranges::count_if(head->fields, [wanted](const auto& field) {
            return std::ranges::equal(field.first, wanted, {},
                                      [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        });
    };
    if (count("host") != 1 || count("transfer-encoding") != 0 || count("content-length") > 1) { std::abort(); }
    if (head->web_socket && head->method != server::HttpMethod::get) { std::abort(); }
    return 0;
}
