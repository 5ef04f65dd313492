#include "net/tls_stream.hpp"

#include <papervault/crypto/certificate.hpp>

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fmt/format.h>

#include <openssl/ssl.h>

namespace papervault::client::net {
namespace {

namespace http = beast::http;
using tcp = asio::ip::tcp;

constexpr std::uint32_t head_bytes_max = 8 * 1024;

ClientFailure unreachable(std::string_view what, const beast::error_code& error)
{
    return {ClientError::unreachable, fmt::format("{}: {}", what, error.message())};
}

/// The end of a TLS connection because the other side does not take our certificate.
bool is_alert(const beast::error_code& error)
{
    return error.category() == asio::error::get_ssl_category();
}

Result<void> check_role(SSL* ssl)
{
    const std::unique_ptr<X509, decltype(&::X509_free)> certificate{::SSL_get1_peer_certificate(ssl), &::X509_free};
    unsigned char* der = nullptr;
    const int size = certificate ? ::i2d_X509(certificate.get(), &der) : -1;
    if (size <= 0) { return refuse(ClientError::not_trusted, "the other side has no certificate"); }
    const std::unique_ptr<unsigned char, void (*)(unsigned char*)> owner{der,
                                                                         [](unsigned char* p) { OPENSSL_free(p); }};
    const auto name = crypto::certificate_name_of_der(std::as_bytes(std::span{der, static_cast<std::size_t>(size)}));
    if (!name || name->role != "hall") {
        return refuse(ClientError::not_trusted, "the other side's certificate is not a hall's");
    }
    return {};
}

asio::awaitable<Result<void>> connect_tcp(beast::tcp_stream& stream, const Endpoint& endpoint)
{
    beast::error_code parse_error;
    const auto address = asio::ip::make_address(endpoint.host, parse_error);
    beast::error_code failed;
    if (!parse_error) {
        const tcp::endpoint target{address, endpoint.port};
        auto [error] = co_await stream.async_connect(target, no_throw);
        failed = error;
    } else {
        tcp::resolver resolver{stream.get_executor()};
        auto [resolve_error, found] =
            co_await resolver.async_resolve(endpoint.host, std::to_string(endpoint.port), no_throw);
        if (resolve_error) { co_return std::unexpected{unreachable("name", resolve_error)}; }
        auto [error, used] = co_await stream.async_connect(found, no_throw);
        failed = error;
    }
    if (failed) { co_return std::unexpected{unreachable("connection", failed)}; }
    beast::error_code ignored;
    stream.socket().set_option(tcp::no_delay{true}, ignored);
    co_return Result<void>{};
}

} // namespace

Result<std::shared_ptr<asio::ssl::context>> make_tls_context(std::string_view authority_pem,
                                                             const KioskIdentity* identity)
{
    auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
    SSL_CTX* raw = context->native_handle();
    ::SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    boost::system::error_code error;
    if (::SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) != 1) {
        return refuse(ClientError::unreachable, "OpenSSL has no TLS 1.3");
    }
    if (authority_pem.empty()) {
        context->set_verify_mode(asio::ssl::verify_none, error);
    } else {
        context->set_verify_mode(asio::ssl::verify_peer, error);
        if (!error) { context->add_certificate_authority(asio::buffer(authority_pem), error); }
    }
    if (!error && identity != nullptr) {
        context->use_certificate(asio::buffer(identity->certificate_pem), asio::ssl::context::pem, error);
        const auto key = identity->key_pem.expose();
        if (!error) { context->use_private_key(asio::buffer(key.data(), key.size()), asio::ssl::context::pem, error); }
        if (!error && ::SSL_CTX_check_private_key(raw) != 1) {
            return refuse(ClientError::malformed, "key and certificate don't belong together");
        }
    }
    if (error) { return refuse(ClientError::malformed, "certificate or key: " + error.message()); }
    return context;
}

std::string host_header(const Endpoint& endpoint)
{
    const bool brackets = endpoint.host.find(':') != std::string::npos;
    return brackets ? fmt::format("[{}]:{}", endpoint.host, endpoint.port)
                    : fmt::format("{}:{}", endpoint.host, endpoint.port);
}

asio::awaitable<Result<void>> connect_tls(TlsStream& stream, Endpoint endpoint, std::chrono::seconds within)
{
    auto& lowest = beast::get_lowest_layer(stream);
    lowest.expires_after(within);
    const auto connected = co_await connect_tcp(lowest, endpoint);
    if (!connected) { co_return std::unexpected{connected.error()}; }

    lowest.expires_after(within);
    auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, no_throw);
    if (error) {
        const long verified = ::SSL_get_verify_result(stream.native_handle());
        if (verified != X509_V_OK) {
            co_return std::unexpected{
                ClientFailure{ClientError::not_trusted, ::X509_verify_cert_error_string(verified)}};
        }
        co_return std::unexpected{unreachable("TLS", error)};
    }
    co_return check_role(stream.native_handle());
}

asio::awaitable<Result<HttpsAnswer>> exchange(TlsStream& stream, beast::flat_buffer& buffer, HttpExchange request)
{
    http::request<http::string_body> message{request.post ? http::verb::post : http::verb::get, request.target, 11};
    message.set(http::field::host, request.host);
    message.keep_alive(request.keep_alive);
    if (request.post) {
        message.set(http::field::content_type, "application/json");
        message.body() = std::move(request.body);
        message.prepare_payload();
    }
    beast::get_lowest_layer(stream).expires_after(request.within);
    auto [write_error, written] = co_await http::async_write(stream, message, no_throw);
    if (write_error) {
        co_return std::unexpected{is_alert(write_error) ? ClientFailure{ClientError::refused, write_error.message()}
                                                        : unreachable("request", write_error)};
    }
    http::response_parser<http::string_body> parser;
    parser.header_limit(head_bytes_max);
    parser.body_limit(request.answer_bytes_max);
    auto [read_error, read] = co_await http::async_read(stream, buffer, parser, no_throw);
    if (read_error) {
        if (is_alert(read_error)) {
            co_return std::unexpected{ClientFailure{ClientError::refused, read_error.message()}};
        }
        const bool no_http = read_error.category() == http::make_error_code(http::error::bad_line_ending).category() &&
                             read_error != http::error::end_of_stream && read_error != http::error::partial_message;
        if (no_http) {
            co_return std::unexpected{
                ClientFailure{ClientError::malformed, fmt::format("answer: {}", read_error.message())}};
        }
        co_return std::unexpected{unreachable("answer", read_error)};
    }
    HttpsAnswer answer;
    answer.status = static_cast<int>(parser.get().result_int());
    answer.body = std::move(parser.get().body());
    co_return answer;
}

} // namespace papervault::client::net
