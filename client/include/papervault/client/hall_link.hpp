#pragma once

#include <papervault/client/error.hpp>
#include <papervault/client/event_loop.hpp>
#include <papervault/client/session.hpp>
#include <papervault/crypto/bytes.hpp>
#include <papervault/crypto/secret_buffer.hpp>
#include <papervault/engine/form_cover.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

/// The kiosk's side of docs/protocol.md on the wire: TLS 1.3, HTTP, WebSocket. Loop's thread only.
namespace papervault::client {

struct Endpoint {
    std::string host; ///< Name or address; without brackets.
    std::uint16_t port = 0;
    bool operator==(const Endpoint&) const = default;
};
/// Reads "hall.example:8443", "10.0.0.5:8443", "[fd00::5]:8443".
[[nodiscard]] Result<Endpoint> endpoint_from_text(std::string_view text);

/// A seat's key, its certificate from the hall, and the authority that the invigilator's confirmation vouched for.
struct KioskIdentity {
    crypto::SecretBuffer key_pem;
    std::string certificate_pem;
    std::string authority_pem;
};

// ---- single requests ----
struct HttpsRequest {
    Endpoint endpoint;
    std::string authority_pem; ///< Empty: the certificate cannot be checked yet (enrolment, first step).
    bool post = false;
    std::string target;
    std::string body; ///< JSON.
    std::size_t answer_bytes_max = 64 * 1024;
    std::chrono::seconds within{10};
};
struct HttpsAnswer {
    int status = 0;
    std::string body;
};
using HttpsReply = std::function<void(Result<HttpsAnswer>)>;
/// One request on a connection of its own, without a client certificate. The hall's certificate must have OU `hall`.
/// @param reply  Called once, on the loop's thread, unless the loop goes first.
///               unreachable, not_trusted (certificate), malformed (no HTTP, too large).
void send_https(EventLoop& loop, HttpsRequest request, HttpsReply reply);

// ---- the line ----
class HallLinkListener {
public:
    virtual ~HallLinkListener() = default;
    virtual void line_opened(const HallInfo& hall) = 0;
    /// @param close_code  Of WebSocket; 0 if there was no closing frame.
    virtual void line_closed(int close_code) = 0;
    /// No line came up; it is tried again. @param code "hall_unreachable", "hall_not_trusted" or the hall's own word.
    virtual void line_failed(std::string_view code, std::string_view detail) = 0;
    virtual void line_received(std::string_view text) = 0;
    virtual void form_fetched(crypto::Bytes sealed) = 0;
    virtual void form_fetch_failed(std::string_view detail) = 0;
    virtual void picture_fetched(crypto::Bytes sealed) = 0;
    /// After the last picture, or the first that didn't come. @param detail  Empty when all came.
    virtual void pictures_settled(std::string_view detail) = 0;
};

struct HallLinkTimes {
    std::chrono::milliseconds retry_first{250}; ///< Doubles from failure to failure; half of it is random.
    std::chrono::milliseconds retry_last{4000};
    std::chrono::seconds connect_within{10}; ///< Each step: TCP, TLS, one request.
    std::chrono::seconds form_within{120};
    std::chrono::seconds silent_at_most{30};
};

/// A line that comes back by itself. Once it is gone the listener hears nothing more.
class HallLink {
public:
    virtual ~HallLink() = default;
    virtual void open() = 0;
    /// Dropped if there is no line.
    virtual void send(std::string text) = 0;
    virtual void fetch_form() = 0;
    /// One after the other over one connection of their own.
    virtual void fetch_pictures(std::vector<engine::SealedPicture> pictures) = 0;
    /// Cuts the line and makes a new one.
    virtual void drop() = 0;
    /// Says goodbye and doesn't come back.
    virtual void end() = 0;
};

/// @param listener  Outlives the link.
/// @return malformed if key, certificate and authority are none or don't belong together.
[[nodiscard]] Result<std::unique_ptr<HallLink>> make_hall_link(EventLoop& loop, Endpoint endpoint,
                                                               const KioskIdentity& identity,
                                                               HallLinkListener& listener, HallLinkTimes times = {});

} // namespace papervault::client
