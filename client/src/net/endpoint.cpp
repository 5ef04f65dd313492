#include <papervault/client/hall_link.hpp>

#include <algorithm>
#include <charconv>

namespace papervault::client {

Result<Endpoint> endpoint_from_text(std::string_view text)
{
    const auto wrong = [text] { return refuse(ClientError::malformed, "'" + std::string{text} + "' is no HOST:PORT"); };
    const std::size_t colon = text.rfind(':');
    if (colon == std::string_view::npos || text.size() > 300) { return wrong(); }
    std::string_view host = text.substr(0, colon);
    const std::string_view port = text.substr(colon + 1);
    if (host.starts_with('[') && host.ends_with(']')) {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        return wrong(); // an IPv6 address without brackets: which colon is the port's?
    }
    const bool plain = std::ranges::all_of(host, [](unsigned char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
               c == ':' || c == '%';
    });
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
    if (host.empty() || !plain || error != std::errc{} || end != port.data() + port.size() || number == 0) {
        return wrong();
    }
    return Endpoint{.host = std::string{host}, .port = number};
}

} // namespace papervault::client
