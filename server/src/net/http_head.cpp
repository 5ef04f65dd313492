#include "net/http_head.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace papervault::server {
namespace {

std::unexpected<HeadRefusal> bad(std::string_view reason)
{
    return std::unexpected{HeadRefusal{.status = 400, .reason = reason}};
}

bool is_token_character(char c) noexcept
{
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.contains(c);
}

bool is_token(std::string_view text) noexcept
{
    return !text.empty() && std::ranges::all_of(text, is_token_character);
}

bool is_target_character(char c) noexcept
{
    constexpr std::string_view forbidden = "\"<>\\^`{|}#";
    return c > 0x20 && c < 0x7f && !forbidden.contains(c);
}

bool is_host_character(char c) noexcept
{
    constexpr std::string_view marks = ".:[]-_";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || marks.contains(c);
}

char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_letters(std::string_view left, std::string_view right) noexcept
{
    return std::ranges::equal(left, right, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) noexcept
{
    const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_space(text.front())) { text.remove_prefix(1); }
    while (!text.empty() && is_space(text.back())) { text.remove_suffix(1); }
    return text;
}

/// The text up to the separator; takes both off the rest.
std::string_view take_until(std::string_view& rest, std::string_view separator) noexcept
{
    const std::size_t at = rest.find(separator);
    const std::string_view taken = rest.substr(0, at);
    rest.remove_prefix(at == std::string_view::npos ? rest.size() : at + separator.size());
    return taken;
}

bool lists(std::string_view value, std::string_view word) noexcept
{
    while (!value.empty()) {
        if (same_letters(trimmed(take_until(value, ",")), word)) { return true; }
    }
    return false;
}

std::expected<void, HeadRefusal> read_request_line(std::string_view line, HttpHead& head)
{
    const std::string_view method = take_until(line, " ");
    const std::string_view target = take_until(line, " ");
    if (!is_token(method)) { return bad("no method"); }
    if (target.empty() || target.front() != '/' || !std::ranges::all_of(target, is_target_character)) {
        return bad("the target must be an absolute path");
    }
    if (line == "HTTP/1.0") { return std::unexpected{HeadRefusal{.status = 505, .reason = "HTTP/1.1 is needed"}}; }
    if (line != "HTTP/1.1") { return bad("no HTTP/1.1 request line"); }
    if (method == "GET") {
        head.method = HttpMethod::get;
    } else if (method == "POST") {
        head.method = HttpMethod::post;
    } else {
        return std::unexpected{HeadRefusal{.status = 405, .reason = "GET or POST"}};
    }
    head.target = target;
    return {};
}

std::expected<void, HeadRefusal> read_field(std::string_view line, HttpHead& head)
{
    if (line.front() == ' ' || line.front() == '\t') { return bad("a folded field"); }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) { return bad("no field name"); }
    const std::string_view value = trimmed(line.substr(colon + 1));
    const bool plain = std::ranges::all_of(value, [](char c) { return c == '\t' || (c >= 0x20 && c < 0x7f); });
    if (!plain) { return bad("a field value that is not plain ASCII"); }
    if (head.fields.size() == head_fields_max) {
        return std::unexpected{HeadRefusal{.status = 431, .reason = "too many fields"}};
    }
    head.fields.emplace_back(line.substr(0, colon), value);
    return {};
}

std::expected<void, HeadRefusal> read_length(std::string_view value, std::size_t body_bytes_max, HttpHead& head)
{
    constexpr std::size_t digits_max = 9;
    const bool digits = !value.empty() && std::ranges::all_of(value, [](char c) { return c >= '0' && c <= '9'; });
    if (!digits) { return bad("Content-Length is no number"); }
    if (value.size() <= digits_max) { std::from_chars(value.data(), value.data() + value.size(), head.content_length); }
    if (value.size() > digits_max || head.content_length > body_bytes_max) {
        return std::unexpected{HeadRefusal{.status = 413, .reason = "the body is too large"}};
    }
    return {};
}

/// What the fields mean together.
std::expected<void, HeadRefusal> weigh_fields(std::size_t body_bytes_max, HttpHead& head)
{
    int hosts = 0;
    int lengths = 0;
    bool upgrade_listed = false;
    std::optional<std::string_view> upgrade;
    for (const auto& [name, value] : head.fields) {
        if (same_letters(name, "host")) {
            if (++hosts > 1) { return bad("Host twice"); }
            if (value.empty() || !std::ranges::all_of(value, is_host_character)) { return bad("no host in Host"); }
        } else if (same_letters(name, "content-length")) {
            if (++lengths > 1) { return bad("Content-Length twice"); }
            if (auto read = read_length(value, body_bytes_max, head); !read) { return read; }
        } else if (same_letters(name, "transfer-encoding")) {
            return bad("Transfer-Encoding is not taken; send Content-Length");
        } else if (same_letters(name, "connection")) {
            if (lists(value, "close")) { head.keep_alive = false; }
            upgrade_listed = upgrade_listed || lists(value, "upgrade");
        } else if (same_letters(name, "upgrade")) {
            if (upgrade) { return bad("Upgrade twice"); }
            upgrade = value;
        } else if (same_letters(name, "expect")) {
            return std::unexpected{HeadRefusal{.status = 417, .reason = "no expectation is met"}};
        }
    }
    if (hosts == 0) { return bad("no Host"); }
    if (upgrade) {
        if (!upgrade_listed || !same_letters(*upgrade, "websocket")) {
            return bad("only a WebSocket can be upgraded to");
        }
        head.web_socket = true;
    }
    if (head.method == HttpMethod::get && head.content_length != 0) { return bad("a GET with a body"); }
    return {};
}

std::string_view reason_phrase(int status) noexcept
{
    switch (status) {
    case 200: return "OK";
    case 202: return "Accepted";
    case 400: return "Bad Request";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 417: return "Expectation Failed";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Answer";
    }
}

} // namespace

std::expected<std::size_t, HeadRefusal> find_head_end(std::string_view received, std::size_t bytes_max)
{
    const std::size_t end = received.find("\r\n\r\n");
    const std::size_t size = end == std::string_view::npos ? received.size() : end + 4;
    if (size > bytes_max) { return std::unexpected{HeadRefusal{.status = 431, .reason = "the head is too large"}}; }
    const std::string_view head = received.substr(0, size);
    for (std::size_t i = 0; i < head.size(); ++i) {
        const bool line_feed_alone = head[i] == '\n' && (i == 0 || head[i - 1] != '\r');
        const bool return_alone = head[i] == '\r' && i + 1 < head.size() && head[i + 1] != '\n';
        if (line_feed_alone || return_alone) { return bad("a line that doesn't end with CR LF"); }
        if (head[i] == '\0') { return bad("a zero byte"); }
    }
    return end == std::string_view::npos ? 0 : size;
}

std::expected<HttpHead, HeadRefusal> parse_head(std::string_view text, std::size_t body_bytes_max)
{
    HttpHead head;
    if (auto line = read_request_line(take_until(text, "\r\n"), head); !line) { return std::unexpected{line.error()}; }
    for (;;) {
        const std::string_view line = take_until(text, "\r\n");
        if (line.empty()) { break; }
        if (auto field = read_field(line, head); !field) { return std::unexpected{field.error()}; }
    }
    if (auto fields = weigh_fields(body_bytes_max, head); !fields) { return std::unexpected{fields.error()}; }
    return head;
}

std::string response_head(const HttpResponse& response, bool keep_alive)
{
    return fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n"
                       "X-Content-Type-Options: nosniff\r\nConnection: {}\r\n\r\n",
                       response.status, reason_phrase(response.status), response.content_type, response.body.size(),
                       keep_alive ? "keep-alive" : "close");
}

} // namespace papervault::server
