#pragma once

#include <papervault/crypto/hash.hpp>

#include <boost/json/object.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What the listeners give to the program and take from it: no socket, no TLS and no Beast is seen from outside.
namespace papervault::server {

enum class HttpMethod { get, post };

/// Who is at the other end, from a certificate that TLS has verified; empty where no certificate was asked for.
struct Peer {
    std::string role;    ///< OU: "kiosk", "staff".
    std::string name;    ///< CN: "seat-07", "主考甲".
    crypto::Digest key;  ///< SHA-256 of the certificate's public key.
    std::string address; ///< Of the network, without port.
};

struct HttpRequest {
    HttpMethod method{};
    std::string path; ///< "/v1/hall": absolute, checked, without query.
    std::string body; ///< At most ListenerLimits::body_bytes_max.
};

struct HttpResponse {
    int status = 200;
    std::string content_type = "application/json";
    std::string body;
};
[[nodiscard]] HttpResponse json_response(int status, const boost::json::object& body);
/// {"error":error,"detail":detail}
[[nodiscard]] HttpResponse error_response(int status, std::string_view error, std::string_view detail);

/// Called once, from any thread.
using Reply = std::move_only_function<void(HttpResponse)>;

/// Close codes of docs/protocol.md.
enum class LineClose : std::uint16_t {
    going_away = 1001,
    protocol_error = 1002,
    policy = 1008,
    replaced = 4000,
    enrolled_anew = 4001,
    moved = 4002,
    too_slow = 4003,
};

/// The hall's end of one open WebSocket. Any thread; does nothing once the line is closed.
class Line {
public:
    virtual ~Line() = default;
    virtual void send(std::string text) = 0;
    virtual void close(LineClose code) = 0;
};

/// Unique per process run; from 1.
using LineId = std::uint64_t;
/// Given with every message; as long as it lives the message counts as unanswered (docs/protocol.md: at most 64).
using InFlight = std::shared_ptr<void>;

/// The program behind a listener. Called on the listener's thread; returns at once and never throws.
class ListenerHandler {
public:
    virtual ~ListenerHandler() = default;
    virtual void answer(const Peer& peer, HttpRequest request, Reply reply) = 0;

    /// Whether this peer may open a WebSocket at this path; otherwise how to refuse.
    [[nodiscard]] virtual std::optional<HttpResponse> refuse_line(const Peer& peer, std::string_view path) = 0;
    virtual void line_opened(LineId id, const Peer& peer, std::shared_ptr<Line> line) = 0;
    virtual void line_message(LineId id, std::string text, InFlight in_flight) = 0;
    virtual void line_closed(LineId id) = 0;
};

/// How fast somebody may ask; who asks faster is read more slowly.
struct Pace {
    int per_second = 1; ///< At least 1.
    int burst = 1;      ///< So many at once.
};

/// Limits of one listener. Per-connection limits are for one connection, others for all together.
struct ListenerLimits {
    std::size_t head_bytes_max = 8 * 1024;
    std::size_t body_bytes_max = 64 * 1024;
    std::size_t message_bytes_max = 64 * 1024;
    std::size_t in_flight_max = 64;                  ///< Unanswered messages of a line before reading stops.
    std::size_t unsent_bytes_max = 16 * 1024 * 1024; ///< Of a line; beyond it the reader is too slow.
    std::size_t handshakes_max = 256;                ///< Connections that have not finished TLS; then the oldest goes.
    std::size_t handshakes_per_address_max = 32;
    std::size_t connections_max = 1024;
    std::size_t connections_per_peer_max = 16;       ///< Of one certificate; of one address where there are none.
    Pace messages{.per_second = 100, .burst = 2000}; ///< Of a line; a backlog after a lost line is a burst.
    Pace requests{.per_second = 50, .burst = 200};   ///< Of a connection.
    std::chrono::milliseconds handshake_timeout{5'000};
    std::chrono::milliseconds request_timeout{10'000}; ///< From the first byte of a request to its last.
    std::chrono::milliseconds answer_timeout{120'000};
    std::chrono::milliseconds write_timeout{30'000};
    std::chrono::milliseconds idle_timeout{30'000};
};

} // namespace papervault::server
