#pragma once

#include "net/admission.hpp"
#include "net/http_head.hpp"

#include <papervault/server/http.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>

/// Inside net/ only. Everything here lives on the one thread of a NetServer; no lambda with captures and no aggregate
/// temporary stands in a full expression with co_await (GCC 12 destroys them twice).
namespace papervault::server {

namespace asio = boost::asio;
namespace beast = boost::beast;

inline constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

/// What the connections of one listener share. Outlives the io_context, which destroys the last of them; what itself
/// needs the io_context goes before it with release().
struct Port {
    Port(asio::io_context& context, ListenerHandler& program, const ListenerLimits& given)
        : io{context}, tls{asio::ssl::context::tls_server}, handler{program}, limits{given}, admission{given}
    {
        acceptor.emplace(context);
        accept_timer.emplace(context);
    }
    void release()
    {
        closers.clear();
        acceptor.reset();
        accept_timer.reset();
    }
    asio::io_context& io;
    std::optional<asio::ip::tcp::acceptor> acceptor;
    std::optional<asio::steady_timer> accept_timer;
    asio::ssl::context tls;
    bool client_certificates = true;
    ListenerHandler& handler;
    ListenerLimits limits;
    Admission admission;
    std::uint64_t next_id = 1;
    /// How to end each connection that is there.
    std::map<std::uint64_t, std::function<void()>> closers;
};

/// From the end of the TCP handshake to the end of the connection.
asio::awaitable<void> serve_connection(Port& port, std::uint64_t id, asio::ip::tcp::socket socket, std::string address);

/// From the request for the upgrade to the end of the line. @param id  Of the connection; it becomes the line's.
asio::awaitable<void> serve_web_socket(Port& port, std::uint64_t id, TlsStream stream, HttpHead head, Peer peer);

} // namespace papervault::server
