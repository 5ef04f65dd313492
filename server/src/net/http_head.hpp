#pragma once

#include <papervault/server/http.hpp>

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The head of an HTTP/1.1 request, read to the letter of RFC 9112 and stricter: what two readers could understand in
/// two ways is refused, so nothing can be smuggled past one of them.
namespace papervault::server {

inline constexpr std::size_t head_fields_max = 64;

struct HttpHead {
    HttpMethod method{};
    std::string target;                                      ///< Begins with '/'; visible ASCII.
    std::vector<std::pair<std::string, std::string>> fields; ///< Names as sent, values without white space around.
    std::size_t content_length = 0;
    bool keep_alive = true;
    bool web_socket = false; ///< Asks for the upgrade to a WebSocket.
};

/// Why a head is refused; the connection is closed after the answer.
struct HeadRefusal {
    int status; ///< 400, 405, 413, 417, 431, 505
    std::string_view reason;
};

/// How much of the text is one head, its empty line included; 0 while it is not complete. Refuses early what can't
/// become a head any more.
[[nodiscard]] std::expected<std::size_t, HeadRefusal> find_head_end(std::string_view received, std::size_t bytes_max);

/// @param head  As find_head_end() measured it.
[[nodiscard]] std::expected<HttpHead, HeadRefusal> parse_head(std::string_view head, std::size_t body_bytes_max);

/// Status line and fields of an answer with the given body.
[[nodiscard]] std::string response_head(const HttpResponse& response, bool keep_alive);

} // namespace papervault::server
