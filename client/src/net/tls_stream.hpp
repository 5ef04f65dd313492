#pragma once

#include <papervault/client/error.hpp>
#include <papervault/client/hall_link.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>

#include <chrono>
#include <memory>
#include <string>

/// Inside net/ only. No lambda with captures and no aggregate temporary stands in a full expression with co_await
/// (GCC 12 destroys them twice).
namespace papervault::client::net {

namespace asio = boost::asio;
namespace beast = boost::beast;

inline constexpr auto no_throw = asio::as_tuple(asio::use_awaitable);
using TlsStream = beast::ssl_stream<beast::tcp_stream>;

/// TLS 1.3 only, no resumption.
/// @param authority_pem  The only authority that is good; empty: nothing is checked.
/// @param identity       Whose certificate to show; null for none.
/// @return malformed for what OpenSSL can't read or what doesn't belong together.
[[nodiscard]] Result<std::shared_ptr<asio::ssl::context>> make_tls_context(std::string_view authority_pem,
                                                                           const KioskIdentity* identity);

/// "10.0.0.5:8443", "[fd00::5]:8443".
[[nodiscard]] std::string host_header(const Endpoint& endpoint);

/// Name, TCP, TLS; then the hall's certificate must have OU `hall`.
/// @param stream  Outlives the call.
/// @return unreachable or not_trusted.
[[nodiscard]] asio::awaitable<Result<void>> connect_tls(TlsStream& stream, Endpoint endpoint,
                                                        std::chrono::seconds within);

struct HttpExchange {
    std::string host;
    bool post = false;
    std::string target;
    std::string body;
    std::size_t answer_bytes_max = 0;
    std::chrono::seconds within{};
    bool keep_alive = false;
};
/// One request and its answer. @param stream, buffer  Outlive the call; what is left in the buffer belongs to the
/// stream.
/// @return unreachable, malformed, or refused: the other side ended TLS over our certificate.
[[nodiscard]] asio::awaitable<Result<HttpsAnswer>> exchange(TlsStream& stream, beast::flat_buffer& buffer,
                                                            HttpExchange request);

} // namespace papervault::client::net
